"""Cards at the community's desk: replaced in one act, given on, known to the counters, listed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.meals import Meal
from canteen.models.people import Card, Elder
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services import card_desk, card_list, elder_account, reader_lists, readers
from canteen.services.card_desk import CardAsked, CardLine
from canteen.services.swipes import record_swipe
from tests.factories.people import make_card, make_fact
from tests.factories.world import (
    CHENGNAN,
    HEDONG,
    TODAY,
    World,
    event_id,
    make_swipe,
    shanghai,
)

FROM: dict[str, Any] = {"by": "staff:wang", "origin": "127.0.0.1"}
NEW_CARD = "em4100:0A01312D01"
YESTERDAY = TODAY - timedelta(days=1)


def _cards(database: Database, number: str) -> tuple[CardLine, ...]:
    return database.read(card_desk.list_cards, number=number)


def _card_id(database: Database, uid: str) -> int:
    return database.read(lambda s: s.execute(select(Card.id).where(Card.uid == uid)).scalar_one())


def _tap(database: Database, world: World, elder: str, clock: str, **given: Any) -> dict[str, Any]:
    asked = make_swipe(world, elder, clock, f"{elder} {clock} {given}", **given)
    return database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at
    ).body


def _issue(database: Database, number: str, asked: CardAsked, clock: str = "09:00") -> int:
    return database.run(
        card_desk.issue, number=number, asked=asked, areas=(CHENGNAN,), now=shanghai(clock), **FROM
    )


def test_O_010_a_lost_card_is_replaced_in_one_act(database: Database, world: World) -> None:
    lost = _card_id(database, world.cards["P02"])
    database.run(
        card_desk.replace,
        number="P02",
        card_id=lost,
        asked=CardAsked(NEW_CARD),
        reported_by="本人",
        areas=(CHENGNAN,),
        now=shanghai("10:10"),
        **FROM,
    )
    finder = _tap(database, world, "P02", "11:30")
    hers = _tap(database, world, "P02", "11:31", card=NEW_CARD)

    assert finder["outcome"] == "card_lost"
    assert hers["purse"] == {"balance_fen": 4300}
    new, old = _cards(database, "P02")
    assert (new.printed, new.to_at, new.block) == ("0020000001", None, None)
    assert (old.block, old.reported_by) == ("lost", "本人")
    assert (old.from_at < shanghai("10:10"), old.to_at) == (True, shanghai("10:10"))


def test_O_085_a_card_given_on_leaves_its_past_where_it_was(
    database: Database, world: World
) -> None:
    uid = world.cards["P04"]
    _tap(database, world, "P04", "11:30", day=YESTERDAY)
    # The secretary sees both communities; her own alone she may take a card back from.
    with pytest.raises(Conflict, match="card_held"):
        _issue(database, "P09", CardAsked(uid))
    _issue(database, "P09", CardAsked(uid, from_other=True))
    assert _tap(database, world, "P04", "11:30")["elder"]["number"] == "P09"

    eaters = database.read(
        lambda s: list(
            s.execute(
                select(Meal.served_on, Elder.number)
                .join(Elder, Elder.id == Meal.elder_id)
                .order_by(Meal.id)
            )
        )
    )
    assert [tuple(row) for row in eaters] == [(YESTERDAY, "P04"), (TODAY, "P09")]
    account = database.read(elder_account.list_account, number="P09")
    assert [line.booked_on for line in account if line.kind == "meal"] == [TODAY]
    assert [line.to_at for line in _cards(database, "P04")] == [shanghai("09:00")]


def test_a_card_of_another_community_is_not_taken_back(database: Database, world: World) -> None:
    with pytest.raises(Conflict, match="card_held"):
        _issue(database, "P04", CardAsked(world.cards["P07"], from_other=True))


def test_three_of_three_counters_know_only_when_their_readers_fetched_the_list(
    database: Database, world: World
) -> None:
    def fetch(code: str, clock: str) -> None:
        database.run(
            reader_lists.note_lists, reader_id=world.readers[code], etag=clock, now=shanghai(clock)
        )

    fetch("C1-R1", "09:00")
    database.run(
        card_desk.report_lost, number="P02", card_id=_card_id(database, world.cards["P02"]),
        reported_by=None, now=shanghai("10:00"), **FROM,
    )  # fmt: skip

    knowing = []
    for code in ("C1-R1", "C1-R2", "C2-R1"):
        fetch(code, "10:01")
        (line,) = _cards(database, "P02")
        assert line.counters == 3
        knowing.append(line.counters_knowing)
    assert knowing == [1, 2, 3]


def test_a_counter_without_a_reader_asks_the_server_and_knows_at_once(
    database: Database, world: World
) -> None:
    for code in ("C1-R1", "C1-R2"):
        database.run(
            readers.revoke_reader, code=code, actor="t", origin=None, now=shanghai("08:00")
        )
    database.run(
        card_desk.report_lost, number="P02", card_id=_card_id(database, world.cards["P02"]),
        reported_by=None, now=shanghai("10:00"), **FROM,
    )  # fmt: skip
    (line,) = _cards(database, "P02")
    assert (line.counters_knowing, line.counters) == (2, 3)


def test_a_found_card_works_again_and_a_returned_one_is_nobodys(
    database: Database, world: World
) -> None:
    card = _card_id(database, world.cards["P02"])
    given = {"number": "P02", "card_id": card, **FROM}
    database.run(card_desk.report_lost, reported_by="女儿", now=shanghai("09:00"), **given)
    database.run(card_desk.lift_block, now=shanghai("09:30"), **given)
    assert _tap(database, world, "P02", "11:30")["outcome"] == "subsidised"
    database.run(card_desk.return_card, now=shanghai("12:00"), **given)
    assert _tap(database, world, "P02", "12:01")["outcome"] == "card_unassigned"


def test_a_card_tapped_at_the_counter_is_chosen_instead_of_typed(
    database: Database, world: World
) -> None:
    unknown = _tap(database, world, "P08", "10:40", card=NEW_CARD)
    assert unknown["outcome"] == "unknown_card"
    (tapped,) = database.read(card_desk.list_tapped, number="P08", now=shanghai("10:45"))
    assert database.read(card_desk.list_tapped, number="P08", now=shanghai("12:45")) == ()

    _issue(database, "P08", CardAsked(tapped=tapped.swipe), "10:46")

    assert len(_cards(database, "P08")) == 2
    assert _tap(database, world, "P08", "11:30", card=NEW_CARD)["elder"]["number"] == "P08"


def test_a_card_once_enrolled_is_named_by_its_printed_number(
    database: Database, world: World
) -> None:
    card = _card_id(database, world.cards["P04"])
    database.run(card_desk.return_card, number="P04", card_id=card, now=shanghai("09:00"), **FROM)
    assert _issue(database, "P08", CardAsked("0000781718"), "09:10") == card


@pytest.mark.parametrize(
    ("asked", "error", "code"),
    [
        (CardAsked("0011583954"), Invalid, "card_several"),
        (CardAsked("012345678"), Invalid, "card_written"),
        (CardAsked(tapped=event_id("none")), NotFound, "swipe_unknown"),
    ],
)
def test_a_card_that_cannot_be_named_is_not_issued(
    database: Database, world: World, asked: CardAsked, error: type[CanteenError], code: str
) -> None:
    database.run(make_card, None, "em4100:0B00B0C1D2")  # the number of P01's card, another version
    with pytest.raises(error, match=code):
        _issue(database, "P08", asked)


def test_a_card_named_only_by_what_is_printed_on_it_works_at_the_counter(
    database: Database, world: World
) -> None:
    _issue(database, "P08", CardAsked("0020000001"))
    assert _tap(database, world, "P08", "11:30", card=NEW_CARD)["elder"]["number"] == "P08"


def test_a_lost_card_is_not_issued_before_it_is_lifted(database: Database, world: World) -> None:
    uid = world.cards["P04"]
    given = {"number": "P04", "card_id": _card_id(database, uid), **FROM}
    database.run(card_desk.report_lost, reported_by=None, now=shanghai("09:00"), **given)
    database.run(card_desk.return_card, now=shanghai("09:01"), **given)
    with pytest.raises(Conflict, match="card_still_blocked"):
        _issue(database, "P08", CardAsked(uid), "09:02")


def test_only_a_card_she_holds_is_reported_by_her(database: Database, world: World) -> None:
    with pytest.raises(NotFound, match="card_not_hers"):
        database.run(
            card_desk.report_lost, number="P02", card_id=_card_id(database, world.cards["P04"]),
            reported_by=None, now=shanghai("09:00"), **FROM,
        )  # fmt: skip


def test_no_card_is_issued_to_who_has_gone(database: Database, world: World) -> None:
    database.run(make_fact, world.elders["P08"], "status", "deceased", from_on=TODAY)
    with pytest.raises(Refused, match="elder_gone"):
        _issue(database, "P08", CardAsked(NEW_CARD))


def test_the_card_list_names_every_card_held_in_the_community(
    database: Database, world: World
) -> None:
    lines = database.read(card_list.list_cards, areas=(CHENGNAN,))
    assert [line.number for line in lines] == ["P05", "P01", "P06", "P04", "P03", "P08", "P02"]
    assert {line.printed for line in lines if line.number == "P01"} == {"0011583954"}
    assert len(database.read(card_list.list_cards, areas=(CHENGNAN, HEDONG))) == 10


def test_the_card_list_is_leafed_through(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_list, "ROWS_MAX", 3)
    pages = [
        database.read(card_list.show_cards, areas=(CHENGNAN,), page=page) for page in (1, 3, 9)
    ]
    assert [(one.found, one.first, one.page, one.pages) for one in pages] == [
        (7, 1, 1, 3), (7, 7, 3, 3), (7, 7, 3, 3),
    ]  # fmt: skip
    assert [[line.number for line in one.lines] for one in pages[:2]] == [
        ["P05", "P01", "P06"], ["P02"],
    ]  # fmt: skip
    assert database.read(card_list.show_cards, areas=("9",), page=1).pages == 1
