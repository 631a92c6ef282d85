"""Whatever happens between service, OpenSearch and data base, every page answers and all heals by itself."""

from __future__ import annotations

import pytest

from tests.faults.catalogue import NETWORK, STORE
from tests.faults.judging import judge
from tests.faults.stage import Stage
from tests.faults.trial import Fault, undergo

pytestmark = pytest.mark.xdist_group("faults-network")


@pytest.mark.parametrize("fault", [*NETWORK, *STORE], ids=lambda fault: fault.name)
def test_every_page_answers_and_all_heals(on_postgres: Stage, fault: Fault) -> None:
    judge(on_postgres, undergo(on_postgres, fault))
