"""The filters that people see. Declared once: parsing, query, counts, page and API read them from `FACETS`.

To add one: a vocabulary (`seed/vocab/`), a keyword field (`mappings/`), its value (`display.py`, and in SQL `database/`), a row here.
"""

from dataclasses import dataclass

from service.messages import message
from service.vocabulary import Term, Vocabularies

YES = "ja"
"""The one value of a switch such as `kinderbetreuung=ja`."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter. Values within a facet are OR-ed, facets are AND-ed; its counts ignore only its own selection."""

    name: str
    """Parameter in the address: "stadt"."""
    field: str
    """Keyword field in the index and in the JSON: "towns"."""
    vocabulary: str
    """Closed list that gives labels and order; "features" for a switch."""
    label: str
    """German message id of its heading."""
    shown: int = 12
    """Values listed before "mehr anzeigen"."""

    @property
    def switch(self) -> bool:
        """True for a facet whose only value is "ja"."""
        return self.vocabulary == "features"

    def terms(self, vocabularies: Vocabularies) -> dict[str, Term]:
        """Value → term, in display order."""
        if self.switch:
            return {YES: vocabularies["features"][self.name]}
        return dict(vocabularies[self.vocabulary])


FACETS = (
    Facet("stadt", "towns", "towns", message("Stadt")),
    Facet("thema", "topics", "topics", message("Thema"), shown=11),
    Facet("sprache", "languages", "languages", message("Sprache des Angebots"), shown=10),
    Facet("zielgruppe", "audiences", "audiences", message("Zielgruppe"), shown=8),
    Facet("art", "kind", "kinds", message("Art des Angebots")),
    Facet("niveau", "levels", "levels", message("Deutschniveau")),
    Facet("kosten", "cost", "costs", message("Kosten")),
    Facet("modus", "modes", "modes", message("Ort oder online")),
    Facet("tag", "weekdays", "weekdays", message("Wochentag")),
    Facet("kinderbetreuung", "childcare", "features", message("Kinderbetreuung")),
    Facet("barrierefrei", "accessible", "features", message("Barrierefreiheit")),
    Facet("frauen", "women", "features", message("Nur für Frauen")),
)
BY_NAME = {facet.name: facet for facet in FACETS}
