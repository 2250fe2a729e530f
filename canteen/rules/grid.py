"""What a sheet that somebody sent holds, cell by cell, whatever kind of file it came in.

Ground floor: `canteen.files` fills it, the roster rules judge it. A text is a plain `str`, so that a
roster of 100,000 rows stays small; what is no text says so, because a number is never an ID number.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, InvalidOperation
from typing import Literal

EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
#: day numbers beyond are no date in any spreadsheet program (9999-12-31)
LAST_SERIAL = 2_958_465
#: 1900-02-29 never was; the day numbers before it are one off
LEAP_THAT_NEVER_WAS = 60

#: a spreadsheet program shows fifteen digits of a number, whatever its file keeps
_SHOWN = Context(prec=15)
_SERIAL = re.compile(r"(\d{1,7})(?:\.\d*)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell that is no text. `text` is a number's literal as the file has it, a date in ISO form,
    TRUE or FALSE, an error's name; of a formula nobody ever calculated it is empty."""

    kind: Literal["number", "date", "bool", "error", "formula"]
    text: str


Cell = str | Typed | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row with something in it; `number` as the file's own program shows it."""

    number: int
    cells: tuple[Cell, ...]
    is_hidden: bool = False

    def cell(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: row numbers as shown, columns counted from 0, all inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of the file."""

    name: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its rows that hold anything, in order, and what to know about the file around it."""

    kind: Literal["xlsx", "xls", "csv"]
    rows: tuple[GridRow, ...]
    sheet: str | None = None
    sheets: tuple[SheetName, ...] = ()
    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    is_1904: bool = False
    encoding: str | None = None
    #: whether cells beyond the last column read held something
    is_cut: bool = False


def column_letters(column: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(column: int, row: int) -> str:
    """D2, as the spreadsheet program calls it."""
    return f"{column_letters(column)}{row}"


def shown_number(literal: str) -> str:
    """A number as its program shows it: at most fifteen digits, no exponent."""
    try:
        value = _SHOWN.create_decimal(literal)
    except InvalidOperation:
        return literal
    return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 20 else literal


def serial_date(literal: str, is_1904: bool) -> date | None:
    """The date of a day number (its time of day is dropped); None when it can be none."""
    found = _SERIAL.fullmatch(literal.strip())
    days = int(found.group(1)) if found else 0
    if is_1904:
        return EPOCH_1904 + timedelta(days=days) if 0 < days <= LAST_SERIAL - 1462 else None
    if not 0 < days <= LAST_SERIAL or days == LEAP_THAT_NEVER_WAS:
        return None
    return EPOCH_1900 + timedelta(days=days + 1 if days < LEAP_THAT_NEVER_WAS else days)


def iso_date(text: str) -> date | None:
    """The date at the head of an ISO text; None when there is none."""
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None
