"""What an import does to a store."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from service.exchange.apply import Import
from service.exchange.plan import Packed
from service.schemas.offer import validate_record
from service.store import offers, records
from service.store.models import Change
from service.vocabulary import Vocabularies
from tests.exchange.conftest import SEED, TODAY, Desk
from tests.exchange.rows import COMPLETE, row, table


def test_only_title_and_a_text_are_needed_and_the_offer_is_public(any_desk: Desk) -> None:
    assert any_desk.take("titel,kurztext\nSprachtreff,Wir reden.\n").new == 1
    assert any_desk.record()["status"] == "public"


def test_a_second_import_of_the_same_file_changes_nothing(any_desk: Desk) -> None:
    file = table(COMPLETE, row(), row(titel="Zweiter", anbieter="Verein"))
    assert any_desk.take(file).new == 3
    rev = any_desk.rev()
    again = any_desk.take(file)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
    assert any_desk.rev() == rev


def test_labels_and_slugs_are_accepted(desk: Desk) -> None:
    desk.take(
        table(row(themen="Deutschkurse|sprachtreffs", staedte="Haltern am See", sprachen="Arabisch", status="Entwurf"))
    )
    record = desk.record()
    assert record["topics"] == ["deutschkurse", "sprachtreffs"]
    assert record["towns"] == ["haltern-am-see"]
    assert record["languages"] == [{"code": "ar", "note": ""}]
    assert record["status"] == "draft"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_every_usual_way_to_save_csv_is_read(desk: Desk, encoding: str, delimiter: str) -> None:
    assert desk.take(table(row(titel="Müßiggang – für Ältere"), delimiter=delimiter).encode(encoding)).ok
    assert desk.record()["title"] == "Müßiggang – für Ältere"


def test_columns_that_the_file_does_not_have_stay_as_they_are(any_desk: Desk) -> None:
    any_desk.take(table(COMPLETE))
    before = any_desk.record()
    short = {name: COMPLETE[name] for name in ("quelle", "quelle_nr", "titel")} | {"kurztext": "Neuer Text."}
    assert any_desk.take(table(short)).changed == 1
    assert any_desk.record() == before | {"summary": "Neuer Text."}


def test_fields_that_no_column_holds_stay_as_they_are(desk: Desk, vocabularies: Vocabularies) -> None:
    kept = {
        "title": "Sprachtreff", "summary": "Alt.", "notes": "intern", "easy": "Leicht.", "languages": [{"code": "ar", "note": "freitags"}],
        "times": [{"rrule": "FREQ=WEEKLY;BYDAY=MO", "start": "10:00", "end": "11:00", "exceptions": ["2026-12-28"]}],
        "places": [{"name": "Haus", "street": "Weg 1", "postcode": "45770", "city": "Marl", "lat": 51.6, "lon": 7.1, "access": ["wc"]}],
    }  # fmt: skip
    desk.add(validate_record(vocabularies, kept))
    before = desk.record()
    wanted = row(
        kurztext="Neu.",
        sprachen="ar|de",
        zeiten="Mo 10-11|Di 10-11",
        strasse="Weg 1|Weg 2",
        plz="45770|45770",
        ort="Marl|Marl",
    )
    assert desk.take(table(wanted)).changed == 1
    after = desk.record()
    assert after["languages"] == [{"code": "ar", "note": "freitags"}, {"code": "de", "note": ""}]
    assert after["times"][0] == before["times"][0]
    assert after["places"][0] == before["places"][0]
    assert (after["notes"], after["easy"]) == ("intern", "Leicht.")


def test_a_new_street_loses_the_old_coordinates_and_keeps_its_visibility(
    desk: Desk, vocabularies: Vocabularies
) -> None:
    place = {"street": "Weg 1", "postcode": "45770", "city": "Marl", "lat": 51.6, "lon": 7.1, "visibility": "district"}
    desk.add(validate_record(vocabularies, row_record() | {"places": [place]}))
    desk.take(table(row(strasse="", plz="45768", ort="Marl")))
    (changed,) = desk.record()["places"]
    assert (changed["postcode"], changed["lat"], changed["visibility"]) == ("45768", None, "district")


def row_record() -> dict[str, str]:
    return {"title": "Sprachtreff", "summary": "Wir sprechen Deutsch."}


def test_a_changed_contact_does_not_change_the_other_offers_that_share_it(desk: Desk) -> None:
    contact = {"kontakt_rolle": "Anmeldung", "kontakt_telefon": "0221 4710-300"}
    file = [row(titel="Eins", **contact), row(titel="Zwei", **contact)]
    desk.take(table(*file))
    changed = table(file[0] | {"kontakt_telefon": "0221 4710-301"}, file[1])
    assert desk.take(changed).changed == 1
    assert [record["contacts"][0]["phone"] for record in desk.records()] == ["0221 4710-301", "0221 4710-300"]
    assert desk.take(changed).unchanged == 2


def test_without_number_the_key_is_provider_and_title(desk: Desk) -> None:
    desk.take(table(row(anbieter="Verein A"), row(anbieter="Verein B")))
    assert desk.take(table(row(anbieter="Verein B", kurztext="Neu."))).changed == 1
    assert [record["summary"] for record in desk.records()] == ["Wir sprechen Deutsch.", "Neu."]


def test_with_number_an_offer_may_get_another_title(desk: Desk) -> None:
    desk.take(table(row(quelle="vhs", quelle_nr="1")))
    assert desk.take(table(row(quelle="vhs", quelle_nr="1", titel="Sprachcafé"))).changed == 1
    assert desk.record()["title"] == "Sprachcafé"


def test_an_offer_edited_here_is_left_alone_unless_overwritten(any_desk: Desk) -> None:
    file = table(row(quelle="vhs", quelle_nr="1"))
    any_desk.take(file)
    any_desk.edit(summary="Von der Redaktion.")
    report = any_desk.take(file)
    assert (report.changed, [line for line, _ in report.left_alone]) == (0, [2])
    assert any_desk.record()["summary"] == "Von der Redaktion."
    assert any_desk.take(file, overwrite=True).changed == 1
    assert any_desk.record()["summary"] == "Wir sprechen Deutsch."
    assert any_desk.take(table(row(quelle="vhs", quelle_nr="1", kurztext="Neu."))).changed == 1


def test_an_offer_deleted_here_stays_deleted_unless_overwritten(any_desk: Desk) -> None:
    any_desk.take(table(row()))
    any_desk.delete()
    assert len(any_desk.take(table(row())).left_alone) == 1
    assert any_desk.records() == []
    assert any_desk.take(table(row()), overwrite=True).changed == 1
    assert len(any_desk.records()) == 1


def test_a_dry_run_reports_and_writes_nothing(desk: Desk) -> None:
    report = desk.take(table(row()), dry_run=True)
    assert (report.new, desk.records()) == (1, [])
    assert "Probelauf" in list(report.lines())[-1]


def test_rules_across_columns_hold_over_what_is_stored(desk: Desk) -> None:
    desk.take(table(row(gueltig_bis="2026-06-30")))
    report = desk.take(table(row(gueltig_von="2026-07-01")))
    assert [problem.field for problem in report.problems] == ["gueltig_bis"]
    assert desk.record()["visible_from"] is None


def test_a_postcode_outside_the_county_needs_a_town_outside(desk: Desk) -> None:
    assert desk.take(table(row(plz="44135", ort="Dortmund"))).ok
    assert desk.record()["places"][0]["outside_county"] is True
    assert [p.field for p in desk.take(table(row(titel="b", plz="44135", ort="Marl"))).problems] == ["plz"]


def test_somebody_who_saves_meanwhile_is_not_overwritten(any_desk: Desk) -> None:
    file = table(row(quelle="vhs", quelle_nr="1"))
    any_desk.take(file)
    saved: list[str] = []

    class Interrupted(Import):
        def _write(self, plan):  # type: ignore[no-untyped-def]
            if not saved:
                any_desk.edit(summary="Dazwischen.")
                with any_desk.database.writing() as session:
                    session.execute(delete(Change))  # every index holds it already, and it was cleared away
                saved.append("einmal")
            return super()._write(plan)

    path = any_desk.folder / "neu.csv"
    path.write_text(table(row(quelle="vhs", quelle_nr="1", kurztext="Aus der Datei.")), encoding="utf-8")
    report = Interrupted(any_desk.database, SEED, TODAY, "import").run(path)
    assert (report.changed, len(report.left_alone)) == (0, 1)
    assert any_desk.record()["summary"] == "Dazwischen."


def test_nothing_is_written_when_the_last_part_fails(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.exchange.plan.BATCH", 2)
    save, calls = offers.save, []

    def failing(*args, **options):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError
        return save(*args, **options)

    monkeypatch.setattr("service.store.offers.save", failing)
    with pytest.raises(RuntimeError):
        any_desk.take(table(*(row(titel=f"Angebot {n}") for n in range(6))))
    assert any_desk.records() == []


def test_packed_lists_keep_order_and_number() -> None:
    packed: Packed[int] = Packed()
    for number in range(4501):
        packed.append(number)
    assert [value for batch in packed.batches() for value in batch] == list(range(4501))


def test_imported_offers_are_not_marked_as_edited_here(desk: Desk) -> None:
    desk.take(table(row()))
    with desk.database.reading() as session:
        ((stored,),) = records.stream(session)
    assert stored.edited_here is False
