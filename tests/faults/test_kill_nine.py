"""kill -9 of the real service at one counter, twelve times in the long run and twice in every run,
while the agent's outbox re-sends.

Lost 0, doubled 0, and the books are clean (field cases O-005 and O-102)."""

import json
import os
import random
import signal
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.meals import Meal
from canteen.models.swipes import Swipe
from card_reader.answers import find_meaning
from card_reader.clock import SystemClock
from card_reader.wire import Unreachable, Wire
from tests.e2e.live import Live, card_of, live_canteen, wait_until

pytestmark = pytest.mark.faults

ELDERS = 60


class Counter:
    """One counter's agent at its plainest: sends a swipe until it is answered, with the same body."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.answers: dict[str, dict[str, object]] = {}
        self.sent: list[dict[str, object]] = []
        key = live.made["readers"]["C1-R1"]
        self.wire = Wire(live.address, key["id"], bytes.fromhex(key["key"]), SystemClock())

    def take(self, number: int) -> None:
        """Read a card, and send it until there is an answer."""
        swipe: dict[str, object] = {
            "id": str(uuid.uuid4()),
            "card_uid": card_of(number),
            "read_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "seq": number,
            "offline": None,
            "clock_ok": True,
            "age_ms": 40,
        }
        self.sent.append(swipe)
        self._send(swipe)

    def send_again(self, swipe: dict[str, object]) -> dict[str, object]:
        """Send an answered swipe once more."""
        return self._send(swipe)

    def _send(self, swipe: dict[str, object]) -> dict[str, object]:
        while True:
            try:
                reply = self.wire.request("POST", "/api/v1/swipes", json.dumps(swipe).encode())
            except Unreachable:
                time.sleep(0.05)
                continue
            # an answer that the kill cut short names no outcome: the agent, too, sends again
            if find_meaning(str(swipe["id"]), reply.status, reply.facts) == "answered":
                body = dict(reply.facts)
                known = self.answers.setdefault(str(swipe["id"]), body)
                assert body == known, "the same id was answered differently"
                return body
            time.sleep(0.05)


def _parts(live: Live) -> list[int]:
    """The server's processes: the parent, its worker, its jobs."""
    assert live.server is not None
    group = live.server.pid
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


@pytest.mark.parametrize(
    "kills",
    [("group", "parent"), pytest.param(("group",) * 12, marks=pytest.mark.soak)],
    ids=len,
)
def test_O_102_kills_at_one_counter_lose_and_double_nothing(
    tmp_path: Path, kills: tuple[str, ...]
) -> None:
    with live_canteen(tmp_path, elders=ELDERS) as live:
        live.start_server()
        counter = Counter(live)
        done = threading.Event()

        def serve_lunch() -> None:
            for number in range(1, ELDERS + 1):
                counter.take(number)
            done.set()

        lunch = threading.Thread(target=serve_lunch)
        lunch.start()
        chance = random.Random(102)
        for number, what in enumerate(kills, start=1):
            target = number * ELDERS // (len(kills) + 1)
            wait_until(lambda t=target: len(counter.sent) > t or done.is_set(), "lunch goes on")
            time.sleep(chance.random() * 0.05)  # anywhere between reading and answering
            if what == "parent":
                assert live.server is not None
                rest = [pid for pid in _parts(live) if pid != live.server.pid]
                os.kill(live.server.pid, signal.SIGKILL)
                live.server.wait(60)
                wait_until(
                    lambda pids=rest: not any(_is_alive(pid) for pid in pids),
                    "the worker and the jobs noticed that their parent died",
                )
            else:
                live.kill_server()
            live.start_server()
        lunch.join(120)
        assert done.is_set()
        for swipe in counter.sent[::7]:
            counter.send_again(swipe)
        counter.wire.close()
        _prove(live, counter)


def _is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def _prove(live: Live, counter: Counter) -> None:
    done = live.canteen("check", "--deep", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    database = Database(f"sqlite:///{live.folder / 'data' / 'canteen.db'}")
    try:
        swipes = set(database.read(lambda s: list(s.scalars(select(Swipe.id)))))
        meals = database.read(lambda s: list(s.scalars(select(Meal.elder_id))))
    finally:
        database.close()
    assert swipes == {str(swipe["id"]) for swipe in counter.sent}
    assert len(meals) == len(set(meals)) == ELDERS
    outcomes = {answer["outcome"] for answer in counter.answers.values()}
    assert outcomes == {"subsidised"}
