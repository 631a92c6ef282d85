"""What visitors ask for: a seeded list of searches over the offers of a corpus, as query strings."""

import random
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from bench.corpus import Ranked, Record
from service.german.normalise import plain_text
from service.search.facets import BY_NAME, YES
from service.vocabulary import Vocabularies

DIFFERENT = 200
FILTERS = ("stadt", "thema", "sprache", "zielgruppe", "art", "kosten", "tag", "kinderbetreuung", "barrierefrei")
"""Facets that visitors use most, the most used first."""
LONG_ENOUGH = 5
"""Letters of a word worth searching for."""
EVERYTHING = "/angebote"
"""The page without a query: kept until the index changes."""
EVERYTHING_ANEW = "/angebote?sortierung=bestaetigt"
"""The same page, its order named: made anew each time."""


def searches(vocabularies: Vocabularies, sample: Sequence[Record], seed: int, count: int = DIFFERENT) -> list[str]:
    """Different query strings: words of the offers and of the vocabularies (one to three; one in ten mistyped; one in
    seven with a town), half of them with filters, a fifth filters alone, a few on later pages."""
    draw = random.Random(seed)  # noqa: S311  repeatable on purpose
    words, facets = _words(vocabularies, sample, draw), _facets(vocabularies, draw)
    found: dict[str, None] = {}
    while len(found) < count:
        pairs = [("q", _query(words, vocabularies, draw))] if draw.random() < 0.8 else []
        filtered = not pairs or draw.random() < 0.4
        for name in draw.sample(FILTERS[:4] if filtered else (), draw.choice((1, 1, 2)) if filtered else 0):
            pairs += [(name, value) for value in facets[name].some(draw, (1, 1, 2))]
        if filtered and draw.random() < 0.2:
            name = draw.choice(FILTERS[4:])
            pairs.append((name, facets[name].one(draw)))
        if draw.random() < 0.05:
            pairs.append(("seite", "2"))
        found[urlencode(pairs)] = None
    return list(found)


def _words(vocabularies: Vocabularies, sample: Sequence[Record], draw: random.Random) -> Ranked:
    """Words of titles and texts by rank, mixed with the labels of topics."""
    counted = Counter(
        word
        for record in sample
        for word in plain_text(f"{record['title']} {record['body']}").split()
        if word.isalpha() and word[0].isupper() and len(word) >= LONG_ENOUGH
    )
    labels = [term.label() for term in vocabularies["topics"].values()]
    return Ranked([word for word, _ in counted.most_common(400)] + labels, draw)


def _facets(vocabularies: Vocabularies, draw: random.Random) -> dict[str, Ranked]:
    return {
        name: Ranked([YES] if BY_NAME[name].switch else list(BY_NAME[name].terms(vocabularies)), draw)
        for name in FILTERS
    }


def _query(words: Ranked, vocabularies: Vocabularies, draw: random.Random) -> str:
    chosen = words.some(draw, (1, 1, 2, 2, 3))
    if draw.random() < 0.1:
        chosen[0] = _mistyped(chosen[0], draw)
    if draw.random() < 0.15:
        chosen.append(vocabularies.label("towns", draw.choice(list(vocabularies["towns"]))))
    return " ".join(chosen)


def _mistyped(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :]
