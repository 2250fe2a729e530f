"""Server-sent events: bounded, woken by the writer, ended after ten minutes so that no thread is kept.

A stream holds a thread. Beyond the limit the answer is 503 with Retry-After and the page polls instead.
A commit of this process wakes it; for the writes of others it looks again every 300 ms.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, request

from canteen import clock
from canteen.db.run import Database
from canteen.rules.errors import Busy
from canteen.services import counter_view, places, sign_in
from canteen.web.auth import DISPLAY_COOKIE, SESSION_COOKIE, find_display_counter, find_signed_in
from canteen.web.house import database, house

LOOK_AGAIN_SECONDS = 0.3
COMMENT_SECONDS = 15
STREAM_SECONDS_MAX = 600
RETRY_SECONDS = 5
RECONNECT_MS = 1000
PAGE_MAX = 200


def stream(counter_id: int, view: str, after: int) -> Response:
    """The events of a counter's `view` after number `after`, as they come. Busy beyond the limit."""
    streams = house().streams
    if not streams.enter():
        raise Busy("streams_full", retry_seconds=RETRY_SECONDS)
    response = Response(
        _listen(database(), counter_id, view, after, _make_check(counter_id)),
        content_type="text/event-stream; charset=utf-8",
    )
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(streams.leave)
    return response


def _listen(
    from_where: Database,
    counter_id: int,
    view: str,
    after: int,
    is_still_let_in: Callable[[], bool],
) -> Iterator[bytes]:
    ends_at = time.monotonic() + STREAM_SECONDS_MAX
    comment_at = time.monotonic() + COMMENT_SECONDS
    seen = from_where.wait_for_change(-1, 0)
    yield f"retry: {RECONNECT_MS}\n\n".encode()
    while time.monotonic() < ends_at:
        page = from_where.read(
            counter_view.list_events, counter_id=counter_id, view=view, after=after, most=PAGE_MAX
        )
        if page.is_reset:
            # Without an id: the page must fetch the state again, and say from there where it stands.
            yield b"event: reset\ndata: {}\n\n"
            return
        for event in page.events:
            yield _frame(event)
        after = page.last
        if len(page.events) == PAGE_MAX:
            continue
        if time.monotonic() >= comment_at:
            if not is_still_let_in():
                return
            comment_at = time.monotonic() + COMMENT_SECONDS
            yield b": here\n\n"
        seen = from_where.wait_for_change(seen, LOOK_AGAIN_SECONDS)


def _frame(event: dict[str, Any]) -> bytes:
    told = {
        **event["body"],
        "seq": event["seq"],
        "at": event["at"],
        "type": event["type"],
    }
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {data}\n\n".encode()


def _make_check(counter_id: int) -> Callable[[], bool]:
    """Whether the asker would still be let in: a session that ended takes its streams along."""
    from_where = database()
    session_token = request.cookies.get(SESSION_COOKIE, "") if find_signed_in() else ""
    display_token = request.cookies.get(DISPLAY_COOKIE, "") if find_display_counter() else ""

    def is_still_let_in() -> bool:
        if session_token:
            now = clock.instant()
            if from_where.read(sign_in.find_session, token=session_token, now=now) is not None:
                return True
        return bool(display_token) and counter_id == from_where.read(
            places.find_counter_of_token, token=display_token
        )

    return is_still_let_in
