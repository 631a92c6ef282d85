"""Names that people and machines keep: public ids and slugs."""

import re
import secrets
import unicodedata

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i l o 0 1, which are misread on paper
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def new_public_id() -> str:
    """Eight letters and digits for addresses: 31^8 = 8.5e11 values, unique by constraint in the store."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


def is_public_id(text: str) -> bool:
    """Whether a text from an address can be a public id at all; nothing else is sent to the data base."""
    return len(text) == 8 and text.isascii() and text.isalnum()


def slugify(text: str, longest: int = 80) -> str:
    """Lower-case ASCII words joined by hyphens; cut between words. "angebot" where nothing is left."""
    flat = unicodedata.normalize("NFKD", text.translate(GERMAN)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", flat).strip("-")
    if len(slug) > longest:
        slug = slug[:longest].rsplit("-", 1)[0].strip("-")
    return slug or "angebot"
