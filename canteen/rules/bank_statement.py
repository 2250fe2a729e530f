"""A bank statement as a file's rows: which columns say what, and each movement of the account.

Ground floor: the file has been read already (`rules.grid`). Banks lay theirs out differently; the header is
found by its words, and an amount stands in a debit and a credit column, or in one with a sign or a mark
beside it. A row that cannot be read is a fault with its number, never a guess.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from canteen.rules.errors import CanteenError, Invalid
from canteen.rules.grid import Cell, Grid, GridRow, Typed, iso_date, serial_date
from canteen.rules.money import FUNDER_YUAN_MAX, parse_yuan
from canteen.rules.roster_columns import plain_label
from canteen.rules.roster_text import cell_text

#: column → the headers that mean it, as `plain_label` folds them
HEADERS = {
    "day": "交易日期 记账日期 入账日期 日期 交易时间 记账时间 入账时间 date bookingdate transactiondate",
    "credit": "贷方发生额 贷方金额 贷方 收入金额 收入 存入金额 存入 转入金额 入账金额 credit creditamount",
    "debit": "借方发生额 借方金额 借方 支出金额 支出 支取金额 支取 转出金额 debit debitamount",
    "amount": "交易金额 发生额 金额 amount",
    "mark": "借贷标志 借贷 借贷方向 收支标志 收支 收付标志 方向 debitcredit",
    "counterparty": "对方户名 对方账户名称 对方名称 对方单位 对方账户名 交易对手 交易对方 付款人名称"
    " 对方户名名称 counterparty name",
    "reference": "交易流水号 流水号 核心流水号 银行流水号 凭证号 凭证号码 业务编号 交易编号 回单编号"
    " 账户明细编号交易流水号 reference",
    "remark": "摘要 用途 附言 备注 交易摘要 交易附言 摘要备注 remark purpose",
}
_COLUMN = {label: column for column, labels in HEADERS.items() for label in labels.split()}
#: units that a header may carry: 金额（元）, 贷方发生额/元(收入)
_UNIT = re.compile(r"[（(/].*$|元$|rmb$|cny$", re.IGNORECASE)
HEADER_ROWS_MAX = 30
LINES_MAX = 5_000
OUT = frozenset(["借", "支", "付", "出", "支出", "付款", "转出", "借方", "d", "dr", "debit", "out"])
IN = frozenset(["贷", "收", "入", "收入", "收款", "转入", "贷方", "c", "cr", "credit", "in"])
_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})")
_NO_AMOUNT = frozenset({"", "-", "--", "—", "/"})


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of the account; positive fen came in. `row` as the file's own program shows it."""

    row: int
    moved_on: date
    fen: int
    counterparty: str
    reference: str
    remark: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be read, and why."""

    row: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class StatementRead:
    """What a statement's file says."""

    movements: tuple[Movement, ...]
    faults: tuple[RowFault, ...]

    def take_whole(self) -> tuple[Movement, ...]:
        """Every movement, to be kept; Invalid `statement_unread` where one cannot be read, because it must
        not be missed in silence."""
        if self.faults:
            count = len(self.faults)
            raise Invalid(
                "statement_unread",
                f"没有保存：有 {count} 行读不出来，在文件里改好或删掉再存",
                f"Nothing is kept: {count} rows cannot be read; mend or remove them in the file first",
                field="file",
            )
        return self.movements


Columns = dict[str, list[int]]


def read_statement(grid: Grid) -> StatementRead:
    """Every movement below the header. Invalid `statement_header`, `statement_rows`."""
    header, columns = _find_header(grid)
    movements, faults = [], []
    for row in grid.rows:
        if row.number <= header or not any(map(_plain, row.cells)):
            continue
        try:
            movement = _read_row(row, columns, grid)
        except CanteenError as error:
            faults.append(RowFault(row.number, error.code, error.zh, error.en))
            continue
        if movement is not None:
            movements.append(movement)
    if len(movements) > LINES_MAX:
        raise Invalid(
            "statement_rows",
            f"流水最多 {LINES_MAX} 行，请分月导入",
            f"A statement has at most {LINES_MAX} rows; bring it month by month",
            field="file",
        )
    return StatementRead(tuple(movements), tuple(faults))


def fingerprints(movements: Iterable[Movement]) -> list[str]:
    """A mark of each movement that is the same in every statement holding it: equal ones of a day are
    told apart by their number."""
    seen: Counter[tuple[str, ...]] = Counter()
    marks = []
    for one in movements:
        said = (one.moved_on.isoformat(), str(one.fen), one.reference, one.counterparty)
        seen[said] += 1
        text = "\x1f".join((*said, str(seen[said])))
        marks.append(hashlib.sha256(text.encode("utf-8")).hexdigest())
    return marks


def _find_header(grid: Grid) -> tuple[int, Columns]:
    for row in grid.rows[:HEADER_ROWS_MAX]:
        columns: Columns = {}
        for index, cell in enumerate(row.cells):
            found = _column(_plain(cell))
            if found is not None:
                columns.setdefault(found, []).append(index)
        if "day" in columns and ("amount" in columns or {"credit", "debit"} <= set(columns)):
            return row.number, columns
    raise Invalid(
        "statement_header",
        "找不到表头：要有日期，和收入、支出两列或一列金额",
        "There is no header row: it needs a date, and either a column each for money in and out or one"
        " amount",
        field="file",
    )


def _column(label: str) -> str | None:
    """What a header means, with and without the unit it carries."""
    return _COLUMN.get(plain_label(label)) or _COLUMN.get(plain_label(_UNIT.sub("", label)))


def _read_row(row: GridRow, columns: Columns, grid: Grid) -> Movement | None:
    """The movement of a row; None for a line of totals or notes, which has no date."""
    moved_on = _day(row.cell(columns["day"][0]), grid)
    fen = _fen(row, columns)
    if moved_on is None:
        if fen and _text(row, columns, "reference"):
            raise Invalid("statement_day", "看不懂日期", "The date cannot be read")
        return None
    if not fen:
        raise Invalid("statement_amount", "没有金额", "There is no amount")
    return Movement(
        row.number,
        moved_on,
        fen,
        _text(row, columns, "counterparty"),
        _text(row, columns, "reference"),
        _text(row, columns, "remark"),
    )


def _fen(row: GridRow, columns: Columns) -> int:
    """What came in, less what went out."""
    if "amount" not in columns:
        came, went = (_amount(row.cell(columns[name][0])) for name in ("credit", "debit"))
        return came - went  # a reversal stands as a negative amount in its own column
    fen = _amount(row.cell(columns["amount"][0]))
    mark = _text(row, columns, "mark").lower()
    if mark in OUT:
        return -abs(fen)
    if mark in IN or not mark:
        return fen
    raise Invalid("statement_mark", f"看不懂「{mark}」", f"“{mark}” says neither in nor out")


def _amount(cell: Cell) -> int:
    """Yuan as banks write them, in fen: 1,234.56, +5, (7.00), -3, ¥8."""
    text = _plain(cell).replace(",", "").replace("，", "").lstrip("¥￥+ ")
    if text in _NO_AMOUNT:
        return 0
    is_negative = text.startswith(("-", "−", "(", "（"))
    fen = parse_yuan(text.strip("-−()（）¥￥ "), FUNDER_YUAN_MAX)
    return -fen if is_negative else fen


def _day(cell: Cell, grid: Grid) -> date | None:
    if isinstance(cell, Typed):
        if cell.kind == "date":
            return iso_date(cell.text)
        if cell.kind == "number" and len(cell.text) != 8:
            return serial_date(cell.text, grid.is_1904)
    found = _DAY.match(_plain(cell))
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def _text(row: GridRow, columns: Columns, column: str) -> str:
    """The words of a column; of several that mean it, all that differ."""
    words = [_plain(row.cell(index)) for index in columns.get(column, ())]
    return " ".join(dict.fromkeys(word for word in words if word))


def _plain(cell: Cell) -> str:
    """A cell without what banks put round digits so that no spreadsheet program shortens them."""
    text = cell_text(cell).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip("'`\t \u00a0")
