"""What a volunteer tapped and could not send in its day: it comes in by her next link, and counts then."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.meals import Meal
from canteen.rules.days import local_time
from canteen.services import delivery_reports
from canteen.services.delivery_reports import ReportAsked
from tests.factories.deliveries import make_carried
from tests.factories.links import come_in
from tests.factories.world import TODAY, shanghai
from tests.web.conftest import Service, set_clock

pytestmark = pytest.mark.both_databases


def _list(session: Session, table: type) -> list:
    return list(session.scalars(select(table)))


def _late(uid: str, kind: str, **given: object) -> dict:
    """What was tapped at 12:02 of the day before, sent at 11:32 of today."""
    return {"id": str(uuid4()), "uid": uid, "kind": kind, "age_ms": 84_600_000, **given}


def _minute(at: datetime | None) -> str:
    return "" if at is None else f"{local_time(at):%H:%M}"


def test_what_found_no_signal_in_its_day_is_taken_by_her_next_link(service: Service):
    """One door counts at the time of the tap, one was decided by the secretary meanwhile; the round that
    was said to have left does not leave a day later; nothing of that day is shown."""
    first, second = (
        service.database.run(make_carried, service.world, one) for one in ("P02", "P03")
    )
    service.database.run(
        delivery_reports.report,
        asked=ReportAsked(str(uuid4()), second.uid, "not_home", shanghai("14:00")),
        by="staff:wang", now=shanghai("14:00"),
    )  # fmt: skip
    third = service.database.run(make_carried, service.world, "P04")
    set_clock(shanghai("11:32:00", TODAY + timedelta(days=1)))
    phone = come_in(service.app, service.database)

    told = phone.post(
        _late(first.run_uid, "go_out"),
        _late(first.uid, "delivered", next_day="no"),
        _late(second.uid, "delivered"),
        _late(second.uid, "step", step="call_elder", result="no_answer"),
    ).get_json()["results"]

    assert [one["outcome"] for one in told] == ["applied", "conflict", "applied", "same"]
    assert told[0]["words"] == ""
    assert told[1]["words"].startswith("11 月 25 日 星期三：对不上")
    rows = {row.uid: row for row in service.database.read(_list, Delivery)}
    assert (rows[first.uid].state, _minute(rows[first.uid].done_at)) == ("delivered", "12:02")
    assert (rows[second.uid].state, rows[third.uid].state) == ("failed", "assigned")
    [meal] = [one for one in service.database.read(_list, Meal) if one.voided_at is None]
    assert (meal.served_on, _minute(meal.read_at), meal.booked_on) == (TODAY, "12:02", TODAY)
    assert phone.run()["rounds"] == phone.run()["elsewhere"] == []


def test_after_a_month_what_was_tapped_is_not_read_any_more(service: Service):
    carried = service.database.run(make_carried, service.world, "P02")
    answer = come_in(service.app, service.database).post(
        _late(carried.uid, "delivered", age_ms=2_678_400_001)
    )
    assert answer.status_code == 422
