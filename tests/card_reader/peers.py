"""Readers to plug in and pull out: a pseudo-terminal behind a name that stays.

Closing the pseudo-terminal gives pyserial the exception of a pulled USB reader; the next one has
another number behind the same name, as a reader that comes back under /dev/serial has.
"""

import os
import time
import tty
from collections.abc import Callable
from pathlib import Path


class PtyReader:
    """A reader named `link`; plugged in from the start."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._held: list[int] = []
        self._name = ""
        self.master = -1
        self.slave = -1
        self.plug()

    def plug(self, *, renumber: bool = False) -> None:
        self.master, self.slave = os.openpty()
        while renumber and os.ttyname(self.slave) == self._name:
            # Something else took the old number meanwhile.
            self._held += [self.master, self.slave]
            self.master, self.slave = os.openpty()
        self._name = os.ttyname(self.slave)
        tty.setraw(self.slave)
        self.link.symlink_to(self._name)

    def unplug(self) -> None:
        self.link.unlink(missing_ok=True)
        for number in (self.slave, self.master):
            if number >= 0:
                os.close(number)
        self.master = self.slave = -1

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def close(self) -> None:
        self.unplug()
        while self._held:
            os.close(self._held.pop())


def wait_until(holds: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait for something another thread or process does; fail after `seconds`."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.005)
