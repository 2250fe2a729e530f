"""The sending side over a real service on loopback, or over none: taken step by step by its tests."""

import io
from dataclasses import dataclass
from pathlib import Path

from card_reader.health import Health
from card_reader.lists import Lists
from card_reader.outbox import Outbox
from card_reader.protocols.catalogue import get_profile
from card_reader.screen import Screen
from card_reader.swipe import make_swipe
from card_reader.uploader import Uploader
from card_reader.wire import Wire
from tests.card_reader.clocks import HandClock
from tests.card_reader.service import KEY, READER_ID, Service

A, B, C = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3", "em4100:0A0011A5C4"


@dataclass
class Side:
    """Everything of the sending side, with a service that can be taken away."""

    service: Service
    clock: HandClock
    outbox: Outbox
    lists: Lists
    health: Health
    out: io.StringIO
    wire: Wire
    uploader: Uploader

    def tap(self, *cards: str) -> None:
        for card in cards:
            self.outbox.add(make_swipe(card, self.clock), None)

    def settle(self, *, steps: int = 60) -> None:
        """Step until there is nothing to do at this moment."""
        for _ in range(steps):
            if self.uploader.step():
                return
        raise AssertionError("the uploader does not come to rest")

    def states(self) -> list[str]:
        entries = self.outbox.list_entries("waiting", "answered", "dead", "stuck")
        return [entry.state for entry in entries]

    def said(self) -> list[str]:
        return [line.partition(" ")[2] for line in self.out.getvalue().splitlines()]

    def posts(self) -> int:
        return sum(path.startswith("/api/v1/swipes") for _, path in self.service.requests)


def make_side(service: Service, path: Path, clock: HandClock, url: str) -> Side:
    outbox = Outbox(path / "outbox.db")
    lists = Lists(KEY, outbox)
    health = Health(clock, "/dev/reader", get_profile("rdm6300"))
    out = io.StringIO()
    screen = Screen(clock, "en", out)
    wire = Wire(url, READER_ID, KEY, clock, 2, 1)
    uploader = Uploader(
        wire=wire, outbox=outbox, lists=lists, health=health, screen=screen, clock=clock
    )
    return Side(service, clock, outbox, lists, health, out, wire, uploader)
