"""Ten things people search for in each language: an offer of the right topic is among the first three hits.

Written from the lists of an everyday life, not from the glossary; no native speaker has read them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.search.engine import Found
from service.search.understanding import understand
from tests.engine.conftest import Demo

GERMAN = {
    "deutschkurse",
    "integrationskurse",
    "alphabetisierung",
    "berufssprachkurse",
    "sprachtreffs",
    "deutsch-lernen",
}
LITERACY, EXAMS = {"alphabetisierung"}, {"pruefungen"}
DOCTOR, MIND, ADDICTION, CARE = (
    {"aerztliche-versorgung"},
    {"psychische-gesundheit"},
    {"sucht"},
    {"pflege-und-behinderung"},
)
HOME, HOMELESS, DEBT, BENEFITS = {"wohnungssuche"}, {"wohnungslosigkeit"}, {"schulden"}, {"sozialleistungen"}
GOODS, VIOLENCE = {"lebensmittel-kleidung-moebel"}, {"gewaltschutz", "frauenberatung"}
CRISIS = {"krisenhilfe"}
WORK, APPLYING, DEGREE = {"arbeitssuche", "arbeit-und-beruf", "rechtsberatung"}, {"bewerbung"}, {"anerkennung"}
TRAINING, FOUNDING = {"ausbildung"}, {"existenzgruendung"}
SCHOOL, HOMEWORK, STUDY = {"schulanmeldung", "schule-und-bildung"}, {"hausaufgabenhilfe"}, {"studium"}
COMPUTER = {"digitale-bildung"}
KITA, BIRTH, FAMILY = {"kinderbetreuung"}, {"schwangerschaft-und-geburt"}, {"familienberatung"}
PASSPORT, ASYLUM = {"aufenthalt-und-einbuergerung"}, {"asylberatung", "rechtsberatung"}
LAW, INTERPRETER, FORMS = {"rechtsberatung"}, {"dolmetschen"}, {"formulare-und-antraege"}
RACISM, RETURN = {"antidiskriminierung"}, {"rueckkehrberatung"}
SPORT, CREATIVE, GARDEN, VOLUNTEER = {"sport"}, {"kultur-und-kreatives"}, {"garten-und-natur"}, {"ehrenamt"}

QUERIES: dict[str, dict[str, set[str]]] = {
    "en": {
        "where can I learn German": GERMAN,
        "I need a dentist": DOCTOR,
        "nursery for my daughter": KITA,
        "my husband beats me": VIOLENCE,
        "help filling in forms": FORMS,
        "maths tutoring": HOMEWORK,
        "I have too many debts": DEBT,
        "swimming lessons for women": SPORT,
        "someone to translate at the hospital": INTERPRETER,
        "become a German citizen": PASSPORT,
    },
    "tr": {
        "almanca öğrenmek istiyorum": GERMAN,
        "çocuğum için anaokulu": KITA,
        "kiralık ev arıyorum": HOME,
        "iş başvurusu nasıl yapılır": APPLYING,
        "psikolog türkçe konuşan": MIND,
        "borçlarım var": DEBT,
        "boşanma avukatı": LAW | FAMILY,
        "hamileyim ebe arıyorum": BIRTH,
        "dikiş kursu": CREATIVE,
        "alman pasaportu almak": PASSPORT,
    },
    "ar": {
        "أريد تعلم اللغة الألمانية": GERMAN,
        "روضة لطفلي": KITA,
        "محامي مجاني": LAW,
        "طبيب أسنان": DOCTOR,
        "معادلة الشهادات": DEGREE,
        "زوجي يضربني": VIOLENCE,
        "مساعدة في تعبئة الأوراق": FORMS,
        "ملابس وأثاث مجاني": GOODS,
        "تعلم السباحة": SPORT,
        "الحصول على الجنسية الألمانية": PASSPORT,
    },
    "uk": {
        "де вчити німецьку": GERMAN,
        "шукаю квартиру": HOME,
        "психологічна підтримка": MIND,
        "записати дитину до школи": SCHOOL,
        "підтвердження диплома": DEGREE,
        "допомога вагітним": BIRTH,
        "лікар без страховки": DOCTOR,
        "заповнити анкету для джобцентру": FORMS | BENEFITS,
        "волонтерити": VOLUNTEER,
        "перекладач до лікаря": INTERPRETER,
    },
    "ru": {
        "выучить немецкий с нуля": GERMAN,
        "ищу работу без языка": WORK,
        "садик для ребёнка": KITA,
        "юрист бесплатно": LAW,
        "муж пьёт": ADDICTION,
        "долги что делать": DEBT,
        "получить немецкое гражданство": PASSPORT,
        "помощь с уроками в школе": HOMEWORK,
        "уход за пожилой мамой": CARE,
        "бесплатная еда": GOODS,
    },
    "pl": {
        "nauka niemieckiego": GERMAN,
        "szukam mieszkania": HOME,
        "mąż mnie bije": VIOLENCE,
        "jestem w ciąży": BIRTH,
        "jak napisać CV": APPLYING,
        "pomoc w wypełnianiu wniosków": FORMS,
        "korepetycje z matematyki": HOMEWORK,
        "długi i komornik": DEBT,
        "dentysta": DOCTOR,
        "leczenie alkoholizmu": ADDICTION,
    },
    "ro": {
        "vreau să învăț germana": GERMAN,
        "caut loc de muncă": WORK,
        "avocat gratuit": LAW,
        "sunt însărcinată": BIRTH,
        "soțul mă bate": VIOLENCE,
        "creșă pentru copilul meu": KITA,
        "recunoașterea diplomei": DEGREE,
        "alocația pentru copii": BENEFITS,
        "traducător la doctor": INTERPRETER,
        "haine pentru copii": GOODS,
    },
    "fa": {
        "یادگیری زبان آلمانی": GERMAN,
        "پیدا کردن خانه": HOME,
        "وکیل برای پناهندگی": ASYLUM,
        "مهد کودک برای پسرم": KITA,
        "شوهرم کتکم می‌زند": VIOLENCE,
        "مشاوره بدهی": DEBT,
        "دندانپزشک": DOCTOR,
        "کمک در تکالیف مدرسه": HOMEWORK,
        "آموزش شنا": SPORT,
        "معادل سازی مدرک دانشگاهی": DEGREE,
    },
    "fr": {
        "je cherche un cours d'allemand": GERMAN,
        "trouver un logement": HOME,
        "mon mari me frappe": VIOLENCE,
        "sage-femme": BIRTH,
        "inscrire mon fils à l'école": SCHOOL,
        "avocat droit d'asile": ASYLUM,
        "aide alimentaire": GOODS,
        "remplir un formulaire": FORMS,
        "apprendre à nager": SPORT,
        "problèmes de drogue": ADDICTION,
    },
    "bg": {
        "искам да уча немски": GERMAN,
        "търся работа": WORK,
        "квартира под наем": HOME,
        "детска градина за детето ми": KITA,
        "лекар без осигуровка": DOCTOR,
        "мъжът ми ме бие": VIOLENCE,
        "помощ за попълване на формуляри": FORMS,
        "признаване на диплома": DEGREE,
        "бременна съм": BIRTH,
        "зъболекар": DOCTOR,
    },
    "sq": {
        "dua të mësoj gjermanisht": GERMAN,
        "kërkoj punë": WORK,
        "kërkoj banesë me qira": HOME,
        "kopsht për fëmijën tim": KITA,
        "avokat për azil": ASYLUM,
        "burri më rreh": VIOLENCE,
        "njohja e diplomës": DEGREE,
        "kam borxhe": DEBT,
        "dentist": DOCTOR,
        "psikolog": MIND,
    },
    "mixed": {
        "Arzt عربي": DOCTOR,
        "Deutschkurs для начинающих": GERMAN,
        "Kita kayıt": KITA,
        "Anerkennung диплома": DEGREE,
        "Джобцентр анкета": BENEFITS | FORMS,
        "Frauenarzt arabisch": DOCTOR,
        "Sprachcafé Recklinghausen женщины": GERMAN,
        "аусбильдунг": TRAINING,
        "дойч курс": GERMAN,
        "جوب سنتر": BENEFITS | WORK,
    },
}
SAMPLES = [(language, words) for language, queries in QUERIES.items() for words in queries]


@pytest.mark.parametrize(("language", "words"), SAMPLES, ids=[f"{language}: {words}" for language, words in SAMPLES])
def test_an_offer_of_the_right_topic_is_among_the_first_three(
    language: str, words: str, ask: Callable[[str], Found]
) -> None:
    hits = ask(words).hits[:3]
    assert any(not QUERIES[language][words].isdisjoint(hit.data["topics"]) for hit in hits), [
        hit.data["title"] for hit in hits
    ]


TOWNS = {
    "دورات ألماني في مارل": "marl",
    "بريكلينغهاوزن محامي": "recklinghausen",
    "врач в Хертене": "herten",
    "курси в Реклінггаузені": "recklinghausen",
    "курсы в Рекклингхаузене": "recklinghausen",
    "садик Вальтроп": "waltrop",
    "лекар в Дорстен": "dorsten",
    "کلاس آلمانی گلادبک": "gladbeck",
    "Castrop-Rauxel'de almanca kursu": "castrop-rauxel",
    "Marl’da doktor": "marl",
    "kurs niemieckiego w Haltern am See": "haltern-am-see",
    "avocat Datteln": "datteln",
    "doctor Oer-Erkenschwick": "oer-erkenschwick",
}


@pytest.mark.parametrize("words", TOWNS)
def test_towns_are_known_in_every_script(words: str, demo: Demo) -> None:
    plan = understand(words, demo.book)
    assert plan.towns == (TOWNS[words],)
    assert plan.words


def test_an_offer_in_the_named_language_comes_first_and_filters_nothing(
    ask: Callable[[str], Found], demo: Demo
) -> None:
    named, plain = ask("психолог українською"), ask("психолог")
    assert understand("консультация на арабском", demo.book).languages == ("ar",)
    assert "uk" in named.hits[0].data["languages"]
    assert named.total >= plain.total
