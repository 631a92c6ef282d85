"""`python -m service.translations [LOCALE …]`: brings all catalogues up to date, begins those named, compiles them.

Says how much is left to translate in each.
"""

import sys
from collections.abc import Sequence

from service.translations import compiled, extract, names, path_of, read, update, written


def main(new: list[str]) -> None:
    """Updates the catalogues on disk."""
    messages = extract()
    for name in sorted({*names(), *new}):
        catalogue = update(read(name), messages)
        path = path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        missing = sum(not all(forms(message.string)) for message in catalogue if message.id)
        sys.stdout.write(f"{name}: {len(catalogue)} messages, {missing} untranslated\n")


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """The forms of a message or a translation: one, or one for each plural."""
    return tuple(text) if isinstance(text, list | tuple) else (str(text or ""),)


if __name__ == "__main__":
    main(sys.argv[1:])
