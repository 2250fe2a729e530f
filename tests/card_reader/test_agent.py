"""The whole agent in one process: a pseudo-terminal on one side, a real service on the other."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from card_reader import port as port_module
from card_reader.agent import Agent
from card_reader.clock import SystemClock
from card_reader.outbox import Outbox
from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.events import CardRead
from card_reader.protocols.rdm6300 import make_frame
from card_reader.screen import Screen
from card_reader.settings import Settings
from tests.card_reader.peers import PtyReader, wait_until
from tests.card_reader.service import KEY, READER_ID, Service, serving

A, B, C = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3", "em4100:0A0011A5C4"
STRANGER = "em4100:0A00FFFFFF"


@dataclass
class Counter:
    """A counter: its reader, its agent, its screen."""

    reader: PtyReader
    settings: Settings
    out: io.StringIO
    agent: Agent | None = None
    thread: threading.Thread | None = None
    code: int | None = None

    def start(self) -> None:
        clock = SystemClock()
        self.agent = Agent(self.settings, clock, Screen(clock, self.settings.locale, self.out))

        def run() -> None:
            assert self.agent is not None
            self.code = self.agent.run()

        opened = self.out.getvalue().count("reader connected")
        self.thread = threading.Thread(target=run)
        self.thread.start()
        wait_until(lambda: self.out.getvalue().count("reader connected") > opened or self.code)

    def stop(self) -> None:
        if self.agent is not None and self.thread is not None:
            self.agent.stop()
            self.thread.join(20)
            assert not self.thread.is_alive()
            self.agent = None

    def tap(self, uid: str, *, frames: int = 1) -> None:
        for _ in range(frames):
            self.reader.send(make_frame(uid))

    def says(self, text: str, *, times: int = 1) -> None:
        wait_until(lambda: self.out.getvalue().count(text) >= times)

    def states(self) -> list[str]:
        outbox = Outbox(self.settings.outbox)
        try:
            entries = outbox.list_entries("waiting", "answered", "dead", "stuck")
        finally:
            outbox.close()
        return [entry.state for entry in entries]


@pytest.fixture
def service() -> Service:
    service = Service()
    service.cards = [A, B, C]
    return service


@pytest.fixture
def make_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Counter]]:
    monkeypatch.setattr(port_module, "RETRY_MS", (50,))
    made: list[Counter] = []

    def make(url: str) -> Counter:
        settings = Settings(
            server=url,
            reader_id=READER_ID,
            key=KEY,
            port=str(tmp_path / "reader"),
            profile=get_profile("rdm6300"),
            outbox=tmp_path / "outbox.db",
            locale="en",
            connect_seconds=2,
            reply_seconds=2,
        )
        made.append(Counter(PtyReader(tmp_path / "reader"), settings, io.StringIO()))
        return made[-1]

    yield make
    for counter in made:
        counter.stop()
        counter.reader.close()


def test_O_001_a_card_left_lying_is_one_swipe_with_one_answer(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        for _ in range(5):
            counter.tap(A)
        counter.says("subsidised")
        counter.tap(B)
        counter.says("subsidised", times=2)
        counter.stop()
        assert service.card_ids() == [A, B]
        assert counter.code == 0
        assert counter.out.getvalue().count("C1D2") == 1, "the repeats are not even a line each"


def test_O_008_a_stranger_s_card_needs_two_readings_and_no_card_is_never_one(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    service.outcomes = {STRANGER: "unknown_card"}
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        wait_until(lambda: service.health)
        counter.reader.send(b"\x02" + b"0" * 12 + b"\x03" + b"\x02\x03")
        counter.tap(STRANGER)
        counter.says("hold it again")
        assert service.booked == []
        counter.tap(STRANGER)
        counter.says("unknown_card")
        counter.stop()
        assert service.card_ids() == [STRANGER]
        assert service.health[-1]["state"] == "open"


def test_O_018_the_counter_says_that_the_reader_is_lost_and_takes_cards_after_its_return(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        counter.reader.unplug()
        counter.says("the port is not there")
        wait_until(lambda: service.health and service.health[-1]["state"] == "absent")
        counter.reader.plug(renumber=True)
        counter.says("reader connected", times=2)
        counter.tap(A)
        counter.says("subsidised")
        wait_until(lambda: service.health[-1]["state"] == "open")
        counter.stop()
        assert service.card_ids() == [A]
        assert service.health[-1]["reopened"] == 1


def test_without_a_service_cards_are_kept_and_settled_later_in_order(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    service.blocked = [B]
    with serving(service):
        counter = make_counter(service.url)
        port = int(service.url.rpartition(":")[2])
        counter.start()
        wait_until(lambda: service.health)
    counter.tap(A)
    counter.says("C1D2: kept here, will be settled")
    counter.tap(B)
    counter.says("C1D3: do not serve this card")
    counter.tap(C)
    counter.says("A5C4: kept here")
    assert counter.states() == ["waiting"] * 3
    counter.stop()
    # A restart without a line still knows the blocked card.
    counter.start()
    counter.tap(A)
    counter.says("C1D2: kept here", times=2)
    counter.tap(B)
    counter.says("C1D3: do not serve this card", times=2)
    with serving(service, port):
        counter.says("is reached again")
        wait_until(lambda: counter.states() == ["answered"] * 5)
        counter.stop()
    assert service.card_ids() == [A, B, C, A, B]
    offline = [body["offline"] for body in service.bodies.values()]
    assert offline == ["taken", "refused", "taken", "taken", "refused"]
    assert [body["seq"] for body in service.bodies.values()] == [1, 2, 3, 4, 5]


def test_O_102_a_service_killed_around_its_commit_is_asked_again_after_its_return(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    service.plan.append("hang")
    with serving(service):
        counter = make_counter(service.url)
        port = int(service.url.rpartition(":")[2])
        counter.start()
        counter.tap(B)
        wait_until(lambda: service.booked)
    counter.says("not confirmed, do not charge again")
    assert "kept here, will be settled" not in counter.out.getvalue()
    with serving(service, port):
        counter.says("C1D3: subsidised")
        counter.stop()
    assert service.card_ids() == [B]
    assert service.changed == []
    assert counter.states() == ["answered"]


def test_a_full_disk_says_aloud_that_the_swipe_is_not_recorded(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        wait_until(lambda: service.health)
        assert counter.agent is not None
        db = counter.agent._outbox._db
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON swipe"
            " BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END"
        )
        counter.tap(A)
        counter.says("C1D2: NOT RECORDED, write it down")
        db.execute("DROP TRIGGER full")
        counter.tap(B)
        counter.says("C1D3: subsidised")
        counter.stop()
    assert service.card_ids() == [B]


def test_an_outbox_that_can_not_be_written_is_said_and_sent_later(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        wait_until(lambda: service.health)
        assert counter.agent is not None
        db = counter.agent._outbox._db
        db.execute("CREATE TRIGGER full BEFORE UPDATE ON swipe"
                   " BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END")  # fmt: skip
        counter.tap(A)
        counter.says("the outbox fails")
        assert service.booked == []
        db.execute("DROP TRIGGER full")
        counter.says("C1D2: subsidised")
        counter.stop()
    assert service.card_ids() == [A]


def test_a_part_that_breaks_ends_the_agent_aloud(
    service: Service, make_counter: Callable[..., Counter], capsys: pytest.CaptureFixture[str]
) -> None:
    counter = make_counter("http://127.0.0.1:9")
    counter.start()
    assert counter.agent is not None

    def broken(*_: object) -> str:
        raise RuntimeError("planned")

    counter.agent._debounce.judge = broken  # type: ignore[method-assign,assignment]
    counter.tap(A)
    counter.says("planned")
    wait_until(lambda: counter.code == 1)
    assert "RuntimeError: planned" in capsys.readouterr().err


def test_something_that_is_no_card_is_said_once_while_it_lies_there(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        assert counter.agent is not None
        times = [*range(0, 60_000, 240), 70_000]
        counter.agent.take_events([CardRead("iso14443a:8804A3C6", ms) for ms in times])
        counter.stop()
    assert counter.out.getvalue().count("no meal card") == 2
    assert service.booked == []


def test_the_agent_says_no_more_of_a_card_than_its_last_four_digits(
    service: Service, make_counter: Callable[..., Counter]
) -> None:
    service.plan.append(422)
    with serving(service):
        counter = make_counter(service.url)
        counter.start()
        counter.tap(A)
        counter.says("not taken")
        counter.tap(B)
        counter.says("subsidised")
        counter.stop()
    said = counter.out.getvalue()
    assert "0A00B0" not in said
    assert json.dumps(service.health).count("0A00B0") == 0
