"""A sheet is right or it is not made, and travels to the printing process without a change."""

from datetime import UTC, date, datetime

import pytest

from reports.sheets import Book, Column, Kind, SheetError, Table
from tests.reports.making import (
    MADE_AT,
    make_book,
    make_day_form,
    make_labels,
    make_names_sheet,
    make_notice,
    make_run_sheet,
    make_sheet,
)


def test_a_book_travels_as_json_and_is_the_same():
    book = make_book(
        make_names_sheet(), make_day_form(), make_notice(), make_run_sheet(), make_labels()
    )

    assert Book.from_json(book.to_json()) == book


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (Kind.MONEY, True),
        (Kind.MONEY, "2.50"),
        (Kind.MONEY, 2.5),
        (Kind.COUNT, "3"),
        (Kind.ID, 450702193805121234),
        (Kind.TEXT, 3),
        (Kind.DATE, MADE_AT),
        (Kind.DATE, "2026-11-25"),
        (Kind.INSTANT, date(2026, 11, 25)),
        (Kind.INSTANT, datetime(2026, 11, 25)),  # noqa: DTZ001  one without a zone is the fault
    ],
)
def test_a_cell_of_another_kind_is_refused_by_its_place_and_not_shown(kind: Kind, cell: object):
    with pytest.raises(SheetError, match="row 2, column 补贴") as refused:
        Table(columns=(Column("补贴", kind),), rows=((None,), (cell,)))  # type: ignore[arg-type]

    assert str(cell) not in str(refused.value)


@pytest.mark.parametrize(
    ("totals", "why"),
    [
        (("合计", 251, 1), "totals, column 补贴: not the sum"),
        (("合计", 250), "totals: 2 cells for 3 columns"),
        (("合计", date(2026, 11, 25), 1), "totals, column 补贴: date has no total"),
        ((3, 250, 1), "totals, column 姓名: int has no total"),
    ],
)
def test_totals_that_are_not_those_of_the_rows_are_refused(totals: tuple, why: str):
    columns = (Column("姓名"), Column("补贴", Kind.MONEY), Column("人数", Kind.COUNT, 0, False))
    rows = (("韦庆余", 100, 1), ("韦庆余", 150, 1), ("梁", None, None))

    assert Table(columns=columns, rows=rows, totals=("合计", 250, 1)).rows == rows
    with pytest.raises(SheetError, match=why):
        Table(columns=columns, rows=rows, totals=totals)


def test_a_row_has_a_cell_for_each_column_and_a_table_has_columns():
    with pytest.raises(SheetError, match="row 1: 2 cells for 1 columns"):
        Table(columns=(Column("姓名"),), rows=(("a", "b"),))
    with pytest.raises(SheetError, match="without columns"):
        Table(columns=(), rows=())


def test_a_book_has_pages_and_the_time_it_was_made():
    with pytest.raises(SheetError, match="without pages"):
        Book(title="空", made_at=MADE_AT, pages=())
    with pytest.raises(SheetError, match="made_at"):
        Book(title="空", made_at=MADE_AT.replace(tzinfo=None), pages=(make_sheet(),))


def test_instants_are_read_by_the_clock_of_the_canteen():
    noon = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)

    assert make_book().local(noon).strftime("%H:%M") == "12:00"
