"""What somebody asks for an elder: deliveries, or days without; as forms, the door and jobs give it.

Ground floor: plain values, so that pages, services and the till speak of the same.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from canteen.rules.delivery_orders import Order

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OrderAsked:
    """What is wanted: `weekdays` as digits, of a single order its day's own; `uid` made by who asks."""

    uid: str
    kind: str
    weekdays: str
    mealtimes: tuple[str, ...]
    from_on: date
    to_on: date | None = None
    portions: int = 1
    source: str = "secretary"
    asked_by_name: str | None = None
    reason: str | None = None
    address: str | None = None
    note: str | None = None

    def to_rule(self, canteen_id: int) -> Order:
        """As the rule compares it with others."""
        return Order(
            0, canteen_id, self.kind, self.weekdays, self.mealtimes, self.from_on, self.to_on,
            self.portions, address=self.address,
        )  # fmt: skip

    @property
    def first_wanted_on(self) -> date:
        """The first day whose meal it asks for."""
        days = (self.from_on + ahead * ONE_DAY for ahead in range(7))
        return next((day for day in days if str(day.isoweekday()) in self.weekdays), self.from_on)


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """Days, or one mealtime of them, without deliveries; without `to_on` until it is withdrawn."""

    uid: str
    from_on: date
    to_on: date | None
    mealtime: str | None
    reason: str
    source: str = "secretary"
    asked_by_name: str | None = None


def single(
    uid: str, day: date, mealtime: str, source: str, asked_by_name: str | None = None
) -> OrderAsked:
    """One meal of one day."""
    weekday = str(day.isoweekday())
    return OrderAsked(uid, "single", weekday, (mealtime,), day, day, 1, source, asked_by_name)
