"""What a cashier does at her counter, at a wall clock of today; and what came of it."""

from typing import Any

from sqlalchemy import func, select

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry
from canteen.models.swipes import Sale
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.counter_sales import SaleAsked, put_sale
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.world import World, event_id, shanghai

CASHIER = "staff:li"


def key_sale(
    database: Database, world: World, clock: str, name: str, **given: Any
) -> dict[str, Any]:
    """A sale keyed at C1-1, of 16.00 unless said otherwise; `name` makes its id."""
    asked = SaleAsked(event_id(name), **{"kind": "amount", "amount_fen": 1600, **given})
    return database.run(
        put_sale, counter_id=world.counters["C1-1"], asked=asked, by=CASHIER, now=shanghai(clock)
    )


def serve(
    database: Database, world: World, clock: str, name: str, counter: str = "C1-1", **given: Any
) -> dict[str, Any]:
    """A meal by hand; `name` makes its id."""
    return database.run(
        serve_meal,
        counter_id=world.counters[counter],
        asked=MealAsked(event_id(name), **given),
        by=CASHIER,
        now=shanghai(clock),
    ).body


def void(
    database: Database, clock: str, name: str, meal: str, *, counter_id: int | None = None,
    may_void_any: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A meal served to the wrong person, taken back."""
    return database.run(
        void_meal,
        asked=VoidAsked(event_id(name), meal, "wrong_person", counter_id=counter_id),
        may_void_any=may_void_any,
        by=CASHIER,
        origin=None,
        now=shanghai(clock),
    ).body


def sum_account(database: Database, kind: str) -> int:
    """What all accounts of a kind hold together."""
    query = (
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(Account.kind == kind)
    )
    return database.read(lambda session: int(session.execute(query).scalar_one()))


def sale_state(database: Database, name: str) -> str:
    query = select(Sale.state).where(Sale.id == event_id(name))
    return database.read(lambda session: session.execute(query).scalar_one())
