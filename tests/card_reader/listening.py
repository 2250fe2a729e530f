"""A port loop at work in a thread, and what it said: for the tests of all ways to reach a reader."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.events import CardRead, Event

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


@dataclass
class Running:
    """A loop in its thread."""

    heard: Heard
    stopping: threading.Event
    thread: threading.Thread


Start = Callable[..., Running]


def is_open(running: Running) -> Callable[[], bool]:
    return lambda: bool(running.heard.states) and running.heard.states[-1][0] == "open"
