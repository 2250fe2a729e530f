"""What the auditor draws and lists: samples, receipt numbers, a card's and a person's use, the trail."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.errors import Invalid, NotFound
from canteen.rules.roles import Grant
from canteen.rules.sampling import mark_of
from canteen.services import audit_reports, audit_samples
from canteen.services.audit_receipts import list_receipts
from canteen.services.audit_samples import SampleAsked, draw_sample, stratum_words
from canteen.services.audit_trail import TrailAsked, find_seal_state, list_trail
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.seals import seal_committed
from canteen.services.top_ups import TopUpAsked, take_top_up
from canteen.services.voids import VoidAsked, void_meal
from canteen.trail.audit import append_audit
from tests.factories.cards import issue_card, return_card
from tests.factories.claims import DAYS, make_claim
from tests.factories.corrections import approve, ask_back
from tests.factories.damage import break_books
from tests.factories.taps import tap
from tests.factories.world import TODAY, World, event_id, make_swipe, shanghai

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
AFTERWARDS = shanghai("09:00", date(2026, 11, 3))


def test_a_sample_is_drawn_from_the_meals_of_the_period_and_no_others(
    database: Database, world: World
) -> None:
    receipts = [
        tap(database, world, make_swipe(world, elder, "11:32", elder))["receipt"]
        for elder in ("P01", "P02", "P03")
    ]
    tap(database, world, make_swipe(world, "P04", "11:32", "y", day=TOMORROW))
    other = tap(database, world, make_swipe(world, "P07", "11:32", "c2"), "C2-R1")["receipt"]

    asked = SampleAsked(("C1",), TODAY, TODAY, "seed", 2)
    sample = database.read(draw_sample, asked=asked)
    by_hand = sorted(receipts, key=lambda one: mark_of("seed", one))[:2]
    assert [meal.receipt for meal in sample.meals] == by_hand
    assert sample.drawn.size == 3
    assert database.read(draw_sample, asked=asked) == sample

    both = SampleAsked(("C1", "C2"), TODAY, TODAY, "seed", 2, "both")
    strata = database.read(draw_sample, asked=both)
    assert [(one.name, one.size, one.drawn) for one in strata.drawn.strata] == [
        ("C1 dine_in", 3, 1),
        ("C2 dine_in", 1, 1),
    ]
    assert strata.meals[1].receipt == other
    assert stratum_words("C1 dine_in") == ("C1 堂食", "C1 dine in")


def test_a_period_with_too_many_meals_is_refused(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    monkeypatch.setattr(audit_samples, "RECEIPTS_MAX", 0)
    with pytest.raises(Invalid, match="sample_too_wide"):
        database.read(draw_sample, asked=SampleAsked(("C1",), TODAY, TODAY, "x", 1))


def test_O_083_each_number_is_there_once_and_what_fails_takes_its_number_back(
    database: Database, world: World
) -> None:
    # two counters side by side
    asks = [
        (
            counter,
            MealAsked(event_id(f"m{n}"), guest=True, kind="amount", amount_fen=500, pay="cash"),
        )
        for n, counter in enumerate(("C1-1", "C1-2") * 4)
    ]

    def serve(ask: tuple[str, MealAsked]) -> None:
        database.run(
            serve_meal, counter_id=world.counters[ask[0]], asked=ask[1], by="cashier:li",
            now=shanghai("11:40"),
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(serve, asks))

    # a booking that fails after its number was drawn
    def fail(session: Session) -> None:
        answer = serve_meal(
            session, counter_id=world.counters["C1-1"],
            asked=MealAsked(event_id("fails"), guest=True, kind="amount", amount_fen=500, pay="cash"),
            by="cashier:li", now=shanghai("11:41"),
        )  # fmt: skip
        assert answer.body["receipt"] == "C1-20261125-0009"
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        database.run(fail)
    # a counter that was cut off for seven taps, and a top-up and a void among them
    for elder in ("P01", "P02", "P03", "P04", "P05", "P06", "P08"):
        late = make_swipe(world, elder, "11:45", f"late-{elder}", offline="taken")
        tap(database, world, late, "C1-R2")
    database.run(
        take_top_up, asked=TopUpAsked(event_id("t"), world.counters["C1-1"], "P01", 500),
        by="cashier:li", origin=None, now=shanghai("12:00"),
    )  # fmt: skip
    database.run(
        void_meal, asked=VoidAsked(event_id("v"), "C1-20261125-0003", "other"),
        may_void_any=True, by="staff:wang", origin=None, now=shanghai("12:00"),
    )  # fmt: skip

    [day] = database.read(list_receipts, canteen="C1", first=TODAY, last=TODAY)
    assert day.serials.are_whole
    assert [one.receipt for one in day.used] == [f"C1-20261125-{n:04}" for n in range(1, 17)]
    assert (day.drawn, day.count("meal"), day.count("top_up")) == (16, 15, 1)
    assert (day.voided, day.offline) == (1, 7)


def test_O_083_a_number_that_is_gone_is_named(database: Database, world: World) -> None:
    for elder in ("P01", "P02"):
        tap(database, world, make_swipe(world, elder, "11:32", elder))

    def look(session: Session) -> None:
        break_books(session, "UPDATE meals SET receipt = 'C1-20261124-0001' WHERE portion = 1"
                    " AND receipt = 'C1-20261125-0001'")  # fmt: skip
        [day] = list_receipts(session, canteen="C1", first=TODAY, last=TODAY)
        assert day.serials.missing == (1,)
        assert day.serials.foreign == ("C1-20261124-0001",)
        assert not day.serials.are_whole
        raise LookupError

    with pytest.raises(LookupError):
        database.run(look)


def _use(lines: Sequence[audit_reports.UseLine]) -> list[tuple[date, str | None, str | None]]:
    return [(line.at.date(), line.elder, line.receipt) for line in lines]


def test_O_085_a_card_given_on_is_two_persons_in_its_report_and_one_in_each_of_theirs(
    database: Database, world: World
) -> None:
    uid = world.cards["P04"]
    old = tap(database, world, make_swipe(world, "P04", "11:30", "old", day=YESTERDAY))
    database.run(return_card, uid=uid, by="staff:wang", origin=None, now=shanghai("08:30"))
    database.run(
        issue_card, elder="P09", uid=uid, by="staff:wang", origin=None, now=shanghai("09:00")
    )
    new = tap(database, world, make_swipe(world, "P04", "11:30", "new"))
    month = {"first": date(2026, 11, 1), "last": date(2026, 11, 30), "canteens": ["C1"]}

    [card] = database.read(audit_reports.find_cards, text=uid)
    _, holders = database.read(audit_reports.get_card, card_id=card.id)
    assert [(one.number, one.to_at is None) for one in holders] == [("P04", False), ("P09", True)]
    used = database.read(audit_reports.list_card_use, card_id=card.id, **month)
    expected = [(YESTERDAY, "P04", old["receipt"]), (TODAY, "P09", new["receipt"])]
    assert _use(used.lines) == expected
    for number, line in zip(("P04", "P09"), expected, strict=True):
        person = database.read(audit_reports.list_person_use, number=number, **month)
        assert _use(person.lines) == [line]
        assert person.lines[0].card == card
    away = database.read(
        audit_reports.list_person_use, number="P09", **{**month, "canteens": ["C2"]}
    )
    assert (list(away.lines), away.elsewhere) == ([], 1)
    with pytest.raises(NotFound, match="card_unknown"):
        database.read(audit_reports.get_card, card_id=999_999)


def test_a_meal_that_was_corrected_says_so_wherever_it_is_listed(database: Database) -> None:
    database.run(make_claim)
    first, other = (f"C1-{DAYS[0]:%Y%m%d}-000{n}" for n in (1, 2))
    approve(database, ask_back(database, first, AFTERWARDS), AFTERWARDS)
    ask_back(database, other, AFTERWARDS)
    sample = database.read(draw_sample, asked=SampleAsked(("C1",), DAYS[0], DAYS[0], "seed", 9))
    assert {one.receipt for one in sample.meals if one.is_corrected} == {first}
    [number] = {one.elder for one in sample.meals if one.receipt == first}
    of_day = {"canteens": ["C1"], "first": DAYS[0], "last": DAYS[0]}
    [line] = database.read(audit_reports.list_person_use, number=number, **of_day).lines
    assert (line.receipt, line.is_corrected, line.is_voided) == (first, True, False)
    assert line.card is not None
    [tapped] = database.read(audit_reports.list_card_use, card_id=line.card.id, **of_day).lines
    assert tapped.is_corrected
    days = database.read(list_receipts, canteen="C1", first=DAYS[0], last=AFTERWARDS.date())
    numbers = [one for day in days for one in day.used if one.kind == "correction"]
    assert [one.meal for one in numbers] == [first]


HERE, EVERYWHERE = Grant("auditor", "area", "450702003005"), Grant("auditor", "everywhere", "")


def _lines(database: Database, grant: Grant, **asked: Any) -> list[tuple[str, str]]:
    page = database.read(list_trail, grants=(grant,), asked=TrailAsked(**asked))
    return [(line.object_kind, line.object_id) for line in page.lines]


def _write(session: Session, kind: str, key: str, number: int = 0) -> None:
    append_audit(
        session, actor="staff:wang", origin="10.0.0.1", action=f"{kind}.done", object_kind=kind,
        object_id=key, after={"n": number}, now=shanghai("12:00"),
    )  # fmt: skip


def test_the_trail_shows_what_stands_within_the_granted_areas_and_what_has_no_place(
    database: Database, world: World
) -> None:
    mine = [
        ("meal", "C1-20261125-0001"), ("day", "C1:2026-11-25"), ("elder", "P01"),
        ("canteen", str(world.canteens["C1"])), ("price", f"{world.canteens['C1']}/lunch/set"),
        ("delivery_day", "C1 2026-11-25 午餐"), ("reader", "C1-R1"), ("area", "450702003005"),
    ]  # fmt: skip
    theirs = [
        ("meal", "C2-20261125-0001"), ("day", "C2:2026-11-25"), ("elder", "P07"),
        ("canteen", str(world.canteens["C2"])), ("reader", "C2-R1"), ("area", "450702003006"),
        ("delivery", "no-such"), ("elder", "nobody"), ("staff", "nobody"), ("swipe", "gone"),
    ]  # fmt: skip
    placeless = [("scheme", "rule-set-a"), ("job", "nightly_check")]
    for kind, key in (*mine, *theirs, *placeless):
        database.run(_write, kind, key)
    assert sorted(_lines(database, HERE)) == sorted([*mine, *placeless])
    assert sorted(_lines(database, EVERYWHERE)) == sorted([*mine, *theirs, *placeless])


def test_the_trail_is_narrowed_and_read_page_by_page(database: Database, world: World) -> None:
    for number in range(7):
        database.run(_write, "day", "C1:2026-11-25", number)
    tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    assert len(_lines(database, HERE, action="day.done", actor="staff:wang")) == 7
    assert _lines(database, HERE, action="day.sign") == []
    assert _lines(database, HERE, object_kind="day", object_id="C1:2026-11-26") == []
    assert len(_lines(database, HERE, first=TODAY, last=TODAY)) == 7
    assert _lines(database, HERE, first=TOMORROW) == []
    read: list[int] = []
    before: int | None = None
    for _ in range(4):
        page = database.read(
            list_trail, grants=(HERE,), asked=TrailAsked(before=before), most=2
        )  # fmt: skip
        read += [line.id for line in page.lines]
        before = page.next_before
    assert before is None
    assert len(read) == len(set(read)) == 7
    assert read == sorted(read, reverse=True)


def test_each_line_names_the_seal_that_covers_it(database: Database, world: World) -> None:
    database.run(_write, "day", "C1:2026-11-25")
    database.run(seal_committed, now=shanghai("12:01"))
    database.run(_write, "day", "C1:2026-11-25", 1)
    page = database.read(list_trail, grants=(HERE,), asked=TrailAsked())
    first, second = page.lines[1].id, page.lines[0].id
    assert {number: seal.n for number, seal in page.seals.items()} == {first: 1}
    assert second not in page.seals
    state = database.read(find_seal_state)
    assert (state.lines, state.seals, state.unsealed) == (2, 1, 1)
    assert state.sha256 == page.seals[first].sha256
