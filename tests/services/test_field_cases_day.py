"""Field cases of the day: what is counted, signed, and stands out; by their ids, on both databases."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen import clock, jobs
from canteen.cli.books import check_all
from canteen.config import load_settings
from canteen.db.run import Database
from canteen.jobs import Ground, run_due
from canteen.models.audit import AuditLine
from canteen.models.days import Instance
from canteen.models.people import Card
from canteen.rules.errors import Conflict
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.day_counts import write_remark
from canteen.services.day_sheets import DayPage, show_day
from canteen.services.month_reports import add_month
from canteen.services.swipes import SwipeAsked, record_swipe
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.days import sign_before
from tests.factories.people import make_elder
from tests.factories.world import (
    TODAY,
    World,
    close_day,
    event_id,
    make_swipe,
    set_price,
    shanghai,
)

YESTERDAY = TODAY - timedelta(days=1)
EVENING = shanghai("20:00")


def _tap(
    database: Database, world: World, elder: str, clock_: str, name: str, **given: Any
) -> dict[str, Any]:
    reader = given.pop("reader", "C1-R1")
    now: datetime | None = given.pop("now", None)
    asked = make_swipe(world, elder, clock_, name, **given)
    body: dict[str, Any] = database.run(
        record_swipe, reader_id=world.readers[reader], asked=asked, now=now or asked.read_at
    ).body
    return body


def _tap_all(
    session: Session, world: World, taps: Iterable[tuple[str, str]], day: date = TODAY
) -> list[dict[str, Any]]:
    """Many taps of (elder, clock) in one transaction: what is tried here is not the booking."""
    asked = [make_swipe(world, who, at, f"{who} {day} {at}", day=day) for who, at in taps]
    return [
        record_swipe(session, reader_id=world.readers["C1-R1"], asked=one, now=one.read_at).body
        for one in asked
    ]


def _page(database: Database, day: date = TODAY, canteen: str = "C1") -> DayPage:
    return database.read(show_day, canteen=canteen, day=day, now=shanghai("21:00", day))


def _serve_guests(session: Session, world: World, count: int, at: datetime) -> None:
    for number in range(count):
        serve_meal(
            session,
            counter_id=world.counters["C1-1"],
            asked=MealAsked(event_id(f"guest-{at}-{number}"), guest=True, pay="cash"),
            by="staff:li",
            now=at + timedelta(seconds=number),
        )


def _make_elders(session: Session, world: World, count: int, born: date) -> list[str]:
    numbers = [f"R{born.year}-{number:03d}" for number in range(count)]
    for place, number in enumerate(numbers):
        card = f"em4100:0C{born.year % 100:02X}{place:06X}"
        world.elders[number] = make_elder(
            session, number=number, born=born, card=card, canteen_id=world.canteens["C1"],
            balance_fen=10_000,
        )  # fmt: skip
        world.cards[number] = card
    return numbers


def _keys(page: DayPage) -> dict[str, str]:
    return {one["key"].partition(":")[0]: one["zh"] for one in page.anomalies}


def test_O_003_one_card_at_two_canteens_stands_on_both_lists(
    database: Database, world: World
) -> None:
    _tap(database, world, "P04", "12:00:20.100", "a")
    _tap(database, world, "P04", "12:00:22.900", "b", reader="C2-R1")
    _tap(database, world, "P05", "12:10", "c")
    for canteen in ("C1", "C2"):
        found = _page(database, canteen=canteen).anomalies
        [listed] = [one for one in found if one["key"].startswith("two_places")]
        assert listed["zh"].startswith("同卡两地 3 秒内：城南食堂、河东食堂")
        assert (listed["level"], listed["who"][0]) == ("should", "梁𠮷祥")
        assert listed["did_zh"] == "后一笔：这餐已打过"


def test_O_035_each_meal_keeps_its_price_and_last_month_its_sum(
    database: Database, world: World
) -> None:
    elders = database.run(_make_elders, world, 60, date(1950, 1, 1))
    last_month = date(2026, 10, 20)
    _tap(database, world, elders[0], "11:40", "october", day=last_month)
    before = database.read(add_month, canteen="C1", month=last_month).total
    cheap = [(elder, f"11:{number:02d}") for number, elder in enumerate(elders[:40])]
    dear = [(elder, f"12:{number:02d}") for number, elder in enumerate(elders[40:])]
    database.run(_tap_all, world, cheap)
    database.run(set_price, world.canteens["C1"], "lunch", 1300, shanghai("11:45"))
    database.run(_tap_all, world, dear)
    assert _page(database).figures["money"]["price_fen"] == 74_000
    assert database.read(add_month, canteen="C1", month=last_month).total == before
    database.run(
        write_remark, canteen="C1", day=TODAY, key="manual:x", remark="看过了", by="staff:wang",
        origin=None, now=EVENING,
    )  # fmt: skip
    assert _page(database).figures["money"]["price_fen"] == 74_000


def test_O_066_breakfasts_before_eight_are_on_their_own_days_sheet(
    database: Database, world: World
) -> None:
    for number, clock_ in enumerate(("06:31", "07:30", "07:59:59", "08:00:00"), start=1):
        _tap(database, world, f"P0{number}", clock_, clock_)
    today, yesterday = _page(database), _page(database, YESTERDAY)
    assert today.people == 4
    assert {cell["mealtime"] for cell in today.figures["cells"]} == {"breakfast"}
    assert yesterday.people == 0


def test_O_068_what_arrives_after_the_signature_is_added_beside_it(
    database: Database, world: World
) -> None:
    database.run(_serve_guests, world, 143, shanghai("12:10", YESTERDAY))
    sign_before(database, TODAY)
    by_printed = database.read(
        lambda s: {row.printed: row.uid for row in s.scalars(select(Card)) if row.printed}
    )
    lines = Path(__file__).parent / "data" / "21_offline_late_upload.jsonl"
    for text in lines.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        database.run(
            record_swipe,
            reader_id=world.readers[line["device"]],
            asked=SwipeAsked(
                event_id(line["event_id"]), by_printed[line["card"]],
                datetime.fromisoformat(line["swiped_at"]), seq=line["device_seq"],
                offline="taken",
            ),
            now=datetime.fromisoformat(line["received_at"]),
        )  # fmt: skip
    page = _page(database, YESTERDAY)
    assert (page.people, page.late_people, page.people + page.late_people) == (143, 5, 148)
    assert {(meal.served_on, meal.booked_on, meal.is_late) for meal in page.late} == {
        (YESTERDAY, TODAY, True)
    }
    [first] = [meal for meal in page.late if meal.elder == "P01"]
    assert (first.age, first.subsidy_fen) == (79, 300)
    assert _page(database).figures["counts"]["earlier"] == 5
    month = database.read(add_month, canteen="C1", month=TODAY)
    assert month.total["counts"]["people"] == 148
    assert database.read(check_all, deep=True).breaches == []


def test_O_069_a_signed_meal_is_not_voided_and_its_day_keeps_its_count(
    database: Database, world: World
) -> None:
    body = _tap(database, world, "P02", "11:40", "a", day=YESTERDAY)
    database.run(_serve_guests, world, 9, shanghai("12:10", YESTERDAY))
    sign_before(database, TODAY)
    asked = VoidAsked(event_id("void"), body["receipt"], "not_wanted")
    with pytest.raises(Conflict, match="day_signed"):
        database.run(
            void_meal, asked=asked, may_void_any=True, by="staff:wang", origin=None,
            now=shanghai("09:00"),
        )  # fmt: skip
    assert _page(database, YESTERDAY).people == 10


def test_O_072_the_last_day_and_its_last_second_are_in_the_month(
    database: Database, world: World
) -> None:
    last = date(2026, 11, 30)
    _tap(database, world, "P01", "16:30:00", "a", day=last)
    _tap(database, world, "P02", "18:29:59.700", "b", day=last)
    _tap(database, world, "P03", "06:30:00", "c", day=date(2026, 12, 1))
    month = database.read(add_month, canteen="C1", month=last)
    assert (month.first, month.last) == (date(2026, 11, 1), last)
    assert month.total["counts"]["people"] == 2
    assert _page(database, last).people == 2


def test_O_073_meals_persons_and_subsidised_meals_are_three_numbers(
    database: Database, world: World
) -> None:
    old = database.run(_make_elders, world, 92, date(1950, 1, 1))
    young = database.run(_make_elders, world, 5, date(1970, 1, 1))
    lunches = [
        (elder, f"11:{number // 60:02d}:{number % 60:02d}")
        for number, elder in enumerate(old + young)
    ]
    taps = database.run(_tap_all, world, lunches)
    for number, elder in enumerate(old[:3]):
        asked = MealAsked(event_id(f"second-{elder}"), elder=elder, reason="no_card", second=True)
        database.run(
            serve_meal, counter_id=world.counters["C1-1"], asked=asked, by="staff:li",
            now=shanghai(f"12:0{number}"),
        )  # fmt: skip
    for body in taps[90:92]:
        database.run(
            void_meal, asked=VoidAsked(event_id(f"v-{body['id']}"), body["id"], "other"),
            may_void_any=True, by="staff:wang", origin=None, now=shanghai("12:30"),
        )  # fmt: skip
    dinners = [(elder, f"17:{number:02d}") for number, elder in enumerate(old[:28])]
    database.run(_tap_all, world, dinners)
    page = _page(database)
    counts, cells = page.figures["counts"], page.figures["cells"]
    at_lunch = sum(cell["count"] for cell in cells if cell["mealtime"] == "lunch")
    assert (at_lunch, counts["people"], counts["voided"]) == (98, 98 + 28, 2)
    assert (counts["subsidised"], counts["second"]) == (90 + 28, 3)
    assert page.figures["persons"] == 95


def test_O_074_flat_counts_a_closed_day_and_taps_too_fast_are_listed(
    database: Database, world: World
) -> None:
    for back in range(4, -1, -1):
        day = TODAY - timedelta(days=back)
        database.run(_serve_guests, world, 12, shanghai("12:10", day))
    assert _keys(_page(database))["flat"] == "午餐连续 5 天都是 12 人次"
    database.run(close_day, world.canteens["C1"], TODAY)
    elders = database.run(_make_elders, world, 31, date(1950, 1, 1))
    tomorrow = TODAY + timedelta(days=1)
    fast = [(elder, f"10:30:{number * 1.29:.1f}") for number, elder in enumerate(elders)]
    database.run(_tap_all, world, fast, tomorrow)
    found = _keys(_page(database))
    assert found["closed_day"] == "日历上这天停业，却有用餐"
    assert _keys(_page(database, tomorrow))["too_fast"] == "1 号窗口有 31 笔刷得比人手快"


def test_O_095_without_the_list_of_workdays_the_day_is_marked_and_nobody_refused(
    database: Database, world: World
) -> None:
    day = date(2027, 1, 4)
    assert _tap(database, world, "P01", "12:00", "a", day=day)["outcome"] == "subsidised"
    assert _keys(_page(database, day))["workdays_missing"] == "这一年的放假调休名单还没有"
    assert "workdays_missing" not in _keys(_page(database))


@pytest.fixture
def midnight(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The jobs' clock, set by hand: its last entry is now."""
    now = [shanghai("23:50", YESTERDAY)]
    monkeypatch.setattr(clock, "instant", lambda: now[-1])
    return now


def test_O_096_O_097_each_day_is_drawn_and_told_once_in_order_and_signed_by_nobody(
    database: Database,
    world: World,
    midnight: list[datetime],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CANTEEN_DATA_DIR", str(tmp_path))
    database.run(
        lambda s: s.execute(
            insert(Instance).values(id=1, kind="real", created_at=midnight[0])
        ).close()
    )
    sign_before(database, YESTERDAY)
    for day in (YESTERDAY, TODAY, TODAY + timedelta(days=1)):
        _tap(database, world, "P01", "12:00", f"eats-{day}", day=day)
    [job] = [job for job in jobs.JOBS if job.name == "day_sheets"]
    ground = Ground(load_settings(env_file=None), database)
    midnight.append(shanghai("06:10", TODAY + timedelta(days=2)))
    assert run_due(ground, job) == 3
    midnight.append(shanghai("06:00", TODAY + timedelta(days=2)))
    assert run_due(ground, job) == 0
    told = database.read(
        lambda s: list(
            s.scalars(
                select(AuditLine.object_id)
                .where(AuditLine.action == "alarm.day_unsigned")
                .order_by(AuditLine.id)
            )
        )
    )
    assert [one for one in told if one.startswith("C1")] == [
        "C1:2026-11-24",
        "C1:2026-11-25",
        "C1:2026-11-26",
    ]
    assert _page(database, YESTERDAY).state == "open"
