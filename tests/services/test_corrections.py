"""Corrections after sign-off: exact to the fen in purse, books and day sheet; asked and decided by two."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.sites import Funder
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.services import books
from canteen.services.books_again import split_all_again
from canteen.services.books_corrections import check_corrections
from canteen.services.books_days import check_chain, recount_days
from canteen.services.correction_lists import find_correction, list_waiting
from canteen.services.corrections import find_meal
from canteen.services.day_sheets import show_day
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.corrections import (
    SECOND,
    approve,
    approve_all,
    ask_back,
    balance_of,
    eat,
    judge_again,
)
from tests.factories.days import reopen, settle, sign, sign_before
from tests.factories.people import make_fact
from tests.factories.schemes import RULE_SET_A
from tests.factories.world import TODAY, World, bind_scheme, event_id, make_world, shanghai

YESTERDAY = TODAY - timedelta(days=1)
MORNING = shanghai("09:00")


@pytest.fixture
def world(database: Database) -> World:
    world = database.run(make_world)
    sign_before(database, TODAY - timedelta(days=5))
    return world


def _sign(database: Database, day: date = YESTERDAY) -> None:
    settle(database, day)
    sign(database, day)


def _postings(database: Database) -> dict[str, int]:
    """What the corrections posted, by kind of account."""
    lines = (
        select(Account.kind, LedgerEntry.fen)
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(JournalEntry.kind == "correction")
    )
    return database.read(lambda s: {row.kind: row.fen for row in s.execute(lines)})


def _prove(database: Database) -> None:
    assert database.read(books.check).breaches == []
    assert database.read(check_corrections)[0] == []
    assert database.read(split_all_again)[0] == []
    assert database.read(check_chain)[0] == []
    assert database.read(recount_days)[0] == []


def test_O_033_a_refund_after_sign_off_mirrors_the_split(database: Database, world: World) -> None:
    receipt = eat(database, world, "P02", YESTERDAY)
    _sign(database)
    before = balance_of(database, world.elders["P02"])
    uid = ask_back(database, receipt, MORNING)
    assert balance_of(database, world.elders["P02"]) == before
    approve(database, uid, MORNING)
    assert balance_of(database, world.elders["P02"]) == before + 700
    assert _postings(database) == {"sales": -1200, "purse": 700, "receivable": 500}
    meal = database.read(find_meal, meal=receipt)
    assert meal is not None
    net = meal.net
    assert (net.price_fen, net.elder_fen, net.subsidy_fen, net.meals) == (0, 0, 0, 0)
    assert (net.shares, net.paid_fen) == ((), 0)
    _prove(database)


def test_O_069_a_refund_today_leaves_yesterday_as_it_was_signed(
    database: Database, world: World
) -> None:
    for elder in ("P01", "P02"):
        receipt = eat(database, world, elder, YESTERDAY)
    _sign(database)
    approve(database, ask_back(database, receipt, MORNING), MORNING)

    yesterday = database.read(show_day, canteen="C1", day=YESTERDAY, now=MORNING)
    assert yesterday.people == 2
    assert "corrections" not in yesterday.figures
    today = database.read(show_day, canteen="C1", day=TODAY, now=MORNING)
    changed = today.figures["corrections"]
    assert (changed["count"], changed["meals"]) == (1, -1)
    assert (changed["elder_fen"], changed["subsidy_fen"], changed["price_fen"]) == (
        -700, -500, -1200,
    )  # fmt: skip
    assert changed["payers"] == {"政府": {"kind": "government", "fen": -500}}
    (line,) = today.corrections
    assert (line.meal, line.served_on, line.booked_on) == (receipt, YESTERDAY, TODAY)
    assert [one.meal for one in yesterday.corrected] == [receipt]
    assert (yesterday.people + yesterday.corrected_people) == 1

    _sign(database, TODAY)
    _prove(database)


def test_who_asks_does_not_decide_and_nothing_is_decided_twice(
    database: Database, world: World
) -> None:
    receipt = eat(database, world, "P01", YESTERDAY)
    _sign(database)
    with pytest.raises(NotFound, match="meal_unknown"):
        ask_back(database, "C1-20261124-9999", MORNING)
    with pytest.raises(Invalid, match="reason"):
        ask_back(database, receipt, MORNING, reason=" ")
    uid = ask_back(database, receipt, MORNING)
    assert ask_back(database, receipt, MORNING, uid=uid) == uid
    other = eat(database, world, "P02")
    with pytest.raises(Conflict, match="void_instead"):
        ask_back(database, other, MORNING)
    with pytest.raises(Conflict, match="correction_waits"):
        ask_back(database, receipt, MORNING, uid=event_id("another"))
    with pytest.raises(Refused, match="correction_second_person"):
        approve(database, uid, MORNING, by="staff:wang")
    with pytest.raises(NotFound, match="correction_unknown"):
        approve(database, "no such", MORNING)
    approve(database, uid, MORNING)
    with pytest.raises(Conflict, match="correction_decided"):
        approve(database, uid, MORNING)
    with pytest.raises(Conflict, match="nothing_left"):
        ask_back(database, receipt, MORNING, uid=event_id("once more"))
    _sign(database, TODAY)
    with pytest.raises(Conflict, match="id_reused"):
        ask_back(database, other, MORNING, uid=uid)


def test_a_refused_correction_changes_nothing_and_leaves_room_for_another(
    database: Database, world: World
) -> None:
    receipt = eat(database, world, "P01", YESTERDAY)
    _sign(database)
    uid = ask_back(database, receipt, MORNING)
    assert approve(database, uid, MORNING, is_approved=False, note="她吃了") is None
    refused = database.read(find_correction, uid=uid)
    assert refused is not None
    assert (refused.is_approved, refused.decision_note, refused.booked_on) == (
        False,
        "她吃了",
        None,
    )
    assert _postings(database) == {}
    assert database.read(list_waiting, areas=("4507",)) == []
    ask_back(database, receipt, MORNING, uid=event_id("again"))
    assert [one.meal for one in database.read(list_waiting, areas=("4507",))] == [receipt]
    assert database.read(list_waiting, areas=("11",)) == []


def test_a_reopened_day_is_voided_and_not_corrected(database: Database, world: World) -> None:
    receipt = eat(database, world, "P01", YESTERDAY)
    _sign(database)
    uid = ask_back(database, receipt, MORNING)
    reopen(database, YESTERDAY)
    with pytest.raises(Conflict, match="void_instead"):
        approve(database, uid, MORNING)
    voided = VoidAsked(event_id("void"), receipt, "not_wanted")
    database.run(
        void_meal, asked=voided, may_void_any=True, by="staff:wang", origin=None, now=MORNING
    )
    with pytest.raises(Conflict, match="meal_voided"):
        approve(database, uid, MORNING)
    _prove(database)


def test_O_036_a_table_entered_late_changes_old_meals_only_by_listed_corrections(
    database: Database, world: World
) -> None:
    days = [date(2026, 12, number) for number in (1, 2, 3)]
    for day in days:
        eat(database, world, "P01", day)
        eat(database, world, "P05", day)
    sign_before(database, days[2])
    before = balance_of(database, world.elders["P01"])
    newer = RULE_SET_A.replace("fixed_fen = 500", "fixed_fen = 600")
    funder = database.read(lambda s: s.scalars(select(Funder.id)).one())
    database.run(bind_scheme, newer, "450702", {"gov": funder}, from_on=days[0])
    afternoon = shanghai("15:00", days[2])

    assert judge_again(database, "P01", days[0], afternoon) == 3
    with pytest.raises(Conflict, match="nothing_to_change"):
        judge_again(database, "P01", days[0], afternoon)
    with pytest.raises(Conflict, match="nothing_to_change"):
        judge_again(database, "P05", days[0], afternoon)
    waiting = database.read(list_waiting, canteen="C1")
    assert [(one.elder_fen, one.subsidy_fen, one.purse_fen) for one in waiting] == [
        (-100, 100, 100)
    ] * 3
    assert [sorted(share.fen for share in one.shares) for one in waiting] == [[-500, 600]] * 3
    assert len({share.scheme for share in waiting[0].shares}) == 2
    assert balance_of(database, world.elders["P01"]) == before

    assert approve_all(database, afternoon) == 3
    assert balance_of(database, world.elders["P01"]) == before + 300
    with pytest.raises(Conflict, match="nothing_to_change"):
        judge_again(database, "P01", days[0], afternoon)
    eat(database, world, "P01", date(2026, 12, 4))
    assert balance_of(database, world.elders["P01"]) == before + 300 - 600
    assert database.read(check_corrections) == ([], 3)
    assert database.read(books.check).breaches == []
    assert database.read(recount_days)[0] == []


def test_a_rise_is_borne_by_the_canteen_unless_the_approver_says_why_she_pays(
    database: Database, world: World
) -> None:
    receipts = [eat(database, world, "P03", day) for day in (YESTERDAY, TODAY)]
    before = balance_of(database, world.elders["P03"])
    born = YESTERDAY.replace(year=1970)
    database.run(make_fact, world.elders["P03"], "born", born=born, recorded_at=shanghai("13:00"))
    assert judge_again(database, "P03", YESTERDAY, shanghai("14:00")) == 2
    first, second = database.read(list_waiting, canteen="C1")
    assert [first.meal, second.meal] == receipts
    assert (first.rise_fen, first.borne_fen) == (800, 800)
    approve(database, first.uid, shanghai("14:00"))
    assert balance_of(database, world.elders["P03"]) == before
    approve(database, second.uid, shanghai("14:00"), charge_reason="冒用证件")
    assert balance_of(database, world.elders["P03"]) == before - 800
    charged = database.read(find_correction, uid=second.uid)
    assert charged is not None
    assert (charged.borne_fen, charged.purse_fen, charged.decision_note) == (0, -800, "冒用证件")
    assert charged.decided_by == SECOND
    _prove(database)
