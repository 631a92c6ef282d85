"""Whatever happens to OpenSearch and its index, every page answers, offers are saved, and all heals by itself."""

from __future__ import annotations

import pytest

from tests.faults.catalogue import ENGINE
from tests.faults.judging import judge
from tests.faults.stage import Stage
from tests.faults.trial import Fault, undergo

pytestmark = pytest.mark.xdist_group("faults-engine")


@pytest.mark.parametrize("fault", ENGINE, ids=lambda fault: fault.name)
def test_every_page_answers_and_all_heals(on_sqlite: Stage, fault: Fault) -> None:
    judge(on_sqlite, undergo(on_sqlite, fault))
