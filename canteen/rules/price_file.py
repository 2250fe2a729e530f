"""A price list as somebody sends it: rows of a sheet, each a price or a fault with its reason.

Ground floor: the sheet has been read already (`rules.grid`). A number cell is what its program shows:
19.9 is kept in a file as 19.899999999999999, and is 1990 fen (field case O-026).
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from canteen.rules.dishes import UNITS
from canteen.rules.errors import CanteenError, Invalid
from canteen.rules.grid import Cell, Grid, GridRow, Typed, shown_number
from canteen.rules.money import parse_yuan
from canteen.rules.outcomes import MEALTIMES as MEALTIME_NAMES
from canteen.rules.price_list import KINDS, PriceAsked, check_price
from canteen.rules.roster_columns import plain_label
from canteen.rules.roster_text import cell_text

#: column → the headers that mean it, as `plain_label` folds them
HEADERS = {
    "mealtime": "餐次 餐别 mealtime meal",
    "kind": "种类 类别 kind",
    "name": "名称 菜名 菜品 品名 套餐 菜品名称 菜肴名称 套餐名称 菜式 name dish",
    "price": "价格 单价 售价 价格元 单价元 金额 定价 现价 套餐价格 price",
    "code": "代码 编码 编号 code",
    "name_en": "英文名 英文 nameinenglish english",
    "unit": "单位 规格 unit",
    "key": "按键 key",
}
_COLUMN = {label: column for column, labels in HEADERS.items() for label in labels.split()}
#: other words for a mealtime
_SAME = {
    "早饭": "早餐",
    "早点": "早餐",
    "午饭": "午餐",
    "中餐": "午餐",
    "中饭": "午餐",
    "晚饭": "晚餐",
}
_TOTAL = re.compile(r"(?:合|总|小|共)\s*计[:：]?")
HEADER_ROWS_MAX = 10
ROWS_MAX = 1_000
_GRAMS = re.compile(r"(?:每|/)?\s*(\d{1,4})?\s*(公斤|千克|kg|斤|市斤|克|g)", re.IGNORECASE)
_GRAMS_OF = {"公斤": 1000, "千克": 1000, "kg": 1000, "斤": 500, "市斤": 500, "克": 1, "g": 1}


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A row of the file by its number there: what it asks for, or why it cannot be taken."""

    number: int
    name: str
    asked: PriceAsked | None
    fault_zh: str = ""
    fault_en: str = ""


def read_price_rows(grid: Grid, mealtime: str) -> list[PriceRow]:
    """Every row below the header; `mealtime` where the file names none.

    Raises `Invalid` `price_file_header`, `price_file_rows`."""
    header, columns = find_columns(grid)
    rows = [
        _read_row(row, columns, mealtime)
        for row in grid.rows
        if row.number > header
        and not row.is_hidden
        and any(texts := [cell_text(cell) for cell in row.cells])
        and not any(_TOTAL.fullmatch(text) for text in texts)
    ]
    if not 1 <= len(rows) <= ROWS_MAX:
        raise Invalid(
            "price_file_rows",
            f"价目表要有 1 到 {ROWS_MAX} 行",
            f"A price list has 1 to {ROWS_MAX} rows",
            field="file",
        )
    return _refuse_twice(rows)


def _refuse_twice(rows: list[PriceRow]) -> list[PriceRow]:
    """One thing at two prices: both rows are told, and no last row wins."""
    by_thing: dict[tuple[object, ...], list[PriceRow]] = defaultdict(list)
    for row in rows:
        if row.asked is not None:
            one = row.asked
            by_thing[one.mealtime, one.code or (one.kind, one.name, one.unit)].append(row)
    twice = {
        row.number: next(other.number for other in same if other is not row)
        for same in by_thing.values()
        if len({row.asked for row in same}) > 1
        for row in same
    }
    return [
        PriceRow(
            row.number,
            row.name,
            None,
            f"和第 {twice[row.number]} 行是同一样，价格或别的不一样",
            f"The same thing as row {twice[row.number]}, at another price or in another way",
        )
        if row.number in twice
        else row
        for row in rows
    ]


def find_columns(grid: Grid) -> tuple[int, dict[str, int]]:
    """The header's row number and its columns. Invalid `price_file_header`."""
    for row in grid.rows[:HEADER_ROWS_MAX]:
        columns: dict[str, int] = {}
        for index, cell in enumerate(row.cells):
            column = _COLUMN.get(plain_label(cell_text(cell)))
            if column is not None:
                columns.setdefault(column, index)
        if {"name", "price"} <= set(columns):
            return row.number, columns
    raise Invalid(
        "price_file_header",
        "找不到表头：至少要有「名称」和「价格」两列",
        "There is no header row: it needs at least a column for the name and one for the price",
        field="file",
    )


def _read_row(row: GridRow, columns: dict[str, int], mealtime: str) -> PriceRow:
    def text(column: str) -> str:
        return cell_text(row.cell(columns[column])) if column in columns else ""

    try:
        unit, grams = _unit(text("unit"))
        key = text("key")
        kind = _word(text("kind"), KINDS, "dish")
        asked = PriceAsked(
            mealtime=_word(text("mealtime"), MEALTIME_NAMES, mealtime),
            kind="set" if key and not text("kind") else kind,
            name=text("name"),
            price_fen=price_fen(row.cell(columns["price"])),
            code=text("code"),
            name_en=text("name_en") or None,
            key=int(key) if key.isascii() and key.isdigit() else None,
            unit=unit,
            unit_grams=grams,
        )
        check_price(asked)
    except CanteenError as error:
        return PriceRow(row.number, text("name"), None, error.zh, error.en)
    return PriceRow(row.number, asked.name, asked)


def price_fen(cell: Cell) -> int:
    """The price of a cell in fen. A formula that nobody calculated, or a date, is no amount."""
    if isinstance(cell, Typed):
        return parse_yuan(shown_number(cell.text) if cell.kind == "number" else f"({cell.text})")
    return parse_yuan(re.sub(r"^[¥￥]\s*|\s*元$", "", cell_text(cell)))


def _word(text: str, names: Mapping[str, tuple[str, str]], default: str) -> str:
    """The code of a word in either language; the word itself when it is in neither."""
    text = _SAME.get(text, text)
    for code, (zh, en) in names.items():
        if text.lower() in (code, zh, en.lower()):
            return code
    return text or default


def _unit(text: str) -> tuple[str, int | None]:
    """A portion, half of one, or the grams of a weight: 份, 半份, 500克, 斤, 元/公斤."""
    plain = text.removeprefix("元").strip(" /")
    weight = _GRAMS.fullmatch(plain)
    if weight is not None:
        return "weight", int(weight[1] or 1) * _GRAMS_OF[weight[2].lower()]
    return _word(plain, UNITS, "portion"), None
