"""A month of deliveries added up: who carried how long, what failed and where, how full, how late.

Ground floor: rounds and deliveries in, tables out. Hours are whole minutes from leaving to the last door:
a phone without a signal reports late, but says when it was there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Carried:
    """A delivery that went out, or was cancelled before."""

    run_id: int | None
    #: delivered, failed, out or cancelled
    state: str
    #: why it failed, or was cancelled
    code: str | None
    house: str
    portions: int
    done_at: datetime | None
    #: when it was promised
    due_at: datetime | None

    @property
    def is_late(self) -> bool:
        """At its door after the promised time?"""
        return self.done_at is not None and self.due_at is not None and self.done_at > self.due_at


@dataclass(frozen=True, slots=True)
class Went:
    """A round that went out."""

    run_id: int
    number: str
    name: str
    team: str | None
    capacity: int
    day: date
    mealtime: str
    trip: int
    planned_min: int | None
    out_at: datetime
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tour:
    """A round with what became of it."""

    went: Went
    #: at the last door; None: still out
    ended_at: datetime | None
    doors: int
    portions: int
    delivered: int
    late: int

    @property
    def minutes(self) -> int | None:
        """From leaving to the last door; None while she is out."""
        if self.ended_at is None:
            return None
        return max((self.ended_at - self.went.out_at) // MINUTE, 0)

    @property
    def over_min(self) -> int | None:
        """Minutes beyond the plan; None when one of the two is not known."""
        if self.minutes is None or self.went.planned_min is None:
            return None
        return self.minutes - self.went.planned_min


@dataclass(frozen=True, slots=True)
class Hours:
    """What one volunteer did."""

    number: str
    name: str
    team: str | None
    capacity: int
    days: int
    rounds: int
    minutes: int
    doors: int
    portions: int
    delivered: int
    #: on her fullest round
    portions_most: int


@dataclass(frozen=True, slots=True)
class House:
    """How it went at one house."""

    name: str
    doors: int
    failed: int
    late: int


@dataclass(frozen=True, slots=True)
class ServiceSum:
    """What one payer owes for deliveries under a service of the scheme, on one ground, by who carried."""

    service: str
    payer: str
    #: operator or deliverer
    to_whom: str
    ground: str
    #: of a volunteer; None: the desk reported it
    volunteer: str | None
    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class DeliveryMonth:
    """The tables of a month."""

    hours: tuple[Hours, ...]
    tours: tuple[Tour, ...]
    #: code → how many, most first
    failed: tuple[tuple[str, int], ...]
    cancelled: tuple[tuple[str, int], ...]
    #: where most failed first
    houses: tuple[House, ...]
    delivered: int
    late: int
    services: tuple[ServiceSum, ...] = ()

    @property
    def carried(self) -> int:
        """Deliveries that were at a door."""
        return self.delivered + sum(count for _, count in self.failed)

    @property
    def minutes(self) -> int:
        """Of everybody together."""
        return sum(one.minutes for one in self.hours)

    @property
    def tenths_a_door(self) -> int | None:
        """Tenths of a minute a door takes; None before the first."""
        doors = sum(tour.doors for tour in self.tours if tour.minutes is not None)
        return 10 * self.minutes // doors if doors else None


def add_up_month(rounds: Iterable[Went], deliveries: Sequence[Carried]) -> DeliveryMonth:
    """The tables of these rounds and deliveries."""
    of_round: dict[int | None, list[Carried]] = defaultdict(list)
    for one in deliveries:
        if one.state != "cancelled":
            of_round[one.run_id].append(one)
    tours = tuple(_tour(went, of_round[went.run_id]) for went in rounds)
    done = [one for one in deliveries if one.state in ("delivered", "failed")]
    return DeliveryMonth(
        hours=_hours(tours),
        tours=tours,
        failed=_count(deliveries, "failed"),
        cancelled=_count(deliveries, "cancelled"),
        houses=_houses(done),
        delivered=sum(one.state == "delivered" for one in done),
        late=sum(one.is_late for one in done),
    )


def _tour(went: Went, carried: Sequence[Carried]) -> Tour:
    at_doors = [one.done_at for one in carried if one.done_at is not None]
    return Tour(
        went,
        max(at_doors) if at_doors and went.back_at is not None else went.back_at,
        len(carried),
        sum(one.portions for one in carried),
        sum(one.state == "delivered" for one in carried),
        sum(one.is_late for one in carried),
    )


def _hours(tours: Iterable[Tour]) -> tuple[Hours, ...]:
    hers: dict[str, list[Tour]] = defaultdict(list)
    for tour in tours:
        hers[tour.went.number].append(tour)
    return tuple(
        Hours(
            number,
            some[0].went.name,
            some[0].went.team,
            some[0].went.capacity,
            len({tour.went.day for tour in some}),
            len(some),
            sum(tour.minutes or 0 for tour in some),
            sum(tour.doors for tour in some),
            sum(tour.portions for tour in some),
            sum(tour.delivered for tour in some),
            max(tour.portions for tour in some),
        )
        for number, some in sorted(hers.items())
    )


def _count(deliveries: Iterable[Carried], state: str) -> tuple[tuple[str, int], ...]:
    counts = Counter(one.code or "other" for one in deliveries if one.state == state)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _houses(done: Iterable[Carried]) -> tuple[House, ...]:
    at: dict[str, list[Carried]] = defaultdict(list)
    for one in done:
        at[one.house].append(one)
    houses = [
        House(
            name,
            len(some),
            sum(one.state == "failed" for one in some),
            sum(one.is_late for one in some),
        )
        for name, some in at.items()
    ]
    return tuple(sorted(houses, key=lambda house: (-house.failed, -house.late, house.name)))
