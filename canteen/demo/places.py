"""Where the demonstration's days are lived and by whom: counters as the services name them, its staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Canteen, Counter, Reader
from canteen.rules.days import SHANGHAI

ADMIN, CASHIER = "staff:demo-admin", "staff:demo-cashier"
KITCHEN, SECRETARY = "staff:demo-kitchen", "staff:demo-secretary"
#: who claims, who approves, and the street
FINANCE, SECOND, STREET = "staff:demo-finance", "staff:demo-finance-2", "staff:demo-street"


@dataclass(frozen=True, slots=True)
class Place:
    """A counter with its reader."""

    canteen: str
    canteen_id: int
    counter: str
    counter_id: int
    reader_id: int


def list_places(session: Session) -> list[Place]:
    """Every counter that has a reader."""
    rows = session.execute(
        select(Canteen.code, Canteen.id, Counter.code, Counter.id, Reader.id)
        .join(Counter, Counter.canteen_id == Canteen.id)
        .join(Reader, Reader.counter_id == Counter.id)
        .order_by(Reader.id)
    )
    return [Place(*row) for row in rows]


def one_a_canteen(places: Iterable[Place]) -> list[Place]:
    """The first counter of each canteen."""
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.canteen, place)
    return list(first.values())


def at(day: date, clock: time) -> datetime:
    """An instant of a local day."""
    return datetime.combine(day, clock, SHANGHAI)


def acting(by: str, now: datetime) -> dict[str, Any]:
    """Who does something and when, as the services ask for it."""
    return {"by": by, "origin": None, "now": now}
