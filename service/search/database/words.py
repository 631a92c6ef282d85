"""Words of a query in SQL: where they stand in an offer, and how much that counts."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Text, and_, case, cast, false, func, literal, or_, select

from service.search.database import patterns
from service.search.database.conditions import Condition, Conditions, shown_places
from service.search.plan import Plan, Word
from service.search.wordbook import FINDING, Wordbook
from service.store.models import Offer, Place, Provider

TITLE, TEXT, PARTS, SYNONYM, TOWN = 3.0, 1.0, 0.8, 0.3, 1.5
"""What a word counts in the title, anywhere else, by the parts of a compound, by a synonym; what a named town counts."""
FIELDS = {"topics": "topics", "kinds": "kind", "audiences": "audiences"}
"""Index fields of the vocabularies whose words find offers."""


class Words:
    """Conditions and scores for the words of plans."""

    def __init__(self, book: Wordbook, conditions: Conditions, sqlite: bool) -> None:
        self._book, self._conditions, self._sqlite = book, conditions, sqlite

    def score(self, plan: Plan) -> ColumnElement[float]:
        """The number of words that an offer answers, weighted; a named town on top. 0 where it answers none."""
        scores = [self._word(word) for word in plan.words]
        single = {synonym.stems[0]: synonym.text for synonym in plan.synonyms if len(synonym.stems) == 1}
        scores += [
            case((self._short(patterns.containing(stem, text)), SYNONYM), else_=0.0) for stem, text in single.items()
        ]
        total: ColumnElement[float] = literal(0.0, Float)
        for score in scores:
            total = total + score
        if not plan.towns:
            return total
        preferred = case((self._conditions.of("towns", plan.towns), TOWN), else_=0.0)
        return case((total > 0, total + preferred), else_=0.0)

    def titled(self, words: Sequence[str]) -> tuple[Condition, ColumnElement[int]]:
        """Offers with all words in their titles; and what sorts first where words begin with them."""
        inside = and_(*(self._like(Offer.title, patterns.containing(word)) for word in words))
        begins = and_(*(self._like(Offer.title, patterns.beginning(word)) for word in words))
        return inside, case((begins, 0), else_=1)

    def _word(self, word: Word) -> ColumnElement[float]:
        forms = [form for stem in word.stems for form in patterns.containing(stem, word.text)]
        if not forms:
            return literal(0.0, Float)
        ways: list[tuple[Condition, float]] = [(self._like(Offer.title, forms), TITLE)]
        ways.append((or_(*self._anywhere(forms), *self._terms(word)), TEXT))
        if len(word.parts) > 1:
            ways.append((and_(*(self._short(patterns.containing(part)) for part in word.parts)), PARTS))
        return case(*ways, else_=0.0)

    def _short(self, forms: Sequence[str]) -> Condition:
        return or_(self._like(Offer.title, forms), self._like(Offer.summary, forms))

    def _anywhere(self, forms: Sequence[str]) -> Iterable[Condition]:
        """Everything but the title; places only as far as their pages show them."""
        full = and_(Place.visibility == "full", self._like(Place.name, forms))
        places = shown_places().where(or_(full, self._like(Place.city, forms), self._like(Place.district, forms)))
        return (
            self._like(Offer.summary, forms),
            Offer.provider_id.in_(select(Provider.id).where(self._like(Provider.name, forms))),
            Offer.id.in_(places),
            self._listed(Offer.other_names, forms),
            self._listed(Offer.search_words, forms),
            self._like(Offer.body, forms),
        )

    def _listed(self, column: Any, forms: Sequence[str]) -> Condition:
        """Where any entry of a list fits. Lists are JSON, which spells umlauts as numbers."""
        unpack = func.json_each if self._sqlite else func.json_array_elements_text
        entry = unpack(column).table_valued("value")
        fits = select(literal(1)).select_from(entry).where(self._like(entry.c.value, forms)).exists()
        return and_(cast(column, Text) != "[]", fits)

    def _terms(self, word: Word) -> Iterable[Condition]:
        """Offers with a topic, a kind or an audience that is called like the word."""
        stems, spoken = set(word.stems), set(word.foreign)
        for name in FINDING:
            slugs = [
                slug
                for (vocabulary, slug), (german, foreign) in self._book.term_tokens.items()
                if vocabulary == name and (german & stems or foreign & spoken)
            ]
            yield self._conditions.of(FIELDS[name], slugs) if slugs else false()

    def _like(self, column: Any, forms: Sequence[str]) -> Condition:
        """SQLite's LIKE takes no notice of the case of ASCII letters by itself, PostgreSQL has ILIKE for that."""
        like = column.like if self._sqlite else column.ilike
        return or_(*(like(form, escape=patterns.ESCAPE) for form in forms))
