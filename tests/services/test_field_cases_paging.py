"""Field cases O-078 and O-079: what is listed in slices holds each row once, and one moment of the books."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import JournalEntry, LedgerEntry
from canteen.models.claims import Claim
from canteen.models.days import CanteenDay
from canteen.models.meals import Meal, Share
from canteen.models.sites import Funder
from canteen.models.tariffs import SchemeVersion
from canteen.services.audit_close import close_days
from canteen.services.audit_samples import SampleAsked, draw_sample
from canteen.services.day_reports import fill_register
from canteen.services.swipes import record_swipe
from canteen.services.voids import VoidAsked, void_meal
from canteen.till.claim_rows import load_rows
from canteen.till.claims import get_claim
from reports.sheets import Book, Sheet
from tests.factories.claims import draw_claim
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


def _claim(session: Session) -> int:
    """The same upload as subsidised meals of one person, on a signed day, in the month's draft; its id."""
    world = make_world(session)
    version_id = session.execute(select(SchemeVersion.id)).scalar_one()
    funder_id = session.execute(select(Funder.id)).scalar_one()
    make_meal(
        session, world.canteens["C1"], world.elders["P01"], TODAY, receipt="C1-20261125-0001",
        price_fen=PRICE, elder_fen=700, subsidy_fen=500, purse_fen=700, cash_fen=0,
        scheme_version_id=version_id,
    )  # fmt: skip
    columns = dict(session.execute(select(Meal.__table__)).mappings().one())
    first_id = columns.pop("id")
    second = shanghai("11:30:00")
    session.execute(
        insert(Meal),
        [
            {
                **columns,
                "uid": f"bulk-{n}",
                "portion": n,
                "receipt": f"C1-20261125-{n:04d}",
                "read_at": second + timedelta(seconds=max(0, n - SAME_SECOND)),
            }
            for n in range(2, MEALS + 1)
        ],
    )
    share = {
        "rule": "80", "payer": "gov", "payer_kind": "government", "payer_name": "政府",
        "funder_id": funder_id, "quota_scope": "rule-set-a", "quota_group": "80", "fen": 500,
    }  # fmt: skip
    ids = session.scalars(select(Meal.id)).all()
    assert first_id in ids
    session.execute(insert(Share), [{"meal_id": meal_id, **share} for meal_id in ids])
    session.add(
        CanteenDay(
            canteen_id=world.canteens["C1"], day=TODAY, receipt_serial=MEALS,
            signed_at=shanghai("20:00"), signed_by="staff:wang",
        )
    )  # fmt: skip
    return get_claim(session, draw_claim(session, period="2026-11").number).id


def test_O_078_a_claim_read_in_slices_has_every_receipt_once_and_its_own_total(
    database: Database,
) -> None:
    claim_id = database.run(_claim)
    rows = database.read(lambda session: list(load_rows(session, claim_id)))
    receipts = [row.receipt for row in rows]
    assert len(receipts) == len(set(receipts)) == MEALS
    claim = database.read(lambda session: session.get_one(Claim, claim_id))
    assert sum(row.asked_fen for row in rows) == claim.total_fen == MEALS * 500
    assert [row.n for row in rows] == list(range(1, MEALS + 1))
    assert database.read(lambda session: list(load_rows(session, claim_id))) == rows


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
