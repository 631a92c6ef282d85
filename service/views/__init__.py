"""The pages: thin modules that parse, call and render; one module a page group."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """All page groups."""
    from service.views import account, api, entries, offers, operation, search, staff, staff_offers, start  # noqa: PLC0415

    return [
        module.blueprint for module in (start, search, offers, entries, api, operation, account, staff, staff_offers)
    ]
