"""The analysis in Python gives the tokens of the server's analyzers: on real pages of an integration portal, and on forms."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from opensearchpy import OpenSearch

from service.german.analysis import Analysis
from service.german.normalise import clean, plain_text
from service.german.wordlist import parse_words

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "mappings"
PAGES = ROOT.parent / "shared" / "data" / "integreat-rems-murr" / "pages_de.json"
ANALYZERS = ("de_exact", "de_std")
ENOUGH = 0.999
"""Share of tokens that must be equal."""

FORMS = """
Kurs Kurse Kursen Kurses Lehrer:innen Lehrer*in Lehrer_innen Lehrer/-innen LehrerInnen Lehrer·innen Ärzt:innen Mütter
Behoerde BEHÖRDE Straße Strasse Café CAFÉ l’école geht's z.B. u.a. d.h. E-Mail A1 B2.1 §16d 1.000,50 9:30 10–12 24/7
60 m² Fußnote¹ CO₂ ½ ① ﬁnden İZİN ızın Łódź Ørsted Æther đường ſ Oer-Erkenschwick Castrop-Rauxel quelle neue bauen treue
https://www.example.org/kurs?x=1 info@example.org 0221/4710-000 c++ foo_bar __ _x_ Frauen- und Mädchenberatung
Українська й ё мова сім'я اللغة الألمانية مُسَاعَدَة 德语课程 Ελλάς ΟΔΟΣ Straßenbahnhaltestelle größte ältesten ernst fest
"""


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(parse_words((MAPPINGS / "stopwords-de.txt").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def index(opensearch_url: str) -> Iterator[tuple[OpenSearch, str]]:
    """An empty index with the settings and mappings of the product."""
    body = json.loads((MAPPINGS / "offers-v2.json").read_text(encoding="utf-8"))
    stop = body["settings"]["analysis"]["filter"]["de_stop"]
    stop["stopwords"] = list(parse_words((MAPPINGS / stop["stopwords"].removeprefix("@")).read_text(encoding="utf-8")))
    body["settings"]["index"]["analyze.max_token_count"] = 100_000
    client = OpenSearch(opensearch_url, timeout=30)
    name = f"parity-{uuid4().hex}"
    client.indices.create(index=name, body=body)
    yield client, name
    client.indices.delete(index=name)
    client.close()


def server_tokens(index: tuple[OpenSearch, str], analyzer: str, text: str) -> list[dict[str, Any]]:
    client, name = index
    answer = client.indices.analyze(index=name, body={"analyzer": analyzer, "text": clean(text)})
    tokens: list[dict[str, Any]] = answer["tokens"]
    return tokens


def unequal(ours: list[str], theirs: list[str]) -> list[tuple[list[str], list[str]]]:
    """The runs of tokens that differ: ours, theirs."""
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    return [(ours[a:b], theirs[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


@pytest.mark.parametrize("analyzer", ANALYZERS)
def test_forms_are_analysed_as_on_the_server(index: tuple[OpenSearch, str], analysis: Analysis, analyzer: str) -> None:
    ours = analysis.exact(FORMS) if analyzer == "de_exact" else analysis.std(FORMS)
    theirs = [token["token"] for token in server_tokens(index, analyzer, FORMS)]
    assert unequal(ours, theirs) == []


def test_marks_stand_where_the_server_sees_the_words(index: tuple[OpenSearch, str], analysis: Analysis) -> None:
    text = "Für Lehrer:innen, Mütter und Ärzt*innen: 60 m² im Café."
    theirs = [(token["start_offset"], token["end_offset"]) for token in server_tokens(index, "de_std", text)]
    assert [(span.start, span.end) for span in analysis.spans(text)] == theirs


@pytest.mark.skipif(not PAGES.is_file(), reason=f"the pages of the integration portal are not here: {PAGES}")
@pytest.mark.parametrize("analyzer", ANALYZERS)
def test_pages_of_a_portal_are_analysed_as_on_the_server(
    index: tuple[OpenSearch, str], analysis: Analysis, analyzer: str
) -> None:
    pages = json.loads(PAGES.read_text(encoding="utf-8"))
    texts = [plain_text(f"{page['title']}\n{page['content']}") for page in pages]
    total = 0
    differences: list[tuple[list[str], list[str]]] = []
    for start in range(0, len(texts), 50):
        text = "\n".join(texts[start : start + 50])
        ours = analysis.exact(text) if analyzer == "de_exact" else analysis.std(text)
        theirs = [token["token"] for token in server_tokens(index, analyzer, text)]
        total += len(theirs)
        if ours != theirs:
            differences.extend(unequal(ours, theirs))
    differing = sum(max(len(ours), len(theirs)) for ours, theirs in differences)
    assert total > 20_000
    assert differing <= total * (1 - ENOUGH), differences[:20]
