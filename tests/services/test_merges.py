"""Two rows that are one person: found in pairs, merged with both histories, one purse and one quota."""

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.rules.breaches import Breach
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services import (
    books,
    books_again,
    card_desk,
    elder_account,
    elder_desk,
    elder_notes,
    elder_page,
    merges,
    moves,
    places,
    register_list,
)
from canteen.services.elder_desk import ElderChanges
from canteen.services.register_list import RegisterAsked
from canteen.services.swipes import SwipeAsked, record_swipe
from canteen.services.top_ups import TopUpAsked, TopUpVoidAsked, take_top_up, void_top_up
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.people import make_elder
from tests.factories.rows import build_once
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

FROM: dict[str, Any] = {"by": "staff:wang", "origin": None}
TWIN_CARD = "em4100:0A0000AAAA"
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def world(database: Database) -> World:
    """The base world, and a second row P91 of P01 (a homophone) with a card and money of its own."""
    return database.run(build_once, _add_twin)


def _add_twin(session: Session) -> World:
    world = make_world(session)
    world.elders["P91"] = make_elder(
        session, number="P91", name="黄桂岚", card=TWIN_CARD, balance_fen=2000,
        canteen_id=world.canteens["C1"],
    )  # fmt: skip
    world.cards["P91"] = TWIN_CARD
    return world


def _tap(database: Database, world: World, elder: str, clock: str, **given: Any) -> dict[str, Any]:
    given_now = given.pop("now", None)
    asked: SwipeAsked = make_swipe(world, elder, clock, f"{elder} {clock} {given}", **given)
    now = given_now or asked.read_at
    reader_id = world.readers["C1-R1"]
    return database.run(record_swipe, reader_id=reader_id, asked=asked, now=now).body


def _merge(
    database: Database, clock: str = "12:00", kept: str = "P01", merged: str = "P91"
) -> None:
    database.run(
        merges.merge_elders,
        kept=kept,
        merged=merged,
        reason="同一个人",
        now=shanghai(clock),
        **FROM,
    )


def _balance(database: Database, elder_id: int) -> int:
    return database.read(
        lambda s: s.execute(
            select(Purse.balance_fen).where(Purse.elder_id == elder_id)
        ).scalar_one()
    )


def _breaches(database: Database) -> list[Breach]:
    again, _ = database.read(books_again.split_all_again)
    return [*database.read(books.check).breaches, *again]


def test_homophones_of_one_birthday_are_shown_as_a_pair(database: Database, world: World) -> None:
    (pair,) = database.read(merges.list_pairs, areas=(CHENGNAN,))
    assert (pair.first.number, pair.second.number, pair.why) == ("P01", "P91", "same_sound_born")
    assert database.read(merges.list_pairs, areas=(HEDONG,)) == ()


def test_one_address_and_one_sound_are_a_pair_and_two_id_numbers_are_none(
    database: Database, world: World
) -> None:
    def change(number: str, **given: Any) -> None:
        asked = ElderChanges("黄秀英", "F", **given)
        database.run(
            elder_desk.change_elder, number=number, asked=asked, now=shanghai("08:00"), **FROM
        )

    database.run(make_elder, number="P92", name="黄秀应", born=None)
    change("P06", address="3栋201")
    change("P92", address="3栋201")
    why = {pair.why for pair in database.read(merges.list_pairs, areas=(CHENGNAN,))}
    assert "same_name_born" not in why
    assert len(database.read(merges.list_pairs, areas=(CHENGNAN,))) == 2
    change("P06", id_number="450702194809099985")
    change("P92", id_number="450702195102149904")
    pairs = database.read(merges.list_pairs, areas=(CHENGNAN,))
    assert [pair.first.number for pair in pairs] == ["P01"]


def test_after_a_merge_both_cards_eat_once_and_pay_from_one_purse(
    database: Database, world: World
) -> None:
    first = _tap(database, world, "P91", "11:00")
    assert first["outcome"] == "subsidised"
    _merge(database)
    again = _tap(database, world, "P01", "12:10")
    other = _tap(database, world, "P91", "12:11", card=TWIN_CARD)
    dinner = _tap(database, world, "P91", "17:00", card=TWIN_CARD)

    assert (again["outcome"], other["outcome"]) == ("already_eaten", "already_eaten")
    assert dinner["elder"]["number"] == "P01"
    assert dinner["purse"] == {"balance_fen": 5000 + 2000 - 700 - 500}
    assert _balance(database, world.elders["P91"]) == 0
    assert _breaches(database) == []


def test_history_cards_and_papers_of_both_rows_are_read_at_the_kept_one(
    database: Database, world: World
) -> None:
    _tap(database, world, "P91", "11:30", day=YESTERDAY)
    database.run(
        elder_notes.add_contact, number="P91", name="李小梅", relation="女儿", phone=None,
        now=shanghai("08:00"), **FROM,
    )  # fmt: skip
    _merge(database)

    page = database.read(elder_page.get_elder_page, number="P01", now=shanghai("13:00"))
    assert page.person.merged == ("P91",)
    assert [note.what for note in page.contacts] == ["李小梅"]
    assert {fact.row for fact in page.facts} == {None, "P91"}
    lines = database.read(elder_account.list_account, number="P01")
    assert {line.kind for line in lines} == {"opening", "meal", "merge"}
    assert lines[0].balance_fen == page.person.balance_fen
    cards = database.read(card_desk.list_cards, number="P01")
    assert [card.to_at is None for card in cards].count(True) == 2
    assert database.read(elder_page.find_kept_number, number="P91") == "P01"
    assert database.read(elder_page.find_kept_number, number="P01") is None
    listed = database.read(
        register_list.list_register,
        asked=RegisterAsked((CHENGNAN,), "huangguilan"),
        now=shanghai("13:00"),
    )
    assert [line.number for line in listed.lines] == ["P01"]


def test_a_late_swipe_of_the_merged_rows_card_is_the_kept_ones(
    database: Database, world: World
) -> None:
    _merge(database)
    late = _tap(
        database, world, "P91", "11:30", card=TWIN_CARD, offline="taken", day=YESTERDAY,
    )  # fmt: skip
    assert late["elder"]["number"] == "P01"
    assert _balance(database, world.elders["P01"]) == 7000 - 900


def test_an_old_meal_and_an_old_top_up_come_back_to_the_kept_purse(
    database: Database, world: World
) -> None:
    database.run(
        take_top_up,
        asked=TopUpAsked(event_id("t"), world.counters["C1-1"], "P91", 1000),
        now=shanghai("10:00"),
        **FROM,
    )
    meal = _tap(database, world, "P91", "11:00")["meal"]
    _merge(database)
    assert _balance(database, world.elders["P01"]) == 7300
    voided = database.run(
        void_meal, asked=VoidAsked(event_id("v"), meal["id"], "other"), may_void_any=True,
        now=shanghai("12:30"), **FROM,
    ).body  # fmt: skip
    assert voided["balance_fen"] == 8000
    taken = database.run(
        void_top_up, asked=TopUpVoidAsked(event_id("w"), event_id("t"), "wrong"), may_void_any=True,
        now=shanghai("12:40"), **FROM,
    ).body  # fmt: skip
    assert (taken["balance_fen"], taken["debt_fen"]) == (7000, 0)
    assert _balance(database, world.elders["P91"]) == 0
    assert _breaches(database) == []


def test_the_id_number_and_the_phone_go_to_the_row_that_goes_on(
    database: Database, world: World
) -> None:
    changes = ElderChanges("黄桂岚", "F", "450702194611259920", phone="13800000001")
    database.run(
        elder_desk.change_elder, number="P91", asked=changes, now=shanghai("08:00"), **FROM
    )
    _merge(database)
    secrets = database.run(elder_notes.unmask, number="P01", now=shanghai("13:00"), **FROM)
    assert (secrets.id_number, secrets.phone) == ("450702194611259920", "13800000001")


def test_what_is_written_under_the_merged_number_is_the_kept_ones(
    database: Database, world: World
) -> None:
    _merge(database)
    at: dict[str, Any] = {"now": shanghai("13:00"), **FROM}
    database.run(
        elder_notes.add_contact, number="P91", name="李小梅", relation="女儿",
        phone="13900000852", **at,
    )  # fmt: skip
    secrets = database.run(elder_notes.unmask, number="P91", **at)
    assert list(secrets.contacts.values()) == ["13900000852"]
    move_id = database.run(
        moves.ask_to_leave, number="P91", to_code=HEDONG, moves_on=TODAY, reason="搬家", **at
    )
    database.run(moves.confirm_move, move_id=move_id, **at)
    # Who may see her is asked of the row that goes on, also under the old number.
    place = database.read(places.find_place_of_elder, number="P91")
    assert place is not None
    assert place.area_code == HEDONG


def test_merging_again_or_in_a_circle_is_refused_and_a_chain_is_flat(
    database: Database, world: World
) -> None:
    database.run(make_elder, number="P93", name="黄桂蓝")
    _merge(database)
    for kept, merged in (("P01", "P91"), ("P91", "P01"), ("P91", "P93")):
        with pytest.raises(Conflict, match="merge_done"):
            _merge(database, kept=kept, merged=merged)
    _merge(database, kept="P93", merged="P01")
    into = database.read(
        lambda s: set(
            s.scalars(select(Elder.merged_into_id).where(Elder.number.in_(["P01", "P91"])))
        )
    )
    assert len(into) == 1
    assert _tap(database, world, "P91", "12:30", card=TWIN_CARD)["elder"]["number"] == "P93"
    assert _breaches(database) == []


@pytest.mark.parametrize(
    ("kept", "merged", "error", "code"),
    [
        ("P01", "P01", Invalid, "merge_same"),
        ("P01", "P10", Refused, "merge_two_communities"),
        ("P01", "X", NotFound, "elder_unknown"),
    ],
)
def test_what_is_not_one_person_is_not_merged(
    database: Database, world: World, kept: str, merged: str, error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        _merge(database, kept=kept, merged=merged)


def test_two_id_numbers_or_a_waiting_move_stop_a_merge(database: Database, world: World) -> None:
    database.run(
        moves.ask_to_leave, number="P91", to_code=HEDONG, moves_on=TODAY, reason="搬家",
        now=shanghai("08:00"), **FROM,
    )  # fmt: skip
    with pytest.raises(Conflict, match="merge_while_moving"):
        _merge(database)
    for number, name, id_number in (
        ("P01", "黄桂兰", "450702194611259920"),
        ("P91", "黄桂岚", "450702194611259947"),
    ):
        changes = ElderChanges(name, "F", id_number)
        database.run(
            elder_desk.change_elder, number=number, asked=changes, now=shanghai("08:00"), **FROM
        )
    with pytest.raises(Refused, match="merge_two_ids"):
        _merge(database)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_eaten_before_and_after_money_is_kept_and_no_quota_used_twice(
    database: Database, world: World, seed: int
) -> None:
    chance = random.Random(seed)
    before_fen = _all_purses(database)
    taps = list(itertools.product(("P01", "P91"), ("11:00", "12:30", "17:00"), (YESTERDAY, TODAY)))
    order = [chance.choice(taps) for _ in range(8)]
    at = chance.randrange(9)

    outcomes = []
    for step in range(9):
        if step == at:
            _merge(database, f"18:{step:02d}")
        for elder, clock, day in order[step : step + 1]:
            body = _tap(
                database, world, elder, clock, day=day, offline="taken", seq=step,
                now=shanghai(f"18:{step:02d}:30"),
            )  # fmt: skip
            outcomes.append((step >= at, body["outcome"], day, clock == "17:00"))

    eaten_fen = database.read(
        lambda s: s.execute(select(func.coalesce(func.sum(Meal.purse_fen), 0))).scalar_one()
    )
    after = [one[2:] for one in outcomes if one[0] and one[1] == "subsidised"]
    assert len(after) == len(set(after)), "one subsidised meal a mealtime once she is one person"
    assert _all_purses(database) == before_fen - eaten_fen
    assert _balance(database, world.elders["P91"]) == 0
    assert _breaches(database) == []


def _all_purses(database: Database) -> int:
    return database.read(lambda s: s.execute(select(func.sum(Purse.balance_fen))).scalar_one())
