"""German in tables: compounds, forms of words, forms of gender. Each line is a promise about real words."""

import pytest

from service.german.analysis import Analysis
from service.german.compounds import Splitter
from service.german.forms import family, related
from tests.unit.german.conftest import TOWNS

SPLIT = [
    "Nähmaschinenkurs=näh+maschinen+kurs",
    "Nähkurs=näh+kurs",
    "Kochkurs=koch+kurs",
    "Tanzkurs=tanz+kurs",
    "Fahrradkurs=fahrrad+kurs",
    "Musikschule=musik+schule",
    "Abendschule=abend+schule",
    "Grundschule=grund+schule",
    "Förderschule=förder+schule",
    "Berufsschule=beruf+schule",
    "Fahrschule=fahr+schule",
    "Sprachschule=sprach+schule",
    "Elternabend=eltern+abend",
    "Elternsprechtag=eltern+sprech+tag",
    "Schulanmeldung=schul+anmeldung",
    "Schulplatz=schul+platz",
    "Schulwechsel=schul+wechsel",
    "Schulmüdigkeit=schul+müdigkeit",
    "Schulbuch=schul+buch",
    "Klassenfahrt=klassen+fahrt",
    "Nachhilfelehrer=nachhilfe+lehrer",
    "Lernförderung=lern+förderung",
    "Lernpaten=lern+paten",
    "Kitaplatz=kita+platz",
    "Kindergartenplatz=kinder+garten+platz",
    "Tagesmutter=tages+mutter",
    "Kindertagespflege=kinder+tagespflege",
    "Babygruppe=baby+gruppe",
    "Mütterzentrum=mütter+zentrum",
    "Vätergruppe=väter+gruppe",
    "Familienpaten=familien+paten",
    "Familienhebamme=familien+hebamme",
    "Elterngeld=eltern+geld",
    "Kinderzuschlag=kinder+zuschlag",
    "Bürgergeld=bürger+geld",
    "Wohnungslosenhilfe=wohnungslosen+hilfe",
    "Notschlafstelle=not+schlaf+stelle",
    "Mietvertrag=miet+vertrag",
    "Mietschulden=miet+schulden",
    "Mietwohnung=miet+wohnung",
    "Mietrecht=miet+recht",
    "Stromsperre=strom+sperre",
    "Stromrechnung=strom+rechnung",
    "Heizkosten=heiz+kosten",
    "Energieschulden=energie+schulden",
    "Handyvertrag=handy+vertrag",
    "Verbraucherzentrale=verbraucher+zentrale",
    "Möbellager=möbel+lager",
    "Kleiderladen=kleider+laden",
    "Lebensmittelladen=lebensmittel+laden",
    "Tafelausgabe=tafel+ausgabe",
    "Arbeitssuche=arbeit+suche",
    "Arbeitsrecht=arbeit+recht",
    "Zeugnisbewertung=zeugnis+bewertung",
    "Bewerbungsmappe=bewerbung+mappe",
    "Bewerbungsgespräch=bewerbung+gespräch",
    "Ausbildungspaten=ausbildung+paten",
    "Ausbildungsmesse=ausbildung+messe",
    "Existenzgründung=existenz+gründung",
    "Einbürgerungstest=einbürgerung+test",
    "Einbürgerungslotsen=einbürgerung+lotsen",
    "Asylantrag=asyl+antrag",
    "Asylverfahren=asyl+verfahren",
    "Flüchtlingsberatung=flüchtlings+beratung",
    "Familienzusammenführung=familien+zusammenführung",
    "Dolmetscherpool=dolmetscher+pool",
    "Telefondolmetschen=telefon+dolmetschen",
    "Sprachmittlung=sprach+mittlung",
    "Formularhilfe=formular+hilfe",
    "Ausfüllhilfe=ausfüll+hilfe",
    "Behördenlotsen=behörden+lotsen",
    "Opferhilfe=opfer+hilfe",
    "Zeugenbegleitung=zeugen+begleitung",
    "Frauenschutzhaus=frauen+schutz+haus",
    "Gewaltschutz=gewalt+schutz",
    "Zwangsheirat=zwangs+heirat",
    "Krisentelefon=krisen+telefon",
    "Kinderschutz=kinder+schutz",
    "Kinderarzt=kinder+arzt",
    "Arzttermin=arzt+termin",
    "Impfsprechstunde=impf+sprech+stunde",
    "Pflegekraft=pflege+kraft",
    "Schwerbehindertenausweis=schwerbehinderten+ausweis",
    "Gebärdensprache=gebärden+sprache",
    "Traumaberatung=trauma+beratung",
    "Spielsucht=spiel+sucht",
    "Alkoholsucht=alkohol+sucht",
    "Stillgruppe=still+gruppe",
    "Ferienspiele=ferien+spiele",
    "Ehrenamtsbörse=ehrenamt+börse",
    "Frauenfrühstück=frauen+frühstück",
    "Lauftreff=lauf+treff",
    "Vorlesestunde=vorlese+stunde",
    "Handysprechstunde=handy+sprech+stunde",
    "Einstufungstest=einstufung+test",
    "Anfängerkurs=anfänger+kurs",
    "Krankenhaus=kranken+haus",
    "Girokonto=giro+konto",
    "Papierkram=papier+kram",
    "Meldebescheinigung=melde+bescheinigung",
    "Obdachlosenhilfe=obdachlosen+hilfe",
    "Suppenküche=suppen+küche",
]

WHOLE = [
    "Beratung",
    "Versicherung",
    "Verwaltung",
    "Unterstützung",
    "Erfahrung",
    "Ernährung",
    "Betreuung",
    "Begleitung",
    "Verfahren",
    "Vormund",
    "Anwalt",
    "Erzieherin",
    "Lehrerin",
    "Freundin",
    "Nachbarin",
    "Beteiligung",
    "Vereinbarung",
    "Gemeinschaft",
    "Partnerschaft",
    "Mitglied",
    "Mannschaft",
    "Familie",
    "Mitarbeiter",
    "Veranstaltung",
    "Bedürfnis",
    "Ereignis",
    "Geheimnis",
    "Hindernis",
    "Verständnis",
    "Ergebnis",
    "Gebäude",
    "Gelegenheit",
    "Sicherheit",
    "Schwierigkeit",
    "Möglichkeit",
    "Selbstständigkeit",
    "Kennenlernen",
    "Vorstellung",
    "Herausforderung",
    "Erleichterung",
    "Stuttgart",
    "Hannover",
    "Wuppertal",
    "Düsseldorf",
    "Österreich",
    "Rumänien",
    "Bulgarien",
    "Afghanistan",
]

FORMS = [
    "Kurs=Kursen",
    "Sprachkurs=Sprachkurse",
    "Haus=Häusern",
    "Wohnung=Wohnungen",
    "Kind=Kindern",
    "Mutter=Müttern",
    "Vater=Vätern",
    "Garten=Gärten",
    "Buch=Bücher",
    "Amt=Ämter",
    "Antrag=Anträgen",
    "Arzt=Ärzten",
    "Bett=Betten",
    "Schrank=Schränke",
    "Zahn=Zähne",
    "Gast=Gäste",
    "Platz=Plätze",
    "Vertrag=Verträge",
    "Beruf=Berufen",
    "Abschluss=Abschlüsse",
    "Schulabschluss=Schulabschlüssen",
    "Prüfung=Prüfungen",
    "Dolmetscher=Dolmetschers",
    "Hebamme=Hebammen",
    "Test=Tests",
    "Computer=Computern",
    "Möbel=Möbeln",
    "Junge=Jungen",
    "Mädchen=Mädchens",
    "alt=alter",
    "klein=kleiner",
    "gebraucht=gebrauchter",
    "deutsch=deutschen",
    "geflüchtet=geflüchteten",
    "behindert=behinderten",
    "traumatisiert=traumatisierten",
    "pflegend=pflegender",
    "schwanger=schwangere",
    "krank=kranken",
    "Zeugnis=Zeugnisse",
    "Zentrum=Zentren",
    "Praktikum=Praktika",
    "Praktikum=Praktikums",
    "Konto=Konten",
    "Thema=Themen",
    "Firma=Firmen",
    "Café=Cafés",
    "Büro=Büros",
    "Kita=Kitas",
    "Handy=Handys",
    "Baby=Babys",
    "Studium=Studien",
    "Museum=Museen",
    "Ergebnis=Ergebnissen",
    "Auto=Autos",
    "Foto=Fotos",
    "Taxi=Taxis",
    "Party=Partys",
    "helfen=hilft",
    "helfen=geholfen",
    "helfen=half",
    "sprechen=spricht",
    "sprechen=gesprochen",
    "lesen=liest",
    "lesen=gelesen",
    "essen=isst",
    "geben=gegeben",
    "nehmen=genommen",
    "treffen=trifft",
    "sterben=gestorben",
    "bewerben=beworben",
    "vergessen=vergisst",
    "sehen=gesehen",
    "schlafen=schläft",
    "schlagen=schlägt",
    "schlagen=geschlagen",
    "fahren=gefahren",
    "lassen=lässt",
    "fallen=gefallen",
    "gehen=gegangen",
    "finden=gefunden",
    "trinken=trinkt",
    "trinken=getrunken",
    "singen=gesungen",
    "zwingen=gezwungen",
    "schwimmen=geschwommen",
    "schreiben=geschrieben",
    "bleiben=geblieben",
    "streiten=gestritten",
    "ziehen=gezogen",
    "fliehen=geflohen",
    "verlieren=verloren",
    "anbieten=angeboten",
    "rufen=gerufen",
    "suchen=sucht",
    "suchen=gesucht",
    "lernen=gelernt",
    "kaufen=gekauft",
    "anmelden=angemeldet",
    "anmelden=anzumelden",
    "aufpassen=aufpasst",
    "ausfüllen=ausgefüllt",
    "ablehnen=abgelehnt",
    "unterschreiben=unterschrieben",
    "verstehen=verstanden",
    "umziehen=umgezogen",
    "mitbringen=mitgebracht",
]

MADE_FROM = [
    "Beratung=beraten",
    "Berater=Beratung",
    "Schuldnerberater=Schuldnerberatung",
    "Übersetzung=übersetzen",
    "Kündigung=kündigen",
    "Begleitung=begleiten",
    "Sprachmittler=Sprachmittlung",
    "versichert=Versicherung",
    "behindert=Behinderung",
    "wohnungslos=Wohnungslosigkeit",
    "einsam=Einsamkeit",
    "krank=Krankheit",
    "Diskriminierung=diskriminieren",
    "Rassismus=rassistisch",
    "Psychologe=Psychologie",
    "Alkoholiker=Alkohol",
    "teilnehmen=Teilnahme",
    "Umzug=umziehen",
    "umgezogen=Umzug",
    "gebären=Geburt",
    "unterschreiben=Unterschrift",
    "angerufen=Anruf",
    "fliehen=Flucht",
    "abendliche=Abend",
    "ärztlicher=Arzt",
    "beruflich=Beruf",
    "sportliche=Sport",
    "schulischen=Schule",
    "rechtliches=Recht",
    "pflegende=pflegen",
    "betreuender=Betreuung",
    "Behinderter=Behinderung",
    "Jäckchen=Jacke",
    "Tischlein=Tisch",
]

FAMILY = [
    "erkrankte=Krankheit",
    "verschimmelt=Schimmel",
    "ängstlich=Angst",
    "depressive=Depression",
    "insolvent=Insolvenz",
    "schwanger=Schwangerschaft",
    "spielsüchtig=Spielsucht",
]
NO_FAMILY = ["Kinder=Kino", "Bank=bankrott", "Lehre=leer", "Besen=lesen", "Sprachkurs=Sprache"]

GENDER = [
    "Lehrer=Lehrerin",
    "Lehrer=Lehrerinnen",
    "Lehrer=Lehrer:innen",
    "Lehrer=Lehrer*innen",
    "Lehrer=Lehrer_innen",
    "Lehrer=Lehrer/innen",
    "Lehrer=Lehrer/-innen",
    "Lehrer=LehrerInnen",
    "Lehrer=Lehrer·innen",
    "Lehrer=Lehrer:in",
    "Berater=Beraterin",
    "Schüler=Schüler*in",
    "Dolmetscher=Dolmetscherinnen",
    "Mitbürger=Mitbürger:innen",
    "Altenpfleger=Altenpfleger/in",
    "Arbeitnehmer=Arbeitnehmer*innen",
    "Arzt=Ärztin",
    "Arzt=Ärztinnen",
    "Arzt=Ärzt:innen",
    "Ärzte=Ärztinnen",
    "Kinderarzt=Kinderärztin",
    "Zahnarzt=Zahnärztinnen",
    "Anwalt=Anwältin",
    "Rechtsanwalt=Rechtsanwältinnen",
    "Lotse=Lotsin",
    "Lotsen=Lotsinnen",
    "Einbürgerungslotsen=Einbürgerungslots*innen",
    "Pate=Patin",
    "Lernpaten=Lernpatin",
    "Familienpaten=Familienpatin",
    "Zeuge=Zeugin",
    "Zeugen=Zeug*innen",
    "Kunde=Kundin",
    "Psychologe=Psychologin",
    "Psychologen=Psycholog:innen",
    "Pädagoge=Pädagogin",
    "Student=Studentin",
    "Studenten=Student*innen",
    "Senioren=Seniorin",
    "Senioren=Senior*innen",
    "Migranten=Migrantinnen",
    "Patient=Patientin",
    "Nachbar=Nachbarin",
    "Freund=Freundin",
    "Koch=Köchin",
    "Experte=Expertin",
]

DIFFERENT = [
    "Kurs=Kurve",
    "Schule=Schuld",
    "Kind=Kinn",
    "Miete=Mitte",
    "Sucht=Suche",
    "Haus=Hausarbeit",
    "Recht=rechnen",
    "Geld=gelten",
    "Arzt=Art",
    "Medizin=Medien",
    "Bett=beten",
    "Gast=Gas",
    "Jugend=Junge",
    "Wochenende=Woche",
]


def same(analysis: Analysis, one: str, other: str) -> bool:
    """Whether who searches one finds the other: by their stems, or as another form of it."""
    (first,), (second,) = analysis.exact(one), analysis.exact(other)
    return analysis.std(one) == analysis.std(other) or any(
        form.word == second for form in related(first, {second}.__contains__)
    )


def test_the_tables_are_long_enough() -> None:
    assert len(SPLIT) + len(WHOLE) + len(TOWNS) >= 150
    assert len(FORMS) >= 100
    assert len(GENDER) >= 40


@pytest.mark.parametrize("line", SPLIT)
def test_compounds_split(splitter: Splitter, line: str) -> None:
    word, _, parts = line.partition("=")
    assert splitter.parts(word) == parts.split("+")


@pytest.mark.parametrize("word", [*WHOLE, *TOWNS])
def test_words_and_towns_that_stay_whole(splitter: Splitter, word: str) -> None:
    assert splitter.expand(word) == word


@pytest.mark.parametrize("line", [*FORMS, *MADE_FROM])
def test_forms_of_a_word_find_each_other(analysis: Analysis, line: str) -> None:
    one, _, other = line.partition("=")
    assert same(analysis, one, other)


@pytest.mark.parametrize("line", FAMILY)
def test_words_with_one_root_are_a_family(analysis: Analysis, line: str) -> None:
    assert related_by_root(analysis, line)


@pytest.mark.parametrize("line", NO_FAMILY)
def test_words_with_other_roots_are_none(analysis: Analysis, line: str) -> None:
    assert not related_by_root(analysis, line)


def related_by_root(analysis: Analysis, line: str) -> bool:
    first, second = (analysis.exact(word)[0] for word in line.split("="))
    return [form.word for form in family(first, {second}.__contains__)] == [second]


@pytest.mark.parametrize("line", GENDER)
def test_all_forms_of_gender_find_each_other(analysis: Analysis, line: str) -> None:
    one, _, other = line.partition("=")
    assert same(analysis, one, other)
    assert same(analysis, other, one)


@pytest.mark.parametrize("line", DIFFERENT)
def test_other_words_are_no_forms(analysis: Analysis, line: str) -> None:
    one, _, other = line.partition("=")
    assert not same(analysis, one, other)
