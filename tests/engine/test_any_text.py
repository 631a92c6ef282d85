"""Whatever is typed: 10,000 generated texts on both engines. No error, and no other filter than the chosen one. That
text is never syntax is held by `test_queries.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlencode

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.search.criteria import SearchCriteria, parse
from service.search.engine import Found, SearchEngine, SearchRequest
from service.search.understanding import understand
from tests.engine.conftest import ENGINES, Demo

TEXTS, AT_ONCE = 10_000, 50
TOWN = "marl"
WORDS = st.sampled_from(
    [
        "kurs", "Deutsch", "Herten", "45768", "ohne", "nicht", "kein Geld", "Kinderbetreung", "ü", "ß", "ﬁ", "курси", "алман",
        "كورس", "فارسی", "alman", "İZİN", "AND", "OR", "NOT", "TO", "title:", "_id:", "towns:herten", "stadt=herten", "&stadt=herten",
        "post_filter", '{"match_all":{}}', '{"terms":{"towns":["herten"]}}', "*", "?", "~2", "^9", '"', "'", "\\", "/", "//", "[a TO z]",
        "(", ")", "{{", "{%", "<mark>", "</script>", "${jndi:x}", "%00", "\x00", "\u202e", "\u200b", "\ud800", "🙂", "-", "+", "&&", "||",
        "!", "z.B.", "§16d", "B1", "Ärzt:innen", "Lotsen*innen", "1e999", "NaN", "null", "; DROP TABLE offers;--", "a" * 300,
    ]
)  # fmt: skip
"""Words with a meaning somewhere: in the product, in query languages, in templates, in addresses."""
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(WORDS, st.text(max_size=8)), min_size=1, max_size=12).map(" ".join),
    st.lists(WORDS, min_size=1, max_size=6).map("".join),
)


def criteria_of(typed: str, demo: Demo) -> SearchCriteria:
    """What the address of a search with one chosen town says, as a browser writes it."""
    address = urlencode([("q", typed[:200]), ("stadt", TOWN)], errors="surrogatepass")
    return parse(parse_qsl(address, errors="surrogatepass"), demo.book.vocabularies)


def test_no_text_is_an_error_or_changes_a_filter(opened: Callable[[str], SearchEngine], demo: Demo) -> None:
    here = {str(document["offer_id"]) for document in demo.documents if TOWN in document["towns"]}

    @settings(
        max_examples=TEXTS // AT_ONCE,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
    )
    @given(texts=st.lists(TYPED, min_size=AT_ONCE, max_size=AT_ONCE))
    def ask(texts: Sequence[str]) -> None:
        requests = []
        for typed in texts:
            criteria = criteria_of(typed, demo)
            assert criteria.selected == {"stadt": (TOWN,)}, typed
            requests.append(SearchRequest(understand(criteria.q, demo.book), {"towns": criteria.selected["stadt"]}))
        for kind in ENGINES:
            with ThreadPoolExecutor(4) as visitors:
                answers: list[Found] = list(visitors.map(opened(kind).search, requests))
            for typed, found in zip(texts, answers, strict=True):
                assert {hit.offer_id for hit in found.hits} <= here, (kind, typed)
                assert found.total <= len(here), (kind, typed)

    ask()
