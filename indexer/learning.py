"""What a new index learns from the offers: compound parts before it is built, and the words that stand in it."""

from collections import Counter
from collections.abc import Iterable

from indexer.shares import Learnt
from service.paths import data_folder
from service.search import wordbook
from service.vocabulary import Vocabularies


def merged(shares: Iterable[Learnt]) -> Learnt:
    """What all shares learnt together."""
    total = Learnt()
    for share in shares:
        if total.offers:
            total.words.update(share.words)
            total.offers += share.offers
        else:
            total = share
    return total


def parts(words: Counter[str], vocabularies: Vocabularies) -> frozenset[str]:
    """The compound parts of an index with these words: nouns are written with a capital letter."""
    nouns: Counter[str] = Counter()
    for word, count in words.items():
        if word[0].isupper():
            nouns[word.lower()] += count
    return wordbook.learn_parts(wordbook.read_lists(data_folder("mappings")), vocabularies, nouns)
