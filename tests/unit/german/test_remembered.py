"""What is remembered of words."""

from service.german.remembered import Remembered


def test_each_word_is_made_once_while_it_comes_again() -> None:
    made: list[str] = []

    def upper(word: str) -> str:
        made.append(word)
        return word.upper()

    remembered = Remembered(upper, most=4)
    for word in ("a", "a", "b", "a", "c", "a", "d", "e", "a"):
        assert remembered[word] == word.upper()
    assert made == ["a", "b", "c", "d", "e"]
    assert remembered["b"] == "B"
    assert made == ["a", "b", "c", "d", "e", "b"]


def test_no_more_words_are_kept_than_said() -> None:
    remembered = Remembered(str.upper, most=100)
    for number in range(1_000):
        assert remembered[f"word{number}"] == f"WORD{number}"
        assert len(remembered) + len(remembered._before) <= 100
