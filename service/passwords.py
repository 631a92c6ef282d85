"""Which passwords are accepted (NIST SP 800-63B-4, OWASP ASVS 5.0 V6.2): length counts, composition does not.

A password is refused when too little of it is left after taking away what others would guess first: common words, the
county, the product, the account's own mail and name, runs like "abcdef" or "qwertz", repetitions.
"""

import re
import unicodedata
from collections.abc import Iterable

from service.messages import message

SHORTEST, LONGEST = 15, 200
LIMITS = {"shortest": SHORTEST, "longest": LONGEST}
"""What the sentences of `problem` leave places for."""
LEFT = 8
"""So many characters must be left beside guessable parts."""
COMMON = (
    "passwort", "password", "kennwort", "geheimnis", "geheim", "secret", "willkommen", "welcome", "anmeldung", "anmelden",
    "login", "admin", "administrator", "benutzer", "redaktion", "integration", "angebote", "angebot", "kreis", "hallo",
    "hello", "schatz", "sommer", "winter", "fruehling", "frühling", "herbst", "montag", "dienstag", "mittwoch",
    "donnerstag", "freitag", "samstag", "sonntag", "januar", "februar", "maerz", "april", "juni", "juli", "august",
    "september", "oktober", "november", "dezember", "ichliebedich", "iloveyou", "fussball", "fußball", "schalke",
    "borussia", "letmein", "master", "dragon", "monkey", "test", "demo", "start", "changeme", "aendern", "ändern",
)  # fmt: skip
ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertzuiopü", "asdfghjklöä", "yxcvbnm", "qwertyuiop", "zxcvbnm")


def normalise(password: str) -> str:
    """One spelling of the same characters, whatever keyboard they came from."""
    return unicodedata.normalize("NFKC", password)


def problem(password: str, context: Iterable[str]) -> str:
    """Why the password is refused, in one German sentence with places for `LIMITS`; "" if it is accepted.

    `context`: names, mail, county, product.
    """
    password = normalise(password)
    if len(password) < SHORTEST:
        return message(
            "Das Passwort ist zu kurz. Bitte mindestens %(shortest)d Zeichen wählen, zum Beispiel vier Wörter."
        )
    if len(password) > LONGEST:
        return message("Das Passwort ist zu lang. Erlaubt sind höchstens %(longest)d Zeichen.")
    if len(_unexpected(password, context)) < LEFT:
        return message(
            "Dieses Passwort ist leicht zu erraten: Es besteht vor allem aus bekannten Wörtern, Namen, Reihen oder "
            "Wiederholungen. Bitte ein anderes wählen, zum Beispiel vier Wörter ohne Zusammenhang."
        )
    return ""


def _unexpected(password: str, context: Iterable[str]) -> str:
    """What is left of a password besides guessable parts."""
    left = _once(password.casefold())
    words = {part for text in context for part in re.findall(r"\w{4,}", text.casefold())} | set(COMMON)
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    left = re.sub(r"(?:19|20)[0-9]{2}|[\W_]", "", left)
    for row in ROWS:
        for line in (row, row[::-1]):
            for size in range(len(line), 2, -1):
                for start in range(len(line) - size + 1):
                    left = left.replace(line[start : start + size], "")
    return "" if len(set(left)) < 5 else left


def _once(text: str) -> str:
    """The repeated part of a text that repeats itself: "hundhundhund" is "hund"."""
    return text[: (text + text).find(text, 1)]
