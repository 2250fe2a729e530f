"""Requests as the outside makes them: a signing reader, a browser with its session and its token."""

import itertools
import json as json_text
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from canteen import clock
from canteen.services import readers
from canteen.services.readers import NewReader
from tests.factories.staff import PASSWORD

#: where tries to sign in come from
OFFICE, GUESSER = "203.0.113.9", "198.51.100.7"


class ClosingClient(FlaskClient):
    """A test client that reads every answer to its end, so that no static file stays open."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **kwargs)


_nonces = itertools.count(1)


class ReaderCaller:
    """An agent: signs each request with the reader's key."""

    def __init__(self, client: FlaskClient, reader: NewReader) -> None:
        self.client = client
        self.reader = reader

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
        skew_seconds: int = 0,
        content_type: str = "application/json",
    ) -> TestResponse:
        """Sign and send; `headers` replaces signed ones, `raw` is sent instead of JSON."""
        data = raw if raw is not None else b"" if body is None else json_text.dumps(body).encode()
        time = str(int(clock.instant().timestamp()) + skew_seconds)
        nonce = f"n-{next(_nonces)}"
        signature = readers.sign(
            bytes.fromhex(self.reader.key),
            method=method,
            path=path,
            time=time,
            nonce=nonce,
            body=data,
        )
        signed = {
            "X-Canteen-Reader": self.reader.public_id,
            "X-Canteen-Time": time,
            "X-Canteen-Nonce": nonce,
            "X-Canteen-Signature": signature,
        }
        return self.client.open(
            path,
            method=method,
            data=data,
            content_type=content_type,
            headers={**signed, **(headers or {})},
        )


class Browser:
    """A browser with a session: sends its cookie, and its token with every write."""

    def __init__(self, client: FlaskClient, token: str, csrf: str) -> None:
        self.client = client
        self.token = token
        self.csrf = csrf
        client.set_cookie("canteen_session", token)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self.client.get(path, **given)

    def send(self, method: str, path: str, body: Any = None, **given: Any) -> TestResponse:
        """A JSON write with the token; `csrf=None` leaves it out."""
        csrf = given.pop("csrf", self.csrf)
        headers = {
            **({"X-CSRF-Token": csrf} if csrf is not None else {}),
            **given.pop("headers", {}),
        }
        return self.client.open(path, method=method, json=body, headers=headers, **given)

    def post_form(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data={"csrf": self.csrf, **fields})


def try_sign_in(
    client: FlaskClient,
    user: str = "finance1",
    password: str = PASSWORD,
    *,
    peer: str = OFFICE,
    forwarded: str | None = None,
) -> TestResponse:
    """By the interface; from `peer`, which may say that it only forwards."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client.post(
        "/api/v1/session",
        json={"user": user, "password": password},
        headers=headers,
        environ_base={"REMOTE_ADDR": peer},
    )
