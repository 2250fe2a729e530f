"""The serial port: opened, read, lost, found again, for as long as the agent runs.

A reader is pulled out and put back while people wait, and pyserial says so in seven ways (see
PORT_ERRORS); here all of them are one thing: close at once, say so, try again soon. Nothing that
happened while the port was away is made up later.
"""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Flag
from typing import Literal, Protocol

import serial

from card_reader.clock import Clock
from card_reader.protocols.catalogue import Profile
from card_reader.protocols.events import Event

# SerialException is an OSError. TypeError and AttributeError come from a port that was closed in
# between, ValueError from a file number above 1023 (select) and from unknown addresses.
PORT_ERRORS: tuple[type[Exception], ...] = (OSError, TypeError, ValueError, AttributeError)
try:
    import termios
except ImportError:  # Windows has none, and none of its errors
    pass
else:
    # Not an OSError, though it means one: flush and reset of an unplugged port raise it.
    PORT_ERRORS += (termios.error,)

READ_SECONDS = 0.2
RETRY_MS = (500, 1000, 2000, 5000)
EMPTY_READS_MAX = 50
PROBE_EVERY_MS = 30_000
# A raw network port hands over what waited before the connection: no tap of now.
STALE_MS = 100
# Seconds of silence before the first question, between questions, and how many.
KEEP_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
FILE_NUMBER_MAX = 1023

State = Literal["open", "absent", "busy", "denied", "down"]


class SerialPort(Protocol):
    """The part of a pyserial port that is used."""

    baudrate: int

    @property
    def in_waiting(self) -> int: ...

    def read(self, size: int = 1) -> bytes: ...

    def reset_input_buffer(self) -> None: ...

    def close(self) -> None: ...


def is_network(address: str) -> bool:
    """Whether an address goes over a network (longer gaps, stale bytes, no lock)."""
    return address.startswith(("socket://", "rfc2217://"))


def open_port(address: str, profile: Profile) -> SerialPort:
    """Open an address as the profile says; one of PORT_ERRORS when it can't be.

    Never with software flow control: it would swallow the bytes 11 and 13 of a card's number.
    """
    settings: dict[str, object] = {
        "baudrate": profile.baud,
        "bytesize": profile.bytesize,
        "parity": profile.parity,
        "stopbits": profile.stopbits,
        "timeout": READ_SECONDS,
        "xonxoff": False,
        "rtscts": False,
        "dsrdtr": False,
    }
    if "://" in address:
        port = serial.serial_for_url(address, do_not_open=True, **settings)
    else:
        # Two programs on one port steal each other's bytes, so it is taken for this one alone.
        port = serial.Serial(exclusive=True, **settings)
        port.port = address
    for line in ("dtr", "rts"):
        level = getattr(profile, line)
        if level is not None:
            setattr(port, line, level)
    port.open()
    _keep_alive(port)
    opened: SerialPort = port
    return opened


def _keep_alive(port: object) -> None:
    """Let the system notice a serial server that vanished without a word."""
    connection = getattr(port, "_socket", None)
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEP_ALIVE.items():
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def find_state(error: BaseException) -> State:
    """What an error of opening says about the port."""
    number = getattr(error, "errno", None)
    if number is None and error.args and isinstance(error.args[0], int):
        number = error.args[0]
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return "absent"
    if number in (errno.EBUSY, errno.EAGAIN):
        return "busy"
    if number in (errno.EACCES, errno.EPERM):
        return "denied"
    # Windows and the network say it in words only.
    words = str(error)
    if "FileNotFoundError" in words or "refused" in words:
        return "absent"
    if "PermissionError" in words:
        return "busy"
    return "down"


class _PortLost(Exception):
    """The open port can't be used any more; `error` is how pyserial said it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def _losing() -> Iterator[None]:
    """Only what the port raises is a loss; a fault of this program stays one."""
    try:
        yield
    except PORT_ERRORS as error:
        raise _PortLost(error) from error


class PortLoop:
    """Reads one port until told to stop.

    `on_events(events)` gets what the parser said, `on_state(state, detail)` every opening and every
    failure, `on_bytes()` that something came. All are called in the thread of `run`.
    """

    def __init__(
        self,
        address: str,
        profile: Profile,
        clock: Clock,
        *,
        on_events: Callable[[list[Event]], None],
        on_state: Callable[[State, str], None],
        on_bytes: Callable[[], None] = lambda: None,
        opener: Callable[[str, Profile], SerialPort] = open_port,
    ) -> None:
        self._address = address
        self._profile = profile
        self._clock = clock
        self._on_events = on_events
        self._on_state = on_state
        self._on_bytes = on_bytes
        self._opener = opener
        self._parser = profile.make_parser(network=is_network(address))
        self._failures = 0
        self._last_byte_ms = 0

    def run(self, stopping: Flag) -> None:
        """Open, read, and open again after every loss, until `stopping` is set."""
        while not stopping.is_set():
            try:
                port = self._opener(self._address, self._profile)
            except PORT_ERRORS as error:
                self._fail(find_state(error), error, stopping)
                continue
            self._on_state("open", _file_number_note(port))
            try:
                self._read_until_lost(port, stopping)
            except _PortLost as lost:
                _close(port)  # before anything else, or the port comes back under another name
                self._say(self._parser.reset("reopened"))
                self._fail("down", lost.error, stopping)
            else:
                _close(port)

    def _fail(self, state: State, error: Exception, stopping: Flag) -> None:
        self._on_state(state, f"{type(error).__name__}: {error}")
        retry_ms = RETRY_MS[min(self._failures, len(RETRY_MS) - 1)]
        self._failures += 1
        stopping.wait(retry_ms / 1000)

    def _read_until_lost(self, port: SerialPort, stopping: Flag) -> None:
        with _losing():
            self._drop_early_bytes(port, stopping)
        self._last_byte_ms = self._clock.monotonic_ms()
        empty_count = 0
        while not stopping.is_set():
            started_ms = self._clock.monotonic_ms()
            with _losing():
                # One byte, waited for; then what came with it. `read(64)` would wait for all 64.
                data = port.read(1)
                if data:
                    waiting = port.in_waiting
                    data += port.read(waiting) if waiting else b""
            if data:
                empty_count = 0
                self._take(data)
                continue
            now_ms = self._clock.monotonic_ms()
            self._say(self._parser.tick(now_ms))
            if now_ms - started_ms >= READ_SECONDS * 500:
                empty_count = self._failures = 0
                self._probe(port, now_ms)
            else:
                empty_count += 1
            if empty_count > EMPTY_READS_MAX:
                raise _PortLost(OSError(errno.EIO, "the port answers at once with nothing"))

    def _take(self, data: bytes) -> None:
        now_ms = self._clock.monotonic_ms()
        self._failures = 0
        self._last_byte_ms = now_ms
        self._on_bytes()
        self._say(self._parser.feed(data, now_ms))

    def _drop_early_bytes(self, port: SerialPort, stopping: Flag) -> None:
        wait_ms = self._profile.boot_ms
        if self._address.startswith("socket://"):
            wait_ms = max(wait_ms, STALE_MS)
        if wait_ms:
            stopping.wait(wait_ms / 1000)
            while port.in_waiting and not stopping.is_set():
                port.read(port.in_waiting)

    def _probe(self, port: SerialPort, now_ms: int) -> None:
        """Ask a silent serial server whether it lives: a hung one gives nothing, for ever."""
        silent_ms = now_ms - self._last_byte_ms
        if self._address.startswith("rfc2217://") and silent_ms >= PROBE_EVERY_MS:
            self._last_byte_ms = now_ms
            with _losing():
                port.baudrate = self._profile.baud  # the same value still makes one exchange

    def _say(self, events: list[Event]) -> None:
        if events:
            self._on_events(events)


def _file_number_note(port: SerialPort) -> str:
    number = getattr(port, "fd", None)
    if isinstance(number, int) and number > FILE_NUMBER_MAX:
        return f"file number {number} is above {FILE_NUMBER_MAX}: restart the agent"
    return ""


def _close(port: SerialPort) -> None:
    try:
        port.close()
    except PORT_ERRORS:
        return  # It was gone already.
