"""Words of a query as patterns for LIKE. Pure.

A stem is looked for inside of words, so that "Kurse" finds "Sprachkurs". Stems are folded ("Häuser" is "haus"), texts are
not: a pattern leaves room for the umlauts that may have been there. What somebody typed is never a wildcard.
"""

from service.german.analysis import fold, lower

ESCAPE = "\\"
ANY = "%"
SHORT = 3
"""Letters up to which a stem must begin a word: "Amt" is no part of "insgesamt"."""
FIXED = 5
"""Letters besides vowels that may be umlauts, from which on one pattern with a wildcard for each of them is exact enough."""
BEFORE = (" ", "-", "(", "/", ">", "\n", '"', "„")
"""What stands before a word; bodies are HTML."""
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}


def containing(stem: str, typed: str = "") -> list[str]:
    """Patterns of texts that hold the stem; a short one must begin a word."""
    if len(stem) <= SHORT:
        return beginning(stem, typed)
    return [f"{ANY}{form}{ANY}" for form in _forms(stem, typed)]


def beginning(stem: str, typed: str = "") -> list[str]:
    """Patterns of texts in which a word begins with the stem."""
    forms = _forms(stem, typed)
    return [f"{form}{ANY}" for form in forms] + [f"{ANY}{mark}{form}{ANY}" for form in forms for mark in BEFORE]


def _forms(stem: str, typed: str) -> list[str]:
    """How the stem may be written, as parts of patterns."""
    flexible = [place for place, letter in enumerate(stem) if letter in _UMLAUTS and not _diphthong(stem, place)]
    escaped = [_escaped(letter) for letter in stem]
    if len(stem) - len(flexible) >= FIXED:
        found = ["".join("_" if place in flexible else letter for place, letter in enumerate(escaped))]
    else:
        found = ["".join(escaped)]
        for place in flexible:
            umlaut = _UMLAUTS[stem[place]] if place else "_"  # a capital umlaut may stand there
            found.append("".join([*escaped[:place], umlaut, *escaped[place + 1 :]]))
    found += [form.replace("ss", "ß") for form in found if "ss" in form]
    written = _written(stem, typed)
    if written:
        first = written[0] if written[0].isascii() else "_"
        found.append((_escaped(first) if first != "_" else "_") + "".join(map(_escaped, written[1:])))
    return list(dict.fromkeys(found))


def _diphthong(stem: str, place: int) -> bool:
    return stem[place] == "u" and place > 0 and stem[place - 1] in "aeä"


def _written(stem: str, typed: str) -> str:
    """The beginning of the typed word that the stem stands for: "straß" for "strass", "aktuell" for "aktull"."""
    word = lower(typed)
    return next((word[:end] for end in range(1, len(word) + 1) if fold(word[:end]) == stem), word)


def _escaped(letter: str) -> str:
    return f"{ESCAPE}{letter}" if letter in "%_\\" else letter
