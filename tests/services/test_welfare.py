"""Visits owed: opened once by the evening's job, written up by people, closed by nobody else."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen import clock, jobs
from canteen.config import load_settings
from canteen.db.run import Database
from canteen.jobs import Ground, run_due
from canteen.models.audit import AuditLine
from canteen.models.days import Instance, JobRun
from canteen.models.desk import WelfareCheck
from canteen.models.people import Elder
from canteen.models.register import ElderContact
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services import welfare, welfare_list, welfare_watch
from tests.factories.corrections import approve, ask_back, eat
from tests.factories.days import settle, sign, sign_before
from tests.factories.meals import make_meal
from tests.factories.people import make_fact
from tests.factories.rows import build_once
from tests.factories.world import TODAY, World, close_day, make_world, shanghai

EVENING = shanghai("21:30")
WHO: dict[str, Any] = {
    "by": "staff:li",
    "origin": "10.0.0.9",
    "now": shanghai("08:30", TODAY + timedelta(days=1)),
}
WELFARE = next(job for job in jobs.JOBS if job.name == "welfare")


@pytest.fixture
def world(database: Database) -> World:
    """P01 and P02 have eaten every day for four weeks, P01 not since Sunday."""
    return database.run(build_once, _eat_for_weeks)


def _eat_for_weeks(session: Session) -> World:
    world = make_world(session)
    for back in range(30, -1, -1):
        for elder in ("P01", "P02") if back > 2 else ("P02",):
            _eat_in(session, world, elder, TODAY - timedelta(days=back))
    return world


def _eat_in(session: Session, world: World, elder: str, day: date, canteen: str = "C1") -> None:
    make_meal(session, world.canteens[canteen], world.elders[elder], day)


def _eat(database: Database, world: World, elder: str, day: date, canteen: str = "C1") -> None:
    database.run(_eat_in, world, elder, day, canteen)


def _watch(database: Database, at: datetime = EVENING) -> int:
    watched = database.read(welfare_watch.watch_all, at=at)
    return database.run(welfare_watch.open_owed, watched=watched, now=at)


def _checks(database: Database, at: datetime = EVENING, **asked: Any) -> list[welfare_list.Check]:
    return database.read(welfare_list.list_checks, **{"areas": ("",), "now": at, **asked})


def _note(database: Database, check_id: int, **given: Any) -> None:
    asked = {
        "contact": "visit", "found": "well", "note": "", "follow_up_on": None, "closes": False
    }  # fmt: skip
    database.run(welfare.write_note, check_id=check_id, **{**asked, **WHO, **given})


def test_who_missed_three_open_days_is_owed_one_visit_however_often_it_is_looked(
    database: Database, world: World
):
    assert [_watch(database) for _ in range(3)] == [1, 0, 0]
    assert _watch(database, EVENING + timedelta(days=1)) == 0

    check = _checks(database)[0]
    assert (check.number, check.cause, check.missed) == ("P01", "absent", 3)
    assert check.last_seen_on == TODAY - timedelta(days=3)
    assert check.canteen_code == "C1"
    assert [
        check.missed for check in _checks(database, shanghai("09:00", TODAY + timedelta(1)))
    ] == [3]


def test_the_day_counts_when_its_last_mealtime_is_over(database: Database, world: World):
    assert _watch(database, shanghai("18:44")) == 0
    assert _watch(database, shanghai("18:45")) == 1


def test_a_closed_day_is_no_day_missed(database: Database, world: World):
    database.run(close_day, world.canteens["C1"], TODAY - timedelta(days=1))

    assert _watch(database) == 0


def test_a_meal_at_another_canteen_is_a_meal(database: Database, world: World):
    _eat(database, world, "P01", TODAY - timedelta(days=1), "C2")

    assert _watch(database) == 0


def test_a_meal_that_a_correction_says_nobody_ate_is_no_sign_of_her(
    database: Database, world: World
):
    yesterday = TODAY - timedelta(days=1)
    receipt = eat(database, world, "P01", yesterday)
    assert _watch(database) == 0
    sign_before(database, yesterday)
    settle(database, yesterday)
    sign(database, yesterday)
    approve(database, ask_back(database, receipt, EVENING), EVENING)
    assert _watch(database) == 1
    assert _checks(database)[0].last_seen_on == TODAY - timedelta(days=3)


@pytest.mark.parametrize("code", ["in_hospital", "nursing_home"])
def test_who_is_known_to_be_away_is_left_out_and_said(database: Database, world: World, code: str):
    database.run(make_fact, world.elders["P01"], "category", code, from_on=TODAY)

    assert _watch(database) == 0
    watched = database.read(
        welfare_watch.watch_canteen, canteen_id=world.canteens["C1"], at=EVENING
    )
    assert [(a.elder_id, a.left_out) for a in watched.absences] == [(world.elders["P01"], code)]


def test_a_row_merged_into_another_is_one_person(database: Database, world: World):
    def merge(session: Session) -> None:
        session.execute(
            update(Elder).where(Elder.number == "P01").values(merged_into_id=world.elders["P06"])
        )

    database.run(merge)
    assert _watch(database) == 1
    assert [check.number for check in _checks(database)] == ["P06"]


def test_nothing_closes_by_itself_and_coming_again_is_shown(database: Database, world: World):
    _watch(database)
    tomorrow = TODAY + timedelta(days=1)
    _eat(database, world, "P01", tomorrow)

    at = shanghai("21:30", tomorrow)
    assert _watch(database, at) == 0
    check = _checks(database, at)[0]
    assert (check.came_on, check.closed_at, check.missed) == (tomorrow, None, 3)

    _note(database, check.id, found="away", closes=True, now=at)
    assert _checks(database, at) == []
    closed = _checks(database, at, is_open=False)
    assert [(line.closed_by, line.notes[0].found) for line in closed] == [("staff:li", "away")]


def test_one_absence_owes_one_visit_and_the_next_one_another(database: Database, world: World):
    _watch(database)
    _note(database, _checks(database)[0].id, found="eats_at_home", closes=True)
    later = [shanghai("21:30", TODAY + timedelta(days=days)) for days in range(1, 8)]

    assert [_watch(database, at) for at in later[:2]] == [0, 0]
    for day in range(1, 8):
        for elder in ("P01", "P02") if day in (3, 4) else ("P02",):
            _eat(database, world, elder, TODAY + timedelta(days=day))
    assert [_watch(database, at) for at in later[2:]] == [0, 0, 0, 0, 1]


def test_what_was_found_is_kept_step_by_step_with_the_day_to_look_again(
    database: Database, world: World
):
    _watch(database)
    check_id = _checks(database)[0].id
    follow_up = TODAY + timedelta(days=3)

    _note(database, check_id, contact="call_elder", found="not_reached", follow_up_on=follow_up)
    _note(database, check_id, contact="neighbour", found="away", note="去女儿家，22 日回")

    check = database.read(welfare_list.find_check, check_id=check_id, now=EVENING)
    assert check is not None
    assert [note.found for note in check.notes] == ["not_reached", "away"]
    assert check.notes[0].follow_up_on == follow_up
    assert check.follow_up_on is None
    told = database.read(
        lambda session: session.scalars(
            select(AuditLine.action)
            .where(AuditLine.object_kind == "welfare_check")
            .order_by(AuditLine.id)
        ).all()
    )
    assert told == ["welfare.open", "welfare.note", "welfare.note"]


def test_somebody_may_ask_for_a_visit(database: Database, world: World):
    check_id = database.run(welfare.open_check, number="P09", **WHO)

    check = database.read(welfare_list.find_check, check_id=check_id, now=EVENING)
    assert check is not None
    assert (check.cause, check.number, check.canteen_code) == ("asked", "P09", "C2")
    assert [line.number for line in _checks(database, areas=("450702003006",))] == ["P09"]
    assert _checks(database, areas=("450702003005",)) == []


def test_what_may_not_be_is_refused_in_words(database: Database, world: World):
    _watch(database)
    check_id = _checks(database)[0].id
    yesterday = TODAY - timedelta(days=1)
    refusals: list[tuple[dict[str, Any], type[CanteenError], str]] = [
        ({"found": "not_reached", "closes": True}, Invalid, "welfare_not_done"),
        ({"found": "needs_help", "closes": True}, Invalid, "welfare_not_done"),
        ({"found": "vanished"}, Invalid, "welfare_code"),
        ({"contact": "letter"}, Invalid, "welfare_code"),
        ({"follow_up_on": yesterday}, Invalid, "day_past"),
        ({"check_id": 999}, NotFound, "welfare_unknown"),
    ]
    for given, kind, code in refusals:
        with pytest.raises(kind) as refused:
            _note(database, **{"check_id": check_id, **given})
        assert refused.value.code == code
    _note(database, check_id, closes=True)
    with pytest.raises(Conflict) as closed:
        _note(database, check_id)
    assert closed.value.code == "welfare_closed"
    database.run(welfare.open_check, number="P02", **WHO)
    with pytest.raises(Conflict) as twice:
        database.run(welfare.open_check, number="P02", **WHO)
    assert twice.value.code == "welfare_open"


def test_who_belongs_to_no_canteen_needs_one_first(database: Database, world: World):
    def leave(session: Session) -> None:
        session.execute(
            update(Elder)
            .where(Elder.number == "P09")
            .values(canteen_id=None, community_code="4507")
        )

    database.run(leave)
    with pytest.raises(Invalid) as refused:
        database.run(welfare.open_check, number="P09", **WHO)
    assert refused.value.code == "welfare_canteen"


def test_a_phone_shown_in_full_is_a_line_in_the_trail(database: Database, world: World):
    ring = database.key_ring
    assert ring is not None

    def give_phones(session: Session) -> None:
        own = ring.seal("13800002217", "elders:P01:phone")
        session.execute(update(Elder).where(Elder.number == "P01").values(phone_box=own))
        session.execute(
            insert(ElderContact).values(
                elder_id=world.elders["P01"], name="李小梅", relation="女儿",
                phone_box=ring.seal("13900000852", "elder_contacts:P01:phone"),
                recorded_at=EVENING, recorded_by="test",
            )
        )  # fmt: skip

    database.run(give_phones)
    _watch(database)
    check = _checks(database)[0]

    assert [phone.masked for phone in check.phones] == ["138****2217", "139****0852"]
    shown = database.run(welfare.show_phones, check_id=check.id, **WHO)
    assert [phone.number for phone in shown] == ["13800002217", "13900000852"]
    line = database.read(
        lambda session: session.execute(
            select(AuditLine.object_id, AuditLine.after).where(AuditLine.action == "elder.unmask")
        ).one()
    )
    assert line.object_id == "P01"
    assert "138" not in line.after


def test_the_evening_s_job_runs_once_and_catches_up(
    database: Database, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CANTEEN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CANTEEN_DATABASE_URL", "sqlite:///unused.db")
    ground = Ground(load_settings(env_file=None), database)
    assert ground.settings.timezone == ZoneInfo("Asia/Shanghai")
    made = shanghai("12:00", TODAY - timedelta(days=2))
    database.run(
        lambda session: session.execute(
            insert(Instance).values(id=1, kind="real", created_at=made)
        ).close()
    )
    # Off for two evenings: both are caught up, and one visit is owed.
    monkeypatch.setattr(clock, "instant", lambda: EVENING + timedelta(minutes=1))

    assert [run_due(ground, WELFARE) for _ in range(2)] == [3, 0]

    runs, owed = database.read(_count_runs)
    assert runs == 3
    assert owed == 1


def _count_runs(session: Session) -> tuple[int, int]:
    runs = session.execute(
        select(func.count()).where(JobRun.name == "welfare", JobRun.state == "done")
    ).scalar_one()
    return runs, session.execute(select(func.count()).select_from(WelfareCheck)).scalar_one()
