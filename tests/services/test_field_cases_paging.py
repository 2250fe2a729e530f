"""Field cases O-078 and O-079: what is listed in slices holds each row once, and one moment of the books."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import JournalEntry, LedgerEntry
from canteen.models.meals import Meal
from canteen.services.audit_close import close_days
from canteen.services.audit_samples import SampleAsked, draw_sample
from canteen.services.day_reports import fill_register
from canteen.services.swipes import record_swipe
from canteen.services.voids import VoidAsked, void_meal
from reports.sheets import Book, Sheet
from tests.factories.meals import make_meal
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai

#: an hour's bulk upload: most of them were read in the same second
MEALS, SAME_SECOND = 1205, 1100
PRICE = 1200


def _upload(session: Session) -> World:
    world = make_world(session)
    make_meal(session, world.canteens["C1"], None, TODAY)
    columns = dict(session.execute(select(Meal.__table__)).mappings().one())
    del columns["id"]
    second = shanghai("11:30:00")
    rows = [
        {
            **columns,
            "uid": f"bulk-{n}",
            "receipt": f"C1-20261125-{n:04d}",
            "read_at": second + timedelta(seconds=max(0, n - SAME_SECOND)),
        }
        for n in range(2, MEALS + 1)
    ]
    session.execute(insert(Meal), rows)
    return world


def _read_register(database: Database, now: datetime) -> tuple[Book, list[str]]:
    book = database.read(fill_register, canteen="C1", day=TODAY, now=now)
    page = book.pages[0]
    assert isinstance(page, Sheet)
    column = [one.title for one in page.table.columns].index("收据号")
    return book, [str(row[column]) for row in page.table.rows]


def test_O_078_rows_of_one_second_are_each_there_once_and_in_the_same_order(
    database: Database,
) -> None:
    database.run(_upload)
    first, receipts = _read_register(database, shanghai("20:00"))
    assert len(receipts) == len(set(receipts)) == MEALS
    page = first.pages[0]
    assert isinstance(page, Sheet)
    prices = [one.title for one in page.table.columns].index("餐费")
    assert page.table.totals is not None
    assert page.table.totals[prices] == MEALS * PRICE
    assert _read_register(database, shanghai("20:00"))[0] == first
    asked = SampleAsked(("C1",), TODAY, TODAY, "1", MEALS)
    drawn = database.read(draw_sample, asked=asked)
    assert {one.receipt for one in drawn.meals} == set(receipts)


@pytest.fixture
def busy(database: Database) -> tuple[World, Any]:
    """A world, and a hand that books a meal and voids the one before each time it is asked."""
    world = database.run(make_world)
    booked: list[str] = []

    def go_on() -> None:
        elder = f"P{len(booked) % 6 + 1:02}"
        day = TODAY + timedelta(days=len(booked) // 6)
        asked = make_swipe(world, elder, "11:32", f"busy{len(booked)}", day=day)
        answer = database.run(
            record_swipe, reader_id=world.readers["C1-R1"], asked=asked,
            now=asked.read_at + timedelta(seconds=1),
        )  # fmt: skip
        booked.append(answer.body["meal"]["id"])
        if len(booked) > 1:
            database.run(
                void_meal, asked=VoidAsked(event_id(f"void{len(booked)}"), booked[-2], "other"),
                may_void_any=True, by="staff:wang", origin=None, now=asked.read_at,
            )  # fmt: skip

    go_on()
    return world, go_on


def test_O_079_a_list_is_of_one_moment_while_meals_come_in(
    database: Database, busy: tuple[World, Any]
) -> None:
    _, go_on = busy

    def look(session: Session) -> list[tuple[int, int, int]]:
        """Count meals, entries and their sum, again and again, while somebody books and voids."""
        seen = []
        for _ in range(4):
            meals = session.execute(select(func.count()).select_from(Meal)).scalar_one()
            entries = session.execute(select(func.count()).select_from(JournalEntry)).scalar_one()
            fen = session.execute(select(func.sum(LedgerEntry.fen))).scalar_one()
            seen.append((meals, entries, int(fen)))
            go_on()
        return seen

    seen = database.read(look)
    assert len(set(seen)) == 1, seen
    assert seen[0][2] == 0
    assert database.read(look)[0][0] == seen[0][0] + 4
    closed = database.read(close_days, canteen="C1", first=TODAY, last=date(2026, 12, 5))
    assert all(line.is_even for line in closed.total if line.way == "swipes")
