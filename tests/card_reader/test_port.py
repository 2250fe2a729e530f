"""The port loop: every way a port is lost, and that the next card is read."""

import errno
import itertools
import socket
import termios
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import serial

from card_reader import port as port_module
from card_reader.clock import SystemClock
from card_reader.port import PortLoop, SerialPort, find_state, open_port
from card_reader.protocols.catalogue import Profile, get_profile
from card_reader.protocols.events import CardRead, Event, Rejected
from card_reader.protocols.rdm6300 import make_frame
from tests.card_reader.peers import PtyReader, wait_until

RDM = get_profile("rdm6300")
A, B = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3"


@dataclass
class Heard:
    """What the loop said."""

    events: list[Event] = field(default_factory=list)
    states: list[tuple[str, str]] = field(default_factory=list)
    bytes_count: int = 0

    def cards(self) -> list[str]:
        return [event.uid for event in self.events if isinstance(event, CardRead)]

    def names(self) -> list[str]:
        return [name for name, _ in itertools.groupby(state for state, _ in self.states)]

    def came(self) -> None:
        self.bytes_count += 1


@pytest.fixture
def _fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_module, "RETRY_MS", (10, 20))


@dataclass
class Running:
    """A loop in its thread."""

    heard: Heard
    stopping: threading.Event
    thread: threading.Thread


Start = Callable[..., Running]


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


def _is_open(running: Running) -> Callable[[], bool]:
    return lambda: bool(running.heard.states) and running.heard.states[-1][0] == "open"


def test_a_card_on_a_pty_is_read(start: Start, reader: PtyReader) -> None:
    running = start(str(reader.link))
    wait_until(_is_open(running))
    reader.send(make_frame(A) + make_frame(B))
    wait_until(lambda: running.heard.cards() == [A, B])
    assert running.heard.bytes_count >= 1


def test_half_a_frame_is_given_up_by_the_silence_of_the_port(
    start: Start, reader: PtyReader
) -> None:
    running = start(str(reader.link))
    wait_until(_is_open(running))
    reader.send(make_frame(A)[:6])
    wait_until(lambda: running.heard.events == [Rejected("timeout", 6)])
    reader.send(make_frame(B))
    wait_until(lambda: running.heard.cards() == [B])


def test_O_018_pulled_out_and_put_back_under_another_number(
    start: Start, reader: PtyReader
) -> None:
    running = start(str(reader.link))
    wait_until(_is_open(running))
    before = reader.link.readlink()
    reader.send(make_frame(A))
    wait_until(lambda: running.heard.cards() == [A])
    reader.send(make_frame(B)[:7])
    wait_until(lambda: running.heard.bytes_count >= 2)
    reader.unplug()
    wait_until(lambda: running.heard.states[-1][0] == "absent")
    reader.plug(renumber=True)
    assert reader.link.readlink() != before
    wait_until(_is_open(running))
    # The half from before is never joined with what comes now.
    reader.send(make_frame(B)[7:] + make_frame(A))
    wait_until(lambda: running.heard.cards() == [A, A])
    assert running.heard.names() == ["open", "down", "absent", "open"]


def test_a_dangling_link_is_an_absent_port(start: Start, tmp_path: Path) -> None:
    (tmp_path / "reader").symlink_to("/dev/pts/no")
    running = start(str(tmp_path / "reader"))
    wait_until(lambda: running.heard.states)
    assert running.heard.states[0][0] == "absent"


def test_a_port_that_another_agent_holds_is_busy_until_it_lets_go(
    start: Start, reader: PtyReader
) -> None:
    held = serial.Serial(str(reader.link), exclusive=True)
    running = start(str(reader.link))
    wait_until(lambda: running.heard.states)
    assert running.heard.states[0][0] == "busy"
    held.close()
    wait_until(_is_open(running))


def test_O_017_the_port_is_opened_without_software_flow_control(reader: PtyReader) -> None:
    port = open_port(str(reader.link), RDM)
    binary = bytes.fromhex("aa0411131a021ebb")
    try:
        flags = termios.tcgetattr(reader.slave)[0]
        assert not flags & (termios.IXON | termios.IXOFF)
        reader.send(binary)
        assert port.read(8) == binary
    finally:
        port.close()


def test_line_settings_of_the_profile_reach_the_port(reader: PtyReader) -> None:
    profile = replace(RDM, baud=2400, bytesize=7, stopbits=2, dtr=True, rts=False)
    port = open_port(str(reader.link), profile)
    assert isinstance(port, serial.Serial)
    try:
        assert (port.baudrate, port.bytesize, port.stopbits) == (2400, 7, 2)
        assert (port.dtr, port.rts) == (True, False)
        assert port.write_timeout is None
        assert port.exclusive
    finally:
        port.close()


def test_bytes_of_a_starting_reader_are_not_a_card(start: Start, reader: PtyReader) -> None:
    running = start(str(reader.link), replace(RDM, boot_ms=400))
    wait_until(_is_open(running))
    reader.send(make_frame(A))
    # Noise is counted only when the reader is believed to have started.
    wait_until(lambda: reader.send(b"\0") or running.heard.bytes_count)
    reader.send(make_frame(B))
    wait_until(running.heard.cards)
    assert running.heard.cards() == [B]


def test_a_network_port_drops_what_waited_and_comes_back(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port_number = listener.getsockname()[1]
        running = start(f"socket://127.0.0.1:{port_number}")
        connection, _ = listener.accept()
        connection.sendall(make_frame(B))  # a tap from before, kept by the serial server
        wait_until(_is_open(running))
        wait_until(lambda: connection.sendall(b"\0") or running.heard.bytes_count)
        data = make_frame(A)
        connection.sendall(data[:6])
        threading.Event().wait(0.2)  # above the gap of a local port, below a network's
        connection.sendall(data[6:])
        wait_until(lambda: running.heard.cards() == [A])
        connection.close()
        connection, _ = listener.accept()
        wait_until(lambda: running.heard.names() == ["open", "down", "open"])
        before = running.heard.bytes_count
        wait_until(lambda: connection.sendall(b"\0") or running.heard.bytes_count > before)
        connection.sendall(make_frame(B))
        wait_until(lambda: running.heard.cards() == [A, B])
        connection.close()
    wait_until(lambda: running.heard.states[-1][0] == "absent")


@pytest.mark.parametrize("address", ["nothing://here", "socket://", "rfc2217://127.0.0.1:9?x=y"])
def test_a_wrong_address_is_a_state_and_not_a_crash(start: Start, address: str) -> None:
    running = start(address)
    wait_until(lambda: len(running.heard.states) > 1)
    assert running.heard.states[0][0] in ("down", "absent")


class FaultyPort:
    """Gives one card, then fails in one way; whoever closes it is counted."""

    def __init__(self, fail: Callable[[str], bytes | int], closed: list[int]) -> None:
        self._data = bytearray(make_frame(A))
        self._fail = fail
        self._closed = closed
        self.baudrate = 9600
        self.fd = 1024

    @property
    def in_waiting(self) -> int:
        if self._data:
            return len(self._data)
        waiting = self._fail("in_waiting")
        return waiting if isinstance(waiting, int) else 0

    def read(self, size: int = 1) -> bytes:
        if self._data:
            taken = bytes(self._data[:size])
            del self._data[:size]
            return taken
        data = self._fail("read")
        return data if isinstance(data, bytes) else b""

    def reset_input_buffer(self) -> None:
        self._fail("reset")

    def close(self) -> None:
        self._closed.append(1)
        if len(self._closed) % 2:
            raise termios.error(5, "gone")


def _raise(error: Exception) -> Callable[[str], bytes | int]:
    def fail(_: str) -> bytes:
        raise error

    return fail


FAULTS: dict[str, Callable[[str], bytes | int]] = {
    "SerialException": _raise(
        serial.SerialException("device reports readiness to read but returned no data")
    ),
    "OSError 5": _raise(OSError(errno.EIO, "Input/output error")),
    "termios.error": _raise(termios.error(5, "Input/output error")),
    "TypeError": _raise(TypeError("argument must be an int, or have a fileno() method")),
    "BrokenPipeError": _raise(BrokenPipeError(32, "Broken pipe")),
    "ValueError": _raise(ValueError("filedescriptor out of range in select()")),
    "AttributeError": _raise(AttributeError("'NoneType' object has no attribute 'read'")),
    "PortNotOpenError": _raise(serial.PortNotOpenError()),
    "nothing for ever": lambda what: b"" if what == "read" else 0,
    "one waits, nothing comes": lambda what: b"" if what == "read" else 1,
}


@pytest.mark.parametrize("name", FAULTS)
def test_after_every_fault_it_closes_counts_opens_and_reads_the_next_card(
    start: Start, name: str
) -> None:
    closed: list[int] = []
    running = start(
        "/dev/double", opener=lambda _address, _profile: FaultyPort(FAULTS[name], closed)
    )
    wait_until(lambda: len(running.heard.cards()) >= 3)
    assert set(running.heard.cards()) == {A}
    assert running.heard.names()[:4] == ["open", "down", "open", "down"]
    assert len(closed) >= 2
    assert "restart the agent" in running.heard.states[0][1], "file number above 1023"


def test_a_fault_of_this_program_is_not_taken_for_a_lost_port() -> None:
    def broken(_events: list[Event]) -> None:
        raise ValueError("a fault of the agent")

    loop = PortLoop(
        "/dev/double",
        RDM,
        SystemClock(),
        on_events=broken,
        on_state=lambda _state, _detail: None,
        opener=lambda _address, _profile: FaultyPort(FAULTS["OSError 5"], [1]),
    )
    with pytest.raises(ValueError, match="a fault of the agent"):
        loop.run(threading.Event())


OPENING = [
    (serial.SerialException(2, "no such file"), "absent"),
    (OSError(errno.ENODEV, "x"), "absent"),
    (serial.SerialException(11, "Could not exclusively lock port"), "busy"),
    (OSError(errno.EBUSY, "x"), "busy"),
    (serial.SerialException(13, "denied"), "denied"),
    (termios.error(22, "Invalid argument"), "down"),
    (serial.SerialException("could not open port 'COM3': FileNotFoundError(2, …)"), "absent"),
    (serial.SerialException("could not open port 'COM3': PermissionError(13, …)"), "busy"),
    (serial.SerialException("Could not open port: [Errno 111] Connection refused"), "absent"),
    (ValueError("invalid URL"), "down"),
]


@pytest.mark.parametrize(("error", "state"), OPENING)
def test_an_error_of_opening_says_what_to_mend(error: Exception, state: str) -> None:
    assert find_state(error) == state


def test_a_silent_serial_server_is_asked_whether_it_lives(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "PROBE_EVERY_MS", 1)
    asked: list[int] = []

    class Silent:
        in_waiting = 0

        @property
        def baudrate(self) -> int:
            return 9600

        @baudrate.setter
        def baudrate(self, value: int) -> None:
            asked.append(value)
            if len(asked) == 2:
                raise serial.SerialException("timeout while waiting for option 'baudrate'")

        def read(self, size: int = 1) -> bytes:
            threading.Event().wait(0.15)
            return b""

        def reset_input_buffer(self) -> None:
            """Not used."""

        def close(self) -> None:
            """Nothing to close."""

    running = start("rfc2217://127.0.0.1:1", opener=lambda _address, _profile: Silent())
    wait_until(lambda: running.heard.names() == ["open", "down", "open"])
    assert asked[:2] == [9600, 9600]
