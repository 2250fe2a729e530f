"""The port loop against serial peers that are not ours: socat's pairs and ser2net's ports."""

import itertools
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from card_reader.clock import SystemClock
from card_reader.port import PortLoop
from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.events import CardRead, Event
from card_reader.protocols.rdm6300 import make_frame
from tests.e2e.live import wait_until
from tests.e2e.serial_peers import Cable, SerialServer

pytestmark = [
    pytest.mark.e2e,
    # pyserial 3.5 still says setDaemon and setName in its RFC 2217 client
    pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:setName:DeprecationWarning"),
]

NOBODY = 65534
A, B = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3"


@dataclass
class Agent:
    """A running port loop and what it said."""

    address: str
    stopping: threading.Event = field(default_factory=threading.Event)
    events: list[Event] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        loop = PortLoop(
            self.address,
            get_profile("rdm6300"),
            SystemClock(),
            on_events=self.events.extend,
            on_state=lambda state, _detail: self.states.append(state),
        )
        self.thread = threading.Thread(target=loop.run, args=(self.stopping,), daemon=True)
        self.thread.start()

    @property
    def cards(self) -> list[str]:
        return [event.uid for event in self.events if isinstance(event, CardRead)]

    def is_open(self) -> bool:
        return bool(self.states) and self.states[-1] == "open"

    def read(self, lay: Callable[[], None], uid: str) -> None:
        """Lay a card, again and again as a reader repeats it, until it is read."""
        seen = len(self.cards)

        def come() -> bool:
            lay()
            return uid in self.cards[seen:]

        wait_until(come, f"the card {uid[-4:]} was read")


@pytest.fixture
def start() -> Iterator[Callable[[str], Agent]]:
    agents: list[Agent] = []

    def begin(address: str) -> Agent:
        agents.append(Agent(address))
        return agents[-1]

    yield begin
    for agent in agents:
        agent.stopping.set()
        agent.thread.join(15)
        assert not agent.thread.is_alive()


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    made = Cable(tmp_path)
    yield made
    made.close()


@pytest.fixture
def make_server(tmp_path: Path, cable: Cable) -> Iterator[Callable[..., SerialServer]]:
    servers: list[SerialServer] = []

    def make(*, rfc2217: bool) -> SerialServer:
        servers.append(SerialServer(tmp_path, cable.host, rfc2217=rfc2217))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.mark.parametrize("rfc2217", [True, False], ids=["rfc2217", "raw tcp"])
def test_a_card_comes_through_a_serial_server_and_after_its_death_the_next_one(
    start: Callable[[str], Agent],
    cable: Cable,
    make_server: Callable[..., SerialServer],
    rfc2217: bool,
) -> None:
    server = make_server(rfc2217=rfc2217)
    agent = start(server.address)
    wait_until(agent.is_open, "the port is open")
    agent.read(lambda: cable.lay(make_frame(A)), A)
    server.kill()
    wait_until(lambda: not agent.is_open(), "the loss was noticed")
    server.start()
    wait_until(agent.is_open, "the port is open again")
    agent.read(lambda: cable.lay(make_frame(B)), B)
    assert set(agent.cards) == {A, B}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["link gone", "dangling"])
def test_O_018_a_reader_that_comes_back_under_its_name_is_read_again(
    start: Callable[[str], Agent], cable: Cable, how: signal.Signals
) -> None:
    agent = start(str(cable.host))
    wait_until(agent.is_open, "the port is open")
    agent.read(lambda: cable.lay(make_frame(A)), A)
    cable.unplug(how)
    wait_until(lambda: "absent" in agent.states, "the port is absent")
    cable.plug()
    wait_until(agent.is_open, "the port is open again")
    agent.read(lambda: cable.lay(make_frame(B)), B)


def test_two_agents_do_not_share_a_port(start: Callable[[str], Agent], cable: Cable) -> None:
    first = start(str(cable.host))
    wait_until(first.is_open, "the first holds the port")
    second = start(str(cable.host))
    wait_until(lambda: "busy" in second.states, "the second is told that it is busy")
    first.read(lambda: cable.lay(make_frame(A)), A)
    assert second.cards == []
    first.stopping.set()
    wait_until(second.is_open, "the second takes over")


def test_a_second_client_of_a_serial_server_does_not_stop_the_first(
    start: Callable[[str], Agent], cable: Cable, make_server: Callable[..., SerialServer]
) -> None:
    server = make_server(rfc2217=False)
    first = start(server.address)
    wait_until(first.is_open, "the first is connected")
    first.read(lambda: cable.lay(make_frame(A)), A)
    second = start(server.address)
    wait_until(lambda: "down" in second.states, "the second is turned away, and goes on trying")
    first.read(lambda: cable.lay(make_frame(B)), B)
    assert second.cards == []


def _state_as_nobody(device: Path) -> str:
    """The first state of a loop in a child that is another user (modules are loaded already, for
    the new user may not be able to read them)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        stopping = threading.Event()

        def say(state: str, _detail: str) -> None:
            os.write(writing, state.encode())
            stopping.set()

        profile = get_profile("rdm6300")
        PortLoop(str(device), profile, SystemClock(), on_events=print, on_state=say).run(stopping)
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        return told.read().decode()


def test_a_port_without_permission_is_told_as_denied(cable: Cable) -> None:
    device = Path(os.path.realpath(cable.host))
    device.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert os.geteuid() == 0, "run as root: only root can become another user"
    assert _state_as_nobody(device) == "denied"


def test_states_are_told_once_each_time_they_change(
    start: Callable[[str], Agent], tmp_path: Path
) -> None:
    agent = start(str(tmp_path / "nothing"))
    wait_until(lambda: len(agent.states) >= 2, "it tried twice")
    assert [name for name, _ in itertools.groupby(agent.states)] == ["absent"]
