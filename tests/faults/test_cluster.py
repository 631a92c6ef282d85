"""OpenSearch's own nodes die or hang: another node answers, else the standby, and all heals when they are back."""

from __future__ import annotations

import pytest

from tests.faults.catalogue import CLUSTER
from tests.faults.judging import judge
from tests.faults.stage import Stage
from tests.faults.trial import Fault, undergo

pytestmark = pytest.mark.xdist_group("faults-cluster")


@pytest.mark.parametrize("fault", CLUSTER, ids=lambda fault: fault.name)
def test_every_page_answers_and_all_heals(on_cluster: Stage, fault: Fault) -> None:
    judge(on_cluster, undergo(on_cluster, fault))
