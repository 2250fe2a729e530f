"""What happens to deliveries in tests: sent out, reported from the door; and what came of it, as rows."""

from typing import Any

from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.deliveries import Delivery, DeliveryMeal, DeliveryRun
from canteen.models.meals import Meal
from canteen.services.books import check
from canteen.services.books_again import split_all_again
from canteen.services.books_deliveries import check_deliveries
from canteen.services.delivery_going_out import Stepped, go_out
from canteen.services.delivery_reports import ReportAsked, report
from tests.factories.deliveries import Carried
from tests.factories.world import World, event_id, shanghai

#: P10 is 95: 8.00 of 12.00 are paid for him; bringing it costs 2.00
P10_PAYS, FEE = 400, 200


def send_out(database: Database, *carried: Carried, at: str = "11:20") -> tuple[Stepped, ...]:
    return database.run(
        go_out, deliveries=[one.uid for one in carried], by="staff:wang", origin=None,
        now=shanghai(at),
    )  # fmt: skip


def tell(
    database: Database, carried: Carried, kind: str, at: str = "12:01", name: str = "",
    *, volunteer: str | None = "V1", **given: Any,
) -> dict[str, Any]:  # fmt: skip
    """A report that arrives at once; by the secretary when no volunteer sent it."""
    now = given.pop("now", shanghai(at))
    asked = ReportAsked(
        event_id(name or f"{carried.uid} {kind} {at} {volunteer}"), carried.uid, kind, shanghai(at),
        volunteer=volunteer, **given,
    )  # fmt: skip
    by = f"volunteer:{volunteer}" if volunteer else "staff:wang"
    return database.run(report, asked=asked, by=by, now=now).body


def meals_of(database: Database, carried: Carried) -> list[Meal]:
    """All lines that the delivery made, voided ones too, in the order of booking."""
    query = (
        select(Meal)
        .join(DeliveryMeal, DeliveryMeal.meal_id == Meal.id)
        .where(DeliveryMeal.delivery_id == carried.id)
        .order_by(Meal.id)
    )
    return list(database.read(lambda session: session.scalars(query).all()))


def delivery_of(database: Database, carried: Carried) -> Delivery:
    return database.read(lambda session: session.get_one(Delivery, carried.id))


def run_of(database: Database, carried: Carried) -> DeliveryRun:
    query = select(DeliveryRun).where(DeliveryRun.uid == carried.run_uid)
    return database.read(lambda session: session.scalars(query).one())


def balance_of(database: Database, world: World, elder: str) -> int:
    return database.read(lambda s: s.get_one(Purse, world.elders[elder]).balance_fen)


def check_books(database: Database) -> None:
    assert database.read(check).breaches == []
    assert database.read(check_deliveries)[0] == []
    assert database.read(split_all_again)[0] == []
