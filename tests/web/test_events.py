"""Event streams: they resume by number, say when to start anew, are bounded, and end with the session."""

import itertools
import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from canteen import clock
from canteen.services import sign_in
from canteen.web import events
from tests.factories.requests import Browser
from tests.web.conftest import Service

pytestmark = pytest.mark.both_databases

LISTEN = {"Accept": "text/event-stream"}


def _open(browser: Browser, path: str, **headers: str) -> TestResponse:
    return browser.client.get(path, headers={**LISTEN, **headers}, buffered=False)


def _frames(answer: TestResponse) -> Iterator[dict[str, str]]:
    """Frames as a browser reads them; comments as {"comment": …}."""
    for chunk in answer.response:
        text = chunk.decode() if isinstance(chunk, bytes) else chunk
        for frame in filter(None, text.split("\n\n")):
            lines = [line.partition(": ") for line in frame.split("\n")]
            yield {(name or "comment"): value for name, _, value in lines}


def _take(answer: TestResponse, count: int) -> list[dict[str, str]]:
    return list(itertools.islice(_frames(answer), count))


def _serve(
    service: Service, count: int, elders: tuple[str, ...] = ("P01", "P02", "P03", "P04")
) -> None:
    for elder in elders[:count]:
        answer = service.agent().send(
            "POST",
            "/api/v1/swipes",
            {
                "id": str(uuid4()),
                "card_uid": service.world.cards[elder],
                "read_at": clock.instant().isoformat(),
            },
        )
        assert answer.status_code == 201


def test_a_stream_tells_what_was_and_what_comes(service: Service):
    cashier = service.browser("cashier1")
    _serve(service, 1)
    answer = _open(cashier, f"{service.counter()}/events?after=0")
    frames = _frames(answer)

    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert next(frames) == {"retry": "1000"}
    first = next(frames)
    _serve(service, 1, ("P02",))
    second = next(frames)
    answer.close()

    assert first["event"] == second["event"] == "swipe"
    told = json.loads(second["data"])
    assert told["seq"] == int(second["id"])
    assert told["type"] == "swipe"
    assert told["elder"]["name"] == "韦德胜"


def test_a_stream_resumes_after_the_last_event_seen(service: Service):
    cashier = service.browser("cashier1")
    _serve(service, 3)
    polled = cashier.get(f"{service.counter()}/events?after=0").get_json()
    seqs = [event["seq"] for event in polled["events"]]
    assert polled["last"] >= seqs[-1]

    answer = _open(
        cashier, f"{service.counter()}/events?after=0", **{"Last-Event-ID": str(seqs[1])}
    )
    frames = _take(answer, 2)
    answer.close()

    assert frames[1]["id"] == str(seqs[2])


def test_a_number_beyond_what_was_made_means_start_anew(service: Service):
    cashier = service.browser("cashier1")

    polled = cashier.get(f"{service.counter()}/events?after=99").get_json()
    answer = _open(cashier, f"{service.counter()}/events?after=99")
    frames = list(_frames(answer))

    assert polled["reset"] is True
    assert frames[-1]["event"] == "reset"
    assert "id" not in frames[-1]


def test_streams_are_bounded_and_the_page_polls_beyond(make_service: Callable[..., Service]):
    service = make_service(streams_max=2)
    cashier = service.browser("cashier1")
    path = f"{service.counter()}/events?after=0"
    held = [_open(cashier, path) for _ in range(2)]

    refused = _open(cashier, path)
    polled = cashier.get(path)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert refused.get_json()["code"] == "streams_full"
    assert polled.status_code == 200
    for answer in held:
        answer.close()
    freed = _open(cashier, path)
    assert freed.status_code == 200
    freed.close()


def test_a_stream_that_nobody_read_gives_its_place_back(make_service: Callable[..., Service]):
    service = make_service(streams_max=1)
    cashier = service.browser("cashier1")

    for _ in range(3):
        answer = _open(cashier, f"{service.counter()}/events")
        assert answer.status_code == 200
        answer.close()


def test_no_streams_means_always_poll(make_service: Callable[..., Service]):
    service = make_service(streams_max=0)

    answer = _open(service.browser("cashier1"), f"{service.counter()}/events")

    assert answer.status_code == 503


def test_a_quiet_stream_says_that_it_is_there_and_ends_in_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "COMMENT_SECONDS", 0)
    monkeypatch.setattr(events, "STREAM_SECONDS_MAX", 1)

    answer = _open(service.browser("cashier1"), f"{service.counter()}/events")
    frames = list(_frames(answer))

    assert {"comment": "here"} in frames


def test_a_stream_ends_with_the_session_that_opened_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "COMMENT_SECONDS", 0)
    cashier = service.browser("cashier1")
    answer = _open(cashier, f"{service.counter()}/events")
    frames = _frames(answer)
    assert next(frames) == {"retry": "1000"}

    service.database.run(sign_in.end_session, token=cashier.token, now=clock.instant())

    assert not [frame for frame in frames if "event" in frame]
    answer.close()


def test_odd_numbers_and_views_are_refused(service: Service):
    cashier = service.browser("cashier1")

    for query, code in (
        ("after=-1", "after"),
        ("after=1.5", "after"),
        ("after=１", "after"),
        ("after=99999999999999999", "after"),
        ("view=all", "view"),
    ):
        answer = cashier.get(f"{service.counter()}/events?{query}")
        assert (answer.status_code, answer.get_json()["code"]) == (422, code), query


def test_the_two_views_do_not_mix(service: Service):
    _serve(service, 1)
    cashier = service.browser("cashier1")

    shown = {
        view: {
            event["type"]
            for event in cashier.get(f"{service.counter()}/events?view={view}").get_json()["events"]
        }
        for view in ("cashier", "display")
    }

    assert shown == {"cashier": {"swipe"}, "display": {"display"}}
