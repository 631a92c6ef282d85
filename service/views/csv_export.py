"""A search as a spreadsheet: all its offers, in the columns of the import, with public data only."""

from datetime import date

from flask import Response, stream_with_context

from service.context import Context
from service.exchange import tabular
from service.search.criteria import SearchCriteria
from service.store import offers, records
from service.store.public import public_record


def respond(context: Context, criteria: SearchCriteria, day: date) -> Response:
    """The CSV answer; at most the 10,000 offers that a search can reach."""
    found = context.search.everything(criteria)

    def lines() -> "tabular.Lines":
        with context.database.snapshot() as session:
            keys = offers.keys_by_uuid(session, found)
            yield from tabular.csv_lines([], heading=True)
            in_order = [keys[uuid] for uuid in found if uuid in keys]
            for start in range(0, len(in_order), 500):
                part = records.load(session, in_order[start : start + 500])
                yield from tabular.csv_lines((public_record(offer, day) for offer in part.values()), heading=False)

    def begun(first: str) -> "tabular.Lines":
        yield first
        yield from rest

    rest = lines()
    first = next(rest)  # a store that does not answer is said before the answer begins
    response = Response(stream_with_context(begun(first)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="angebote-{day.isoformat()}.csv"'
    return response
