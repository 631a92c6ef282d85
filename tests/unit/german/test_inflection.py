"""Forms of a word have one stem in its language, and different words have different ones."""

import pytest
from hypothesis import given

from service.german.inflection import LANGUAGES, place, stem
from tests.unit.german.test_normalise import ANY_TEXT

FORMS = [
    ("en", "debts debt"), ("en", "courses course"), ("en", "families family"),
    ("tr", "danışmanlık danışmanlığı DANISMANLIGI"), ("tr", "vize vizesi vizeler"), ("tr", "borç borcum borçlar borçlarım"),
    ("tr", "İş iş is"), ("tr", "çocuk çocuğum çocuklar cocuklar"),
    ("ar", "طبيب الطبيب للطبيب طَبيب"), ("ar", "أطفال اطفال للأطفال"), ("ar", "مترجم مترجمة المترجمين"),
    ("fa", "کلاس كلاس کلاسهای"), ("fa", "مبتدی مبتدیها مبتدي"),
    ("uk", "німецька німецької німецьку нимецька"), ("uk", "лікар лікаря лікарі лікарів"), ("uk", "сім'я сім’я"),
    ("ru", "ещё еще"), ("ru", "врач врача врачи врачом"), ("ru", "работа работу работы"),
    ("pl", "prawnik prawnika prawnikiem"), ("pl", "szkoła szkoły szkole szkoła szkola"), ("pl", "praca pracę pracy"),
    ("ro", "datorie datorii datoriile datoriilor"), ("ro", "medic medicul medicului"), ("ro", "grădiniță gradinita"),
    ("fr", "débutant débutants débutante DEBUTANTES"), ("fr", "école l'école l’école"),
    ("bg", "дълг дългове дълговете"), ("bg", "училище училището училища"),
    ("sq", "shtetësi shtetësia shtetësinë shtetesia"), ("sq", "punë puna punën pune"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words"), FORMS)
def test_forms_of_a_word_have_one_stem(language: str, words: str) -> None:
    assert len({stem(word, language) for word in words.split()}) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("tr", "dil iş ev para okul"),
        ("ru", "врач врать работа ребёнок рента"),
        ("pl", "praca prawo prawnik przedszkole"),
        ("ar", "طبيب طفل عمل سكن"),
        ("sq", "punë mjek kopsht banesë"),
    ],
)
def test_different_words_have_different_stems(language: str, words: str) -> None:
    assert len({stem(word, language) for word in words.split()}) == len(words.split())


@pytest.mark.parametrize(
    "names", ["Хертен Хертене Хертену", "Реклингхаузен Рекклингхаузене", "مارل بمارل", "Marl Marl"]
)
def test_towns_are_one_place_in_each_form(names: str) -> None:
    assert len({place(name) for name in names.split()}) == 1


@given(ANY_TEXT)
def test_any_word_has_a_stem_in_any_language(word: str) -> None:
    for language in LANGUAGES:
        assert isinstance(stem(word, language), str)
