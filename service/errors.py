"""The few errors of the product. Each carries the HTTP status that the one handler in `service.views.errors` answers with."""

from datetime import timedelta

from service.messages import message


class ServiceError(Exception):
    """An error whose message is written for the person who caused it (German, names the field and the remedy).

    `message` may leave places for values: "höchstens %(limit)d Zeichen" with `limit=200`. It is kept with and without
    them, because a page translates `template` and then fills in `values`.
    """

    status = 500

    def __init__(self, message: str, **values: object) -> None:
        self.template, self.values = message, values
        self.message = message % values if values else message
        super().__init__(self.message)


class InvalidSearch(ServiceError):
    """A search address that cannot be understood: unknown facet value, page out of range, query too long."""

    status = 400


class InvalidRecord(ServiceError):
    """A record that cannot be saved. `problems` maps a field path ("places.0.postcode") to German sentences."""

    status = 422

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(texts)}" for field, texts in problems.items()))
        self.problems = problems


class OfferNotFound(ServiceError):
    """No public offer has this id."""

    status = 404


class OfferGone(ServiceError):
    """The offer was public once and is archived."""

    status = 410


class EditConflict(ServiceError):
    """Somebody else saved the same record meanwhile; nothing was written."""

    status = 409


class InvalidAccount(ServiceError):
    """An account that cannot be made or changed like this."""

    status = 422


class LoginRefused(ServiceError):
    """Wrong mail or password, or too many attempts: then `wait` says for how long none is accepted."""

    status = 422

    def __init__(self, wait: timedelta) -> None:
        super().__init__(message("Mailadresse oder Passwort stimmen nicht. Bitte prüfen Sie beides."))
        self.wait = wait


class SearchUnavailable(ServiceError):
    """The engine did not answer in time or answered with an error. `reason` is for logs and metrics only.
    `of_query`: the engine is well, it refuses this query alone."""

    status = 503

    def __init__(self, reason: str, *, of_query: bool = False) -> None:
        super().__init__(
            message("Die Suche ist gerade nicht erreichbar. Bitte versuchen Sie es in wenigen Minuten noch einmal.")
        )
        self.reason, self.of_query = reason, of_query


class StoreUnavailable(ServiceError):
    """The data base does not answer. `reason` is for logs and the command line only."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(
            message("Die Datenbank ist gerade nicht erreichbar. Bitte versuchen Sie es in wenigen Minuten noch einmal.")
        )
        self.reason = reason


class BadSetting(ServiceError):
    """A setting that is missing or wrong; stops the start with one line."""
