"""Two versions of an offer side by side, for somebody who saved after somebody else."""

from datetime import date
from typing import Any

from flask_babel import format_date, gettext

from service.views.staff_labels import LABELS, STATUS
from service.vocabulary import Vocabularies

IDENTITY = {"id", "public_id", "source"}
VOCABULARIES = {
    "kind": "kinds", "cost": "costs", "responsible_town": "towns", "topics": "topics", "audiences": "audiences",
    "levels": "levels", "modes": "modes", "towns": "towns", "code": "languages",
}  # fmt: skip


def differences(theirs: dict[str, Any], mine: dict[str, Any], vocabularies: Vocabularies) -> list[dict[str, str]]:
    """Fields that differ, as {label, theirs, mine} in words."""
    return [
        {
            "label": str(LABELS.get(name, name)),
            "theirs": _words(name, theirs[name], vocabularies),
            "mine": _words(name, mine[name], vocabularies),
        }
        for name in theirs
        if name not in IDENTITY and _plain(theirs[name]) != _plain(mine[name])
    ]


def _plain(value: Any) -> Any:
    """Without the ids that the store gives."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items() if name != "id"}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value


def _words(name: str, value: Any, vocabularies: Vocabularies) -> str:
    if isinstance(value, dict):
        parts = (_words(part, entry, vocabularies) for part, entry in value.items() if part != "id")
        return ", ".join(part for part in parts if part)
    if isinstance(value, list):
        return "; ".join(_words(name, entry, vocabularies) for entry in value)
    if name in VOCABULARIES and value:
        return vocabularies.label(VOCABULARIES[name], str(value))
    return _word(STATUS.get(value, value) if name == "status" else value)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("ja") if value else gettext("nein"))
    if isinstance(value, date):
        return str(format_date(value, "medium"))
    return "" if value is None else str(value)
