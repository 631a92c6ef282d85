"""What is remembered of words."""

from service.german.remembered import Remembered


def test_each_word_is_made_once_until_there_is_no_room() -> None:
    made: list[str] = []

    def upper(word: str) -> str:
        made.append(word)
        return word.upper()

    remembered = Remembered(upper, most=2)
    assert [remembered[word] for word in ("a", "a", "b", "a")] == ["A", "A", "B", "A"]
    assert made == ["a", "b"]
    assert remembered["c"] == "C"
    assert len(remembered) == 1
    assert remembered["a"] == "A"
    assert made == ["a", "b", "c", "a"]
