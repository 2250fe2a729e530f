"""A reader behind a network: on a bare socket, and on a serial server that speaks RFC 2217, played by
pyserial's own server side."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
import serial
import serial.rfc2217

from card_reader import port as port_module
from card_reader.clock import SystemClock
from card_reader.port import PortLoop
from card_reader.protocols.catalogue import Profile
from card_reader.protocols.events import CardRead, Event
from card_reader.protocols.rdm6300 import make_frame
from tests.card_reader.listening import RDM, A, B, Start, is_open
from tests.card_reader.peers import wait_until


@dataclass
class SerialServer:
    """One line behind a network, for one client at a time."""

    line: serial.SerialBase = field(default_factory=lambda: serial.serial_for_url("loop://"))
    connection: socket.socket | None = None
    manager: serial.rfc2217.PortManager | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, data: bytes) -> None:
        """What the protocol's own side has to say to the client."""
        with self.lock:
            assert self.connection is not None
            self.connection.sendall(data)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                self.connection, _ = listener.accept()
            except OSError:
                return
            self.manager = serial.rfc2217.PortManager(self.line, self)
            with self.connection as connection:
                while data := self._receive(connection):
                    # Told settings reach the line; bytes for the reader are of no interest.
                    b"".join(self.manager.filter(data))

    @staticmethod
    def _receive(connection: socket.socket) -> bytes:
        try:
            return connection.recv(1024)
        except OSError:
            return b""

    def card(self, uid: str) -> None:
        """A card comes to the reader."""
        assert self.manager is not None
        self.write(b"".join(self.manager.escape(make_frame(uid))))

    def hang_up(self) -> None:
        assert self.connection is not None
        self.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server() -> Iterator[tuple[SerialServer, str]]:
    server = SerialServer()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.serve, args=(listener,), daemon=True)
        thread.start()
        yield server, f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    server.line.close()


# pyserial 3.5 still says setDaemon and setName.
@pytest.mark.filterwarnings(r"ignore:set(Daemon|Name)\(\) is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    "profile", [RDM, replace(RDM, baud=2400, bytesize=7, parity="E", stopbits=2, dtr=True)]
)
def test_settings_reach_the_far_line_and_a_cut_is_mended(
    server: tuple[SerialServer, str], profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "RETRY_MS", (20,))
    serial_server, address = server
    events: list[Event] = []
    states: list[str] = []
    stopping = threading.Event()
    loop = PortLoop(
        address,
        profile,
        SystemClock(),
        on_events=events.extend,
        on_state=lambda state, _detail: states.append(state),
    )
    thread = threading.Thread(target=loop.run, args=(stopping,), daemon=True)
    thread.start()
    wait_until(lambda: states == ["open"])
    line = serial_server.line
    assert (line.baudrate, line.bytesize) == (profile.baud, profile.bytesize)
    assert (line.parity, line.stopbits) == (profile.parity, profile.stopbits)
    serial_server.card(A)
    wait_until(lambda: [e.uid for e in events if isinstance(e, CardRead)] == [A])
    serial_server.hang_up()
    wait_until(lambda: states[-1] == "open" and "down" in states)
    serial_server.card(B)
    wait_until(lambda: [e.uid for e in events if isinstance(e, CardRead)] == [A, B])
    stopping.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_network_port_drops_what_waited_and_comes_back(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port_number = listener.getsockname()[1]
        running = start(f"socket://127.0.0.1:{port_number}")
        connection, _ = listener.accept()
        connection.sendall(make_frame(B))  # a tap from before, kept by the serial server
        wait_until(is_open(running))
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
