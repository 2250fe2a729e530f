"""A bank statement as a file's rows: each movement of the account, or why a row is none.

Ground floor: the file has been read already (`rules.grid`). An amount stands in a debit and a credit column,
or in one with a sign or a mark beside it; where there is a balance, it must follow. A row that cannot be
read is a fault with its number, never a guess; only totals, notes and repeated headers are passed over.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from canteen.rules.errors import CanteenError, Invalid
from canteen.rules.grid import Grid, GridRow
from canteen.rules.statement_columns import (
    IN,
    OUT,
    SUMS,
    Columns,
    find_columns,
    find_mark,
    plain_cell,
)
from canteen.rules.statement_values import read_amount, read_day

LINES_MAX = 5_000
#: a cell of a line of sums, or of what was brought forward, whether or not the line has a date
_TOTAL = re.compile(
    r"[\d年月日.\-/ ]*[本当上]?[日月页期年季]?(?:发生额)?"
    r"(?:合计|总计|小计|共计|累计|承前页?|过次页|[期上][初末期]余额)[:：\d笔条共元.,]*"
)
_YUAN = re.compile(r"人民币|^元$|cny|rmb|^\d+$", re.IGNORECASE)
_FAILED = re.compile(r"失败|关闭|撤销|取消|冲正|退回|处理中|fail|cancel", re.IGNORECASE)
_NOTE = re.compile(r"备注[:：]|说明|注[:：]|打印|制表|第\d+页|共\d+")


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


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that moves money: what came in and what went out as it stands there, and the balance."""

    movement: Movement
    came_fen: int
    went_fen: int
    balance_fen: int | None


def read_statement(grid: Grid) -> StatementRead:
    """Every movement below the header. Invalid `statement_header`, `statement_unit`,
    `statement_rows`, `statement_sign`."""
    header, columns = find_columns(grid)
    rows = [row for row in grid.rows if row.number > header and any(map(plain_cell, row.cells))]
    dated = [row for row in rows if _day(row, columns, grid) and not _is_total(row)]
    mark = find_mark(dated, columns) if "amount" in columns else None
    lines: list[_Line] = []
    faults = []
    for row in rows:
        try:
            line = _read_row(row, columns, mark, grid)
        except CanteenError as error:
            faults.append(RowFault(row.number, error.code, error.zh, error.en))
            continue
        if line is not None:
            lines.append(line)
    if len(lines) > LINES_MAX:
        raise Invalid(
            "statement_rows",
            f"流水最多 {LINES_MAX} 行，请分月导入",
            f"A statement has at most {LINES_MAX} rows; bring it month by month",
            field="file",
        )
    return StatementRead(tuple(_sign(lines)), tuple(faults))


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


def _sign(lines: Sequence[_Line]) -> list[Movement]:
    """The movements with their signs. A reversal stands as a negative amount in its own column; but some
    banks print whatever went out with a minus, which only the balance tells."""
    is_all_negative = [line.went_fen < 0 for line in lines if line.went_fen]
    verdict = _follows(lines, lambda line: line.came_fen - line.went_fen)
    if verdict is None and is_all_negative and all(is_all_negative):
        verdict = False
    if verdict is not False:
        return [replace(line.movement, fen=line.came_fen - line.went_fen) for line in lines]
    if _follows(lines, lambda line: line.came_fen - abs(line.went_fen)):
        return [replace(line.movement, fen=line.came_fen - abs(line.went_fen)) for line in lines]
    raise Invalid(
        "statement_sign",
        "看不出哪些是收入、哪些是支出（和余额对不上，或支出列是负数）。请导出有收入、支出两列和余额的格式",
        "What came in and what went out cannot be told (the balance differs, or what went out is"
        " negative). Export it with a column each for money in and out and with the balance",
        field="file",
    )


def _follows(lines: Sequence[_Line], fen_of: Callable[[_Line], int]) -> bool | None:
    """Does each balance follow from the one before, oldest or newest first? None when it cannot be told,
    because there is none or the sums themselves do not fit."""
    verdict: bool | None = None
    for ordered in (lines, lines[::-1]):
        steps = [
            (now.balance_fen - before.balance_fen, fen_of(now))
            for before, now in pairwise(ordered)
            if now.balance_fen is not None and before.balance_fen is not None
        ]
        if steps and all(abs(step) == abs(fen) for step, fen in steps):
            verdict = verdict or all(step == fen for step, fen in steps)
    return verdict


def _read_row(row: GridRow, columns: Columns, mark: int | None, grid: Grid) -> _Line | None:
    """What a row moves; None for a line of totals or notes."""
    moved_on = _day(row, columns, grid)
    if _is_total(row) or (moved_on is None and _is_note(row, columns)):
        return None
    if moved_on is None:
        raise Invalid(
            "statement_day",
            "看不懂日期，请写成 2026-11-03",
            "The date cannot be read; write it like 2026-11-03",
        )
    _refuse_other(row, columns)
    came_fen, went_fen = _came_and_went(row, columns, mark)
    if not came_fen and not went_fen:
        raise Invalid("statement_amount", "没有金额", "There is no amount")
    return _Line(
        Movement(
            row.number,
            moved_on,
            0,
            _text(row, columns, "counterparty"),
            _text(row, columns, "reference"),
            _text(row, columns, "remark"),
        ),
        came_fen,
        went_fen,
        _balance(row, columns),
    )


def _refuse_other(row: GridRow, columns: Columns) -> None:
    """What did not happen, or not in yuan."""
    currency, status = (_text(row, columns, name) for name in ("currency", "status"))
    if currency and not _YUAN.search(currency):
        raise Invalid(
            "statement_currency",
            f"币种是{currency[:20]}，不是人民币",
            f"The currency is {currency[:20]}, not renminbi",
        )
    if _FAILED.search(status):
        raise Invalid(
            "statement_failed",
            f"状态是「{status[:20]}」，没有成交的请删掉这一行",
            f"Its state is {status[:20]!r}; remove what did not come about",
        )


def _came_and_went(row: GridRow, columns: Columns, mark: int | None) -> tuple[int, int]:
    if {"credit", "debit"} <= set(columns):
        came, went = (read_amount(row.cell(columns[name][0])) for name in ("credit", "debit"))
        return came, went
    fen = read_amount(row.cell(columns["amount"][0]))
    word = "" if mark is None else plain_cell(row.cell(mark)).lower()
    if word in OUT:
        return 0, abs(fen)
    if word in IN or mark is None or fen < 0:
        return fen, 0
    raise Invalid(
        "statement_mark",
        f"看不出是收入还是支出（写着「{word}」）",
        f"“{word}” says neither in nor out",
    )


def _balance(row: GridRow, columns: Columns) -> int | None:
    """The balance after the row; one that cannot be read only proves nothing."""
    cell = row.cell(columns["balance"][0]) if "balance" in columns else None
    try:
        return read_amount(cell) if plain_cell(cell) else None
    except Invalid:
        return None


def _day(row: GridRow, columns: Columns, grid: Grid) -> date | None:
    """The day of the first column that says one: some hold the time of day only."""
    days = (read_day(row.cell(index), grid) for index in columns["day"])
    return next((day for day in days if day is not None), None)


def _is_total(row: GridRow) -> bool:
    return any(_TOTAL.fullmatch(plain_cell(cell)) for cell in row.cells)


def _is_note(row: GridRow, columns: Columns) -> bool:
    """Is a row without a day no movement: a note, a header again, or sums that nothing is written to?"""
    first = next(text for text in map(plain_cell, row.cells) if text)
    names = [name for name in SUMS if name in columns]
    has_sum = any(map(str.isdigit, "".join(_text(row, columns, name) for name in names)))
    says = any(_text(row, columns, name) for name in ("day", "counterparty", "reference", "remark"))
    return not has_sum or not says or _NOTE.match(first) is not None


def _text(row: GridRow, columns: Columns, column: str) -> str:
    """The words of a column; of several that mean it, all that differ."""
    words = [plain_cell(row.cell(index)) for index in columns.get(column, ())]
    return " ".join(dict.fromkeys(word for word in words if word))
