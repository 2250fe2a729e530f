"""Signed requests to the service over one kept connection.

Everything that HTTP can do wrong ends here: an answer that came is a `Reply`, whatever its status;
no answer is `Unreachable`, which says whether the request may have reached the service. The
meaning of a status is not decided here (see `answers`).
"""

import hashlib
import hmac
import http.client
import json
import secrets
import select
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from card_reader.clock import Clock

UNIX_SECONDS_MAX = 100_000_000_000
REPLY_BYTES_MAX = 16 * 1024 * 1024
# UnicodeError: a host name that can't be looked up at all.
_FAILURES = (OSError, http.client.HTTPException, UnicodeError)
_CUT = (ConnectionError, http.client.RemoteDisconnected)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, the JSON document (None when it is none), and two headers."""

    status: int
    document: object = None
    etag: str | None = None
    retry_after: str | None = None

    @property
    def facts(self) -> Mapping[str, object]:
        """The document when it is a JSON object, else an empty one."""
        return self.document if isinstance(self.document, dict) else {}


class Unreachable(Exception):
    """No answer came. `may_have_arrived`: the request may have been read and carried out."""

    def __init__(self, detail: str, *, may_have_arrived: bool) -> None:
        super().__init__(detail)
        self.may_have_arrived = may_have_arrived


def sign(key: bytes, method: str, path: str, time_text: str, nonce: str, body: bytes) -> str:
    """The lower-case hex HMAC-SHA256 of a request: contract, HTTP, "readers sign each request"."""
    told = "\n".join((method, path, time_text, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(key, told.encode("utf-8"), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Wire:
    """One kept connection to `server` (http or https), used by one thread.

    Times out after `connect_seconds` without a connection and after `reply_seconds` without bytes
    of an answer. Requests are signed with the service's time as last measured (`learn_time`), so a
    wrong clock of this machine delays nothing.
    """

    server: str
    reader_id: str
    key: bytes = field(repr=False)
    clock: Clock
    connect_seconds: int = 3
    reply_seconds: int = 5
    _connection: http.client.HTTPConnection | None = None
    _server_minus_monotonic_ms: int | None = None
    _ending: bool = False

    def request(
        self, method: str, path: str, body: bytes = b"", *, etag: str | None = None
    ) -> Reply:
        """Send one signed request under the server's address; the answer, or Unreachable."""
        path = urlsplit(self.server).path.rstrip("/") + path
        headers = self._headers(method, path, body)
        if etag:
            headers["If-None-Match"] = etag
        reused = self._connection is not None
        try:
            return self._exchange(method, path, body, headers)
        except Unreachable as error:
            # The other side may close a kept connection at the moment it is used again. Every
            # request may be sent twice, so this is tried once more before anybody is told.
            cut = error.may_have_arrived and isinstance(error.__cause__, _CUT)
            if self._ending or not (reused and cut):
                raise
        try:
            return self._exchange(method, path, body, headers)
        except Unreachable as error:
            raise Unreachable(str(error), may_have_arrived=True) from error

    def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        connection = self._connect()
        try:
            connection.request(method, path, body or None, dict(headers))
            answer = connection.getresponse()
            content = answer.read(REPLY_BYTES_MAX)
            if not answer.isclosed() or answer.will_close:
                self.close()
        except _FAILURES as error:
            self.close()
            raise Unreachable(_words(error), may_have_arrived=True) from error
        return Reply(
            answer.status, _parse(content), answer.headers["ETag"], answer.headers["Retry-After"]
        )

    def learn_time(self, server_time: object) -> bool:
        """Take the service's unix seconds as the time to sign with; False when it is no number."""
        if isinstance(server_time, bool) or not isinstance(server_time, int | float):
            return False
        if not 0 < server_time < UNIX_SECONDS_MAX:
            return False
        self._server_minus_monotonic_ms = int(server_time * 1000) - self.clock.monotonic_ms()
        return True

    def clock_offset_ms(self) -> int | None:
        """This machine's clock minus the service's, in milliseconds; None before it is measured.

        The service says whole seconds, so less than 2 s is not told from none.
        """
        if self._server_minus_monotonic_ms is None:
            return None
        offset_ms = self._wall_ms() - self._server_ms(self._server_minus_monotonic_ms)
        return offset_ms if abs(offset_ms) >= 2000 else 0

    def close(self) -> None:
        """Drop the connection; the next request makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def abort(self) -> None:
        """End a request that is waiting in another thread, for good: it becomes Unreachable."""
        self._ending = True
        connection = self._connection
        if connection is not None and connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # The other side was faster.

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is not None:
            if not _is_hung_up(self._connection):
                return self._connection
            self.close()
        parts = urlsplit(self.server)
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.connect_seconds)
        try:
            connection.connect()
            connection.sock.settimeout(self.reply_seconds)
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except _FAILURES as error:
            connection.close()
            raise Unreachable(_words(error), may_have_arrived=False) from error
        self._connection = connection
        return connection

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        now_ms = self._wall_ms()
        if self._server_minus_monotonic_ms is not None:
            now_ms = self._server_ms(self._server_minus_monotonic_ms)
        time_text, nonce = str(now_ms // 1000), secrets.token_hex(16)
        headers = {
            "X-Canteen-Reader": self.reader_id,
            "X-Canteen-Time": time_text,
            "X-Canteen-Nonce": nonce,
            "X-Canteen-Signature": sign(self.key, method, path, time_text, nonce, body),
            "Accept": "application/json",
        }
        if body:
            headers["Content-Type"] = "application/json"
        return headers

    def _wall_ms(self) -> int:
        return int(self.clock.wall().timestamp() * 1000)

    def _server_ms(self, server_minus_monotonic_ms: int) -> int:
        return server_minus_monotonic_ms + self.clock.monotonic_ms()


def _is_hung_up(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side closed an idle connection: it has something to say, namely its end."""
    if connection.sock is None:
        return True
    readable, _, _ = select.select([connection.sock], [], [], 0)
    return bool(readable)


def _parse(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
