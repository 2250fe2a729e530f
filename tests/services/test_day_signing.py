"""Signing a day off and opening it again, on both databases."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from canteen.cli.books import check_all
from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.desk import DaySheet
from canteen.models.meals import Meal
from canteen.models.sites import ReaderHealth
from canteen.rules.errors import Conflict, Invalid, Refused
from canteen.services.day_counts import count_cash, count_portions
from canteen.services.day_sheets import list_canteen_days, list_lines, show_day
from canteen.services.day_watch import tell_unsigned
from canteen.services.swipes import record_swipe
from canteen.services.voids import VoidAsked, void_meal
from tests.factories import claims
from tests.factories.days import reopen, settle, sign, sign_before
from tests.factories.rows import build_once
from tests.factories.world import (
    TODAY,
    World,
    close_day,
    event_id,
    make_swipe,
    make_world,
    shanghai,
)

YESTERDAY = TODAY - timedelta(days=1)
EVENING = shanghai("20:00")


def _tap(database: Database, world: World, elder: str, clock: str, name: str, **given: Any) -> str:
    reader = given.pop("reader", "C1-R1")
    now = given.pop("now", None)
    asked = make_swipe(world, elder, clock, name, **given)
    body = database.run(
        record_swipe,
        reader_id=world.readers[reader],
        asked=asked,
        now=now or asked.read_at + timedelta(seconds=1),
    ).body
    outcome: str = body["outcome"]
    return outcome


def _show(database: Database, day: date = TODAY, **given: Any) -> Any:
    return database.read(show_day, canteen="C1", day=day, now=given.get("now", EVENING))


def _report(session: Session, reader_id: int, at: Any, waiting: int = 0) -> None:
    session.merge(
        ReaderHealth(
            reader_id=reader_id, reported_at=at, state="open", state_since=at,
            outbox_waiting=waiting, outbox_dead=0, outbox_stuck=0, body="{}",
        )
    )  # fmt: skip


def test_the_sheet_adds_what_was_booked_and_the_ledger_says_the_same(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:32", "a")
    _tap(database, world, "P03", "11:33", "b")
    _tap(database, world, "P03", "11:50", "again")
    figures = _show(database).figures
    assert figures["counts"]["people"] == figures["counts"]["subsidised"] == 2
    assert figures["money"]["price_fen"] == 2400
    assert figures["money"]["subsidy_fen"] == 500 + 800 == figures["payers"]["政府"]["fen"]
    assert figures["refusals"] == {"already_eaten": 1}
    assert [(c["band"], c["category"], c["count"]) for c in figures["cells"]] == [
        ("80-89", "plain", 1),
        ("90+", "dibao", 1),
    ]
    report = database.read(check_all, deep=True)
    assert report.breaches == []
    assert report.counted["days_again"] == 3


def test_a_day_is_signed_only_when_all_conditions_hold(database: Database, world: World) -> None:
    _tap(database, world, "P01", "11:32", "a")
    with pytest.raises(Refused) as early:
        sign(database, TODAY, now=shanghai("18:44"), remark="")
    assert early.value.code == "day_not_ready"
    assert early.value.facts["missing"] == ["mealtimes", "readers", "previous"]
    sign_before(database, TODAY)
    with pytest.raises(Refused) as silent:
        sign(database, TODAY, remark="  ")
    assert silent.value.facts["missing"] == ["readers"]
    for code in ("C1-R1", "C1-R2"):
        database.run(_report, world.readers[code], shanghai("18:50"), 1)
    with pytest.raises(Refused):
        sign(database, TODAY, remark="")
    for code in ("C1-R1", "C1-R2"):
        database.run(_report, world.readers[code], shanghai("18:50"))
    signed = sign(database, TODAY, remark="")
    page = _show(database)
    assert (page.state, page.signed.sha256) == ("signed", signed["sha256"])
    with pytest.raises(Conflict) as again:
        sign(database, TODAY)
    assert again.value.code == "day_signed"


def test_a_signed_day_keeps_its_figures_and_shows_what_came_later(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:32", "a", day=YESTERDAY)
    sign_before(database, TODAY)
    before = _show(database, YESTERDAY)
    _tap(
        database, world, "P02", "11:40", "late", day=YESTERDAY, offline="taken",
        now=shanghai("08:10"),
    )  # fmt: skip
    page = _show(database, YESTERDAY)
    assert page.figures == before.figures
    assert (page.people, page.late_people) == (1, 1)
    assert [meal.booked_on for meal in page.late] == [TODAY]
    today = _show(database)
    assert today.figures["counts"]["people"] == today.figures["counts"]["earlier"] == 1
    assert database.read(check_all, deep=True).breaches == []


def test_a_reopened_day_takes_its_own_lines_again_and_is_signed_as_the_next_version(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:32", "a", day=YESTERDAY)
    _tap(database, world, "P01", "11:32", "b")
    sign_before(database, TODAY)
    sign(database, TODAY)
    with pytest.raises(Invalid, match="reason"):
        reopen(database, YESTERDAY, reason=" ", now=EVENING)
    reopen(database, YESTERDAY, now=shanghai("21:00"))
    with pytest.raises(Conflict, match="day_not_signed"):
        reopen(database, YESTERDAY, now=shanghai("21:01"))
    late: dict[str, Any] = {"offline": "taken", "now": shanghai("21:05")}
    _tap(database, world, "P02", "11:40", "late", day=YESTERDAY, **late)
    _tap(database, world, "P03", "11:41", "later", **late)
    booked = database.read(
        lambda s: dict(s.execute(select(Meal.served_on, Meal.booked_on).order_by(Meal.id)).all())
    )
    assert booked == {YESTERDAY: YESTERDAY, TODAY: TODAY + timedelta(days=1)}
    signed = sign(database, YESTERDAY, now=shanghai("21:10"))
    assert signed["version"] == 2
    page = _show(database, YESTERDAY, now=shanghai("21:11"))
    assert (page.people, [v.version for v in page.versions]) == (2, [1, 2])
    sheets = database.read(
        lambda s: list(
            s.scalars(select(DaySheet).where(DaySheet.day == YESTERDAY).order_by(DaySheet.id))
        )
    )
    assert sheets[1].replaced_sha256 == sheets[0].sha256
    assert json.loads(sheets[0].figures)["counts"]["people"] == 1
    assert database.read(check_all, deep=True).breaches == []


def test_days_without_a_line_that_were_open_are_signed_too(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:32", "a", day=date(2026, 11, 20))
    database.run(close_day, world.canteens["C1"], date(2026, 11, 22))
    days = sign_before(database, TODAY)
    assert days == [date(2020, 1, 1)] + [date(2026, 11, day) for day in (20, 21, 23, 24)]


def test_cash_is_counted_blind_and_a_difference_must_be_explained(
    database: Database, world: World
) -> None:
    sign_before(database, TODAY)
    count: dict[str, Any] = {
        "canteen": "C1", "counter": "C1-1", "day": TODAY, "by": "staff:li", "origin": None,
    }  # fmt: skip
    database.run(count_cash, counted_fen=100, now=EVENING, **count)
    page = _show(database)
    [differs] = [one for one in page.anomalies if one["level"] == "must"]
    assert differs["amounts"] == {"counted_fen": 100, "expected_fen": 0}
    with pytest.raises(Refused) as refused:
        sign(database, TODAY)
    assert refused.value.facts["missing"] == ["anomalies"]
    settle(database, TODAY)
    sign(database, TODAY)
    with pytest.raises(Conflict, match="day_signed"):
        database.run(count_cash, counted_fen=0, now=shanghai("21:00"), **count)
    with pytest.raises(Invalid, match="day_not_begun"):
        database.run(count_cash, counted_fen=0, now=EVENING, **{**count, "day": date(2026, 12, 1)})
    assert database.read(check_all, deep=True).breaches == []


def test_portions_cooked_less_those_left_are_those_served(database: Database, world: World) -> None:
    _tap(database, world, "P01", "11:32", "a")
    count: dict[str, Any] = {
        "canteen": "C1", "day": TODAY, "mealtime": "lunch", "by": "staff:cook", "origin": None,
        "now": EVENING,
    }  # fmt: skip
    with pytest.raises(Invalid, match="portions_left"):
        database.run(count_portions, cooked=3, left=4, **count)
    database.run(count_portions, cooked=4, left=2, **count)
    assert [one["key"] for one in _show(database).anomalies] == ["portions:lunch"]
    database.run(count_portions, cooked=4, left=3, **count)
    page = _show(database)
    assert page.anomalies == []
    assert [(c.code, c.state) for c in page.conditions if c.code == "portions"] == [
        ("portions", "ok")
    ]


def test_each_number_opens_a_list_as_long_as_it_says(database: Database, world: World) -> None:
    for number in range(1, 8):
        _tap(database, world, f"P0{number}", f"11:3{number}", f"lunch-{number}")
        _tap(database, world, f"P0{number}", f"17:0{number}", f"dinner-{number}")
    void = VoidAsked(event_id("void"), event_id("lunch-1"), "other")
    database.run(
        void_meal, asked=void, may_void_any=True, by="staff:wang", origin=None, now=EVENING
    )
    figures = _show(database).figures

    def length(kind: str, **where: str) -> int:
        lines = database.read(list_lines, canteen="C1", day=TODAY, kind=kind, where=where)
        return len(lines)

    for kind, count in figures["counts"].items():
        assert length(kind) == count, kind
    for cell in figures["cells"]:
        where = {key: cell[key] for key in ("mealtime", "band", "category", "channel")}
        assert length("people", **where) == cell["count"]


TAMPERING = {
    "signed_line_changed": "UPDATE meals SET price_fen = price_fen + 100,"
    " elder_fen = elder_fen + 100, purse_fen = purse_fen + 100 WHERE receipt = :receipt",
    "signed_line_missing": "UPDATE meals SET booked_on = '2026-11-25' WHERE receipt = :receipt",
    "sheet_changed": "UPDATE day_sheets SET signed_by = 'staff:other'",
    "sheet_chain_broken": "UPDATE day_sheets SET previous_sha256 = 'x' WHERE day = '2026-11-24'",
    "signed_without_sheet": "UPDATE canteen_days SET signed_at = NULL, signed_by = NULL",
    "signed_figures_differ": "UPDATE elder_facts SET born = '1966-01-01' WHERE born IS NOT NULL",
    "line_added_after_signing": "UPDATE meals SET booked_on = '2026-11-24'"
    " WHERE booked_on = '2026-11-25'",
}


def _sign_yesterday(session: Session) -> World:
    """P01 and P02 ate yesterday, which is signed; P03 ate today."""
    made = make_world(session)
    claims.eat(session, made, "P01", YESTERDAY, "11:32")
    claims.eat(session, made, "P02", YESTERDAY, "11:33")
    for day in show_day(session, canteen="C1", day=TODAY, now=EVENING).unsigned:
        claims.sign(session, day, now=shanghai("20:00", YESTERDAY))
    claims.eat(session, made, "P03", TODAY, "11:34")
    return made


@pytest.mark.parametrize("code", TAMPERING)
def test_what_was_changed_behind_a_signature_is_named(database: Database, code: str) -> None:
    database.run(build_once, _sign_yesterday)
    receipt = "C1-20261124-0002"
    database.run(_without_triggers, TAMPERING[code], receipt)
    breaches = database.read(check_all, deep=True).breaches
    assert code in {breach.code for breach in breaches}
    named = {breach.place for breach in breaches if breach.code == code}
    if ":receipt" in TAMPERING[code]:
        assert named == {receipt}
    plain = {breach.code for breach in database.read(check_all, deep=False).breaches}
    if code in ("sheet_changed", "sheet_chain_broken", "signed_without_sheet"):
        assert code in plain


def _without_triggers(session: Session, statement: str, receipt: str) -> None:
    """What somebody with the database's own keys could do."""
    given = {"receipt": receipt} if ":receipt" in statement else {}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET session_replication_role = replica"))
        session.execute(text(statement), given)
        session.execute(text("SET session_replication_role = origin"))
        return
    triggers = session.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text(statement), given)
    for _, made in triggers:
        session.connection().exec_driver_sql(made)


def test_unsigned_days_are_told_once_and_only_a_person_signs(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:32", "a", day=YESTERDAY)
    now = shanghai("00:05")
    told = database.run(tell_unsigned, today=TODAY, now=now)
    assert told == ["C1:2020-01-01", "C2:2020-01-01", "C1:2026-11-24"]
    assert database.run(tell_unsigned, today=TODAY, now=now) == []
    facts = database.read(
        lambda s: [
            json.loads(line.after or "")
            for line in s.scalars(
                select(AuditLine).where(AuditLine.object_id == "C1:2026-11-24")
            )
        ]
    )  # fmt: skip
    assert [one["people"] for one in facts] == [1]
    assert _show(database, YESTERDAY).state == "open"


def test_the_street_sees_what_is_owed_and_what_was_signed(database: Database, world: World) -> None:
    _tap(database, world, "P01", "11:32", "a", day=YESTERDAY)
    first, second = database.read(list_canteen_days, canteens=["C1", "C2"], now=EVENING)
    assert (first.code, first.unsigned) == ("C1", [date(2020, 1, 1), YESTERDAY])
    assert (second.code, second.unsigned) == ("C2", [date(2020, 1, 1)])
    sign_before(database, TODAY)
    first, _ = database.read(list_canteen_days, canteens=["C1", "C2"], now=EVENING)
    assert (first.unsigned, first.signed[0][0]) == ([], YESTERDAY)
