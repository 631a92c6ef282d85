"""Days that a query names: "Deutschkurs samstags", "Sport am Wochenende", "Kinderarzt heute". Offers on them are preferred."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from service.german.analysis import Analysis
from service.vocabulary import Vocabularies

WEEK = ("mo", "di", "mi", "do", "fr", "sa", "so")
FROM_TODAY = {
    "heute": 0, "morgen": 1, "übermorgen": 2, "today": 0, "tonight": 0, "tomorrow": 1, "bugün": 0, "yarın": 1,
    "اليوم": 0, "غدا": 1, "сьогодні": 0, "завтра": 1, "сегодня": 0, "dziś": 0, "dzisiaj": 0, "jutro": 1, "azi": 0,
    "astăzi": 0, "mâine": 1, "امروز": 0, "فردا": 1, "aujourd'hui": 0, "demain": 1,
}  # fmt: skip
"""How many days after today a word means, in the languages of the pages."""
NO_TOMORROW = {"am", "guten", "jeden", "diesen"}
"""What makes of "Morgen" a time of day."""
Name = tuple[str, ...]


class Days:
    """The names of days, as tokens: those of the vocabulary in every language, and the words that count from today."""

    def __init__(self, vocabularies: Vocabularies, analysis: Analysis) -> None:
        self._analysis = analysis
        self._names: dict[Name, dict[str, None]] = {}
        for slug, term in vocabularies["weekdays"].items():
            for language in term.labels.keys() | term.words.keys():
                for name in term.every_word(language):
                    self._names.setdefault(self._tokens(name), {})[slug] = None
        self._names.pop((), None)
        self._longest = max(map(len, self._names), default=0)
        self._from_today: Mapping[Name, int] = {self._tokens(word): days for word, days in FROM_TODAY.items()}

    def named_in(self, typed: Sequence[str], today: date | None) -> tuple[str, ...]:
        """The weekdays that the words of a query name, in their order; without `today` none that counts from it."""
        found: dict[str, None] = {}
        for start in range(len(typed)):
            for length in range(1, self._longest + 1):
                found |= self._names.get(self._tokens(" ".join(typed[start : start + length])), {})
            days = self._from_today.get(self._tokens(typed[start]))
            if today and days is not None and not (days and start and typed[start - 1].lower() in NO_TOMORROW):
                found[WEEK[(today + timedelta(days)).weekday()]] = None
        return tuple(found)

    def _tokens(self, text: str) -> Name:
        return tuple(self._analysis.exact(text))
