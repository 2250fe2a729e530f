"""O-012: an elder moves from one community to another; she stays one person with one purse."""

from datetime import date
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services import elder_desk, elder_facts, elder_page, moves, purse_lists, register_list
from canteen.services.elder_desk import ElderAsked, ElderChanges
from canteen.services.register_list import RegisterAsked
from canteen.services.swipes import record_swipe
from tests.factories.world import CHENGNAN, HEDONG, World, make_swipe, make_world, shanghai

ID_NUMBER = "450702195102149904"
LAST_DAY, FIRST_AWAY = date(2026, 11, 30), date(2026, 12, 1)
OLD: dict[str, Any] = {"by": "staff:he", "origin": None}
NEW: dict[str, Any] = {"by": "staff:wang", "origin": None}


@pytest.fixture
def world(database: Database) -> World:
    world = database.run(make_world, balance_fen=1600)
    changes = ElderChanges("黄秀英", "F", id_number=ID_NUMBER, canteen="C2")
    database.run(elder_desk.change_elder, number="P07", asked=changes, now=shanghai("08:00"), **OLD)
    return world


def _tap(database: Database, world: World, day: date) -> dict[str, Any]:
    asked = make_swipe(world, "P07", "11:00", f"P07 {day}", day=day)
    return database.run(
        record_swipe, reader_id=world.readers["C2-R1"], asked=asked, now=asked.read_at
    ).body


def _leave(database: Database) -> None:
    database.run(
        elder_facts.record_departure, number="P07", status="moved", from_on=FIRST_AWAY,
        source="本人", document=None, now=shanghai("17:00", LAST_DAY), **OLD,
    )  # fmt: skip


def _join(database: Database, clock: str = "14:00", day: date = FIRST_AWAY) -> int:
    return database.run(
        moves.ask_to_join, id_number=ID_NUMBER, to_code=CHENGNAN, moves_on=FIRST_AWAY,
        reason="搬家", now=shanghai(clock, day), **NEW,
    )  # fmt: skip


def _confirm(database: Database, move_id: int, day: date = FIRST_AWAY) -> str:
    return database.run(moves.confirm_move, move_id=move_id, now=shanghai("15:00", day), **OLD)


def _listed(database: Database, area: str) -> list[str]:
    page = database.read(
        register_list.list_register,
        asked=RegisterAsked((area,), "黄秀英"),
        now=shanghai("16:00", FIRST_AWAY),
    )
    return [line.number for line in page.lines]


def test_O_012_who_moved_away_eats_no_more_and_is_linked_after_both_sides_agreed(
    database: Database, world: World
) -> None:
    _leave(database)
    dinner = _tap(database, world, LAST_DAY)
    refused = _tap(database, world, FIRST_AWAY)
    assert (dinner["outcome"], refused["outcome"]) == ("subsidised", "elder_inactive")
    assert "迁出" in refused["messages"][0]["zh"]
    purses = database.read(
        purse_lists.list_purses, areas=(HEDONG,), now=shanghai("12:00", FIRST_AWAY)
    )
    assert [(line.number, line.status) for line in purses.to_pay_out] == [("P07", "moved")]
    with pytest.raises(Conflict, match="id_number_known"):
        database.run(
            elder_desk.add_elder, asked=ElderAsked("黄秀英", CHENGNAN, ID_NUMBER),
            now=shanghai("13:00", FIRST_AWAY), **NEW,
        )  # fmt: skip

    move_id = _join(database)
    assert _listed(database, CHENGNAN) == ["P06"]
    assert _confirm(database, move_id) == "P07"

    assert _listed(database, CHENGNAN) == ["P06", "P07"]
    assert _listed(database, HEDONG) == []
    page = database.read(elder_page.get_elder_page, number="P07", now=shanghai("16:00", FIRST_AWAY))
    assert (page.person.status, page.person.canteen_code) == (None, "C1")
    homes = [
        (f.code, f.from_on, f.to_on)
        for f in page.facts
        if f.kind == "residence" and f.state != "withdrawn"
    ]
    assert homes == [(CHENGNAN, FIRST_AWAY, None), (HEDONG, None, LAST_DAY)]
    assert (
        database.read(
            purse_lists.list_purses, areas=(HEDONG,), now=shanghai("16:00", FIRST_AWAY)
        ).to_pay_out
        == ()
    )


def test_the_old_community_may_ask_and_the_new_one_refuse(database: Database, world: World) -> None:
    move_id = database.run(
        moves.ask_to_leave, number="P07", to_code=CHENGNAN, moves_on=FIRST_AWAY, reason="搬家",
        now=shanghai("09:00"), **OLD,
    )  # fmt: skip
    assert database.read(moves.get_sides, move_id=move_id) == (HEDONG, CHENGNAN)
    (line,) = database.read(moves.list_moves, areas=(CHENGNAN,))
    assert (line.number, line.turn_code, line.from_name) == ("P07", CHENGNAN, "河东社区")
    assert database.read(moves.list_moves, areas=()) == ()
    database.run(moves.refuse_move, move_id=move_id, note="不住这里", now=shanghai("10:00"), **NEW)
    assert database.read(moves.list_moves, areas=(HEDONG, CHENGNAN)) == ()
    assert _listed(database, HEDONG) == ["P07"]


def test_a_move_is_confirmed_once_and_not_before_its_day(database: Database, world: World) -> None:
    move_id = _join(database, "09:00", LAST_DAY)
    with pytest.raises(Refused, match="move_too_early"):
        _confirm(database, move_id, LAST_DAY)
    _confirm(database, move_id)
    with pytest.raises(Conflict, match="move_decided"):
        _confirm(database, move_id)


@pytest.mark.parametrize(
    ("to_code", "error", "code"),
    [
        (HEDONG, Invalid, "move_same"),
        ("999999999999", Invalid, "area_unknown"),
    ],
)
def test_a_move_to_nowhere_is_refused(
    database: Database, world: World, to_code: str, error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        database.run(
            moves.ask_to_leave, number="P07", to_code=to_code, moves_on=FIRST_AWAY,
            reason="搬家", now=shanghai("09:00"), **OLD,
        )  # fmt: skip


def test_one_move_waits_at_a_time(database: Database, world: World) -> None:
    _join(database)
    with pytest.raises(Conflict, match="move_asked"):
        _join(database)


def test_nobody_is_asked_for_by_an_unknown_number(database: Database, world: World) -> None:
    with pytest.raises(NotFound, match="id_number_unknown"):
        database.run(
            moves.ask_to_join, id_number="450702194611259920", to_code=CHENGNAN,
            moves_on=FIRST_AWAY, reason="搬家", now=shanghai("09:00"), **NEW,
        )  # fmt: skip
    with pytest.raises(NotFound, match="move_unknown"):
        _confirm(database, 77)
