"""Light stems of words in the languages people search in besides German: endings go, accents and variants of letters too.

One table a language, no dictionary. What is typed and what the lists hold lose the same endings, so a stem need not be a
root: it must only be the same for the forms of a word and differ between words of a short, closed list.

>>> stem("danışmanlığı", "tr") == stem("DANISMANLIK", "tr")
True
>>> stem("работы", "ru") == stem("работу", "ru")
True
"""

import re
from functools import lru_cache

from service.german import foreign

LANGUAGES = ("en", "tr", "ar", "uk", "ru", "pl", "ro", "fa", "fr", "bg", "sq")
"""Languages with a table: those of the interface, and Bulgarian and Albanian."""

SHORTEST = 3
"""Letters that are left at least."""
_CYRILLIC = """
ого его ому ему ими ыми ами ями ою ею ои еи ив ий ый ой ей ая яя ую юю ее ое ые ие их ых им ым ом ем ам ям ах ях ев ов ию ия ии
ью ья ье еви ови а я у ю е и ы о ь й
"""
# The Bulgarian article stands behind the word.
_BULGARIAN = (
    "ията ията ията ите ият ия ове овете ета ята ата ота ото ето ът ят та то те ни на но ен ие ии а я о е и у ъ ь й"
)
_ENDINGS = {
    "en": "ings ing ies es ed y s e",
    "fr": "ements ement ees ee es er ez ons aux al x s e",
    "tr": """
        larin lerin lari leri lar ler imiz iniz umuz unuz nin nun dan den tan ten yla yle li lu
        asi esi isi usu ayi eyi iyi uyu aya eye iye uya ana ene ina una
        da de ta te in un im um am em ki a e i u
        """,
    "ro": "urilor ului ilor elor urile urii iile uri ile ele lor lui ul ua ea ei ia ii iu ie le at a e i u",
    "pl": """
        owego owych owymi owej owa owe owy iego iemu ego emu ymi imi iami ami iach ach ych ich iom om iow ow iem em
        iej ej ie ym im ia io a e i o u y
        """,
    "sq": "isht eve ave sise ise save sit it in un et en at ut te se sh ve i a e u t",
    "ru": _CYRILLIC,
    "uk": _CYRILLIC,
    "bg": _BULGARIAN,
}
_TABLES = {
    language: tuple(sorted(endings.split(), key=lambda ending: (-len(ending), ending)))
    for language, endings in _ENDINGS.items()
}
_ROUNDS = {"tr": 4, "ro": 2, "pl": 2, "sq": 2, "bg": 2}
"""How many endings go one after the other: Turkish strings them together."""
_LATIN = frozenset({"en", "tr", "pl", "ro", "fr", "sq"})
_HARDENED = {"g": "k", "b": "p", "d": "t"}
"""Last letters of Turkish words before an ending that begins with a vowel: kitap, kitabı."""
_TWICE = re.compile(r"(.)\1")
# Ukrainian і and ї are typed as и where the keyboard has no others, and the other way round.
_ONE_I = str.maketrans("іїы", "иии")


def reads(language: str, word: str) -> bool:
    """Whether the word is written in the script of the language."""
    if foreign.is_arabic(word):
        return language in {"ar", "fa"}
    if foreign.is_cyrillic(word):
        return language in {"ru", "uk", "bg"}
    return language in _LATIN


def is_latin_word(word: str) -> bool:
    """Whether the word may be German as far as its letters go."""
    return not foreign.is_arabic(word) and not foreign.is_cyrillic(word)


def is_latin(language: str) -> bool:
    """Whether the language is written in Latin letters, as German is."""
    return language in _LATIN


@lru_cache(maxsize=1 << 14)
def stem(word: str, language: str) -> str:
    """The stem of one word as that language inflects it; only folded where it is written in another script."""
    if not reads(language, word):
        return _folded(word)
    if language in {"ar", "fa"}:
        found = foreign.fold_arabic(word)
        return foreign.fold_arabic(found) if language == "fa" else found  # the Persian plural stands behind an ending
    if language in _LATIN:
        found = foreign.fold_latin(word)
        if not found.isalpha():
            return found
    else:
        found = foreign.fold_cyrillic(word).translate(_ONE_I)
    for _ in range(_ROUNDS.get(language, 1)):
        shorter = _without(found, _TABLES[language])
        if shorter == found:
            break
        found = shorter
    return found[:-1] + _HARDENED.get(found[-1], found[-1]) if language == "tr" and len(found) > SHORTEST else found


def place(word: str) -> str:
    """The name of a place without the endings of Cyrillic scripts and the Arabic "in"; letters written twice once there.

    >>> place("Хертене") == place("Хертен")
    True
    """
    if foreign.is_arabic(word):
        return foreign.letters_of_arabic(word).removeprefix("ب")
    return _TWICE.sub(r"\1", stem(word, "uk")) if foreign.is_cyrillic(word) else word


def _folded(word: str) -> str:
    if foreign.is_arabic(word):
        return foreign.letters_of_arabic(word)
    return foreign.fold_cyrillic(word) if foreign.is_cyrillic(word) else foreign.fold_latin(word)


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word[: -len(ending)]
    return word
