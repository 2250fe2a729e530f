"""The days and amounts of a bank statement's cells: read when they mean one thing, else refused.

Ground floor. Nothing is guessed: 1000,00 is no thousand, 2026年11月 is no day, and a sign counts wherever the
bank puts it.
"""

import re
from datetime import date

from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, Typed, iso_date, serial_date, shown_number
from canteen.rules.money import FUNDER_YUAN_MAX, parse_yuan
from canteen.rules.statement_columns import plain_cell

#: a day, and perhaps a time after it: 20261103091502, 2026-11-03 09:15:02, 2026-11-03-09.15.02
_DAY = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})(?:\d{6})?|\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?)(?:[\sT-].*)?"
)
YEARS = range(2000, 2100)
_NO_AMOUNT = frozenset({"", "-", "--", "—", "/"})
_CURRENCY = re.compile(r"[¥￥]|人民币|RMB|CNY|元", re.IGNORECASE)
#: a sign in front or at the end, or brackets for what went out; commas only between thousands
_AMOUNT = re.compile(
    r"(?P<front>[-−+]?)(?P<open>\(?)(?P<yuan>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<close>\)?)"
    r"(?P<end>[-−+]?)"
)


def read_amount(cell: Cell) -> int:
    """Yuan as banks write them, in fen: 1,234.56, +5, (7.00), -3, 3.00-, ¥8. Nothing is 0."""
    if isinstance(cell, Typed) and cell.kind == "number":
        text = shown_number(cell.text)
    else:
        text = _CURRENCY.sub("", plain_cell(cell)).replace("，", ",").replace(" ", "")
    if text in _NO_AMOUNT:
        return 0
    found = _AMOUNT.fullmatch(text)
    signs = [found["front"], found["end"], found["open"]] if found else []
    if found is None or sum(map(bool, signs)) > 1 or bool(found["open"]) != bool(found["close"]):
        raise Invalid(
            "statement_sum",
            f"看不懂金额「{text[:20]}」，请写成 1234.56",
            f"The amount {text[:20]!r} cannot be read; write it like 1234.56",
        )
    fen = parse_yuan(f"0{found['yuan'].replace(',', '').removesuffix('.')}", FUNDER_YUAN_MAX)
    return -fen if any(sign in ("-", "−", "(") for sign in signs) else fen


def read_day(cell: Cell, grid: Grid) -> date | None:
    """The day of a cell, without its time; None when it says none that a bank can mean."""
    day = _read_day(cell, grid)
    return day if day is not None and day.year in YEARS else None


def _read_day(cell: Cell, grid: Grid) -> date | None:
    if isinstance(cell, Typed):
        if cell.kind == "date":
            return iso_date(cell.text)
        if cell.kind == "number" and len(cell.text) != 8:
            day = serial_date(cell.text, grid.is_1904)
            if day is not None and day.year in YEARS:
                return day
    found = _DAY.fullmatch(plain_cell(cell))
    if found is None:
        return None
    year, *rest = (int(part) for part in found.groups() if part)
    try:
        return date(year, *rest)
    except ValueError:
        return None
