"""What the tests of the agent's parts are given: both sides of the agent, ready to be stepped."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from card_reader import port as port_module
from card_reader.clock import SystemClock
from card_reader.port import PortLoop, SerialPort, open_port
from card_reader.protocols.catalogue import Profile
from tests.card_reader.clocks import HandClock
from tests.card_reader.listening import RDM, Heard, Running, Start
from tests.card_reader.peers import PtyReader
from tests.card_reader.sending import A, B, Side, make_side
from tests.card_reader.service import Service, serving


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    clock = HandClock()
    service = Service()
    service.server_time = int(clock.now.timestamp())
    service.cards = [A, B]
    with serving(service):
        side = make_side(service, tmp_path, clock, service.url)
        yield side
        assert service.changed == [], "an id came with two bodies"
        assert len(set(service.booked)) == len(service.booked)
        assert service.unsigned == 0
        side.wire.close()
        side.outbox.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Side]:
    """The same without any service."""
    side = make_side(Service(), tmp_path, HandClock(), "http://127.0.0.1:9")
    yield side
    side.outbox.close()


@pytest.fixture
def _fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_module, "RETRY_MS", (10, 20))


@pytest.fixture
def start(_fast_retries: None) -> Iterator[Start]:
    running: list[Running] = []

    def start_one(
        address: str, profile: Profile = RDM, opener: Callable[..., SerialPort] = open_port
    ) -> Running:
        heard, stopping = Heard(), threading.Event()
        loop = PortLoop(
            address,
            profile,
            SystemClock(),
            on_events=heard.events.extend,
            on_state=lambda state, detail: heard.states.append((state, detail)),
            on_bytes=heard.came,
            opener=opener,
        )
        thread = threading.Thread(target=loop.run, args=(stopping,), daemon=True)
        thread.start()
        running.append(Running(heard, stopping, thread))
        return running[-1]

    yield start_one
    for one in running:
        one.stopping.set()
        one.thread.join(10)
        assert not one.thread.is_alive()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[PtyReader]:
    reader = PtyReader(tmp_path / "reader")
    yield reader
    reader.close()
