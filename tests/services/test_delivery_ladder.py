"""A door that nobody opens: steps kept once, the board told, and a visit owed after the second date."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.deliveries import DeliveryDay
from canteen.models.delivery_reports import DeliveryStep
from canteen.models.desk import WelfareCheck
from canteen.rules.errors import Invalid, NotFound
from canteen.services.delivery_going_out import go_out
from canteen.services.delivery_ladder import take_step
from canteen.services.delivery_reports import ReportAsked, report
from canteen.till.not_home import open_visit_if_twice
from tests.factories.deliveries import make_carried, make_queue
from tests.factories.world import TODAY, World, event_id, shanghai

YESTERDAY = TODAY - timedelta(days=1)


def _step(database: Database, uid: str, id: str = "s1", step: str = "call_elder") -> None:
    database.run(
        take_step, id=id, uid=uid, step=step, result="no_answer", done_at=shanghai("12:03"),
        by="volunteer:V1", now=shanghai("12:04"),
    )  # fmt: skip


def _rows(session: Session) -> tuple[list[tuple[str, str]], int]:
    steps = session.scalars(select(DeliveryStep).order_by(DeliveryStep.id))
    version = session.scalars(select(DeliveryDay.version)).one()
    return [(row.step, row.result) for row in steps], version


def _visits(session: Session) -> list[WelfareCheck]:
    return list(session.scalars(select(WelfareCheck).order_by(WelfareCheck.id)))


def _report(
    database: Database, world: World, elder: str, day: date, kind: str, mealtime: str = "lunch"
) -> None:
    """Her meal of that day goes out, and its door says `kind`."""
    carried = database.run(make_carried, world, elder, day=day, mealtime=mealtime)
    at = shanghai("11:30", day)
    database.run(go_out, deliveries=[carried.uid], by="volunteer:V1", origin=None, now=at)
    asked = ReportAsked(event_id(carried.uid), carried.uid, kind, at, volunteer="V1")
    database.run(report, asked=asked, by="volunteer:V1", now=at)


def test_a_step_sent_twice_is_kept_once_and_the_board_hears_of_it_once(database: Database):
    _, (carried,) = make_queue(database, ("P02",))
    _, before = database.read(_rows)

    for _ in range(2):
        _step(database, carried.uid)
    _step(database, carried.uid, "s2", "call_contact")

    steps, version = database.read(_rows)
    assert steps == [("call_elder", "no_answer"), ("call_contact", "no_answer")]
    assert version == before + 2


def test_a_step_of_no_delivery_or_no_ladder_is_refused(database: Database):
    _, (carried,) = make_queue(database, ("P02",))

    with pytest.raises(NotFound, match="delivery_unknown"):
        _step(database, "nobody")
    with pytest.raises(Invalid, match="ladder_step"):
        _step(database, carried.uid, step="shout")
    assert database.read(_rows)[0] == []


def test_nobody_home_on_two_dates_running_owes_one_visit(database: Database):
    world, _ = make_queue(database, ())
    _report(database, world, "P02", YESTERDAY, "not_home")
    assert database.read(_visits) == []

    _report(database, world, "P02", TODAY, "not_home")

    (visit,) = database.read(_visits)
    assert (visit.elder_id, visit.cause) == (world.elders["P02"], "not_home")
    assert (visit.opened_on, visit.last_seen_on, visit.closed_at) == (TODAY, None, None)
    again = database.run(
        open_visit_if_twice, elder_id=world.elders["P02"], canteen_id=world.canteens["C1"],
        by="test", now=shanghai("13:00"),
    )  # fmt: skip
    assert again is False
    assert len(database.read(_visits)) == 1


def test_a_delivered_meal_between_breaks_the_row(database: Database):
    world, _ = make_queue(database, ())
    before = YESTERDAY - timedelta(days=1)
    for day, kind in ((before, "not_home"), (YESTERDAY, "delivered"), (TODAY, "not_home")):
        _report(database, world, "P02", day, kind)

    assert database.read(_visits) == []


def test_lunch_and_dinner_of_one_date_are_not_two_dates(database: Database):
    world, _ = make_queue(database, ())
    _report(database, world, "P02", TODAY, "not_home")
    _report(database, world, "P02", TODAY, "not_home", "breakfast")

    assert database.read(_visits) == []
