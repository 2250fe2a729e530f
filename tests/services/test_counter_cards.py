"""Cards in a cashier's hand: unknown, lost, found, another's, or typed by their number."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.rules.errors import Conflict, Invalid
from canteen.services.cards import assign_unknown_card, keep_lost_card
from canteen.services.swipes import record_swipe, record_typed_swipe
from tests.factories.cards import issue_card, lift_block, report_lost, return_card
from tests.factories.counter import CASHIER, serve
from tests.factories.taps import tap_at
from tests.factories.world import TODAY, World, event_id, make_swipe, shanghai


def test_an_unknown_card_is_assigned_in_two_steps_and_then_served(
    database: Database, world: World
) -> None:
    tap_at(database, world, "P01", "11:30", "a", card="em4100:0A0055AA55")
    assigned = database.run(
        assign_unknown_card, id=event_id("c"), counter_id=world.counters["C1-1"],
        swipe=event_id("a"), elder="P07", by=CASHIER, origin=None, now=shanghai("11:30:30"),
    ).body  # fmt: skip
    assert assigned["elder"]["number"] == "P07"
    body = serve(database, world, "11:30:40", "m", swipe=event_id("a"))
    assert body["outcome"] == "subsidised"
    later = tap_at(database, world, "P07", "17:00", "b", card="em4100:0A0055AA55")
    assert later["elder"]["number"] == "P07"


def test_a_lost_card_that_was_kept_is_a_line_of_the_audit_trail(
    database: Database, world: World
) -> None:
    database.run(
        report_lost, uid=world.cards["P02"], reported_by="本人", by=CASHIER, origin=None,
        now=shanghai("10:00"),
    )  # fmt: skip
    tap_at(database, world, "P02", "11:30", "a")
    database.run(
        keep_lost_card, id=event_id("k"), counter_id=world.counters["C1-1"], swipe=event_id("a"),
        by=CASHIER, origin="127.0.0.1", now=shanghai("11:31"),
    )  # fmt: skip
    actions = database.read(
        lambda s: list(s.scalars(select(AuditLine.action).order_by(AuditLine.id)))
    )
    assert "card.kept" in actions


def test_a_card_in_anothers_hands_must_be_returned_first(database: Database, world: World) -> None:
    uid = world.cards["P04"]
    with pytest.raises(Conflict, match="card_held"):
        database.run(
            issue_card, elder="P09", uid=uid, by=CASHIER, origin=None, now=shanghai("09:00")
        )
    database.run(return_card, uid=uid, by=CASHIER, origin=None, now=shanghai("09:00"))
    database.run(issue_card, elder="P09", uid=uid, by=CASHIER, origin=None, now=shanghai("09:01"))
    early = make_swipe(world, "P04", "11:30", "y", day=TODAY - timedelta(days=1), offline="taken")
    past = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=early, now=shanghai("11:00")
    ).body
    assert past["elder"]["number"] == "P04"
    assert tap_at(database, world, "P04", "11:30", "a")["elder"]["number"] == "P09"


def test_a_found_card_works_again(database: Database, world: World) -> None:
    uid = world.cards["P04"]
    database.run(
        report_lost, uid=uid, reported_by=None, by=CASHIER, origin=None, now=shanghai("09:00")
    )
    database.run(
        report_lost, uid=uid, reported_by=None, by=CASHIER, origin=None, now=shanghai("09:05")
    )
    database.run(lift_block, uid=uid, by=CASHIER, origin=None, now=shanghai("10:00"))
    assert tap_at(database, world, "P04", "11:30", "a")["outcome"] == "subsidised"


@pytest.mark.parametrize(
    "uid", ["iso14443a:8804A3C6", "iso14443a:083F6C4A", "em4100:0000000000", "BED96"]
)
def test_a_number_that_names_no_one_card_is_never_enrolled(
    database: Database, world: World, uid: str
) -> None:
    with pytest.raises(Invalid):
        database.run(
            issue_card, elder="P07", uid=uid, by=CASHIER, origin=None, now=shanghai("09:00")
        )


def test_a_typed_swipe_is_read_when_it_arrives(database: Database, world: World) -> None:
    answer = database.run(
        record_typed_swipe, counter_id=world.counters["C1-1"], id=event_id("t"),
        typed=world.cards["P06"], by=CASHIER, now=shanghai("11:30"),
    )  # fmt: skip
    assert answer.body["elder"]["number"] == "P06"
    again = database.run(
        record_typed_swipe, counter_id=world.counters["C1-1"], id=event_id("t"),
        typed=world.cards["P06"], by=CASHIER, now=shanghai("11:35"),
    )  # fmt: skip
    assert again.body == answer.body
