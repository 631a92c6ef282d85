"""Rules, what they fire on, and what they must not fire on."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.german.analysis import Analysis
from service.german.rules import BadRules, Problem, read_rules
from service.german.synonyms import Expansion, Synonyms, same_word
from tests.unit.german.conftest import MAPPINGS, words
from tests.unit.german.test_normalise import ANY_TEXT

ANALYSIS = Analysis(words("stopwords-de.txt"))
OURS = Synonyms(read_rules(MAPPINGS / "synonyms-de", ANALYSIS), ANALYSIS)


def targets(synonyms: Synonyms, query: str) -> set[str]:
    return {expansion.text for expansion in synonyms.expand(query)}


def test_all_rules_of_the_product_load() -> None:
    assert len(OURS.rules) > 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Kindergarten", {"Kita"}),
        ("Arzt", {"Ärztin", "Ärztinnen"}),
        ("Ärzt:innen", {"Arzt", "Ärztin"}),
        ("Ärztin", {"Arzt"}),
        ("Deutsch lernen", {"Deutschkurs", "Sprachcafé"}),
        ("Bundesagentur für Arbeit", {"Arbeitsagentur"}),
        ("Lehre", {"Ausbildung"}),
        ("Kinder", {"Kinderbetreuung"}),
        ("schwangere Frau", {"Schwangerschaftsberatung"}),
        ("Geflüchteter", {"Flüchtling"}),
        ("Papiere", {"Formularhilfe"}),
        ("ohne Papiere", {"anonymer Krankenschein", "Medinetz"}),
        ("keine Krankenversicherung", {"Medinetz"}),
        ("wohnung suchen in marl", {"Wohnungssuche"}),
        ("Schuldenberatung", {"Schuldnerberatung"}),
        ("jop center", {"Jobcenter"}),
    ],
)
def test_everyday_words_find_official_ones(query: str, expected: set[str]) -> None:
    assert expected <= targets(OURS, query)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("Lehrer", "Ausbildung"),
        ("Lehrerin", "Berufsausbildung"),
        ("Schüler", "Schulanmeldung"),
        ("Mieter", "Wohngeld"),
        ("Pfleger", "Pflegedienst"),
        ("Arbeiter", "Arbeitssuche"),
        ("ohne Papiere", "Ausweis"),
        ("ohne Krankenversicherung", "Krankenkasse"),
        ("kein Pass", "Reisepass"),
        ("nicht schwanger", "Hebamme"),
        # slang stands for plain words only where they mean nothing else
        ("Krieg Kinder", "Schwangerschaftsberatung"),
        ("ich bekomme ein Kind", "Traumaberatung"),
        ("trockene Haut Kind", "Krisentelefon"),
        ("kleine Operation Krankenhaus", "Kinderbetreuung im Notfall"),
        ("Sohn boxt im Verein", "Kinderschutz"),
        ("in der Gemeinde helfen", "Schuldnerberatung"),
        ("lesen und schreiben lernen", "Formularhilfe"),
        ("Geld Wohnung", "Mietrecht"),
        # who is hit is not shown what is for those who hit
        *product(
            ("geschlagene Frauen", "Frau schlagen", "meine Frau wird geschlagen", "er soll aufhören zu schlagen"),
            ("gewaltfrei", "Täterarbeit", "Antigewalttraining", "Gruppentraining für Männer"),
        ),
    ],
)
def test_rules_that_must_not_fire(query: str, wrong: str) -> None:
    assert any(wrong in rule.targets for rule in OURS.rules), "written as in the files"
    assert wrong not in targets(OURS, query)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("kind", "kinder", True),
        ("haus", "hauser", True),
        ("schwanger", "schwangere", True),
        ("gefluchtete", "gefluchteter", True),
        ("behorde", "behorden", True),
        ("mutter", "muttern", True),
        ("jugendliche", "jugendlicher", True),
        ("lehrer", "lehrerinnen", True),
        ("lehre", "lehrer", False),
        ("schule", "schuler", False),
        ("miete", "mieterin", False),
        ("ausland", "auslander", False),
        ("arbeit", "arbeiter", False),
        ("not", "noten", False),
        ("reise", "reis", False),
        ("reise", "reisen", True),
    ],
)
def test_forms_of_one_word(one: str, other: str, same: bool) -> None:
    assert same_word(one, other) is same
    assert same_word(other, one) is same


def test_an_expansion_says_what_it_stands_for() -> None:
    synonyms = Synonyms.parse("# head\n\nkita, kindergarten, offene ganztagsschule\n", ANALYSIS)
    query = "Suche Kindergärten in Marl"
    first, second = synonyms.expand(query)
    assert (first.text, first.kind, first.line) == ("kita", "single", 3)
    assert (second.text, second.kind) == ("offene ganztagsschule", "phrase")
    assert query[first.starts : first.ends] == "Kindergärten"


def test_the_longest_left_side_wins_and_uses_its_words_up() -> None:
    synonyms = Synonyms.parse("deutsch => sprache\ndeutsch lernen => kurs\nlernen => schule", ANALYSIS)
    assert targets(synonyms, "Deutsch lernen") == {"kurs"}
    assert targets(synonyms, "Deutsch in der Schule") == {"sprache"}


def test_a_left_side_of_several_words_fires_in_any_order_where_its_words_stand_near_each_other() -> None:
    synonyms = Synonyms.parse("geld amt => sozialleistungen", ANALYSIS)
    for query in ("Geld vom Amt", "das Amt gibt mir kein Geld", "Amt, Ämter, Geld"):
        assert targets(synonyms, query) == {"sozialleistungen"}
    assert targets(synonyms, "Amt zwei drei vier fünf sechs Geld") == set()


def test_other_forms_of_a_word_fire_too() -> None:
    synonyms = Synonyms.parse("brief helfen => formularhilfe", ANALYSIS)
    assert targets(synonyms, "Wer hilft mir mit dem Brief?") == {"formularhilfe"}


def test_a_stop_word_counts_where_but_one_other_word_is_said() -> None:
    synonyms = Synonyms.parse("licht aus => stromsperre\nkann nicht mehr => krise", ANALYSIS)
    assert targets(synonyms, "Das Licht ist aus") == {"stromsperre"}
    assert targets(synonyms, "Licht für das Fahrrad") == set()
    assert targets(synonyms, "Ich kann nicht mehr") == {"krise"}
    assert targets(synonyms, "nicht mehr lange") == set()


def test_words_that_are_alike_stand_for_each_other_beside_other_words_only() -> None:
    synonyms = Synonyms.parse("sohn, tochter ~ kind\nkind schweigt => erziehungsberatung\nkind => familie", ANALYSIS)
    assert targets(synonyms, "Meine Tochter schweigt") == {"erziehungsberatung"}
    assert targets(synonyms, "Tochter") == set()


def test_one_way_rules_have_no_way_back() -> None:
    synonyms = Synonyms.parse("visa => visum", ANALYSIS)
    assert targets(synonyms, "Visa") == {"visum"}
    assert targets(synonyms, "Visum") == set()


def test_a_word_is_not_its_own_synonym() -> None:
    synonyms = Synonyms.parse("kurs => kurs, kurse, lehrgang", ANALYSIS)
    assert targets(synonyms, "Kursen") == {"lehrgang"}


def test_rules_with_one_left_side_add_up() -> None:
    synonyms = Synonyms.parse("job => arbeit\njob, beruf", ANALYSIS)
    assert targets(synonyms, "Jobs") == {"arbeit", "beruf"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("kita, , kindergarten", "fehlt ein Wort"),
        ("kita =>", "fehlt ein Wort"),
        ("a => b => c", "nur einmal"),
        ("kita", "bewirkt nichts"),
        ("kurs, kurse", "bewirkt nichts"),
        ("für, kita", "Füllwörtern"),
        ("kita => ???", "Füllwörtern"),
        ("sohn, tochter ~ eigenes kind", "einzelne Wörter"),
        ("sohn ~ tochter ~ kind", "nur einmal"),
    ],
)
def test_a_bad_rule_is_named_with_line_and_reason(line: str, reason: str) -> None:
    with pytest.raises(BadRules, match=f"Zeile 2: .*{reason}") as caught:
        Synonyms.parse(f"job, arbeit\n{line}\n", ANALYSIS)
    (problem,) = caught.value.problems
    assert (problem.line, problem.text) == (2, line)


def test_all_bad_rules_are_named_at_once() -> None:
    with pytest.raises(BadRules) as caught:
        Synonyms.parse("kita\n\njob, arbeit\n=> x", ANALYSIS)
    assert [problem.line for problem in caught.value.problems] == [1, 4]


@given(ANY_TEXT | st.lists(st.sampled_from(["ohne", "Papiere", "Lehrer", "deutsch", "lernen", "kein"])).map(" ".join))
def test_any_query_expands(text: str) -> None:
    for expansion in OURS.expand(text):
        assert isinstance(expansion, Expansion)
        assert 0 <= expansion.starts < expansion.ends <= len(text)


@given(ANY_TEXT)
def test_any_file_loads_or_is_refused_with_reasons(text: str) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        loaded = len(Synonyms.parse(text, ANALYSIS).rules)
    except BadRules as error:
        problems, loaded = error.problems, 0
    lines = [line for line in text.splitlines() if line.partition("#")[0].strip()]
    assert loaded + len(problems) <= len(lines)
    assert bool(problems) or loaded == len(lines)


def test_a_left_side_fires_beside_a_longer_one_where_it_has_a_word_of_its_own() -> None:
    synonyms = Synonyms.parse("niemand versteht => beratung\ndoktor versteht => sprachmittlung", ANALYSIS)

    assert targets(synonyms, "niemand versteht mich beim Doktor") == {"beratung", "sprachmittlung"}


def test_words_of_a_longer_left_side_fire_nothing_of_their_own() -> None:
    synonyms = Synonyms.parse("kind schweigt => erziehungsberatung\nkind => familie", ANALYSIS)

    assert targets(synonyms, "mein Kind schweigt") == {"erziehungsberatung"}


def test_every_word_of_a_group_stands_for_every_other() -> None:
    synonyms = Synonyms.parse("boss, vorgesetzter ~ chef\nvorgesetzter schreit => arbeitsrecht", ANALYSIS)

    assert targets(synonyms, "der Boss schreit") == targets(synonyms, "mein Chef schreit") == {"arbeitsrecht"}


def test_a_word_may_belong_to_several_groups() -> None:
    text = "rauswurf ~ kündigung\nrauswurf ~ räumung\nkündigung firma => arbeitsrecht\nräumung vermieter => wohnungssicherung"
    synonyms = Synonyms.parse(text, ANALYSIS)

    assert targets(synonyms, "Rauswurf aus der Firma") == {"arbeitsrecht"}
    assert targets(synonyms, "Rauswurf vom Vermieter") == {"wohnungssicherung"}


def test_a_word_that_only_shares_the_stem_stands_for_nothing() -> None:
    synonyms = Synonyms.parse("lehrer ~ dozent\ndozent streng => beratung", ANALYSIS)

    assert targets(synonyms, "Lehrer streng") == {"beratung"}
    assert targets(synonyms, "Lehre streng") == set()


def test_bad_rules_of_several_files_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# head\njob, arbeit\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("kita\n", encoding="utf-8")

    with pytest.raises(BadRules, match=r"b\.txt, Zeile 1: "):
        read_rules(tmp_path, ANALYSIS)


SPORT = "\n".join(
    f"{word} spielen => sportverein {word}" for word in ("ball", "tennis", "hockey", "rugby", "golf", "polo")
)
ASSOCIATED = Synonyms.parse(
    f"{SPORT}\nkind zahnspange bezahlen => krankenkasse, zuschuss\nzahnspange => zahnarzt\nkind krank => kinderarzt",
    ANALYSIS,
)


def associated(query: str) -> dict[str, float]:
    return {expansion.text: share for expansion, share in ASSOCIATED.associated(query)}


def test_words_of_a_query_are_associated_with_what_their_left_sides_mean() -> None:
    assert [found.text for found in ASSOCIATED.expand("Zahnspange der Tochter selbst bezahlen")] == ["zahnarzt"]
    found = associated("Zahnspange der Tochter selbst bezahlen")
    assert list(found)[:2] == ["krankenkasse", "zuschuss"], "two words say so"
    assert found["krankenkasse"] > found.get("zahnarzt", 0.0), "one word says so"
    assert "kinderarzt" not in found


def test_what_fewer_left_sides_hold_says_more() -> None:
    found = associated("Kind will tennis spielen")
    assert next(iter(found)) == "sportverein tennis"
    assert found["sportverein tennis"] > found.get("sportverein golf", 0.0)


def test_associations_tell_the_words_that_say_so() -> None:
    words = {
        found.text: [word.exact for word in found.words]
        for found, _ in ASSOCIATED.associated("zahnspange selbst bezahlen")
    }
    assert words["krankenkasse"] == ["zahnspange", "bezahlen"]


def test_words_without_left_sides_weaken_associations() -> None:
    assert associated("zahnspange bezahlen")["zuschuss"] > associated("zahnspange bezahlen urlaub mond")["zuschuss"]
    assert associated("bitcoin mond sterne fernrohr spielen") == {}


@pytest.mark.parametrize("query", ["", "mond sterne", "Zahnspanne"])
def test_what_no_left_side_holds_is_associated_with_nothing(query: str) -> None:
    assert associated(query) == {}


def said_with(rules: str, query: str) -> dict[str, float]:
    synonyms = Synonyms.parse(f"{SPORT}\n{rules}", ANALYSIS)
    return {expansion.text: share for expansion, share in synonyms.associated(query)}


def test_a_word_alone_is_associated_with_what_it_says_most_of() -> None:
    rules = "kind stottert => logopädie\nball, tennis => verein\npizza backen diplom => anerkennung"
    common = "\n".join(f"kind {word} => familie" for word in ("schule", "essen", "arzt", "wohnung", "angst", "freunde"))
    assert set(said_with(f"{rules}\n{common}", "stottert")) == {"logopädie"}
    assert said_with(f"{rules}\n{common}", "Kind") == {}, "it says little of any of these"
    assert said_with(f"{rules}\n{common}", "Pizza") == {}, "it says a third of its left side"
    assert "anerkennung" in said_with(f"{rules}\n{common}", "Pizza backen")


def test_a_word_without_left_sides_is_associated_with_what_it_stands_for() -> None:
    rules = "maloche, plackerei ~ arbeit\narbeit suchen => jobcenter\nplackerei satt => kündigung"
    found = said_with(rules, "Maloche Ball")
    assert {"jobcenter", "kündigung"} <= found.keys(), "it stands for Arbeit and for Plackerei"
    assert "jobcenter" not in said_with(rules, "Plackerei Ball"), "what left sides hold needs no other word"
    assert found["jobcenter"] < said_with(rules, "Arbeit Ball")["jobcenter"]


def test_many_words_that_one_stands_for_count_no_more_than_one() -> None:
    group = ("laden", "kiosk", "markt", "bude", "stand")
    rules = f"{', '.join(group)} ~ geschäft\n" + "\n".join(f"{word} offen => einkauf" for word in group)
    assert 0 < said_with(rules, "Geschäft Ball")["einkauf"] <= said_with(rules, "Kiosk Ball")["einkauf"] < 1


@pytest.mark.parametrize("query", ["mehr", "mehr ohne Hund", "nicht ohne Hund", "kein Auto"])
def test_negations_say_nothing_by_themselves(query: str) -> None:
    rules = "mehr => sozialamt\nohne => ausländerbehörde\nnicht => krisentelefon\nkein => sozialamt\nhund ausführen => tierheim"
    assert said_with(rules, query) == {}
    assert OURS.associated(query) == []


def test_a_word_beside_negations_is_alone() -> None:
    rules = "pizza backen diplom => anerkennung\nmehr => sozialamt"
    assert "anerkennung" not in said_with(rules, "mehr Pizza")
    assert "anerkennung" in said_with(rules, "mehr Pizza backen")


@given(
    st.lists(
        st.sampled_from(["kind", "zahnspange", "bezahlen", "krank", "tennis", "spielen", "mond", "nicht"]), max_size=12
    )
)
def test_associations_count_from_nothing_to_all(words: list[str]) -> None:
    shares = list(associated(" ".join(words)).values())
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share <= 1 for share in shares)


def test_a_word_of_all_left_sides_says_nothing() -> None:
    assert Synonyms.parse("kind krank => arzt", ANALYSIS).associated("kind krank") == []


def test_negated_words_are_associated_with_nothing() -> None:
    assert "krankenkasse" in associated("zahnspange bezahlen tochter")
    assert associated("tochter ohne zahnspange nicht bezahlen") == {}
