"""Interface languages for a test: exactly those whose catalogues it brings, whatever was compiled in the checkout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from service import translations
from service.views import cache, filters, language, present, times


@contextmanager
def offered(folder: Path, catalogues: Mapping[str, Catalog]) -> Iterator[None]:
    """Offers German and the languages of these catalogues (by locale: "fr", "de@einfach") while it lasts."""
    for name, catalogue in catalogues.items():
        compiled = folder / name / "LC_MESSAGES" / "messages.mo"
        compiled.parent.mkdir(parents=True)
        compiled.write_bytes(translations.compiled(catalogue))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "TRANSLATIONS", folder)
        patch.setattr(cache, "_pages", {})
        patch.setattr(filters, "_prepared", {})
        patch.setattr(present, "_written", {})
        _forget()
        yield
    _forget()


def catalogue(locale: str, messages: Mapping[str, str]) -> Catalog:
    """A small catalogue."""
    made = Catalog(locale=locale, fuzzy=False)
    for message, text in messages.items():
        made.add(message, text)
    return made


def _forget() -> None:
    language.forget()
    for kept in vars(times).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
