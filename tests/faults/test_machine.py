"""Everything on one machine: what happens to its files stops neither search nor saving."""

from __future__ import annotations

import sys

import pytest

from tests.faults.catalogue import MACHINE
from tests.faults.judging import judge
from tests.faults.stage import Stage
from tests.faults.trial import Fault, undergo

pytestmark = [
    pytest.mark.xdist_group("faults-machine"),
    pytest.mark.skipif(sys.platform != "linux", reason="Grenzen eines anderen Prozesses setzt nur Linux"),
]


@pytest.mark.parametrize("fault", MACHINE, ids=lambda fault: fault.name)
def test_every_page_answers_and_all_heals(one_machine: Stage, fault: Fault) -> None:
    judge(one_machine, undergo(one_machine, fault))
