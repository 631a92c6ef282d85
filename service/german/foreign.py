"""Folding and light stemming for labels and everyday words in other languages: the field ``words``.

The script of a word decides, not a guess at its language from two words. The same function makes the tokens that are
indexed and those that are searched, so an ending taken off too much does no harm as long as both sides lose it.
"""

import re
import unicodedata

from service.german.analysis import fold_ascii
from service.german.normalise import clean
from service.german.remembered import Remembered

_MARKS = "".join(f"\\u{n:04x}" for n in range(0x300, 0x10000) if unicodedata.category(chr(n)) in {"Mn", "Mc", "Me"})
_HAN = "\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}](?:[^\\W_{_HAN}]|[{_MARKS}]|['’ʼ`](?=[^\\W_]))*")
_IS_HAN = re.compile(f"[{_HAN}]")
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3\u06d5]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_APOSTROPHE = re.compile("['’ʼ`]")

# Arabic, Persian, Urdu, Kurdish: marks and tatweel go, letters that keyboards mix up become one.
_ARABIC_GONE = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_ARABIC_LETTERS = str.maketrans("أإآٱىیئےېةۀەہھکڪؤ", "ااااييييي" + "ههههه" + "كك" + "و")
_ARABIC_ARTICLE = re.compile("^(?:[وفبك]?ال|لل)(?=.{3})")
# "Deutsch" itself begins with these letters (ألماني, آلمانی) and loses them only as an article before them.
_ARABIC_GERMAN = re.compile("^(?:[وفبك]?ال|لل|[وفبل])?(?=المان)")
_ARABIC_ENDINGS = ("هايي", "هاي", "يات", "ات", "ها", "ون", "ين", "ان", "يه", "ه", "ي")

_CYRILLIC_LETTERS = str.maketrans("ёґїaceopxyi", "егіасеорхуі")  # the Latin ones: typed on another keyboard
_ENDINGS_OF_CYRILLIC = """
ого его ому ему ими ыми іми ами ями оі еі ою ею ій ий ый ой ей ая яя ую юю ее ое ые ие іе их ых іх им ым ім ом ем ам ям
ах ях ів ев ов ию ия ии ію ія іі ья ье ью а я у ю е є и і ы о ь й
"""
_CYRILLIC_ENDINGS = tuple(sorted(_ENDINGS_OF_CYRILLIC.split(), key=len, reverse=True))

# Turkish and Romanian plurals, the Polish genitive; then a final vowel.
_LATIN_ENDINGS = ("lari", "leri", "iego", "ego", "lar", "ler", "uri")
_LATIN_VOWELS = "aeiouy"

# Words that say nothing alone, in the languages of the interface other than German, folded.
_SMALL_WORDS = """
the an and or of for in on to with how where what my are
ve icin bir bu mi ne nasil nerede
le la les de des du et en un une pour dans avec ou sur aux
na do dla od po jak gdzie sie czy oraz si pe cu din pentru unde sau
в у з із зі на до по для про от к с со и й та і или або об о как як де где що что не
في من على الى عن مع و او هذا هذه ما هو هي اين كيف در از به با كه را براي يا كجا اي
"""
_STOP = frozenset(_SMALL_WORDS.split())


def tokens(text: str) -> list[str]:
    """Folded, lightly stemmed words of a text in any script; Chinese and Japanese as pairs of characters.

    >>> tokens("курси німецької") == tokens("Курс німецька")
    True
    """
    found: list[str] = []
    for word in _WORD.findall(clean(text)):
        found.extend(_tokens[word])
    return found


def _fold_word(word: str) -> tuple[str, ...]:
    if _IS_HAN.match(word):
        return (word,) if len(word) == 1 else tuple(word[i : i + 2] for i in range(len(word) - 1))
    if _ARABIC.search(word):
        folded = _arabic(word)
    elif _CYRILLIC.search(word):
        folded = _cyrillic(word)
    else:
        folded = _latin(word)
    return (folded,) if folded and folded not in _STOP else ()


_tokens = Remembered(_fold_word)


def _digits(word: str) -> str:
    """Digits of any script as ASCII."""
    if word.isascii():
        return word
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in word)


def _without_ending(word: str, endings: tuple[str, ...]) -> str:
    """The word without the longest of its endings, as long as three letters are left."""
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def is_arabic(word: str) -> bool:
    """Whether the word holds letters of the Arabic script: Arabic, Persian, Urdu, Kurdish."""
    return bool(_ARABIC.search(word))


def is_cyrillic(word: str) -> bool:
    """Whether the word holds Cyrillic letters."""
    return bool(_CYRILLIC.search(word))


def letters_of_arabic(word: str) -> str:
    """Without marks; letters that keyboards mix up are one."""
    return _APOSTROPHE.sub("", _ARABIC_GONE.sub("", _digits(word)).translate(_ARABIC_LETTERS))


def fold_arabic(word: str) -> str:
    """Letters that keyboards mix up are one; without article, marks and the commonest endings."""
    word = letters_of_arabic(word)
    article = _ARABIC_GERMAN if _ARABIC_GERMAN.match(word) else _ARABIC_ARTICLE
    return _without_ending(article.sub("", word), _ARABIC_ENDINGS)


def _arabic(word: str) -> str:
    return "" if letters_of_arabic(word) in _STOP else fold_arabic(word)


def fold_cyrillic(word: str) -> str:
    """Lower case, ё as е, without apostrophes, Latin letters that look alike as Cyrillic ones."""
    return _APOSTROPHE.sub("", _digits(word).casefold().translate(_CYRILLIC_LETTERS))


def _cyrillic(word: str) -> str:
    word = fold_cyrillic(word)
    return "" if word in _STOP else _without_ending(word, _CYRILLIC_ENDINGS)


def fold_latin(word: str) -> str:
    """Without accents and case, the part after an apostrophe (Almanya'da) or a French article before it (l'école)."""
    head, apostrophe, tail = (
        _digits(word).casefold().replace("’", "'").replace("ʼ", "'").replace("`", "'").partition("'")
    )
    word = tail if apostrophe and len(head) <= 2 else head
    return fold_ascii(word).replace("\u0307", "").replace("'", "")


def _latin(word: str) -> str:
    """Words of five letters and more lose a plural s and a final vowel: courses, course; kursu, kurs; praca, pracy."""
    word = fold_latin(word)
    if len(word) < 5 or not word.isascii() or not word.isalpha():
        return word
    for ending in _LATIN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    if word.endswith("s") and word[-2] not in "su":
        word = word[:-1]
    return word[:-1] if len(word) >= 5 and word[-1] in _LATIN_VOWELS else word
