"""Health, readiness and metrics for those who run the service."""

import ipaddress
import os
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import literal, select

from service.context import context
from service.errors import SearchUnavailable, StoreUnavailable
from service.search.ladder import NO_INDEX, Readiness
from service.search.watching import METRICS
from service.store import indexes, tasks
from service.store.tasks import TaskState

blueprint = Blueprint("operation", __name__)

REQUESTS = Counter("angebote_requests_total", "Answered requests", ["route", "status"])
DURATION = Histogram("angebote_request_seconds", "Time to answer", ["route"])
SEARCH = Histogram(
    "angebote_search_seconds", "Time of a search, from words to hits, by the level that answered", ["engine"]
)


@blueprint.before_app_request
def _begin() -> None:
    g.metrics_from = time.perf_counter()


@blueprint.after_app_request
def _count(response: Response) -> Response:
    route = str(request.url_rule or "unknown")
    REQUESTS.labels(route, response.status_code).inc()
    DURATION.labels(route).observe(time.perf_counter() - g.get("metrics_from", time.perf_counter()))
    return response


@blueprint.get("/healthz")
def health() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """The store and any level of the search answer; names the one that does and what failed before it."""
    search = context().search
    first = search.levels[0].name
    state: dict[str, object] = {"store": "ok", "search": "ok", "engine": context().settings.engine, "index": ""}
    found = Readiness()
    try:
        with context().database.reading() as session:
            session.execute(select(literal(1)))
        found = search.ready()
    except StoreUnavailable:
        state |= {"store": "unavailable"}
    except SearchUnavailable:
        state |= {"search": "unavailable"}
    if first in found.failures:
        state["search"] = found.failures[first] if found.failures[first] == NO_INDEX else "unavailable"
    state |= {"index": found.index, "level": found.level, "failures": found.failures}
    ok = bool(found.level)
    return jsonify(status="ok" if ok else "unavailable", **state), 200 if ok else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics of all web processes, and the indexes' lag as the store knows it."""
    address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104  an unknown address is refused
    if not any(address in network for network in context().settings.metrics_allow):
        abort(403)
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for metric in (REQUESTS, DURATION, SEARCH, *METRICS):
            registry.register(metric)
    with context().database.reading() as session:
        registry.register(_Lags(indexes.lag(session, context().settings.engine, datetime.now(UTC))))
        registry.register(_Ages(tasks.every(session).values(), datetime.now(UTC)))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Lags(Collector):
    """The lag is one for all processes: it is read from the store when somebody asks, not counted."""

    def __init__(self, lags: list[indexes.Lag]) -> None:
        self._lags = lags

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge a figure, labelled with the index' state: current or previous."""
        for name, text, field in (
            ("angebote_index_lag_revisions", "Changes that the index does not hold yet", "revisions"),
            ("angebote_index_lag_seconds", "Age of the oldest change that the index does not hold yet", "seconds"),
            ("angebote_index_failures", "Documents that the index refused", "failures"),
        ):
            family = GaugeMetricFamily(name, text, labels=["state"])
            for lag in self._lags:
                family.add_metric([lag.state], getattr(lag, field))
            yield family


class _Ages(Collector):
    """How long ago periodic tasks were done, as the store knows it; nothing of those that never were."""

    def __init__(self, states: Iterable[TaskState], now: datetime) -> None:
        self._ages = {state.name: (now - state.done_at).total_seconds() for state in states if state.done_at}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge, labelled with the task."""
        family = GaugeMetricFamily(
            "angebote_task_age_seconds", "Time since a periodic task was last done", labels=["task"]
        )
        for name, age in self._ages.items():
            family.add_metric([name], age)
        yield family
