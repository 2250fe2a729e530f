"""What a claim's page shows below its head: rows gathered, their lines, and the days that changed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.claims import Claim
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.services.claim_contents import load_heads
from canteen.services.claim_pages import (
    ROWS_MAX,
    RowsAsked,
    count_days,
    describe_items,
    gather_rows,
    list_differences,
    list_parts,
    list_rows,
    mask_id_numbers,
)
from canteen.services.day_signing import reopen_day
from tests.factories.claims import DAYS, NOW, NUMBER, eat, make_claim, sign
from tests.factories.world import World

AT = {"number": NUMBER, "version": None}


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_claim)


def test_tables_and_rows_say_the_same(database: Database, world: World) -> None:
    elders, days, tiers = database.read(gather_rows, **AT, by=("elder", "day", "tier"))
    rows = database.read(list_rows, **AT, asked=RowsAsked())
    assert rows.total.asked_fen == sum(row.asked_fen for row in rows.rows)
    for table in (elders, days, tiers):
        assert sum(one.asked_fen for one in table) == rows.total.asked_fen
        assert sum(one.rows for one in table) == rows.total.rows == 12
    assert [one.key for one in days] == [str(day) for day in DAYS]
    assert {one.key for one in elders} == {"P02", "P03", "P05", "P08"}


def test_rows_are_found_by_elder_day_and_item_and_a_page_too_far_is_the_last(
    database: Database, world: World
) -> None:
    of_one = database.read(list_rows, **AT, asked=RowsAsked(elder="P03", day=DAYS[1], page=9))
    assert [row.elder for row in of_one.rows] == ["P03"]
    assert (of_one.page, of_one.pages) == (1, 1)
    row = of_one.rows[0]
    again = database.read(list_rows, **AT, asked=RowsAsked(items=(row.item,)))
    assert [one.n for one in again.rows] == [row.n]
    parts = database.read(list_parts, **AT, sources=row.sources)
    assert sum(part.fen for part in parts.values()) == row.asked_fen
    no_items = ("meal:x", f"meal:{10**30}", "meal:²", "grant:C1")
    told = database.read(describe_items, number=NUMBER, items=(row.item, *no_items))
    assert (told[row.item].name, told[row.item].receipt) == ("陆秀珍", row.receipt)
    assert len(told) == 1
    assert ROWS_MAX >= 12


def test_a_day_open_is_one_on_which_somebody_ate_on_the_page_and_in_the_files(
    database: Database, world: World
) -> None:
    database.run(sign, DAYS[-1] + timedelta(days=1))
    claim_id = database.read(lambda s: s.scalars(select(Claim.id).filter_by(number=NUMBER)).one())
    (head,) = database.read(load_heads, claim_ids=[claim_id])
    assert (database.read(count_days, **AT), head.open_days) == (len(DAYS), len(DAYS))


def test_meals_of_another_canteen_are_described_to_nobody(database: Database, world: World) -> None:
    elsewhere = database.run(eat, world, "P05", DAYS[0], "17:30", canteen="C2")["receipt"]
    meal_id = database.read(lambda s: s.scalars(select(Meal.id).filter_by(receipt=elsewhere)).one())
    assert database.read(describe_items, number=NUMBER, items=(f"meal:{meal_id}",)) == {}


def test_a_day_signed_again_is_a_difference_with_its_reason(
    database: Database, world: World
) -> None:
    assert database.read(list_differences, **AT) == []

    def again(session: Session) -> None:
        reopen_day(
            session, canteen="C1", day=DAYS[-1], reason="漏了一位", by="staff:street",
            origin=None, now=NOW - timedelta(days=1),
        )  # fmt: skip
        eat(session, world, "P01", DAYS[-1], "11:50")
        sign(session, DAYS[-1], now=NOW)

    database.run(again)
    found = database.read(list_differences, **AT)
    assert [(one.day, one.signed, one.now, one.versions) for one in found] == [(DAYS[-1], 4, 5, 2)]
    assert found[0].now_fen > found[0].signed_fen
    assert found[0].reopen_reasons == ["漏了一位"]


def test_id_numbers_are_masked(database: Database, world: World) -> None:
    def write(session: Session) -> None:
        box = session.info["key_ring"].seal("450702194611259920", "elders:P03:id_number")
        session.execute(update(Elder).where(Elder.number == "P03").values(id_number_box=box))

    database.run(write)
    masked = database.read(mask_id_numbers, numbers=("P03", "P02", "nobody"))
    assert masked == {"P03": "4507********9920"}
