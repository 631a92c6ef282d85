"""The catalogues of the interface languages say everything that the sources say, with the same values in it."""

from __future__ import annotations

import gettext
import re
from collections import defaultdict
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

from service import translations
from service.translations.__main__ import forms
from service.views import language

LOCALES = translations.names()
PLACE = re.compile(r"%\(\w+\)[a-z]")
MARKUP = re.compile(r"[<>&]|%(?!\(\w+\)[sd])")


@pytest.fixture(scope="module")
def sources() -> Catalog:
    return translations.extract()


def read(locale: str) -> list[Message]:
    return [message for message in translations.read(locale) if message.id]


def places(text: str) -> list[str]:
    return sorted(PLACE.findall(text))


def test_there_is_an_english_catalogue() -> None:
    assert "en" in LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_is_that_of_an_interface_language(locale: str) -> None:
    assert locale in {language.CATALOGUE.get(code, code) for code in language.NAMES}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_is_as_the_update_writes_it(locale: str, sources: Catalog) -> None:
    updated = translations.update(translations.read(locale), sources)
    written = translations.written(updated).decode()
    assert written == translations.path_of(locale).read_text("utf-8"), "run: python -m service.translations"


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_is_translated(locale: str) -> None:
    messages = read(locale)
    assert [message.id for message in messages if message.fuzzy or not all(map(str.strip, forms(message.string)))] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_hold_the_same_values(locale: str) -> None:
    """Of a plural the form for a single number may do without it: "One session" – but not one for 1, 21 and 31."""
    numbers = _numbers_of_forms(translations.read(locale))
    wrong = []
    for message in read(locale):
        ids, texts = forms(message.id), forms(message.string)
        assert len(texts) == (len(numbers) if message.pluralizable else 1), message.id
        for form, text in enumerate(texts):
            expected, allowed = places(ids[-1]), [places(ids[-1])]
            if message.pluralizable and (len(numbers[form]) == 1 or numbers[form] == [0, 1]):
                allowed.append([place for place in expected if place != "%(num)d"])
            if places(text) not in allowed:
                wrong.append((ids[0], text))
    assert wrong == []


def _numbers_of_forms(catalogue: Catalog) -> list[list[int]]:
    """For each plural form the numbers up to 200 that take it."""
    form_of = gettext.c2py(catalogue.plural_expr)
    found: list[list[int]] = [[] for _ in range(catalogue.num_plurals)]
    for number in range(201):
        found[form_of(number)].append(number)
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_are_plain_text(locale: str) -> None:
    """Templates take them as HTML, and format them: markup or a percent sign of its own would break a page."""
    texts = [text for message in read(locale) for text in forms(message.string)]
    assert [text for text in texts if MARKUP.search(text)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_begin_and_end_as_their_messages(locale: str) -> None:
    """A space at the edge, the colon of a label, an ellipsis: the page is built around them."""
    wrong = []
    for message in read(locale):
        for text in forms(message.string):
            german = forms(message.id)[-1]
            ends = (text.endswith((":", "：")), text[:1].isspace(), text.endswith("…"))
            if ends != (german.endswith(":"), german[:1].isspace(), german.endswith("…")):
                wrong.append((german, text))
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_compiled_catalogue_answers(locale: str) -> None:
    catalogue = translations.read(locale)
    compiled = gettext.GNUTranslations(BytesIO(translations.compiled(catalogue)))
    for message in read(locale):
        ids, texts = forms(message.id), forms(message.string)
        if message.pluralizable:
            assert {compiled.ngettext(ids[0], ids[1], number) for number in range(201)} == set(texts)
        else:
            assert compiled.gettext(ids[0]) == texts[0]


def test_messages_of_data_and_of_errors_are_found(sources: Catalog) -> None:
    found = {forms(message.id)[0] for message in sources}
    assert {
        "Sprache des Angebots",
        "Titel von A bis Z",
        "„%(name)s“ muss eine Zahl von %(low)d bis %(high)d sein.",
    } <= found
    assert {"Was suchen Sie?", "Reihenfolge:", "%(num)d Angebot", "Diese Seite gibt es nicht"} <= found


def test_no_message_is_spelt_in_two_ways(sources: Catalog) -> None:
    """Case, hyphens and spaces aside the same words are the same message; a heading may do without a full stop."""
    spellings = defaultdict(set)
    for message in sources:
        text = forms(message.id)[0].rstrip(" .:…")
        spellings[re.sub(r"[\W_]", "", PLACE.sub("0", text).casefold())].add(text)
    assert [texts for words, texts in spellings.items() if len(texts) > 1 and words] == []


def test_a_message_has_a_plural_everywhere_or_nowhere() -> None:
    """The form for one, asked for without a number, would show the place of the number: "%(num)d сессия"."""
    used = defaultdict(set)
    for folder, methods in translations.METHODS.items():
        for _, _, ids, _, _ in extract_from_dir(translations.ROOT / folder, methods, keywords=translations.KEYWORDS):
            used[forms(ids)[0]].add(forms(ids))
    assert [ways for ways in used.values() if len(ways) > 1] == []


def test_an_update_keeps_translations_and_drops_what_is_gone(sources: Catalog) -> None:
    catalogue = Catalog(locale="fr", fuzzy=False)
    catalogue.add("Suchen", "Rechercher")
    catalogue.add("Das sagt niemand mehr", "Personne ne le dit plus")
    translations.update(catalogue, sources)
    assert catalogue.get("Suchen").string == "Rechercher"  # type: ignore[union-attr]
    assert catalogue.get("Das sagt niemand mehr") is None
    assert "Personne" not in translations.written(catalogue).decode()
    assert len(catalogue) == len(sources)
