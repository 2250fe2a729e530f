"""Every way a port fails, at its opening or later: it is said, and the next card is read."""

import errno
import termios
import threading
from collections.abc import Callable

import pytest
import serial

from card_reader.clock import SystemClock
from card_reader.port import PortLoop, find_state
from card_reader.protocols.events import Event
from card_reader.protocols.rdm6300 import make_frame
from tests.card_reader.listening import RDM, A, Start
from tests.card_reader.peers import wait_until


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
