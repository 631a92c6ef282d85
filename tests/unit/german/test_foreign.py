"""Labels and words in other languages meet whatever form they are typed in."""

import pytest
from hypothesis import given

from service.german.foreign import tokens
from tests.unit.german.test_normalise import ANY_TEXT, SNIPPETS


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("курси німецької мови", "курс німецька мова"),
        ("курси німецької", "КУРСИ НІМЕЦЬКОЇ"),
        ("курсы немецкого языка", "курс немецкий язык"),
        ("помощь детям", "помощи дети"),
        ("сім'я", "сім’я"),
        ("сім'я", "сiм'я"),  # a Latin i
        ("ещё", "еще"),
        ("كورس اللغة الألمانية", "كورس لغة المانيه"),
        ("دورات اللغة الألمانية", "دورة اللغه الالمانية"),
        ("مُسَاعَدَة", "المساعدات"),
        ("للأطفال", "الاطفال"),
        ("کلاس‌های زبان آلمانی", "كلاس زبان الماني"),
        ("Almanca kursu", "ALMANCA KURSLARI"),
        ("İş arıyorum", "is ariyorum"),
        ("kurs języka niemieckiego", "kursy jezyka niemiecki"),
        ("curs de limba germană", "cursuri limba germana"),
        ("cours d'allemand", "cours allemand"),
        ("l’école", "ecole"),
        ("German courses", "german course"),
        ("٢٠٢٦", "2026"),
        ("德语课程", "德语课程"),
    ],
)
def test_label_and_typed_words_meet(label: str, typed: str) -> None:
    assert tokens(label) == tokens(typed)


def test_german_keeps_its_root_in_arabic_and_persian() -> None:
    assert set(tokens("ألمانية الألمانية آلمانی بالألمانية")) == {"المان"}


def test_pairs_of_characters_where_no_spaces_are_written() -> None:
    assert tokens("德语课") == ["德语", "语课"]


@pytest.mark.parametrize("text", ["the and", "та в", "و في", "*** ???", ""])
def test_small_words_say_nothing(text: str) -> None:
    assert tokens(text) == []


def test_levels_and_short_words_stay() -> None:
    assert tokens("B1 kurs iş para") == ["b1", "kurs", "is", "para"]


@given(ANY_TEXT | SNIPPETS)
def test_any_text_gives_tokens_without_spaces(text: str) -> None:
    for token in tokens(text):
        assert token
        assert not any(char.isspace() for char in token)
