"""For operators and programs: is it alive, is it ready, what does it measure, what does the API offer."""

import time

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from canteen.rules.errors import CanteenError
from canteen.services import readiness
from canteen.web.api import PREFIX, answer, describe, operation
from canteen.web.auth import find_signed_in, missing
from canteen.web.house import database, house
from canteen.web.peer import is_this_machine

blueprint = Blueprint("operation", __name__)
EXTENSION = "canteen.metrics"
VERSION = "1"


class Metrics:
    """What `/metrics` tells; one set an app, so that two apps can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "canteen_requests",
            "Requests by route, method and status",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "canteen_request_seconds",
            "Time to answer by route",
            ["route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.swipes = Counter(
            "canteen_swipes", "Swipes by outcome", ["outcome"], registry=self.registry
        )
        self.streams = Gauge("canteen_streams", "Event streams open now", registry=self.registry)


def metrics() -> Metrics:
    """The running app's metrics."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Metrics)
    return found


def install(app: Flask) -> None:
    """Count every request of `app` by its route (never by its address line)."""
    made = app.extensions[EXTENSION] = Metrics()

    def start() -> None:
        g.started = time.perf_counter()

    def count(response: Response) -> Response:
        route = str(request.url_rule) if request.url_rule else "-"
        made.requests.labels(route, request.method, str(response.status_code)).inc()
        if "started" in g and not response.is_streamed:
            made.seconds.labels(route).observe(time.perf_counter() - g.started)
        return response

    app.before_request(start)
    app.after_request(count)


def _is_let_in() -> bool:
    return house().is_metrics_open or is_this_machine()


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """The service can do its work: database there, at this code's migration."""
    try:
        revision = database().read(readiness.find_revision)
        oldest = database().read(readiness.find_oldest_open_day) if revision else None
    except (SQLAlchemyError, OSError, CanteenError):
        return answer({"status": "no database", "revision": None, "commit": house().commit}, 503)
    is_ready = revision == house().revision
    body = {
        "status": "ready" if is_ready else "migrate",
        "revision": revision,
        "revision_wanted": house().revision,
        "commit": house().commit,
        "oldest_open_day": oldest.isoformat() if oldest else None,
    }
    return answer(body, 200 if is_ready else 503)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Prometheus text; for this machine, or for all by CANTEEN_METRICS_OPEN."""
    if not _is_let_in():
        raise missing()
    made = metrics()
    made.streams.set(house().streams.open_count)
    return Response(generate_latest(made.registry), content_type="text/plain; version=0.0.4")


def _check_may_read_description() -> None:
    """It holds nothing about anybody, but no page is open to the whole network without a door."""
    if not _is_let_in() and find_signed_in() is None:
        raise missing()


@blueprint.get(f"{PREFIX}/openapi.json")
@operation("This document (this machine, or signed in)")
def openapi() -> Response:
    _check_may_read_description()
    return answer(_description())


@blueprint.get(f"{PREFIX}/docs")
@operation("This document as a page (this machine, or signed in)")
def docs() -> str:
    _check_may_read_description()
    return render_template("api_docs.html", api=_description())


def _description() -> dict[str, object]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    kept = app.extensions.get("canteen.openapi")
    if kept is None:
        kept = app.extensions["canteen.openapi"] = describe(app, VERSION)
    described: dict[str, object] = kept
    return described
