"""What the fields of an offer are called in the staff area: in the form, in its messages, in comparisons."""

from flask_babel import lazy_gettext as _

LABELS = {
    "status": _("Status"), "visible_from": _("Sichtbar ab"), "visible_until": _("Sichtbar bis"), "title": _("Titel"),
    "other_names": _("Andere Namen"), "summary": _("Kurztext"), "body": _("Beschreibung"),
    "easy": _("In Einfacher Sprache"), "search_words": _("Zusätzliche Suchwörter"), "kind": _("Art des Angebots"),
    "topics": _("Themen"), "audiences": _("Zielgruppen"), "languages": _("Sprachen"), "levels": _("Deutschniveau"),
    "age_from": _("Alter ab"), "age_to": _("Alter bis"), "women_only": _("Nur für Frauen"), "cost": _("Kosten"),
    "cost_note": _("Hinweis zu den Kosten"), "modes": _("Durchführung"), "childcare": _("Mit Kinderbetreuung"),
    "childcare_note": _("Hinweis zur Kinderbetreuung"), "accessibility_note": _("Hinweis zur Barrierefreiheit"),
    "towns": _("Gilt für diese Städte"), "website": _("Webseite des Angebots"), "registration": _("Anmeldung"),
    "documents": _("Was man mitbringt"), "confirmed_on": _("Bestätigt am"), "confirmed_by": _("Bestätigt von"),
    "review_due": _("Wieder prüfen am"), "responsible_town": _("Zuständige Stadt"), "notes": _("Interne Notizen"),
    "source": _("Quelle"), "notice": _("Hinweis"), "notice.text": _("Text des Hinweises"), "notice.until": _("Gilt bis"),
    "provider": _("Anbieter"), "provider.name": _("Name des Anbieters"), "provider.legal_form": _("Rechtsform"),
    "provider.parent": _("Gehört zu"), "provider.website": _("Webseite des Anbieters"),
    "provider.phone": _("Telefon des Anbieters"), "provider.mail": _("Mailadresse des Anbieters"),
    "provider.description": _("Über den Anbieter"),
    "places": _("Orte"), "places.name": _("Name des Ortes"), "places.street": _("Straße und Hausnummer"),
    "places.postcode": _("Postleitzahl"), "places.city": _("Stadt"), "places.district": _("Ortsteil"),
    "places.lat": _("Breitengrad"), "places.lon": _("Längengrad"), "places.visibility": _("Was alle sehen"),
    "places.transport": _("Bus und Bahn"), "places.outside_county": _("Liegt außerhalb des Kreises"),
    "places.access": _("Zugänglichkeit"),
    "times": _("Zeiten"), "times.rrule": _("Wie oft"), "times.days": _("Wochentage"), "times.start": _("Von"),
    "times.end": _("Bis"), "times.exceptions": _("Fällt aus am"), "times.note": _("Hinweis zur Zeit"),
    "course_runs": _("Kurse"), "course_runs.level": _("Niveau"), "course_runs.starts_on": _("Beginn"),
    "course_runs.ends_on": _("Ende"), "course_runs.places_free": _("Freie Plätze"),
    "course_runs.places_free_as_of": _("Freie Plätze: Stand vom"), "course_runs.waiting_list": _("Es gibt eine Warteliste"),
    "course_runs.note": _("Hinweis zum Kurs"),
    "contacts": _("Kontakte"), "contacts.role": _("Aufgabe"), "contacts.name": _("Name"), "contacts.phone": _("Telefon"),
    "contacts.mail": _("Mailadresse"), "contacts.hours": _("Sprechzeiten"),
    "contacts.phone_visibility": _("Wer die Telefonnummer sieht"), "contacts.mail_visibility": _("Wer die Mailadresse sieht"),
    "contacts.consent_on": _("Einverstanden seit"), "contacts.delete_by": _("Löschen am"),
    "translations": _("Übersetzungen"), "translations.language": _("Sprache (Kürzel)"), "translations.field": _("Feld"),
    "translations.text": _("Text"), "translations.origin": _("Herkunft"), "translations.status": _("Stand"),
}  # fmt: skip
STATUS = {
    "draft": _("Entwurf"), "review": _("In Prüfung"), "public": _("Öffentlich"), "paused": _("Pausiert"),
    "ended": _("Beendet"), "archived": _("Archiviert"),
}  # fmt: skip
WITHDRAWN = _("Zurückgezogen")
VISIBILITY = {"public": _("alle"), "counsellors": _("nur Beratungskräfte"), "internal": _("nur die Redaktion")}
PLACE_VISIBILITY = {
    "full": _("Adresse"), "district": _("nur Stadt und Ortsteil"), "hidden": _("nichts (geschützter Ort)"),
}  # fmt: skip
ORIGIN = {"human": _("von Menschen übersetzt"), "machine": _("maschinell übersetzt")}
TRANSLATED = {"current": _("aktuell"), "outdated": _("veraltet")}
TRANSLATION_FIELDS = {name: LABELS[name] for name in ("title", "summary", "body", "registration", "documents")}
RHYTHMS = {
    "weekly": _("jede Woche"), "fortnight": _("alle zwei Wochen"), "1": _("jeden 1. im Monat"),
    "2": _("jeden 2. im Monat"), "3": _("jeden 3. im Monat"), "4": _("jeden 4. im Monat"),
    "-1": _("jeden letzten im Monat"), "daily": _("täglich"),
}  # fmt: skip
WEEKDAYS = {"MO": _("Mo"), "TU": _("Di"), "WE": _("Mi"), "TH": _("Do"), "FR": _("Fr"), "SA": _("Sa"), "SU": _("So")}
