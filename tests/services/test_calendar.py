"""A canteen's calendar and the national list: dated, told, and never behind a meal that was served."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.sites import ClosedDay, MealtimeWindow
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services import calendar, closed_days, swipes, workdays
from tests.factories.schemes import RULE_SET_A
from tests.factories.world import (
    TODAY,
    World,
    make_swipe,
    make_world,
    shanghai,
)

NOW = shanghai("11:45:00")
TOMORROW = TODAY + timedelta(days=1)
WHO: dict[str, Any] = {"by": "staff:li", "origin": None, "now": NOW}
#: pays on workdays only, as 莲塘街道 does (field case O-038)
WORKDAYS_ONLY = RULE_SET_A.replace('"dinner"] }', '"dinner"], days = "workday" }')


def _lunch(
    database: Database, world: World, day: date = TODAY, elder: str = "P02"
) -> dict[str, Any]:
    return database.run(
        swipes.record_swipe,
        reader_id=world.readers["C1-R1"],
        asked=make_swipe(world, elder, "11:30", f"{elder}-{day}", day=day),
        now=shanghai("11:30", day),
    ).body


def _close(database: Database, world: World, day: date, mealtime: str | None = None) -> Any:
    return database.run(
        closed_days.close_day,
        canteen_id=world.canteens["C1"],
        closed_on=day,
        mealtime=mealtime,
        reason="消毒",
        **WHO,
    )


def _set_window(
    database: Database, world: World, mealtime: str, hours: tuple[time, time] | None, from_on: date
) -> None:
    database.run(
        calendar.set_window,
        canteen_id=world.canteens["C1"],
        mealtime=mealtime,
        hours=hours,
        from_on=from_on,
        **WHO,
    )


def test_a_closed_day_refuses_swipes_until_it_is_withdrawn(database: Database, world: World):
    _close(database, world, TODAY)
    assert _lunch(database, world)["outcome"] == "canteen_closed"
    row_id = database.read(lambda session: session.execute(select(ClosedDay.id)).scalar_one())

    for _ in range(2):
        database.run(
            closed_days.withdraw_closed_day,
            canteen_id=world.canteens["C1"],
            closed_id=row_id,
            **WHO,
        )

    assert _lunch(database, world, elder="P01")["outcome"] == "subsidised"
    view = database.read(calendar.show_calendar, canteen_id=world.canteens["C1"], now=NOW)
    assert [(line.closed_on, line.is_withdrawn) for line in view.closed] == [(TODAY, True)]
    _close(database, world, TODAY)
    view = database.read(calendar.show_calendar, canteen_id=world.canteens["C1"], now=NOW)
    assert [line.is_withdrawn for line in view.closed] == [False]


def test_what_a_closing_meets_is_said_and_stays(database: Database, world: World):
    _lunch(database, world)

    assert _close(database, world, TODAY, "lunch").meals == 1
    assert _close(database, world, TODAY, "lunch").meals == 1
    assert _close(database, world, TODAY, "dinner").meals == 0
    rows = database.read(lambda session: session.scalars(select(ClosedDay.mealtime)).all())
    assert sorted(map(str, rows)) == ["dinner", "lunch"]


def test_a_past_day_is_closed_only_if_nobody_ate(database: Database, world: World):
    yesterday = TODAY - timedelta(days=1)
    _lunch(database, world, yesterday)

    assert _close(database, world, TODAY - timedelta(days=2)).meals == 0
    with pytest.raises(Conflict) as refused:
        _close(database, world, yesterday)
    assert refused.value.code == "closed_day_served"


def test_hours_change_from_a_day_on_and_the_old_ones_hold_before(database: Database, world: World):
    _set_window(database, world, "lunch", (time(11), time(13)), TOMORROW)
    _set_window(database, world, "lunch", (time(11, 15), time(13)), TOMORROW)
    _set_window(database, world, "dinner", None, TOMORROW)

    rows = database.read(
        lambda session: session.execute(
            select(
                MealtimeWindow.mealtime,
                MealtimeWindow.opens,
                MealtimeWindow.from_on,
                MealtimeWindow.to_on,
            ).where(MealtimeWindow.canteen_id == world.canteens["C1"])
        ).all()
    )
    assert ("lunch", "10:30", date(2020, 1, 1), TODAY) in rows
    assert ("lunch", "11:15", TOMORROW, None) in rows
    assert ("dinner", "16:30", date(2020, 1, 1), TODAY) in rows
    assert len(rows) == 4
    assert _lunch(database, world)["outcome"] == "subsidised"
    early = make_swipe(world, "P01", "10:40", "early", day=TOMORROW)
    answer = database.run(
        swipes.record_swipe,
        reader_id=world.readers["C1-R1"],
        asked=early,
        now=shanghai("10:40", TOMORROW),
    )
    assert answer.body["outcome"] == "outside_mealtime"


def test_a_mealtime_given_up_and_taken_up_again_begins_on_its_day(database: Database, world: World):
    _set_window(database, world, "dinner", (time(17), time(18)), TOMORROW)
    _set_window(database, world, "dinner", None, TOMORROW)
    _set_window(database, world, "dinner", (time(16), time(18)), TOMORROW)

    view = database.read(calendar.show_calendar, canteen_id=world.canteens["C1"], now=NOW)
    dinner = [(row.opens, row.state) for row in view.windows if row.mealtime == "dinner"]
    assert dinner == [("16:30", "now"), ("16:00", "coming")]


def test_the_open_weekdays_are_kept(database: Database, world: World):
    database.run(
        calendar.set_open_weekdays,
        canteen_id=world.canteens["C1"],
        weekdays=[1, 2, 3, 4, 5],
        **WHO,
    )

    sunday = date(2026, 11, 29)
    assert _lunch(database, world)["outcome"] == "subsidised"
    assert _lunch(database, world, sunday, "P01")["outcome"] == "canteen_closed"


def _refusals(world: World) -> list[tuple[Callable[..., Any], dict[str, Any], type, str]]:
    canteen = {"canteen_id": world.canteens["C1"]}
    hours = (time(11), time(13))
    window = {**canteen, "mealtime": "lunch", "hours": hours, "from_on": TOMORROW}
    closing = {**canteen, "closed_on": TOMORROW, "mealtime": None, "reason": "停电"}
    return [
        (calendar.set_open_weekdays, {**canteen, "weekdays": []}, Invalid, "weekdays"),
        (
            calendar.set_open_weekdays,
            {**canteen, "weekdays": [1, 2]},  # today is a Wednesday, and somebody has eaten
            Conflict,
            "closed_day_served",
        ),
        (calendar.set_window, {**window, "mealtime": "tea"}, Invalid, "mealtime"),
        (
            calendar.set_window,
            {**window, "from_on": TODAY - timedelta(days=1)},
            Invalid,
            "day_past",
        ),
        (calendar.set_window, {**window, "from_on": TODAY}, Conflict, "window_used"),
        (
            calendar.set_window,
            {**window, "hours": (time(11), time(17))},
            Invalid,
            "windows_wrong",
        ),
        (calendar.set_window, {**window, "hours": (time(13), time(11))}, Invalid, "windows_wrong"),
        (closed_days.close_day, {**closing, "mealtime": "tea"}, Invalid, "mealtime"),
        (closed_days.close_day, {**closing, "reason": " "}, Invalid, "reason"),
        (closed_days.close_day, {**closing, "closed_on": date(2099, 1, 1)}, Invalid, "day_far"),
        (
            closed_days.withdraw_closed_day,
            {**canteen, "closed_id": 999},
            NotFound,
            "closed_day_unknown",
        ),
    ]


def test_what_the_calendar_may_not_do_is_refused_in_words(database: Database, world: World):
    _lunch(database, world)
    before = database.read(_all_windows)

    for use_case, asked, kind, code in _refusals(world):
        with pytest.raises(kind) as refused:
            database.run(use_case, **asked, **WHO)
        assert isinstance(refused.value, CanteenError)
        assert refused.value.code == code

    assert database.read(_all_windows) == before


def _all_windows(session: Session) -> list[Any]:
    return [
        tuple(row)
        for row in session.execute(select(MealtimeWindow.__table__).order_by(MealtimeWindow.id))
    ]


def test_the_list_of_workdays_decides_and_the_administrator_s_wins(database: Database):
    """O-038: holiday Friday none, shifted Saturday and Sunday as the list says, and the meal is always
    sold; O-095: a year without a list is Monday to Friday, and nobody is refused."""
    world = database.run(make_world, scheme=WORKDAYS_ONLY, balance_fen=100_000)
    days = {
        date(2026, 9, 20): True,  # Sunday, make-up workday
        date(2026, 9, 25): False,  # Friday, Mid-Autumn
        date(2026, 10, 7): False,  # Wednesday, National Day
        date(2026, 10, 10): True,  # Saturday, make-up workday
        date(2027, 1, 4): True,  # Monday of a year nobody has a list of
    }
    for day, pays in days.items():
        body = _lunch(database, world, day)
        assert (body["outcome"], day) == ("subsidised" if pays else "full_price", day)

    read = database.run(workdays.import_workdays, text="2027-01-05 rest", source="国办", **WHO)
    assert (read.added, read.changed, read.same) == (1, 0, 0)
    assert _lunch(database, world, date(2027, 1, 5))["outcome"] == "full_price"


def test_the_same_list_twice_changes_nothing_and_a_changed_day_is_told(database: Database):
    database.run(make_world)
    text = "2027-01-01 rest\n2027-01-02 workday"

    reads = [
        database.run(workdays.import_workdays, text=text, source="国办", **WHO) for _ in range(2)
    ]
    changed = database.run(workdays.import_workdays, text="2027-01-02 rest", source="更正", **WHO)

    assert [(read.added, read.changed, read.same) for read in reads] == [(2, 0, 0), (0, 0, 2)]
    assert (changed.added, changed.changed) == (0, 1)


def test_a_missing_year_is_told_from_november_on_and_shown_with_its_make_up_days(
    database: Database,
):
    """O-095."""
    database.run(make_world)
    assert database.read(workdays.find_missing_year, today=date(2026, 10, 31)) is None
    assert database.read(workdays.find_missing_year, today=TODAY) == 2027

    database.run(
        workdays.import_workdays, text="2027-01-01 rest\n2027-01-02 workday", source="国办", **WHO
    )

    assert database.read(workdays.find_missing_year, today=TODAY) is None
    years = {year.year: year for year in database.read(workdays.list_years, today=TODAY)}
    assert sorted(years) == [2025, 2026, 2027]
    assert date(2026, 10, 10) in years[2026].work
    assert years[2027].work == (date(2027, 1, 2),)
    assert years[2027].rest == (date(2027, 1, 1),)
    assert years[2027].entered == {date(2027, 1, 1), date(2027, 1, 2)}
