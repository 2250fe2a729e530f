"""From the order to the door: what was wished for, made, given to a volunteer, carried and paid."""

from datetime import timedelta

from sqlalchemy import select, update

from canteen.db.run import Database
from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.sites import Canteen
from canteen.rules.delivery_asked import OrderAsked, PauseAsked
from canteen.services.delivery_going_out import go_out
from canteen.services.delivery_hands import assign
from canteen.services.delivery_orders import ask
from canteen.services.delivery_pauses import pause
from canteen.till.delivery_days import make_due
from tests.factories.deliveries import Carried, make_volunteer
from tests.factories.doors import balance_of, check_books, delivery_of, meals_of, tell
from tests.factories.world import TODAY, World, make_world, shanghai

YESTERDAY = TODAY - timedelta(days=1)
STAFF = {"by": "staff:wang", "origin": None}


def _order(database: Database, *numbers: str) -> World:
    """On the 24th each asks for the lunch of the 25th; the list is made at 18:00, V1 carries it. To
    the entitled it is brought for nothing."""
    world = database.run(make_world)
    database.run(lambda s: s.execute(update(Canteen).values(delivery_fee_fen=0)))
    database.run(make_volunteer, "V1")
    for number in numbers:
        asked = OrderAsked(
            f"order {number}", "single", "", ("lunch",), TODAY, reason="一个人不方便"
        )
        database.run(
            ask, number=number, canteen="C1", asked=asked, is_secretary=True,
            now=shanghai("09:00", YESTERDAY), **STAFF,
        )  # fmt: skip
    database.run(
        make_due, world.canteens["C1"], by="job:deliveries", now=shanghai("18:00", YESTERDAY)
    )
    return world


def _give(database: Database, world: World) -> dict[str, Carried]:
    """Everything made goes to V1; by number of the elder."""
    rows = database.read(lambda s: s.scalars(select(Delivery).order_by(Delivery.id)).all())
    database.run(
        assign, canteen_id=world.canteens["C1"], day=TODAY, mealtime="lunch",
        delivery_uids=[row.uid for row in rows], volunteer="V1", now=shanghai("09:00"), **STAFF,
    )  # fmt: skip
    numbers = {elder_id: number for number, elder_id in world.elders.items()}
    return {numbers[row.elder_id]: Carried(row.uid, "", row.id, "V1") for row in rows}


def test_O_009_who_turns_80_on_the_day_of_the_meal_is_brought_it_when_asked_the_day_before(
    database: Database,
) -> None:
    world = _order(database, "P01", "P05")  # born on 1946-11-25, and in 1950
    carried = _give(database, world)
    assert delivery_of(database, carried["P01"]).ground == "age"
    assert delivery_of(database, carried["P05"]).ground is None
    database.run(
        go_out, deliveries=[one.uid for one in carried.values()], now=shanghai("11:20"), **STAFF
    )
    assert tell(database, carried["P01"], "delivered")["outcome"] == "applied"
    (entitled,), (other,) = (meals_of(database, carried[number]) for number in ("P01", "P05"))
    assert (entitled.subsidy_fen, entitled.delivery_fee_fen) == (500, 0)
    assert (other.subsidy_fen, other.delivery_fee_fen) == (300, 200)
    assert balance_of(database, world, "P01") == 5000 - 700
    check_books(database)


def test_what_was_called_off_before_the_round_left_stays_behind(database: Database) -> None:
    world = _order(database, "P01", "P02")
    carried = _give(database, world)
    asked = PauseAsked("pause", TODAY, TODAY, "lunch", "外出", "phone", "女儿")
    database.run(
        pause, number="P02", asked=asked, is_secretary=True, now=shanghai("11:10"), **STAFF
    )
    stepped = database.run(
        go_out, deliveries=[one.uid for one in carried.values()], now=shanghai("11:20"), **STAFF
    )
    assert {one.uid: (one.state, one.cancel_code) for one in stepped} == {
        carried["P01"].uid: ("out", None),
        carried["P02"].uid: ("cancelled", "paused"),
    }
    answer = tell(database, carried["P02"], "delivered")
    assert answer["outcome"] == "conflict"
    assert balance_of(database, world, "P02") == 5000
    check_books(database)


def test_a_round_is_back_when_its_last_door_is_called_off(database: Database) -> None:
    world = _order(database, "P01", "P02")
    carried = _give(database, world)
    database.run(go_out, deliveries=[carried["P01"].uid], now=shanghai("11:20"), **STAFF)
    tell(database, carried["P01"], "delivered", "11:40")
    query = select(DeliveryRun)
    (run,) = database.read(lambda session: session.scalars(query).all())
    assert (run.state, run.out_at) == ("out", shanghai("11:20"))
    asked = PauseAsked("pause", TODAY, TODAY, "lunch", "外出", "phone", "女儿")
    database.run(
        pause, number="P02", asked=asked, is_secretary=True, now=shanghai("11:50"), **STAFF
    )
    (run,) = database.read(lambda session: session.scalars(query).all())
    assert (run.state, run.back_at) == ("back", shanghai("11:40"))
