"""Catalogues of the interface languages, and the messages that belong in them.

A message id is the German sentence itself. The sources are the only list of the messages: `extract` reads them from the
templates, from calls of gettext, and from `service.messages.message`, which marks sentences that are declared as data.
`update` brings a catalogue up to date with them; `python -m service.translations` does that for all.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
METHODS = {"service": [("**.py", "python")], "templates": [("**.html", "jinja2")]}
"""Folder of the checkout → which of its files are read, and how."""
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "message": None}
HEADER_LINES = (b"Language:", b"Plural-Forms", b"MIME-Version", b"Content-")
"""What is kept of a catalogue's head; dates would change with every update, addresses of translators are nobody's."""
COMMENT = (
    "# Texts of the interface, made by `python -m service.translations`: translate here, change ids in the sources.\n#"
)


def extract() -> Catalog:
    """All messages of the sources, untranslated."""
    found = Catalog(header_comment=COMMENT)
    for folder, methods in METHODS.items():
        messages = extract_from_dir(ROOT / folder, methods, keywords=KEYWORDS)
        for path, _, message_id, comments, context in sorted(messages, key=lambda entry: entry[:2]):
            found.add(message_id, locations=[(f"{folder}/{path}", 0)], auto_comments=comments, context=context)
    return found


def path_of(name: str) -> Path:
    """Where the catalogue of a locale ("fr", "de@einfach") is."""
    return FOLDER / name / "LC_MESSAGES" / "messages.po"


def names() -> list[str]:
    """The locales that have a catalogue."""
    return sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def read(name: str) -> Catalog:
    """The catalogue of a locale as it is written; an empty one where there is none."""
    path = path_of(name)
    if not path.is_file():
        return Catalog(locale=name, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=name)


def update(catalogue: Catalog, messages: Catalog) -> Catalog:
    """Brings a catalogue up to date: new messages come in untranslated, those that are gone leave."""
    catalogue.update(messages, no_fuzzy_matching=True, update_header_comment=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """A catalogue as its file, without line numbers: they would change with every edit of a source."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=120, include_lineno=False, ignore_obsolete=True)
    head, separator, messages = buffer.getvalue().partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if line[:1] != b'"' or line[1:].startswith(HEADER_LINES)]
    return b"\n".join(kept) + separator + messages


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()
