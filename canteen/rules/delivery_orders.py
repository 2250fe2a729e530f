"""Which deliveries of a day and mealtime are wanted: orders less pauses, closed days and absences.

Ground floor: one elder's wishes in, one decision out, the same in whatever order they are given, so
that it may be asked as often as anyone likes. SOURCE: domain.md §5.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from canteen.rules.attendance import GONE, Away
from canteen.rules.days import MEALTIMES, SHANGHAI, Window

PORTIONS_MAX = 9


@dataclass(frozen=True, slots=True)
class Order:
    """An approved order, standing or single; `ended_on` is the last day it holds when it was ended."""

    id: int
    canteen_id: int
    kind: str
    weekdays: str
    mealtimes: tuple[str, ...]
    from_on: date
    to_on: date | None
    portions: int
    ended_on: date | None = None
    #: where it goes when not to her own address
    address: str | None = None

    @property
    def last_on(self) -> date | None:
        """The last day it holds; None: open."""
        ends = [end for end in (self.to_on, self.ended_on) if end is not None]
        return min(ends, default=None)

    def wants(self, day: date, mealtime: str) -> bool:
        """Whether it asks for that meal, pauses aside."""
        return (
            mealtime in self.mealtimes
            and str(day.isoweekday()) in self.weekdays
            and self.from_on <= day <= (self.last_on or day)
        )


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which nothing is brought; `mealtime` None: none of the day's meals."""

    from_on: date
    to_on: date | None
    mealtime: str | None

    def holds_on(self, day: date, mealtime: str) -> bool:
        """Whether it takes that meal out."""
        return self.mealtime in (None, mealtime) and self.from_on <= day <= (self.to_on or day)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that decides about one elder's deliveries."""

    orders: tuple[Order, ...] = ()
    pauses: tuple[Pause, ...] = ()
    away: tuple[Away, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The order that is carried, or None and why: gone, away, order_ended, closed, paused."""

    order: Order | None
    why_not: str | None


def decide(wishes: Wishes, day: date, mealtime: str, open_at: Collection[int]) -> Decision:
    """At most one delivery: a single order goes before a standing one, a newer before an older.

    `open_at` are the canteens that serve this mealtime on that day."""
    away = [one.code for one in wishes.away if one.holds_on(day)]
    if away:
        return Decision(None, "gone" if GONE.intersection(away) else "away")
    wanted = [order for order in wishes.orders if order.wants(day, mealtime)]
    if not wanted:
        return Decision(None, "order_ended")
    carried = [order for order in wanted if order.canteen_id in open_at]
    if not carried:
        return Decision(None, "closed")
    if any(pause.holds_on(day, mealtime) for pause in wishes.pauses):
        return Decision(None, "paused")
    return Decision(max(carried, key=lambda order: (order.kind == "single", order.id)), None)


def overlap(one: Order, other: Order) -> bool:
    """Whether two orders want the same meal on some day, calendar aside."""
    first = max(one.from_on, other.from_on)
    last = min((end for end in (one.last_on, other.last_on) if end is not None), default=None)
    weekdays = set(one.weekdays) & set(other.weekdays)
    if not weekdays or not set(one.mealtimes) & set(other.mealtimes):
        return False
    return last is None or any(
        str((first + timedelta(days=ahead)).isoweekday()) in weekdays
        for ahead in range(min((last - first).days + 1, 7))
    )


def cut_off_of(day: date, window: Window, cutoff_min: int) -> datetime:
    """The instant from which only the secretary changes that mealtime's deliveries."""
    return datetime.combine(day, window.opens, SHANGHAI) - timedelta(minutes=cutoff_min)


def sort_mealtimes(mealtimes: Iterable[str]) -> tuple[str, ...]:
    """Known mealtimes, each once, in the order of the day."""
    asked = set(mealtimes)
    return tuple(mealtime for mealtime in MEALTIMES if mealtime in asked)


def is_same_wish(one: Order, other: Order) -> bool:
    """Whether an order asks for what the other asks for already."""
    return other == replace(one, id=other.id, from_on=other.from_on, ended_on=other.ended_on) and (
        other.from_on <= one.from_on <= (other.last_on or one.from_on)
    )


def find_ends(new: Order, standing: Sequence[Order]) -> tuple[Order, ...]:
    """The standing orders in whose place a new standing order steps: those that want a meal it wants
    and do not outlast it (one that does goes on afterwards, and yields on the days both want)."""
    if new.kind != "standing":
        return ()
    return tuple(
        old
        for old in standing
        if old.kind == "standing"
        and overlap(old, new)
        and (new.to_on is None or (old.last_on is not None and old.last_on <= new.to_on))
    )
