"""The agent as a process of its own: killed at any moment, nothing lost and nothing doubled."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from card_reader.outbox import Outbox
from card_reader.protocols.rdm6300 import make_frame
from tests.card_reader.peers import PtyReader, wait_until
from tests.card_reader.service import KEY, READER_ID, Service, serving

ROOT = Path(__file__).parents[2]
A, B = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3"


class AgentProcess:
    """`card-reader run` with its own files in `folder`."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.folder = folder
        self.service = service
        self.log = folder / "agent.log"
        self.log.write_text("")
        (folder / "reader.key").write_text(KEY.hex())
        (folder / "reader.toml").write_text(
            f'server = "{service.url}"\nreader_id = "{READER_ID}"\nkey_file = "reader.key"\n'
            'port = "READER"\nprofile = "rdm6300"\noutbox = "outbox.db"\nlocale = "en"\n'.replace(
                "READER", str(folder / "reader")
            )
        )
        self.reader = PtyReader(folder / "reader")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        opened = self.said("reader connected")
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "card_reader", "run", "--config", "reader.toml"],
                cwd=self.folder,
                stdout=out,
                stderr=out,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            )
        wait_until(lambda: self.said("reader connected") > opened)

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.process = None
        return code

    def said(self, text: str) -> int:
        return self.log.read_text(encoding="utf-8").count(text)

    def tap(self, uid: str) -> None:
        self.reader.send(make_frame(uid))

    def states(self) -> dict[str, str]:
        outbox = Outbox(self.folder / "outbox.db")
        try:
            entries = outbox.list_entries("waiting", "answered", "dead", "stuck")
        finally:
            outbox.close()
        return {entry.swipe.id: entry.state for entry in entries}

    def close(self) -> None:
        if self.process is not None:
            self.end(signal.SIGKILL)
        self.reader.close()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    service.cards = [A, B]
    with serving(service):
        yield service


@pytest.fixture
def agent(tmp_path: Path, service: Service) -> Iterator[AgentProcess]:
    agent = AgentProcess(tmp_path, service)
    yield agent
    agent.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(agent: AgentProcess, number: int) -> None:
    agent.start()
    agent.tap(A)
    wait_until(lambda: agent.said("subsidised"))
    assert agent.end(number) == 0
    assert agent.said("stopped: 0 waiting") == 1
    assert agent.said("Traceback") == 0


def test_it_stops_cleanly_while_an_answer_is_awaited(agent: AgentProcess, service: Service) -> None:
    service.plan.append("hang")
    agent.start()
    agent.tap(A)
    wait_until(service.held.is_set)
    assert agent.end(signal.SIGTERM) == 0
    assert agent.said("stopped: 1 waiting") == 1


@pytest.mark.parametrize("moment", ["hold_before", "hang"])
def test_O_102_killed_while_the_service_books_the_swipe_is_booked_once(
    agent: AgentProcess, service: Service, moment: str
) -> None:
    service.plan.append(moment)
    agent.start()
    agent.tap(A)
    wait_until(service.held.is_set)
    agent.end(signal.SIGKILL)
    agent.start()
    wait_until(lambda: agent.said("subsidised"))
    agent.end(signal.SIGTERM)
    assert service.card_ids() == [A]
    assert service.changed == []
    assert list(agent.states().values()) == ["answered"]


def test_killed_ten_times_at_any_moment_nothing_is_lost_and_nothing_doubled(
    agent: AgentProcess, service: Service
) -> None:
    random_source = random.Random(8)
    for number in range(10):
        agent.start()
        for nth in range(3):
            uid = f"em4100:0B000000{10 * number + nth:02d}"
            service.cards.append(uid)
            # Unknown to this agent's list: two readings make a swipe.
            agent.tap(uid)
            agent.tap(uid)
        assert agent.process is not None
        try:
            agent.process.wait(random_source.random() / 20)
        except subprocess.TimeoutExpired:
            agent.end(signal.SIGKILL)
    agent.start()
    wait_until(lambda: set(agent.states().values()) == {"answered"})
    agent.end(signal.SIGTERM)
    kept = set(agent.states())
    assert kept == set(service.booked), "lost: kept and not booked, or booked and not kept"
    assert len(service.booked) == len(set(service.booked))
    assert service.changed == []
    assert service.unsigned == 0
    assert agent.said("Traceback") == 0
    # What the screen said was answered is among it.
    assert 0 < agent.said("subsidised") <= 30


def test_the_demonstration_s_offset_shifts_the_stamps(
    agent: AgentProcess, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANTEEN_CLOCK_OFFSET", "-86400")
    agent.start()
    agent.tap(A)
    wait_until(lambda: agent.said("subsidised"))
    agent.end(signal.SIGTERM)
    (body,) = service.bodies.values()
    read_at = datetime.fromisoformat(str(body["read_at"]))
    assert timedelta(hours=23) < datetime.now(UTC) - read_at < timedelta(hours=25)
    assert body["clock_ok"] is True


def test_a_wrong_file_or_offset_ends_with_2_and_says_what_is_allowed(tmp_path: Path) -> None:
    def run(**environment: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "card_reader", "run", "--config", str(tmp_path / "reader.toml")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONUTF8": "1", **environment},
            check=False,
        )
        return done.returncode, done.stderr

    code, err = run()
    assert (code, "can't be read" in err) == (2, True)
    (tmp_path / "reader.toml").write_text(
        'server = "http://127.0.0.1:9"\nreader_id = "r"\nkey = "' + "00" * 32 + '"\n'
        'port = "/dev/no"\nprofile = "rdm6300"\noutbox = "no/such/folder/outbox.db"\n'
    )
    code, err = run(CANTEEN_CLOCK_OFFSET="tomorrow")
    assert (code, "whole number of seconds" in err) == (2, True)
    code, err = run()
    assert (code, "can't be opened" in err) == (1, True)
