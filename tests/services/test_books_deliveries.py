"""`canteen check` of deliveries: clean ones are called clean, each kind of damage is found and named."""

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.breaches import Breach
from canteen.services.books_deliveries import RULES, check_deliveries
from canteen.services.delivery_decisions import keep
from canteen.services.delivery_desk import send_again
from canteen.till.delivery_days import make
from tests.factories.damage import look_at_damage
from tests.factories.deliveries import make_order, make_queue
from tests.factories.doors import check_books, delivery_of, send_out, tell
from tests.factories.schemes import RULE_SET_A, SERVICE
from tests.factories.world import TODAY, shanghai

DAMAGE = {
    "delivery_is_not_its_meals": "UPDATE deliveries SET portions = 2",
    "kept_without_reason": "UPDATE deliveries SET keep_reason = NULL",
    "meal_of_another_delivery": "UPDATE meals SET served_on = '2026-11-24'",
    "meal_without_its_delivery": "DELETE FROM delivery_meals",
    "service_of_nothing_delivered": "UPDATE deliveries SET state = 'out', attempt = 2"
    " WHERE state = 'delivered'",
    "delivery_on_another_run": "UPDATE delivery_runs SET mealtime = 'dinner'",
}


def _find(session: Session) -> list[Breach]:
    return check_deliveries(session)[0]


@pytest.fixture
def carried(database: Database) -> None:
    """One delivered, one failed and kept, one on its way."""
    _, (first, second, third) = make_queue(
        database, ("P10", "P03", "P02"), scheme=RULE_SET_A + SERVICE
    )
    send_out(database, first, second, third)
    tell(database, first, "delivered")
    tell(database, second, "not_home")
    database.run(
        keep, delivery=second.uid, reason="饭做好了", with_fee=True, by="staff:wang",
        origin=None, now=shanghai("13:00"),
    )  # fmt: skip


def test_each_kind_of_damage_to_deliveries_is_found_and_named(
    database: Database, carried: None
) -> None:
    check_books(database)
    missed = {
        code: found
        for code, statement in DAMAGE.items()
        if code not in (found := look_at_damage(database, statement, _find))
    }
    assert missed == {}
    assert set(RULES) == set(DAMAGE)
    assert database.read(check_deliveries) == ([], 3)


def test_what_another_canteen_brings_the_second_time_is_clean(database: Database) -> None:
    world, (carried,) = make_queue(database, ("P10",))
    send_out(database, carried)
    tell(database, carried, "spilt", "11:40")
    database.run(send_again, uid=carried.uid, by="staff:wang", origin=None, now=shanghai("11:45"))
    elder_id, other = world.elders["P10"], world.canteens["C2"]
    database.run(make_order, elder_id, other, day=TODAY)
    now = shanghai("11:50")
    database.run(make, other, TODAY, "lunch", by="test", now=now)
    moved = delivery_of(database, carried)
    assert (moved.canteen_id, moved.state) == (other, "queued")
    check_books(database)
