"""What must hold whatever breaks."""

from __future__ import annotations

from tests.faults.stage import Stage
from tests.faults.trial import Outcome


def judge(stage: Stage, outcome: Outcome) -> None:
    """Every page answered, by the expected level; the edit was saved and is found; nothing was restarted."""
    fault = outcome.fault
    assert outcome.levels, f"{fault.name}: nobody answered"
    assert outcome.levels <= {fault.level, fault.also}, (fault.name, outcome.levels)
    for visit in outcome.visits:
        assert visit.status == 200, (fault.name, visit)
    assert outcome.saved
    assert outcome.saved.status == 303, (fault.name, outcome.saved)
    assert fault.found or outcome.behind, f"{fault.name}: broke nothing"
    assert outcome.recovered_after is not None
    assert stage.unbroken(), stage.said()
