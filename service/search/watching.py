"""What those who run the service see of the ladder: metrics of each level, one warning where a breaker opens or closes."""

import structlog
from prometheus_client import Counter, Gauge

from service.search.breaker import Changed

FAILURES = Counter("angebote_search_failures_total", "Searches that a level could not answer", ["engine"])
OPEN = Gauge(
    "angebote_search_breaker_open",
    "Processes that leave a level alone for now",
    ["engine"],
    multiprocess_mode="livesum",
)
METRICS = (FAILURES, OPEN)


class Watch:
    """Counts, and remembers each level's last failure for the warning."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("search")
        self._reasons: dict[str, str] = {}

    def failed(self, level: str, reason: str) -> None:
        """An attempt failed."""
        self._reasons[level] = reason
        FAILURES.labels(level).inc()

    def changes(self, level: str) -> Changed:
        """What a level's breaker tells when it opens and closes."""
        OPEN.labels(level).set(0)

        def changed(opened: bool) -> None:
            OPEN.labels(level).set(int(opened))
            if opened:
                self._log.warning("left alone", engine=level, reason=self._reasons.get(level, ""))
            else:
                self._log.warning("answers again", engine=level)

        return changed
