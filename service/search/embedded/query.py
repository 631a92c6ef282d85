"""From a search request to tantivy queries. Pure: no index is touched. The OpenSearch twin is `..opensearch.query`."""

from collections.abc import Iterable, Mapping, Sequence

import tantivy
from tantivy import Occur, Query

from service.search.embedded.schema import EDGE, PHRASES
from service.search.engine import SearchRequest
from service.search.plan import Boosts, Plan, Synonym, Word, preferences

BM25_FACTOR = 2.2
"""tantivy multiplies BM25 by k1 + 1, Lucene does not: constant scores are multiplied likewise to weigh the same."""


class QueryBuilder:
    """Builds queries for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def text(self, plan: Plan) -> Query:
        """What hits must match, with its score."""
        if plan.everything:
            return self._constant("towns", plan.towns, 1.0) if plan.towns else Query.all_query()
        clauses = [(Occur.Should, self._word(word, plan.boosts)) for word in plan.words]
        clauses += self._synonyms((*plan.negations, *plan.synonyms), plan.boosts)
        template = Query.boolean_query(clauses)
        preferred = [
            (Occur.Should, self._constant(field, values, boost * BM25_FACTOR))
            for field, values, boost in preferences(plan)
        ]
        return Query.boolean_query([(Occur.Must, template), *preferred]) if preferred else template

    def filtered(self, text: Query, request: SearchRequest, ignoring: str = "") -> Query:
        """The text query within the scope and all selections but one field's own."""
        chosen: Mapping[str, Sequence[str]] = {f: v for f, v in request.selected.items() if v and f != ignoring}
        clauses = [(Occur.Must, self._constant(field, values, 0.0)) for field, values in chosen.items()]
        if request.postcodes is not None:
            clauses.append((Occur.Must, self._constant("postcodes", request.postcodes, 0.0)))
        return Query.boolean_query([(Occur.Must, text), *clauses]) if clauses else text

    def suggestion(self, words: Sequence[str]) -> Query:
        """Offers in which every word begins a word."""
        return Query.boolean_query([(Occur.Must, self._term("suggest", word[: EDGE[-1]])) for word in words])

    def _term(self, field: str, token: str) -> Query:
        return Query.term_query(self._schema, field, token, index_option="freq")

    def _constant(self, field: str, values: Sequence[str], score: float) -> Query:
        return Query.const_score_query(Query.term_set_query(self._schema, field, list(values)), score)

    def _any(self, field: str, tokens: Iterable[str], boost: float) -> list[Query]:
        """One clause in which any of the tokens counts, as a match query does."""
        terms = [self._term(field, token) for token in tokens]
        if not terms or not boost:
            return []
        query = terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, term) for term in terms])
        return [Query.boost_query(query, boost)]

    def _all(self, field: str, tokens: Iterable[str], boost: float) -> list[Query]:
        terms = [self._term(field, token) for token in tokens]
        if not terms or not boost:
            return []
        query = terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Must, term) for term in terms])
        return [Query.boost_query(query, boost)]

    def _word(self, word: Word, boosts: Boosts) -> Query:
        variants = [
            *self._any("all", word.stems, boosts.all * word.own),
            *self._any("title", word.stems, boosts.title * word.own),
            *self._all("parts", word.parts, boosts.parts * word.own),
            *self._any("labels", word.stems, boosts.labels * word.own),
        ]
        for form in word.forms:
            variants += self._said([form.stem], form.parts, boosts, boosts.forms * form.weight)
        for near in word.spellings:
            variants += self._any("all_exact", [near.token], boosts.spelling * near.weight)
            variants += self._any("parts_exact", [near.token], boosts.part_spelling * near.weight)
            variants += self._any("title", [near.stem], boosts.title * near.weight)
            variants += self._any("labels", [near.stem], boosts.labels * near.weight)
        best = Query.disjunction_max_query(variants, tie_breaker=boosts.tie_breaker)
        return best if word.weight == 1 else Query.boost_query(best, word.weight)

    def _said(self, stems: Sequence[str], parts: Sequence[str], boosts: Boosts, weight: float) -> list[Query]:
        """A word that stands for another one: anywhere, in the title, as parts, as a label."""
        return [
            *self._any("all", stems, boosts.all * weight),
            *self._any("title", stems, boosts.title * weight),
            *self._all("parts", parts, boosts.parts * weight),
            *self._any("labels", stems, boosts.labels * weight),
        ]

    def _synonyms(self, synonyms: Sequence[Synonym], boosts: Boosts) -> list[tuple[Occur, Query]]:
        """One clause for each source: the best of its synonyms."""
        sources: dict[str, dict[tuple[str, ...], Synonym]] = {}
        for synonym in synonyms:
            sources.setdefault(synonym.source, {}).setdefault(synonym.stems, synonym)
        clauses: list[tuple[Occur, Query]] = []
        for different in sources.values():
            variants: list[Query] = []
            for stems, synonym in different.items():
                if len(stems) == 1:
                    variants += self._said(stems, synonym.parts or stems, boosts, synonym.weight)
                else:
                    placed: list[str | tuple[int, str]] = [*zip(synonym.places, stems, strict=True)]
                    phrase = Query.phrase_query(self._schema, PHRASES, placed)
                    variants.append(Query.boost_query(phrase, synonym.weight))
            clauses.append((Occur.Should, Query.disjunction_max_query(variants, tie_breaker=boosts.tie_breaker)))
        return clauses
