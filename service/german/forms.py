"""Other forms of a word, by rules and a small list: what stemming does not join.

Lotsin and Lotsen, geholfen and helfen, Praktika and Praktikum; with less weight words made from it: Berater and Beratung.
Rules guess; who asks takes only those guesses that stand in the offers. All words are tokens of ``de_exact``.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from service.german.analysis import fold
from service.german.verbs import IRREGULAR, NOUNS

FORM, DERIVED, FAMILY = 1.0, 0.9, 0.6
"""What a form of the same word counts, a word made from it, and one that has no more than the root with it."""
LONG_ENDING = 3
SHORTEST = 4
"""Letters of a word that has forms, and of what is left of it without an ending; one less without a long ending."""


class Form(NamedTuple):
    """A guess at another form of a word."""

    word: str
    weight: float


_PREFIXES = """
ab an auf aus be bei dar durch ein ent er fest frei her herum hin hinter los mit nach teil uber um umher unter ver vor
vorbei weg weiter wieder zer zu zuruck zusammen
"""
_PREFIX = re.compile(rf"^({'|'.join(sorted(_PREFIXES.split(), key=len, reverse=True))})(.{{3,}})$")
_SEPARATED = re.compile(rf"^({'|'.join(sorted(_PREFIXES.split(), key=len, reverse=True))})(ge|zu)(.{{3,}})$")
# Adjectives made from nouns, in all their endings: abendliche, schulischen.
_OF_NOUNS = re.compile(r"(?<=lich|isch)e[mnrs]?$")
_ADJECTIVE_ENDING = re.compile(r"(?<=t)e[mnrs]?$|(?<=end)e[mnrs]?$")
# Nouns that look like a form of a verb.
_NO_VERB = frozenset(
    [
        "angst",
        "arbeit",
        "arzt",
        "bett",
        "brot",
        "dienst",
        "flucht",
        "fracht",
        "gast",
        "gebet",
        "geburt",
        "gefahrt",
        "gehalt",
        "geist",
        "gemut",
        "gericht",
        "geschaft",
        "gesicht",
        "gewalt",
        "gewicht",
        "haft",
        "haupt",
        "haut",
        "kraft",
        "kunst",
        "lust",
        "macht",
        "markt",
        "nacht",
        "norm",
        "not",
        "obst",
        "ort",
        "pacht",
        "post",
        "punkt",
        "recht",
        "rest",
        "saft",
        "schicht",
        "schrift",
        "schuld",
        "sport",
        "stadt",
        "start",
        "stift",
        "sucht",
        "tat",
        "text",
        "tracht",
        "unterricht",
        "verlust",
        "vernunft",
        "wert",
        "wort",
        "zeit",
        "zucht",
        "zukunft",
        "herkunft",
        "unterkunft",
        "auskunft",
        "ankunft",
        "gesund",
        "gesundheit",
        "gesprach",
        "geschenk",
        "gespenst",
        "nicht",
        "licht",
        "leicht",
        "schlecht",
    ]
)
# (ending, other ending): a form of the same word where both ways hold.
_FORMS = (
    ("nis", "nisse"), ("nis", "nissen"), ("um", "en"), ("um", "a"), ("a", "en"), ("us", "en"), ("o", "en"), ("o", "os"),
    ("a", "as"), ("y", "ys"), ("i", "is"), ("e", "es"), ("frau", "mann"), ("frau", "leute"), ("mann", "leute"),
    ("frau", "frauen"), ("ierende", "ent"), ("ierende", "enten"), ("ierende", "entin"), ("ierenden", "ent"),
    ("ierenden", "enten"), ("er", "ers"), ("er", "ern"), ("el", "els"), ("el", "eln"),
)  # fmt: skip
# (ending of a small thing, that of the thing): Jäckchen, Jacke.
_SMALL = (("chen", ""), ("chen", "e"), ("lein", ""), ("lein", "e"))
_MADE_FROM = (
    ("er", "ung"), ("er", "en"), ("ler", "lung"), ("iert", "ierung"), ("ieren", "ierung"), ("ieren", "ation"),
    ("iert", "ation"), ("iert", "ieren"), ("los", "losigkeit"), ("lose", "losigkeit"), ("losen", "losigkeit"),
    ("ig", "igkeit"), ("lich", "lichkeit"), ("sam", "samkeit"), ("iv", "ion"), ("istisch", "ismus"), ("ist", "ismus"),
    ("iker", ""), ("ikern", ""), ("iker", "ismus"), ("isch", "e"), ("isch", "ien"), ("isch", "er"), ("arin", "ariat"),
    ("ent", "ium"), ("loge", "logie"), ("login", "logie"), ("loge", "logisch"), ("ie", "isch"), ("ik", "isch"),
    ("er", "erei"), ("frei", "freiheit"), ("heit", ""), ("schaft", ""), ("ling", "linge"), ("t", "ung"), ("en", "ung"),
    ("n", "ung"), ("n", "er"), ("lich", ""), ("lich", "e"), ("lich", "en"), *_SMALL,
    ("end", "en"), ("end", "e"), ("end", "ung"),
)  # fmt: skip


def guesses(word: str) -> Iterator[Form]:
    """Possible other forms of a word, the surer ones first; most of them are no words.

    >>> {form.word for form in guesses("lotsin")} >= {"lotse", "lotsen"}
    True
    """
    if len(word) < SHORTEST or not word.isalpha():
        return
    yield from (Form(other, FORM) for other in _gendered(word))
    yield from (Form(other, FORM) for other in _exchanged(word, _FORMS))
    if word not in _NO_VERB:
        yield from (Form(other, FORM) for other in _verb(word))
    yield from (Form(other, DERIVED) for other in _made(word))


def related(word: str, known: Callable[[str], bool], most: int = 8) -> list[Form]:
    """The other forms of a word that are known, each once."""
    found: dict[str, Form] = {}
    for form in guesses(word):
        if form.word != word and form.word not in found and known(form.word):
            found[form.word] = form
            if len(found) == most:
                break
    return list(found.values())


def family(word: str, known: Callable[[str], bool], most: int = 4) -> list[Form]:
    """Known words with the same root, the longest roots first: erkrankt and Krankheit, verschimmelt and Schimmel."""
    found: dict[str, Form] = {}
    if word.isalpha():
        for root in _roots(word):
            for other in (prefix + root + ending for prefix in ("", *_FAMILY_PREFIXES) for ending in ("", *_ENDINGS)):
                if other != word and known(other):
                    found.setdefault(other, Form(other, FAMILY))
            if found:
                break
    return list(found.values())[:most]


_FAMILY_PREFIXES = ("be", "er", "ver", "ge", "ent", "zer")
_ENDINGS_OF_FAMILIES = """
e en er ern es em n s t te ten ter tes tem et ete eten eter ung ungen heit keit igkeit schaft lich liche lichen licher ig ige
igen iger iges isch ische ischen ischer bar sam los lose losen loser losigkeit haft iv ive iven iver ion ionen ismus ist isten
istisch istische ent enten enz ant anten anz ierung ieren iert ierte ierten tum nis nisse ling linge chen lein in innen ei
erei ler ner
"""
_ENDINGS = tuple(sorted(_ENDINGS_OF_FAMILIES.split(), key=lambda ending: (-len(ending), ending)))
SHORTEST_ROOT = 5


def _roots(word: str) -> list[str]:
    """The word without endings and prefixes, longest first."""
    found = {word}
    for ending in _ENDINGS:
        if word.endswith(ending):
            found.add(word[: -len(ending)])
    for base in tuple(found):
        found |= {base.removeprefix(prefix) for prefix in _FAMILY_PREFIXES}
    return sorted((root for root in found if len(root) >= SHORTEST_ROOT), key=lambda root: (-len(root), root))


def without_diminutive(word: str) -> Iterator[str]:
    """What a small thing is a small one of.

    >>> list(without_diminutive("babyjackchen"))
    ['babyjack', 'babyjacke']
    """
    for ending, instead in _SMALL:
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead


def infinitives(word: str) -> Iterator[str]:
    """The verbs that a word may be a form of, most of them none; written with umlauts where the word is.

    >>> "füllen" in infinitives("füllt"), "nehmen" in infinitives("nimmt")
    (True, True)
    """
    yield from (verb for verb in (word, *IRREGULAR.get(fold(word), ())) if verb.endswith("n"))
    for ending, instead in (
        ("e", "en"),
        ("st", "en"),
        ("et", "en"),
        ("t", "en"),
        ("te", "en"),
        ("ten", "en"),
        ("t", "n"),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: -len(ending)] + instead


def _gendered(word: str) -> Iterator[str]:
    """Lotsin: Lotse, Lotsen; Zeugen: Zeugin, Zeuginnen."""
    for ending in ("innen", "in"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3:
            yield from (base, f"{base}e", f"{base}en", f"{base}n", f"{base}in", f"{base}innen")
            return
    base = word.removesuffix("en") if word.endswith("en") else word.removesuffix("e")
    if len(base) >= 3 and not word.endswith(("ung", "heit", "keit", "ungen", "heiten", "keiten")):
        yield from (f"{base}in", f"{base}innen")


def _exchanged(word: str, pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for one, other in pairs:
        for ending, instead in ((one, other), (other, one)):
            if ending and word.endswith(ending) and len(word) - len(ending) >= 3:
                yield word[: -len(ending)] + instead


def _made(word: str) -> Iterator[str]:
    """Words made from this one, or that it is made from; plurals of -ung count as the singular."""
    yield from _nouns(word)
    base = word.removesuffix("en") if word.endswith("ungen") else _OF_NOUNS.sub("", word)
    if (bare := _ADJECTIVE_ENDING.sub("", base)) != base:
        yield from _made(bare)
    if base.endswith(("erin", "erinnen")):
        base = base.removesuffix("nen").removesuffix("in")
    for one, other in _MADE_FROM:
        for ending, instead in ((one, other), (other, one)):
            rest = len(base) - len(ending)
            enough = rest >= (SHORTEST if len(ending) < LONG_ENDING else SHORTEST - 1)
            if base.endswith(ending) and enough and base not in _NO_VERB:
                yield base[:rest] + instead


def _nouns(word: str) -> Iterator[str]:
    """Teilnahme: teilnehmen; umgezogen: Umzug. What a prefix stands before is a word of three letters or more."""
    prefixes = [("", word)]
    if separated := _SEPARATED.match(word):
        prefix, between, rest = separated.groups()
        prefixes += [(prefix, rest), (prefix, between + rest)]
    if prefixed := _PREFIX.match(word):
        prefixes.append((prefixed[1], prefixed[2]))
    for prefix, rest in prefixes:
        yield from (prefix + noun for noun in NOUNS.get(rest, ()))


def _verb(word: str) -> Iterator[str]:
    """Other forms of a verb: infinitive, participle, third person."""
    yield from IRREGULAR.get(word, ())
    if (bare := _ADJECTIVE_ENDING.sub("", word)) != word and bare not in _NO_VERB:
        yield from _verb(bare)
    separated = _SEPARATED.match(word)
    if separated:  # angemeldet, anzumelden
        prefix, _, rest = separated.groups()
        inner = f"ge{rest}" if separated[2] == "ge" else rest
        yield prefix + rest
        yield from (prefix + other for other in (*IRREGULAR.get(inner, ()), *_regular(inner)))
    prefixed = _PREFIX.match(word)
    if prefixed:  # unterschreiben, unterschrieben
        prefix, rest = prefixed.groups()
        yield from (prefix + other.removeprefix("ge") for other in IRREGULAR.get(rest, ()))
        if rest.endswith("en"):
            yield from (f"{prefix}ge{rest[:-2]}t", f"{prefix}ge{rest[:-2]}et", f"{prefix}zu{rest}")
        if rest in IRREGULAR:
            yield from (prefix + other for other in IRREGULAR[rest])
    yield from _regular(word)


def _regular(word: str) -> Iterator[str]:
    if word.endswith("t"):
        base = word[:-1].removesuffix("e") if word.endswith("et") else word[:-1]
        yield from (f"{base}en", f"{base}n")
        if word.startswith("ge") and len(base) >= SHORTEST + 1:
            yield from (f"{base[2:]}en", f"{base[2:]}n", f"{base[2:]}t")
    elif word.endswith("en") and len(word) > SHORTEST:
        base = word[:-2]
        yield from (f"ge{base}t", f"{base}t", f"ge{base}et", f"{base}et", f"{base}te")
    elif word.endswith(("eln", "ern")):
        yield from (f"ge{word[:-1]}t", f"{word[:-1]}t")
