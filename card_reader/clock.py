"""The agent's only clock: wall time for stamps, monotonic time for everything that is measured.

It is handed in everywhere, so tests can step it and the demonstration can shift it.
"""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from card_reader.problems import InputInvalid

OFFSET_VARIABLE = "CANTEEN_CLOCK_OFFSET"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# A laptop that slept with a swipe in its outbox must not send too small an age.
_STEADY = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """Wall time (aware, UTC) and milliseconds since some start that only grow."""

    def wall(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def monotonic_ms(self) -> int:
        """Whole milliseconds since an unknown start; comparable while `boot_id` is the same."""
        ...

    def boot_id(self) -> str:
        """Names the run of the machine within which `monotonic_ms` can be compared."""
        ...


class SystemClock:
    """The machine's clock, moved by `offset_seconds` for a demonstration."""

    def __init__(self, offset_seconds: int = 0) -> None:
        self._offset = timedelta(seconds=offset_seconds)
        # Without the kernel's id (not Linux) only this process is known to share the counter.
        known = _BOOT_ID.exists()
        self._boot_id = _BOOT_ID.read_text().strip() if known else os.urandom(16).hex()

    def wall(self) -> datetime:
        """The present instant, aware, UTC, with the demonstration's offset."""
        return datetime.now(UTC) + self._offset

    def monotonic_ms(self) -> int:
        """Whole milliseconds since the machine started, sleep included where the system tells."""
        return time.clock_gettime_ns(_STEADY) // 1_000_000 if _STEADY else _plain_ms()

    def boot_id(self) -> str:
        """The kernel's id of this run of the machine."""
        return self._boot_id


def _plain_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def offset_seconds(environment: Mapping[str, str]) -> int:
    """The demonstration's offset in whole seconds, a sign allowed; InputInvalid otherwise."""
    text = environment.get(OFFSET_VARIABLE, "").strip() or "0"
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise InputInvalid(f"{OFFSET_VARIABLE} = {text!r}: allowed is a whole number of seconds")
    return int(text)
