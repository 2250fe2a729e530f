"""Requests over one kept connection, and what is said when no answer comes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from card_reader.wire import Unreachable, Wire
from tests.card_reader.clocks import HandClock
from tests.card_reader.service import KEY, READER_ID, Service, serving

BODY = b'{"id":"a","card_uid":"em4100:0A00B0C1D2"}'


_MADE: list[Wire] = []


def make_wire(url: str, *, reply_seconds: int = 5) -> Wire:
    wire = Wire(url, READER_ID, KEY, HandClock(), connect_seconds=2, reply_seconds=reply_seconds)
    _MADE.append(wire)
    return wire


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while _MADE:
        _MADE.pop().close()


@contextmanager
def _raw_server(*answers: bytes) -> Iterator[str]:
    """Accepts one connection for each answer, reads a little, says the bytes, hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


def test_one_connection_carries_every_request() -> None:
    with serving(Service()) as service:
        wire = make_wire(service.url)
        connections = set()
        for _ in range(3):
            assert wire.request("POST", "/api/v1/swipes", BODY).status in (200, 201)
            connections.add(id(wire._connection))
        assert len(connections) == 1
        assert service.unsigned == 0


def test_a_kept_connection_that_was_closed_is_made_anew() -> None:
    with serving(Service()) as service:
        wire = make_wire(service.url)
        wire.request("GET", "/api/v1/readers/self")
        port = int(service.url.rpartition(":")[2])
    # The service was restarted in between; nobody is told.
    with serving(Service(), port) as again:
        assert wire.request("POST", "/api/v1/swipes", BODY).status == 201
        assert again.booked == ["a"]


def test_nobody_there_surely_did_not_arrive() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        make_wire(url).request("GET", "/")
    assert not caught.value.may_have_arrived


def test_a_host_that_can_not_be_named_surely_did_not_arrive() -> None:
    with pytest.raises(Unreachable) as caught:
        make_wire("http://" + "x" * 70).request("GET", "/")
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_half_an_answer_may_have_arrived(answer: bytes) -> None:
    with _raw_server(answer) as url:
        with pytest.raises(Unreachable) as caught:
            make_wire(url).request("POST", "/", BODY)
        assert caught.value.may_have_arrived


def test_a_service_that_hangs_may_have_got_it() -> None:
    service = Service()
    service.plan.append("hang")
    with serving(service):
        with pytest.raises(Unreachable) as caught:
            make_wire(service.url, reply_seconds=1).request("POST", "/api/v1/swipes", BODY)
        assert caught.value.may_have_arrived
        assert service.booked == ["a"]


def test_a_request_cut_on_a_kept_connection_is_sent_once_more_as_it_was() -> None:
    service = Service()
    with serving(service):
        wire = make_wire(service.url)
        wire.request("GET", "/api/v1/readers/self")
        service.plan.append("drop_after")
        assert wire.request("POST", "/api/v1/swipes", BODY).status == 200
        assert service.booked == ["a"]
        assert service.changed == []


def test_cut_twice_may_have_arrived() -> None:
    service = Service()
    with serving(service):
        wire = make_wire(service.url)
        wire.request("GET", "/api/v1/readers/self")
        service.plan.extend(["drop_before", "drop_before"])
        with pytest.raises(Unreachable) as caught:
            wire.request("POST", "/api/v1/swipes", BODY)
        assert caught.value.may_have_arrived


def test_an_answer_that_is_no_json_has_no_document() -> None:
    for content in (b"<html>sign in</html>", b"[" * 100_000, b"\xff\xfe"):
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content
        with _raw_server(answer) as url:
            reply = make_wire(url).request("GET", "/")
            assert (reply.status, reply.document, reply.facts) == (200, None, {})
    with _raw_server(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id": "a"') as url:
        assert make_wire(url).request("GET", "/").document is None


def test_the_offset_is_this_clock_minus_the_service_s() -> None:
    wire = make_wire("http://127.0.0.1:1")
    clock = wire.clock
    assert isinstance(clock, HandClock)
    assert wire.clock_offset_ms() is None
    server_time = int(clock.now.timestamp()) - 98_445
    assert wire.learn_time(server_time)
    assert wire.clock_offset_ms() == 98_445_000
    assert wire._headers("GET", "/", b"")["X-Canteen-Time"] == str(server_time)
    clock.pass_ms(60_000)
    assert wire.clock_offset_ms() == 98_445_000
    # When the clock is set right, the time to sign with stays.
    clock.step_wall_ms(-98_445_000)
    assert wire.clock_offset_ms() == 0
    assert wire._headers("GET", "/", b"")["X-Canteen-Time"] == str(server_time + 60)


@pytest.mark.parametrize("told", [None, "1795577530", True, float("nan"), float("inf"), -1, 10**30])
def test_a_time_that_is_none_is_not_learned(told: object) -> None:
    wire = make_wire("http://127.0.0.1:1")
    assert not wire.learn_time(told)
    assert wire.clock_offset_ms() is None


def test_a_service_under_a_path_gets_that_path_signed() -> None:
    with serving(Service()) as service:
        wire = make_wire(service.url + "/canteen/")
        assert wire.request("GET", "/api/v1/readers/self").status == 200
        assert service.requests == [("GET", "/canteen/api/v1/readers/self")]
        assert service.unsigned == 0


def test_abort_ends_a_request_that_waits() -> None:
    service = Service()
    service.plan.append("hang")
    with serving(service):
        wire = make_wire(service.url, reply_seconds=30)
        wire.abort()  # Nothing to end yet.
        ended = threading.Event()

        def ask() -> None:
            with pytest.raises(Unreachable):
                wire.request("POST", "/api/v1/swipes", BODY)
            ended.set()

        thread = threading.Thread(target=ask)
        thread.start()
        while not ended.wait(0.01):
            if service.booked:
                wire.abort()
        thread.join(10)
        wire.abort()


def test_the_key_is_not_in_what_is_printed() -> None:
    assert KEY.hex() not in repr(make_wire("http://127.0.0.1:1"))
    assert "\\x01\\x02" not in repr(make_wire("http://127.0.0.1:1"))
