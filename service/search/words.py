"""The words of a query: what each of them is searched by."""

from collections.abc import Mapping, Sequence

from service.german import foreign
from service.german.forms import Form
from service.search.plan import Boosts, Relative, Spelling, Word
from service.search.wordbook import Wordbook

MOST_SPELLINGS = 6
"""Near spellings searched for one word, the nearest and commonest. The server takes 1,024 clauses: 20 mistyped words make
4 x 6 + 5 each, and synonyms come on top."""
MOST_FORMS = 4
"""Other forms of one word; what comes first is taken."""


def words_of(text: str, book: Wordbook) -> list[str]:
    """The words that are no stop words, as the analysis cuts them, each once."""
    return list(dict.fromkeys(text[span.start : span.end] for span in book.analysis.spans(text)))


def word_of(text: str, book: Wordbook, boosts: Boosts) -> Word:
    """A word as it is searched."""
    stems, exact = tuple(book.analysis.std(text)), tuple(book.analysis.exact(text))
    parts_text = " ".join(book.guesses.parts(text)) or text
    parts = tuple(book.analysis.std(parts_text))
    related = {token: book.guesses.related(token) for token in exact}
    own, forms = _forms(stems, related, book) if boosts.forms else (1.0, ())
    known = book.guesses.knows(exact) or any(related.values())
    weak = all(book.guesses.is_weak(token, stem) for token, stem in zip(exact, stems, strict=True))
    return Word(
        text=text,
        stems=stems,
        exact=exact,
        parts_text=parts_text,
        parts=parts,
        foreign=tuple(foreign.tokens(text)),
        spellings=_spellings(stems, exact, book) if boosts.spelling and not (known or weak) else (),
        forms=forms,
        weight=boosts.weak if weak else 1.0,
        own=own,
    )


def _forms(
    stems: tuple[str, ...], related: Mapping[str, Sequence[Form]], book: Wordbook
) -> tuple[float, tuple[Relative, ...]]:
    """What a word itself counts, and its other forms that stand in offers, as far as stemming does not join them.

    All of them mean one thing and count as the commonest of them does: engines take a rare word for one that says much, but
    who asks for a Schuldnerberaterin does not want the two offers that happen to say so before all Schuldnerberatung.
    """
    found: dict[str, Form] = {}
    for token, forms_of_token in related.items():
        for form in forms_of_token or book.guesses.family(token):
            stem = "".join(book.analysis.std(form.word))
            if stem and stem not in stems and (stem not in found or form.weight > found[stem].weight):
                found[stem] = form
    kept = dict(list(found.items())[:MOST_FORMS])
    frequency = book.guesses.frequency
    rarity = {stem: book.guesses.rarity(frequency(form.word)) for stem, form in kept.items()}
    rarity_of_word = book.guesses.rarity(sum(map(frequency, related)))
    least = min([rarity_of_word, *rarity.values()])
    forms = [
        Relative(stem, parts_of(form.word, book) or (stem,), form.weight * least / rarity[stem])
        for stem, form in kept.items()
    ]
    return least / rarity_of_word, tuple(forms)


def parts_of(word: str, book: Wordbook) -> tuple[str, ...]:
    """The stems of the parts of a compound."""
    return tuple(book.analysis.std(" ".join(book.splitter.parts(word))))


def _spellings(stems: tuple[str, ...], exact: tuple[str, ...], book: Wordbook) -> tuple[Spelling, ...]:
    """Near words of the offers, for a word that stands in none of them, not even in another form."""
    found = [
        Spelling(near.word, "".join(book.analysis.std(near.word)), 1 - near.distance / len(near.word))
        for token in exact
        for near in book.guesses.closest(token, MOST_SPELLINGS)
    ]
    return () if any(spelling.stem in stems for spelling in found) else tuple(found)
