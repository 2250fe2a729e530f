"""A dead person's debt: one asks, another decides; purses below zero and how long money lies still."""

from datetime import timedelta
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry
from canteen.rules.errors import CanteenError, Conflict, NotFound, Refused
from canteen.services import books, elder_facts, purse_lists, write_offs
from canteen.services.swipes import record_swipe
from tests.factories.world import (
    CHENGNAN,
    HEDONG,
    TODAY,
    World,
    event_id,
    make_swipe,
    make_world,
    shanghai,
)

ASKER: dict[str, Any] = {"by": "staff:wang", "origin": None, "now": shanghai("14:00")}
SECOND: dict[str, Any] = {"by": "staff:li", "origin": None, "now": shanghai("15:00")}


@pytest.fixture
def world(database: Database) -> World:
    """P02 owes 3.00: an overdraft lets him eat with 4.00 in the purse."""
    world = database.run(make_world, overdraft_fen=1200, balance_fen=400)
    asked = make_swipe(world, "P02", "11:30", "a")
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    return world


def _die(database: Database, number: str = "P02") -> None:
    database.run(
        elder_facts.record_departure, number=number, status="deceased", from_on=TODAY,
        source="家属", document=None, **ASKER,
    )  # fmt: skip


def _ask(database: Database, number: str = "P02") -> int:
    return database.run(write_offs.ask_write_off, number=number, reason="无继承人", **ASKER)


def _decide(database: Database, asked: int, who: dict[str, Any], *, is_approved: bool) -> None:
    database.run(write_offs.decide_write_off, write_off_id=asked, is_approved=is_approved, **who)


def _purses(database: Database, area: str = CHENGNAN, days: int = 0) -> purse_lists.PurseLists:
    now = shanghai("16:00", TODAY + timedelta(days=days))
    return database.read(purse_lists.list_purses, areas=(area,), now=now)


def test_a_second_person_writes_the_debt_of_the_dead_off(database: Database, world: World) -> None:
    _die(database)
    asked = _ask(database)
    (line,) = database.read(write_offs.list_write_offs, areas=(CHENGNAN,))
    assert (line.number, line.amount_fen, line.asked_by) == ("P02", 300, "staff:wang")
    assert database.read(write_offs.list_write_offs, areas=(HEDONG,)) == ()
    assert database.read(write_offs.find_number, write_off_id=asked) == "P02"
    assert [one.number for one in _purses(database).below_zero] == ["P02"]

    with pytest.raises(Refused, match="write_off_second_person"):
        _decide(database, asked, ASKER, is_approved=True)
    _decide(database, asked, SECOND, is_approved=True)

    assert _purses(database).below_zero == ()
    assert database.read(write_offs.list_write_offs, areas=(CHENGNAN,)) == ()
    borne = database.read(
        lambda s: [
            entry.fen
            for entry in s.query(LedgerEntry).join(Account).filter(Account.kind == "write_off")
        ]
    )
    assert borne == [-300]
    assert database.read(books.check).breaches == []


def test_a_refused_write_off_changes_nothing_and_may_be_asked_again(
    database: Database, world: World
) -> None:
    _die(database)
    asked = _ask(database)
    _decide(database, asked, SECOND, is_approved=False)
    with pytest.raises(Conflict, match="write_off_decided"):
        _decide(database, asked, SECOND, is_approved=False)
    assert [one.balance_fen for one in _purses(database).below_zero] == [-300]
    _ask(database)
    with pytest.raises(Conflict, match="write_off_asked"):
        _ask(database)


@pytest.mark.parametrize(
    ("number", "dies", "error", "code"),
    [
        ("P02", False, Refused, "write_off_living"),
        ("P01", True, Refused, "write_off_no_debt"),
        ("X", False, NotFound, "elder_unknown"),
    ],
)
def test_only_the_debt_of_the_dead_is_written_off(
    database: Database, world: World, number: str, dies: bool, error: type[CanteenError], code: str
) -> None:
    if dies:
        _die(database, number)
    with pytest.raises(error, match=code):
        _ask(database, number)


def test_nothing_asked_is_nothing_decided(database: Database, world: World) -> None:
    with pytest.raises(NotFound, match="write_off_unknown"):
        _decide(database, 77, SECOND, is_approved=True)
    assert database.read(write_offs.find_number, write_off_id=77) is None


def test_balances_are_counted_by_the_days_since_they_moved(
    database: Database, world: World
) -> None:
    def ages(days: int) -> dict[int | None, tuple[int, int]]:
        return {
            most: (count, fen) for most, count, fen in _purses(database, days=days).ageing if count
        }

    # The others' opening balances were booked in 2020.
    assert ages(0) == {None: (6, 2400)}
    asked = make_swipe(world, "P01", "11:40", event_id("b"))
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    assert _purses(database).owed_fen == 300 + 300
    assert _purses(database).held_fen == 5 * 400
