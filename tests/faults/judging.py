"""What must hold whatever breaks."""

from __future__ import annotations

from tests.faults.stage import Stage
from tests.faults.trial import Outcome

SAID = {"standby": "Ersatzindex", "database": "einfacher als sonst"}
"""What pages say of the level that answered."""


def judge(stage: Stage, outcome: Outcome) -> None:
    """Every page answered, by the expected level; the edit was saved and is found; nothing was restarted."""
    fault = outcome.fault
    assert outcome.levels, f"{fault.name}: nobody answered"
    assert outcome.levels <= {fault.level, fault.also}, (fault.name, outcome.answered, stage.said())
    good = {200} if fault.saves else {200, 302, 303, 503}
    for visit in outcome.visits:
        assert visit.status in good, (fault.name, visit)
        if visit.page == "html" and (said := SAID.get(fault.level)) and not fault.also:
            assert said in visit.text, f"{fault.name}: the page does not say who answered"
    assert outcome.saved
    assert outcome.saved.status == (303 if fault.saves else 503), (fault.name, outcome.saved)
    assert fault.found is not False or not fault.saves or outcome.behind, f"{fault.name}: broke nothing"
    assert outcome.recovered_after is not None
    assert stage.unbroken(), stage.said()
