"""A small real service that plays the counter's part of the API from a script.

It serves the real pages under the real content-security policy, and states and events that a test
sets, so that every state of the two screens can be drawn and looked at without a database.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, send_from_directory
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.e2e.live import free_port

STATIC = Path(__file__).parents[2] / "canteen" / "web" / "static"
COUNTER = "3f0e5c9a-0000-4000-8000-000000000001"
NOW = "2026-03-18T11:42:08+08:00"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
Body = dict[str, Any]


class World:
    """What the double knows: the state, the events so far, and every write it was sent."""

    def __init__(self, state: Body, display: Body) -> None:
        self.state = state
        self.display = display
        self.events: list[Body] = []
        self.writes: list[tuple[str, str, Any]] = []
        self.answers: dict[str, tuple[int, Body]] = {}
        self.elders: list[Body] = []
        self.failing = 0
        self.streams_full = False
        self.kept_from = 0
        self.signed_in = True
        self.display_refused = False
        self.silent = False
        self.asked: list[str] = []
        self.news = threading.Condition()
        self.closing = False

    def push(self, kind: str, body: Body, *, view: str = "cashier", at: str = NOW) -> int:
        """Add an event as the service would; answers its number."""
        with self.news:
            seq = len(self.events) + 1 + self.kept_from
            self.events.append({"seq": seq, "at": at, "type": kind, "body": body, "view": view})
            self.news.notify_all()
        return seq

    def after(self, number: int, view: str) -> list[Body]:
        return [e for e in self.events if e["seq"] > number and e["view"] == view]

    def be_silent(self, silent: bool) -> None:
        """As when a cable is pulled: nothing is refused and nothing is answered."""
        with self.news:
            self.silent = silent
            self.news.notify_all()

    def wait_while_silent(self) -> None:
        with self.news:
            self.news.wait_for(lambda: self.closing or not self.silent, timeout=30)

    def wait_for_news(self, number: int, view: str) -> list[Body] | None:
        """The events after `number`, [] after a while without any, None at the end."""
        with self.news:
            self.news.wait_for(
                lambda: self.closing or (self.after(number, view) and not self.silent), timeout=5
            )
            if self.closing:
                return None
            return [] if self.silent else self.after(number, view)

    def close(self) -> None:
        with self.news:
            self.closing = True
            self.news.notify_all()


def make_app(world: World) -> Flask:
    """The double as a Flask app."""
    app = Flask(__name__, static_folder=None)
    base = "/api/v1/counters/<counter>"

    @app.after_request
    def _strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @app.before_request
    def _remember() -> Response | None:
        world.wait_while_silent()
        world.asked.append(request.full_path)
        if request.method == "GET":
            return None
        if world.failing:
            world.failing -= 1
            world.writes.append((request.method, request.path, request.get_json(silent=True)))
            return Response("{}", 503, mimetype="application/problem+json")
        return None

    app.add_url_rule("/counter/<counter>", "counter", lambda counter: _page("counter.html"))
    app.add_url_rule("/counter/<counter>/display", "screen", lambda counter: _page("display.html"))
    app.add_url_rule("/sign-in", "sign_in", lambda: "<!doctype html><title>sign-in</title>")
    app.add_url_rule("/static/<path:name>", "static", _page)
    app.add_url_rule("/healthz", "healthz", lambda: jsonify(ok=True))
    app.add_url_rule("/api/v1/session", "session", lambda: _session(world), methods=["GET"])
    app.add_url_rule(base, "state", lambda counter: _state(world), methods=["GET"])
    app.add_url_rule(f"{base}/display", "display", lambda counter: _display(world))
    app.add_url_rule(f"{base}/events", "events", lambda counter: _events(world))
    app.add_url_rule(f"{base}/elders", "elders", lambda counter: jsonify(elders=world.elders))
    app.add_url_rule(
        "/api/v1/<path:rest>",
        "write",
        lambda rest: _write(world),
        methods=["POST", "PUT", "DELETE"],
    )
    return app


def _page(name: str) -> Response:
    folder = STATIC / "counter" if name in ("counter.html", "display.html") else STATIC
    return send_from_directory(folder, name, max_age=0)


def _session(world: World) -> Response | tuple[Response, int]:
    if not world.signed_in:
        return jsonify(type="about:blank", title="Unauthorized", status=401, code="signed_out"), 401
    return jsonify(user="lisufen", name="李素芬", csrf="token-1", locale="zh_CN", roles=[])


def _state(world: World) -> Response:
    return jsonify(world.state)


def _display(world: World) -> Response | tuple[Response, int]:
    if world.display_refused:
        return jsonify(type="about:blank", title="Unauthorized", status=401, code="signed_out"), 401
    return jsonify(world.display)


def _write(world: World) -> Response | tuple[Response, int]:
    body = request.get_json(silent=True)
    world.writes.append((request.method, request.path, body))
    key = f"{request.method} {request.path.rsplit('/', 1)[-1]}"
    status, answer = world.answers.get(key, (200, {}))
    if request.headers.get("X-CSRF-Token") != "token-1":
        status, answer = 403, {"code": "csrf", "detail": "csrf"}
    return jsonify(answer), status


def _events(world: World) -> Response | tuple[Response, int]:
    after = int(request.headers.get("Last-Event-ID") or request.args.get("after") or 0)
    view = request.args.get("view", "cashier")
    if "text/event-stream" in request.headers.get("Accept", ""):
        if world.streams_full:
            return Response("{}", 503, headers={"Retry-After": "1"}), 503
        return Response(_stream(world, after, view), mimetype="text/event-stream")
    listed = [{k: v for k, v in e.items() if k != "view"} for e in world.after(after, view)]
    last = world.kept_from + len(world.events)
    return jsonify(events=listed, last=last, reset=after < world.kept_from)


def _stream(world: World, after: int, view: str) -> Iterator[str]:
    yield ": here\n\n"
    if after < world.kept_from:
        yield "event: reset\ndata: {}\n\n"
        return
    while True:
        waiting = world.wait_for_news(after, view)
        if waiting is None:
            return
        for event in waiting:
            after = event["seq"]
            facts = {key: event[key] for key in ("seq", "at", "type")}
            data = json.dumps({**event["body"], **facts}, ensure_ascii=False)
            yield f"id: {after}\nevent: {event['type']}\ndata: {data}\n\n"
        if not waiting and not world.silent:
            yield ": still here\n\n"


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The page's complaints are what a test reads, not the list of requests."""


class Double:
    """The running double: its world and its address; `stop` ends it, `start` opens the same port."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._port = free_port()
        self.start()

    def start(self) -> None:
        self.world.closing = False
        app = make_app(self.world)
        self._server = make_server(
            "127.0.0.1", self._port, app, threaded=True, request_handler=_Silent
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def counter_url(self) -> str:
        return f"{self.address}/counter/{COUNTER}"

    @property
    def display_url(self) -> str:
        return f"{self.counter_url}/display"

    def stop(self) -> None:
        self.world.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)
