"""Rows of money and evidence are added, never edited: the database itself refuses, on both kinds."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import JournalEntry, LedgerEntry, Purse
from canteen.models.base import Fen
from canteen.models.meals import Meal, Share
from canteen.models.metadata import metadata
from canteen.models.people import ElderFact
from canteen.models.tariffs import Price
from canteen.services.swipes import record_swipe
from tests.factories.people import LONG_AGO
from tests.factories.world import World, make_swipe, make_world


@pytest.fixture
def world(database: Database) -> World:
    world = database.run(make_world)
    asked = make_swipe(world, "P01", "11:32", "a")
    database.run(
        record_swipe,
        reader_id=world.readers["C1-R1"],
        asked=asked,
        now=asked.read_at + timedelta(seconds=1),
    )
    return world


LOCKED = [
    "swipes", "meals", "shares", "journal_entries", "ledger_entries", "accounts", "prices",
    "elder_facts", "scheme_versions", "scheme_bindings", "binding_payers", "card_holdings",
    "top_ups",
]  # fmt: skip


@pytest.mark.parametrize("table", LOCKED)
def test_a_locked_row_can_be_neither_updated_nor_deleted(
    database: Database, world: World, table: str
) -> None:
    rows = metadata.tables[table]
    first = next(c for c in rows.columns if not c.nullable)
    assert database.read(lambda s: s.execute(select(first).limit(1)).first()) is not None
    for statement in (update(rows).values({first.name: first}), delete(rows)):
        if statement.is_update and table in (
            "meals",
            "elder_facts",
            "card_holdings",
            "scheme_bindings",
        ):
            continue  # these may be written once; the test below tries what may not
        with pytest.raises(DBAPIError, match="never"):
            database.run(lambda s, what=statement: s.execute(what))


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Meal, {"price_fen": 1}),
        (Meal, {"receipt": "X"}),
        (Share, {"fen": 1}),
        (LedgerEntry, {"fen": 1}),
        (JournalEntry, {"cause": "other"}),
        (Price, {"price_fen": 1}),
        (ElderFact, {"code": "dibao"}),
    ],
)
def test_a_bulk_update_of_what_was_booked_is_refused(
    database: Database, world: World, model: type, change: dict[str, object]
) -> None:
    with pytest.raises(DBAPIError, match="never edited"):
        database.run(lambda s: s.execute(update(model).values(change)))


def test_a_meal_is_voided_once_and_never_unvoided(database: Database, world: World) -> None:
    def mark(session: Session, by: str | None) -> None:
        session.execute(update(Meal).values(voided_at=LONG_AGO if by else None, voided_by=by))

    database.run(mark, "a")
    for by in ("b", None):
        with pytest.raises(DBAPIError, match="never edited"):
            database.run(mark, by)


@pytest.mark.parametrize("value", [12.5, True, "12"])
def test_fen_refuses_what_is_no_whole_number(
    database: Database, world: World, value: object
) -> None:
    with pytest.raises(Exception, match="fen must be a whole number"):
        database.run(lambda s: s.execute(update(Purse).values(balance_fen=value)))


def test_sqlite_tables_are_strict(sqlite_database: Database) -> None:
    def tables(session: Session) -> list[tuple[str, str]]:
        found = session.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
            )
        )
        return [(row.name, row.sql) for row in found]

    made = sqlite_database.read(tables)
    assert len(made) == len(metadata.tables)
    assert [name for name, sql in made if not sql.rstrip().endswith("STRICT")] == []


def test_a_split_that_does_not_add_up_is_refused_by_the_table(
    database: Database, world: World
) -> None:
    def spoil(session: Session) -> None:
        row = session.execute(select(Meal.__table__)).mappings().one()
        values = {**row, "id": None, "uid": "u", "receipt": "r", "swipe_id": None, "portion": 2}
        values["elder_fen"] = values["elder_fen"] + 1
        values.pop("id")
        session.execute(insert(Meal).values(values))

    with pytest.raises(IntegrityError, match=r"split_sum|paid_sum"):
        database.run(spoil)


def test_every_amount_column_is_fen() -> None:
    odd = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("fen") != isinstance(column.type, Fen)
    ]
    assert odd == []
