"""One person stays one at her door: two rows merged meanwhile, and a card tapped as her meal sets off."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from canteen.db.run import Database
from canteen.services.delivery_decisions import give_back, keep
from canteen.services.delivery_going_out import go_out
from canteen.services.merges import merge_elders
from canteen.services.swipes import record_swipe
from tests.factories.deliveries import make_carried, make_queue
from tests.factories.doors import balance_of, check_books, delivery_of, meals_of, send_out, tell
from tests.factories.people import make_elder
from tests.factories.world import World, make_swipe, make_world, shanghai

STAFF = {"by": "staff:wang", "origin": None}
NOON = shanghai("11:20")


@pytest.fixture
def world(database: Database) -> World:
    """The base world, and a second row P91 of P01 with 20.00 of its own."""
    world = database.run(make_world)
    world.elders["P91"] = database.run(
        make_elder, number="P91", name="黄桂岚", balance_fen=2000, canteen_id=world.canteens["C1"]
    )
    return world


def _merge(database: Database) -> None:
    database.run(
        merge_elders, kept="P01", merged="P91", reason="同一人", now=shanghai("12:10"), **STAFF
    )


def test_what_comes_back_from_a_door_is_hers_whichever_row_it_was_brought_to(
    database: Database, world: World
) -> None:
    carried = database.run(make_carried, world, "P91")
    send_out(database, carried)
    _merge(database)
    tell(database, carried, "not_home", "12:15")
    assert balance_of(database, world, "P01") == 7000
    database.run(
        keep, delivery=carried.uid, reason="饭做好了", with_fee=True, now=shanghai("12:20"), **STAFF
    )
    assert balance_of(database, world, "P01") == 7000 - 700 - 200
    database.run(give_back, delivery=carried.uid, now=shanghai("12:21"), **STAFF)
    tell(database, carried, "undo", "12:22")
    tell(database, carried, "delivered", "12:25")
    assert balance_of(database, world, "P91") == 0
    assert balance_of(database, world, "P01") == 7000 - 700 - 200
    check_books(database)


def test_a_delivery_of_a_merged_row_sets_off_as_her_persons(
    database: Database, world: World
) -> None:
    carried = database.run(make_carried, world, "P91")
    _merge(database)
    send_out(database, carried, at="12:20")
    tell(database, carried, "delivered", "12:25")
    delivery = delivery_of(database, carried)
    assert (delivery.state, delivery.elder_id) == ("delivered", world.elders["P01"])
    assert balance_of(database, world, "P01") == 7000 - 700 - 200
    check_books(database)


def test_a_tap_as_her_meal_sets_off_makes_one_meal(database: Database) -> None:
    world, carried = make_queue(database, ("P10", "P03", "P02"))
    with ThreadPoolExecutor(4) as pool:
        hands = [
            pool.submit(
                database.run, record_swipe, reader_id=world.readers["C2-R1"],
                asked=make_swipe(world, elder, "11:20", elder), now=NOON,
            )
            for elder in ("P10", "P03", "P02")
        ] + [pool.submit(database.run, go_out, run=carried[0].run_uid, now=NOON, **STAFF)]  # fmt: skip
        answers = [hand.result() for hand in hands]
    for answer, one in zip(answers[:3], carried, strict=True):
        ate = answer.body["outcome"] == "subsidised"
        assert ate or answer.body["outcome"] == "already_eaten"
        assert len(meals_of(database, one)) == (0 if ate else 1)
        assert delivery_of(database, one).cancel_code == ("already_eaten" if ate else None)
    check_books(database)
