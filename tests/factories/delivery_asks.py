"""Orders and pauses as people ask for them: by the secretary in the morning, unless said otherwise."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.rules.delivery_asked import OrderAsked, PauseAsked
from canteen.rules.errors import CanteenError
from canteen.services import delivery_orders, delivery_pauses
from canteen.till.delivery_days import make_due
from tests.factories.delivery_orders import list_deliveries
from tests.factories.world import TODAY, World, shanghai

TOMORROW = TODAY + timedelta(days=1)
MORNING, EVENING = shanghai("09:00"), shanghai("18:00")
STANDING = OrderAsked("o-1", "standing", "1234567", ("lunch",), TOMORROW)
SINGLE = OrderAsked("s-1", "single", "", ("lunch",), TOMORROW)


def ask_order(
    database: Database,
    number: str,
    asked: OrderAsked = STANDING,
    *,
    role: str = "staff",
    **given: Any,
) -> delivery_orders.Taken:
    """An order for an elder, at C1."""
    values: dict[str, Any] = {"canteen": "C1", "now": MORNING, **given}
    return database.run(
        delivery_orders.ask, number=number, asked=asked, is_secretary=role == "staff",
        by=f"{role}:wang", origin=None, **values,
    )  # fmt: skip


def ask_pause(
    database: Database, number: str, from_on: date, to_on: date | None = None, *,
    role: str = "staff", uid: str = "p-1", mealtime: str | None = None, now: datetime = MORNING,
) -> delivery_pauses.Paused:  # fmt: skip
    """A pause of all her deliveries in these days."""
    asked = PauseAsked(uid, from_on, to_on, mealtime, "住院", "family", "女儿 李小梅")
    return database.run(
        delivery_pauses.pause, number=number, asked=asked, is_secretary=role == "staff",
        by=f"{role}:wang", origin=None, now=now,
    )  # fmt: skip


def make_list(
    database: Database, world: World, canteen: str = "C1", at: datetime = EVENING
) -> None:
    """The job's list of what is due."""
    database.run(make_due, world.canteens[canteen], by="job:deliveries", now=at)


def list_states(database: Database, **given: Any) -> list[tuple[str, str | None]]:
    """How the deliveries with these columns stand, and why those cancelled are."""
    rows = database.read(list_deliveries, **given)
    return [(row.state, row.cancel_code) for row in rows]


def code_of(call: Any, *args: Any, **given: Any) -> str:
    """The code by which this is refused."""
    with pytest.raises(CanteenError) as raised:
        call(*args, **given)
    return raised.value.code
