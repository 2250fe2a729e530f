"""What a sheet says, in plain values, before a printer lays it out.

A *book* is what is printed at once: one or more pages, each a `Sheet` (one table), a `DayForm` (the
one-page 日报), a `Notice` (for the wall), a `RunSheet` or `Labels`. All are frozen and built by keyword:

    table = Table(
        columns=(Column("姓名"), Column("身份证号", Kind.ID), Column("补贴", Kind.MONEY)),
        rows=(("梁𠮷祥", "450702193805121234", 250), …),      # money is whole fen
        totals=("合计", None, 250),                            # the stored totals, not added here
    )
    sheet = Sheet(title="就餐登记表", head=("日期：2026-11-25", "单位：元"), table=table)
    book = Book(title="2026年11月25日 城南食堂 日报", made_at=now, pages=(sheet,))
    Book.from_json(book.to_json()) == book

`title` of the book is also the name of its file. Web pages print it with `canteen.web.printing`.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """What a column holds; it decides the type of its cells and how they are laid out."""

    TEXT = "text"
    #: whole fen, shown as yuan with two decimals
    MONEY = "money"
    #: a whole number
    COUNT = "count"
    #: a day without a time
    DATE = "date"
    #: an aware datetime, shown in the book's zone to the minute
    INSTANT = "instant"
    #: digits that are no number (resident ID, card, phone, receipt): always text, never shortened
    ID = "id"


#: more cells are no paper that anyone reads, and more memory than the printers have
PAPER_CELLS_MAX = 80_000


class SheetError(ValueError):
    """A sheet contradicts itself. It names the place and never a cell, so it may go into a log."""


NUMBERS = (Kind.MONEY, Kind.COUNT)
Cell = str | int | date | datetime | None
#: the exact type of a cell: a bool is no number and an instant no day
CELL_TYPES: dict[Kind, type] = {
    Kind.TEXT: str,
    Kind.MONEY: int,
    Kind.COUNT: int,
    Kind.DATE: date,
    Kind.INSTANT: datetime,
    Kind.ID: str,
}


class Orientation(StrEnum):
    """How the A4 paper lies."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` in Latin characters (a Chinese one counts two), 0 fits it to what it holds."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 0
    #: whether its total is the sum of its rows; false where a person counts once in several rows
    is_summed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows below column titles. A total that is not the sum of its rows is refused, never mended."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    #: one cell a column: a number, words ("合计", in any column), or None for an empty cell
    totals: tuple[Cell, ...] | None = None
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.columns:
            raise SheetError("a table without columns")
        for number, row in enumerate(self.rows, 1):
            self._check_row(row, f"row {number}")
        if self.totals is not None:
            self._check_totals(self.totals)

    def _check_row(self, row: tuple[Cell, ...], where: str) -> None:
        self._check_length(row, where)
        for column, cell in zip(self.columns, row, strict=True):
            if cell is None:
                continue
            if type(cell) is not CELL_TYPES[column.kind]:
                kind = type(cell).__name__
                raise SheetError(f"{where}, column {column.title}: {kind} is no {column.kind}")
            if isinstance(cell, datetime) and cell.tzinfo is None:
                raise SheetError(f"{where}, column {column.title}: an instant needs its zone")

    def _check_totals(self, totals: tuple[Cell, ...]) -> None:
        self._check_length(totals, "totals")
        for index, (column, total) in enumerate(zip(self.columns, totals, strict=True)):
            where = f"totals, column {column.title}"
            if type(total) is int and column.kind in NUMBERS:
                cells = (row[index] for row in self.rows)
                added = sum(cell for cell in cells if isinstance(cell, int))
                if column.is_summed and total != added:
                    raise SheetError(f"{where}: not the sum of its rows")
            elif total is not None and type(total) is not str:
                raise SheetError(f"{where}: {type(total).__name__} has no total")

    def _check_length(self, row: tuple[Cell, ...], where: str) -> None:
        if len(row) != len(self.columns):
            raise SheetError(f"{where}: {len(row)} cells for {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is said of it: ("三天未到", "农玉珍（5 天）、…")."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every kind of page has."""

    title: str
    #: short facts between title and table, spread over a line: day, number, unit
    head: tuple[str, ...] = ()
    #: lines below the tables
    notes: tuple[str, ...] = ()
    #: who signs, each with a line to sign on
    signatures: tuple[str, ...] = ()
    #: small lines at the very end: who signed off in the system, and when
    foot: tuple[str, ...] = ()
    orientation: Orientation = Orientation.PORTRAIT
    #: of its tab in a workbook; the title where it is empty
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Page):
    """One table over as many pages as it needs, its column titles on each: 就餐登记表, 月报, a list."""

    table: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its only table, as the other pages have theirs."""
        return (self.table,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSheet(Sheet):
    """A volunteer's 送餐单: six columns (turn, door, elder, meal, mind, result). The lines of a cell are
    set apart: house and door number, name and what is below it, a box to tick before each result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels(Sheet):
    """Labels to stick on boxes, one a row of its table: its cells below one another, house and door
    number first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForm(Page):
    """The 日报 on one page: captioned tables (人次, 按年龄, 按类别), amounts in words, remarks."""

    tables: tuple[Table, ...]
    #: amounts as text with their 大写, below the tables: ("补贴合计（大写）", "人民币…")
    amounts: tuple[Fact, ...] = ()
    remarks_caption: str = ""
    #: anomalies, who has not come for three days: long text in a ruled box
    remarks: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Page):
    """A notice for the wall, in large type: `head` are its paragraphs, `foot` who gives it and when.

    Names are masked by whoever fills it.
    """

    tables: tuple[Table, ...] = ()


AnyPage = Sheet | DayForm | Notice
PAGES: dict[str, type[Sheet] | type[DayForm] | type[Notice]] = {
    "sheet": Sheet,
    "run": RunSheet,
    "labels": Labels,
    "day": DayForm,
    "notice": Notice,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is printed at once. The same book gives the same bytes: `made_at` is the only time in it."""

    title: str
    made_at: datetime
    pages: tuple[AnyPage, ...]
    #: where its instants are read
    zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise SheetError("made_at: an instant needs its zone")
        if not self.pages:
            raise SheetError("a book without pages")

    def cell_count(self) -> int:
        """How many cells its rows have together."""
        tables = (table for page in self.pages for table in page.tables)
        return sum(len(table.rows) * len(table.columns) for table in tables)

    def local(self, instant: datetime) -> datetime:
        """The wall clock's time of an instant, where the book is read."""
        return instant.astimezone(ZoneInfo(self.zone))

    def to_json(self) -> str:
        """The book as text, for the printing process."""
        pages = [
            {"page": word, **asdict(page)}
            for page in self.pages
            for word, kind in PAGES.items()
            if type(page) is kind
        ]
        plain = {
            "title": self.title,
            "made_at": self.made_at,
            "pages": pages,
            "zone": self.zone,
        }
        return json.dumps(plain, default=_day_text)

    @classmethod
    def from_json(cls, text: str) -> "Book":
        """The book that `to_json` wrote; ValueError, LookupError or TypeError for anything else."""
        plain = json.loads(text)
        return cls(
            title=plain["title"],
            made_at=datetime.fromisoformat(plain["made_at"]),
            pages=tuple(_page(page) for page in plain["pages"]),
            zone=plain["zone"],
        )


def _day_text(value: object) -> str:
    if not isinstance(value, date):
        raise TypeError(f"{type(value).__name__} is no cell")
    return value.isoformat()


def _page(plain: dict[str, Any]) -> AnyPage:
    made: dict[str, Any] = {}
    for field, value in plain.items():
        if field == "table":
            made[field] = _table(value)
        elif field == "tables":
            made[field] = tuple(_table(table) for table in value)
        elif field in ("amounts", "remarks"):
            made[field] = tuple(Fact(**fact) for fact in value)
        elif field == "orientation":
            made[field] = Orientation(value)
        elif field != "page":
            made[field] = tuple(value) if isinstance(value, list) else value
    return PAGES[plain["page"]](**made)


def _table(plain: dict[str, Any]) -> Table:
    columns = tuple(
        Column(**{**column, "kind": Kind(column["kind"])}) for column in plain["columns"]
    )
    totals = plain["totals"]
    return Table(
        columns=columns,
        rows=tuple(_row(columns, row) for row in plain["rows"]),
        totals=None if totals is None else tuple(totals),
        caption=plain["caption"],
    )


def _row(columns: tuple[Column, ...], cells: list[Any]) -> tuple[Cell, ...]:
    return tuple(_cell(column.kind, cell) for column, cell in zip(columns, cells, strict=True))


def _cell(kind: Kind, plain: Any) -> Cell:
    if plain is None:
        return None
    if kind is Kind.DATE:
        return date.fromisoformat(plain)
    return datetime.fromisoformat(plain) if kind is Kind.INSTANT else cast(Cell, plain)
