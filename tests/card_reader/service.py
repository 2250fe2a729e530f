"""A service on loopback for the agent's tests: real HTTP, and every way to answer badly.

It books a swipe once by its id, remembers each body and counts an id that came with two bodies.
`plan` holds what to do with the next requests for swipes; when it is empty all is well.
"""

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from card_reader.lists import make_mark
from card_reader.wire import sign

KEY = bytes(range(32))
READER_ID = "r-1"
Step = str | int | tuple[int, dict[str, object]]


class Service:
    """What the service saw, and what it shall do next."""

    def __init__(self) -> None:
        self.plan: deque[Step] = deque()
        self.bodies: dict[str, dict[str, object]] = {}
        self.booked: list[str] = []
        self.changed: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.signed_at: list[int] = []
        self.health: list[dict[str, object]] = []
        self.unsigned = 0
        self.batch_most = 500  # a batch of more takes longer than the agent waits
        self.lists_status = 200
        self.health_status = 204
        self.cards: list[str] = []
        self.blocked: list[str] = []
        self.server_time: object = None
        self.outcomes: dict[str, str] = {}
        self.held = threading.Event()  # a request is being held
        self.hanging = threading.Event()  # held requests may end
        self.lock = threading.Lock()
        self.url = ""

    def card_ids(self) -> list[object]:
        """The cards of what was booked, in the order of booking."""
        return [self.bodies[id_]["card_uid"] for id_ in self.booked]

    def book(self, swipe: dict[str, object]) -> tuple[int, dict[str, object]]:
        id_ = str(swipe["id"])
        with self.lock:
            if self.bodies.setdefault(id_, swipe) != swipe:
                self.changed.append(id_)
                return 409, {"code": "id_reused"}
            status = 200 if id_ in self.booked else 201
            if status == 201:
                self.booked.append(id_)
        outcome = self.outcomes.get(str(swipe["card_uid"]), "subsidised")
        meal = {"price_fen": 1200, "elder_fen": 700, "subsidy_fen": 500, "discount_fen": 0}
        purse = {"balance_fen": 4300}
        return status, {"id": id_, "outcome": outcome, "reason": None, "meal": meal, "purse": purse}

    def lists(self) -> dict[str, object]:
        return {
            "reader": {"id": READER_ID, "code": "C1-R1", "profile": "rdm6300"},
            "counter": {"id": 1, "code": "C1-1", "name": "one"},
            "known": [make_mark(KEY, card) for card in self.cards],
            "blocked": [make_mark(KEY, card) for card in self.blocked],
            "server_time": self.server_time,
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: ClassVar[Service]

    def log_message(self, format: str, *args: object) -> None:
        """Tests read `requests`, not a log."""

    def do_GET(self) -> None:
        self._check(b"")
        if self.service.lists_status != 200:
            return self._answer(self.service.lists_status, {"code": "x"})
        document = self.service.lists()
        etag = f'"{hash(json.dumps([document["known"], document["blocked"]]))}"'
        if self.headers["If-None-Match"] == etag:
            return self._answer(304, None)
        return self._answer(200, document, {"ETag": etag})

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._check(body)
        self.service.health.append(json.loads(body))
        self._answer(self.service.health_status, None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._check(body)
        swipes = json.loads(body)
        plan = self.service.plan
        step: Step = plan.popleft() if plan else "book"
        if self.path.endswith("/batch"):
            return self._batch(swipes["swipes"], step)
        if isinstance(step, tuple):
            return self._answer(step[0], step[1])
        if isinstance(step, int):
            return self._answer(step, {"code": "planned"})
        return self._odd(swipes, step)

    def _odd(self, swipe: dict[str, object], step: str) -> None:
        if step == "drop_before":
            return self._cut()
        if step == "hold_before":
            self.service.held.set()
            self.service.hanging.wait(30)
            return self._cut()
        status, answer = self.service.book(swipe)
        if step == "drop_after":
            return self._cut()
        if step == "hang":
            self.service.held.set()
            self.service.hanging.wait(30)
            return self._cut()
        if step == "portal":
            return self._answer(200, {"login": "please"})
        return self._answer(status, answer)

    def _batch(self, swipes: list[dict[str, object]], step: Step) -> None:
        if isinstance(step, int):
            return self._answer(step, {"code": "planned"})
        if len(swipes) > self.service.batch_most:
            return self._cut()
        results = []
        for swipe in swipes:
            planned = self.service.outcomes.get(str(swipe["card_uid"]), "")
            if planned.isdigit():
                results.append({"status": int(planned), "body": {"code": "planned"}})
            else:
                status, answer = self.service.book(swipe)
                results.append({"status": status, "body": answer})
        return self._answer(200, {"results": results[:-1] if step == "short" else results})

    def _check(self, body: bytes) -> None:
        self.service.requests.append((self.command, self.path))
        self.service.signed_at.append(int(self.headers["X-Canteen-Time"]))
        wanted = sign(
            KEY,
            self.command,
            self.path,
            self.headers["X-Canteen-Time"],
            self.headers["X-Canteen-Nonce"],
            body,
        )
        if wanted != self.headers["X-Canteen-Signature"]:
            self.service.unsigned += 1

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: int, document: object, headers: dict[str, str] | None = None) -> None:
        content = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if isinstance(document, dict) and "retry_after" in document:
            self.send_header("Retry-After", str(document["retry_after"]))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def hang_up(self) -> None:
        """Cut every connection, as the end of a process does."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is part of the tests."""


@contextmanager
def serving(service: Service, port: int = 0) -> Iterator[Service]:
    """Serve on loopback; `service.url` says where. Afterwards nothing listens there."""
    handler = type("Handler", (_Handler,), {"service": service})
    with _Server(("127.0.0.1", port), handler) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.hanging.set()
            server.shutdown()
            thread.join(10)
            server.hang_up()
