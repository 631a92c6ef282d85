"""Other weights to compare with: the search without one of its parts, or with weights of one's own."""

from dataclasses import fields, replace

from service.errors import ServiceError
from service.search.plan import BOOSTS, Boosts

WITHOUT = {
    "ohne-titel": replace(BOOSTS, title=0.0),
    "ohne-teile": replace(BOOSTS, parts=0.0, part_spelling=0.0),
    "ohne-schreibweisen": replace(BOOSTS, spelling=0.0),
    "ohne-synonyme": replace(BOOSTS, synonyms=0.0, everyday=0.0, associated=0.0),
    "ohne-formen": replace(BOOSTS, forms=0.0),
    "ohne-fuegung": replace(BOOSTS, joined=0.0),
    "ohne-gewichtung": replace(BOOSTS, weak=1.0),
    "ohne-verneinung": replace(BOOSTS, negated=0.0),
    "ohne-begriffe": replace(BOOSTS, labels=0.0),
    "ohne-fremdwoerter": replace(BOOSTS, translated=0.0),
    "ohne-sprachen": replace(BOOSTS, language=0.0),
    "ohne-orte": replace(BOOSTS, town=0.0),
    "ohne-tage": replace(BOOSTS, weekday=0.0),
    "ohne-anteile": replace(BOOSTS, some_words=1.0),
    "ohne-assoziiertes": replace(BOOSTS, associated=0.0),
}
"""The search without one of its parts: weight of the title, compound parts, near spellings, synonyms, other
forms of words, compounds written apart or inside longer ones, small weights, phrases of what is missing, German words of
terms, translations of other languages, preference for named languages, towns and days, smaller weight of rules that speak of few
of the words, what words are associated with."""
NAMES = tuple(field.name for field in fields(Boosts))


class BadVariant(ServiceError):
    """Weights that cannot be understood."""


def variant(text: str) -> Boosts:
    """Weights by name, or written as `title=1,synonyms=0.3`: the others stay as they are. Raises `BadVariant`."""
    if text in WITHOUT:
        return WITHOUT[text]
    changes: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in NAMES:
            known = f"Möglich sind {', '.join(WITHOUT)} und Gewichte wie title=1 ({', '.join(NAMES)})."
            raise BadVariant(f"„{part.strip()}“ ist keine Variante. {known}")
        try:
            changes[name] = float(value)
        except ValueError:
            changes[name] = -1.0
        if not 0 <= changes[name] <= 100:
            raise BadVariant(f"„{part.strip()}“: Bitte eine Zahl von 0 bis 100 angeben, mit Punkt (title=0.5).")
    return replace(BOOSTS, **changes)
