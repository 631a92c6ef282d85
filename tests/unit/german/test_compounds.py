"""Which words split, into what, and which words of the offers become parts."""

import pickle

import pytest
from hypothesis import given

from service.german.compounds import LEARNT_LENGTHS, Splitter, learn, may_be_part
from service.german.normalise import clean
from tests.unit.german.conftest import TOWNS, words
from tests.unit.german.test_normalise import ANY_TEXT, SNIPPETS

SPLIT = [
    "Frauensprachkurs=frauen+sprach+kurs",
    "Deutschkurs=deutsch+kurs",
    "Deutschkurse=deutsch+kurse",
    "Integrationskurs=integration+kurs",
    "Integrationskurses=integration+kurses",
    "Alphabetisierungskurs=alphabetisierung+kurs",
    "Berufssprachkurs=beruf+sprach+kurs",
    "Orientierungskurs=orientierung+kurs",
    "Schwimmkurse=schwimm+kurse",
    "Computerkurs=computer+kurs",
    "Elternkurs=eltern+kurs",
    "Sprachcafé=sprach+café",
    "Sprachtreff=sprach+treff",
    "Frauentreff=frauen+treff",
    "Begegnungscafé=begegnung+café",
    "Elterncafé=eltern+café",
    "Jugendtreff=jugend+treff",
    "Jugendzentrum=jugend+zentrum",
    "Stadtteilzentrum=stadtteil+zentrum",
    "Familienzentrum=familien+zentrum",
    "Kinderbetreuung=kinder+betreuung",
    "Hausaufgabenhilfe=hausaufgaben+hilfe",
    "Hausaufgabenbetreuung=hausaufgaben+betreuung",
    "Schuldnerberatung=schuldner+beratung",
    "Migrationsberatung=migration+beratung",
    "Asylverfahrensberatung=asyl+verfahren+beratung",
    "Frauenberatungsstelle=frauen+beratung+stelle",
    "Suchtberatung=sucht+beratung",
    "Drogenberatung=drogen+beratung",
    "Schwangerschaftsberatung=schwangerschaft+beratung",
    "Mieterberatung=mieter+beratung",
    "Rückkehrberatung=rückkehr+beratung",
    "Rechtsberatung=rechts+beratung",
    "Sozialberatung=sozial+beratung",
    "Verbraucherberatung=verbraucher+beratung",
    "Energieberatung=energie+beratung",
    "Studienberatung=studien+beratung",
    "Anerkennungsberatung=anerkennung+beratung",
    "Ausländerbehörde=ausländer+behörde",
    "Auslaenderbehoerde=ausländer+behörde",
    "Auslanderbehorde=ausländer+behörde",
    "Jugendamt=jugend+amt",
    "Sozialamt=sozial+amt",
    "Gesundheitsamt=gesundheit+amt",
    "Bürgerbüro=bürger+büro",
    "Jobcenter=job+center",
    "Aufenthaltserlaubnis=aufenthalt+erlaubnis",
    "Aufenthaltstitel=aufenthalt+titel",
    "Familiennachzug=familien+nachzug",
    "Bewerbungstraining=bewerbung+training",
    "Ausbildungsplatz=ausbildung+platz",
    "Arbeitsvertrag=arbeit+vertrag",
    "Wohnungssuche=wohnungs+suche",
    "Wohngeld=wohn+geld",
    "Wohnberechtigungsschein=wohn+berechtigung+schein",
    "Kindergeld=kinder+geld",
    "Kleiderkammer=kleider+kammer",
    "Fahrradwerkstatt=fahrrad+werkstatt",
    "Lebensmittelausgabe=lebensmittel+ausgabe",
    "Krankenversicherung=kranken+versicherung",
    "Hebammensprechstunde=hebammen+sprech+stunde",
    "Zahnarzt=zahn+arzt",
    "Psychotherapie=psycho+therapie",
    "Selbsthilfegruppe=selbsthilfe+gruppe",
    "Krabbelgruppe=krabbel+gruppe",
    "Behördenbegleitung=behörden+begleitung",
    "Volkshochschule=volks+hochschule",
    "Schulabschluss=schul+abschluss",
    "Muttersprache=mutter+sprache",
    "Geburtsurkunde=geburts+urkunde",
    "Führerschein=führer+schein",
    "Ferienfreizeit=ferien+freizeit",
    "Gemeinschaftsunterkunft=gemeinschaft+unterkunft",
    "Flüchtlingshilfe=flüchtlings+hilfe",
]

WHOLE = [
    "Kurs",
    "Kurse",
    "Beratung",
    "Verein",
    "Vereine",
    "Termin",
    "Medizin",
    "Integration",
    "Ausbildung",
    "Weiterbildung",
    "Unterkunft",
    "Unterricht",
    "Hochschule",
    "Deutschland",
    "Russland",
    "Griechenland",
    "Ausland",
    "Montag",
    "Dienstag",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
    "Januar",
    "Oktober",
    "Dezember",
    "Recklinghausen",
    "Gladbeck",
    "Haltern",
    "Erkenschwick",
    "Castrop",
    "Rauxel",
    "Waltrop",
    "Dorsten",
    "Datteln",
    "Gelsenkirchen",
    "Dortmund",
    "Oberhausen",
    "Beispiel",
    "beispielsweise",
    "jederzeit",
    "kostenlos",
    "arbeitslos",
    "Hochzeit",
    "Jahrhundert",
    "Verantwortung",
    "Untersuchung",
    "Organisation",
    "Information",
    "Freizeit",
    "Gesundheit",
    "Krankheit",
    "Menschheit",
    "Kindheit",
    "Ausländer",
    "Geflüchtete",
    "Schülerinnen",
    "Künstlern",
    "Lehrerinnen",
    "Elternteil",
    "Antrag",
    "Vertrag",
    "Beitrag",
    "Heimat",
    "Gewerkschaft",
    "Universität",
    "selbstständig",
    "unterschreiben",
    "gemeinsam",
    "Wirtschaft",
]


@pytest.mark.parametrize("expected", SPLIT)
def test_compounds_split(splitter: Splitter, expected: str) -> None:
    word, _, parts = expected.partition("=")
    assert splitter.parts(word) == parts.split("+")


@pytest.mark.parametrize("word", WHOLE)
def test_other_words_stay_whole(splitter: Splitter, word: str) -> None:
    assert splitter.parts(word) == []


def test_enough_words_are_judged() -> None:
    assert len(SPLIT) >= 60
    assert len(WHOLE) >= 40


@pytest.mark.parametrize("town", TOWNS)
def test_towns_never_split(splitter: Splitter, town: str) -> None:
    assert splitter.expand(town) == town


def test_a_list_may_forbid_a_split() -> None:
    assert Splitter({"wald", "kirchen"}, never={"Waldkirchen"}).parts("Waldkirchen") == []
    assert Splitter({"wald", "kirchen"}).parts("Waldkirchen") == ["wald", "kirchen"]


def test_words_beside_signs_are_split(splitter: Splitter) -> None:
    assert splitter.expand("(Sprachtreff), 'Sprachtreff' B1Sprachkurs d’Sprachtreff Sprachtreff’s\nSPRACHTREFF") == (
        "(sprach treff), 'sprach treff' B1Sprachkurs d’Sprachtreff Sprachtreff’s\nsprach treff"
    )


def test_the_text_for_the_parts_keeps_other_words(splitter: Splitter) -> None:
    assert splitter.expand("Offener Sprachtreff für Schüler:innen (A1)") == "Offener sprach treff für Schülerinnen (A1)"


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("Familien- und Frauenberatung", ["Familienberatung"]),
        ("Familien-, Ehe- und Lebensberatung", ["Familienberatung", "Eheberatung"]),
        ("Familien- und Frauenberatungsstelle", ["Familienberatungsstelle"]),
        ("Alten- oder Krankenpflegehilfe", ["Altenpflegehilfe"]),
        ("Altenpflege- oder Krankenpflegehilfe", ["Altenpflegehilfe"]),
        ("Kinderbetreuung und -förderung", ["Kinderförderung"]),
        ("Oer-Erkenschwick und Castrop-Rauxel", []),
        ("Deutsch- und Kochen", []),
        ("Kurs", []),
    ],
)
def test_words_left_to_the_reader_are_completed(splitter: Splitter, text: str, completed: list[str]) -> None:
    assert splitter.completed(text) == completed


@pytest.mark.parametrize("between", range(0, 200, 3))
def test_each_word_left_to_the_reader_is_completed_whole(splitter: Splitter, between: int) -> None:
    filler = " so" * between
    text = f"Kinderbetreuung und -förderung{filler[:between]}, Familien- und Frauenberatung, Kinderhilfe und -pflege"
    assert splitter.completed(text) == ["Familienberatung", "Kinderförderung", "Kinderpflege"]


def test_other_processes_get_the_same_parts(splitter: Splitter) -> None:
    assert pickle.loads(pickle.dumps(splitter)).parts("Sprachtreff") == ["sprach", "treff"]  # noqa: S301


@given(ANY_TEXT | SNIPPETS)
def test_any_text_expands(text: str) -> None:
    assert isinstance(SPLITTER.expand(clean(text)), str)
    assert isinstance(SPLITTER.completed(clean(text)), list)


SPLITTER = Splitter(words("compound-parts-de.txt"))


def test_nouns_of_a_text_may_be_parts() -> None:
    text = "Wir kochen mit Müttern in Marl und der Nähstube am Sprachcafégarten"
    assert list(filter(may_be_part, text.split())) == ["Müttern", "Marl", "Nähstube"]


def test_frequent_nouns_become_parts() -> None:
    learnt = learn({"garten": 3, "quartier": 5, "selten": 2}, {"kurs"})
    assert learnt == {"garten", "quartier"}


@pytest.mark.parametrize(
    "word", ["ort", "gemeinschaften", "freundlich", "kurs", "b1kurs", "sprachkurs", "weise", "Garten", "bürgerinnen"]
)
def test_words_that_must_not_become_parts(word: str) -> None:
    assert learn({word: 9}, {"kurs", "sprach"}, never={"weise"}) == set()


def test_what_is_learnt_does_not_keep_compounds_whole() -> None:
    learnt = learn({"nähkurs": 9, "nähen": 9, "nähe": 9, "mutter": 9, "mutterkurs": 9}, {"kurs", "näh"})
    assert {"nähkurs", "mutterkurs"}.isdisjoint(learnt)
    assert all(len(word) in LEARNT_LENGTHS for word in learnt)
