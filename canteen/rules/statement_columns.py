"""Which column of a bank statement says what: banks name and lay them out each in their own way.

Ground floor. The header is found by its words, in one row or in two (发生额 above 借方 and 贷方); a bracket
may say which of two sums is meant (交易金额(收入)).
"""

import re
from collections.abc import Sequence

from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, GridRow
from canteen.rules.roster_columns import plain_label
from canteen.rules.roster_text import cell_text

#: column → the headers that mean it, as `plain_label` folds them
HEADERS = {
    "day": "交易日期 记账日期 入账日期 日期 交易时间 记账时间 入账时间 交易日 记账日 入账日 到账日期 到账时间"
    " 发生日期 业务日期 date bookingdate transactiondate",
    "credit": "贷方发生额 贷方金额 贷方 收入金额 收入 存入金额 存入 转入金额 转入 入账金额 收款金额"
    " credit creditamount",
    "debit": "借方发生额 借方金额 借方 支出金额 支出 支取金额 支取 转出金额 转出 付款金额"
    " debit debitamount",
    "amount": "交易金额 发生额 交易发生额 记账金额 金额 amount transactionamount",
    "mark": "借贷标志 借贷标识 借贷标记 借贷 借贷方向 收支标志 收支标识 收支 收支类型 收支方向 收付标志"
    " 收付标识 收付 方向 来往账标志 dc crdr drcr debitcredit",
    "balance": "余额 账户余额 交易后余额 本次余额 当前余额 结余 balance",
    "currency": "币种 交易币种 记账币种 交易货币 货币 currency",
    "status": "交易状态 状态 处理状态 当前状态 交易结果 status",
    "counterparty": "对方户名 对方账户名称 对方名称 对方单位 对方账户名 交易对手 交易对方 付款人名称"
    " 对方户名名称 对方账户户名 收方名称 counterparty name",
    "reference": "交易流水号 流水号 核心流水号 银行流水号 凭证号 凭证号码 业务编号 交易编号 回单编号 交易单号"
    " 账户明细编号交易流水号 reference",
    "remark": "摘要 用途 附言 备注 交易摘要 交易附言 交易用途 摘要备注 remark purpose",
}
SUMS = ("amount", "credit", "debit")
_OUT_WORDS = "借 支 付 出 支出 付款 转出 支取 借方 借记 往账 d dr debit out"
_IN_WORDS = "贷 收 入 收入 收款 转入 存入 贷方 贷记 来账 c cr credit in"
OUT, IN = frozenset(_OUT_WORDS.split()), frozenset(_IN_WORDS.split())
HEADER_ROWS_MAX = 30
_COLUMN = {label: column for column, labels in HEADERS.items() for label in labels.split()}
#: units that a header may carry: 金额（元）, 贷方发生额/元(收入)
_UNIT = re.compile(r"[（(/].*$|元$|rmb$|cny$", re.IGNORECASE)
_OTHER_UNIT = re.compile(r"[万千百]元|万[)）]|美元|港币|usd|hkd", re.IGNORECASE)
_BRACKET = re.compile(r"[（(\[]([^（()）\[\]]+)[)）\]]")

Columns = dict[str, list[int]]


def plain_cell(cell: Cell) -> str:
    """A cell without what banks put round digits so that no spreadsheet program shortens them."""
    text = cell_text(cell).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip("'`\t \u00a0")


def find_columns(grid: Grid) -> tuple[int, Columns]:
    """The number of the header's last row, and its columns. Invalid `statement_header`,
    `statement_unit`."""
    head = grid.rows[: HEADER_ROWS_MAX + 1]
    labels = [_read_labels(row) for row in head]
    for place, row in enumerate(head[:HEADER_ROWS_MAX]):
        columns = labels[place]
        if "day" not in columns:
            continue
        lower = labels[place + 1] if place + 1 < len(head) else {}
        if {"credit", "debit"} <= set(lower) and "day" not in lower:
            return head[place + 1].number, _lay_over(columns, lower)
        if "amount" in columns or {"credit", "debit"} <= set(columns):
            return row.number, columns
    raise Invalid(
        "statement_header",
        "找不到表头：要有日期，和收入、支出两列或一列金额",
        "There is no header row: it needs a date, and either a column each for money in and out or one"
        " amount",
        field="file",
    )


def find_mark(rows: Sequence[GridRow], columns: Columns) -> int | None:
    """The column that says whether an amount came in or went out: by its header, else the one that holds
    nothing but such words, whatever it is called. None without one."""
    if "mark" in columns:
        return columns["mark"][0]
    for column in range(max((len(row.cells) for row in rows), default=0)):
        if all(plain_cell(row.cell(column)).lower() in IN | OUT for row in rows):
            return column
    return None


def _read_labels(row: GridRow) -> Columns:
    columns: Columns = {}
    for index, cell in enumerate(row.cells):
        found = _column(plain_cell(cell))
        if found is not None:
            columns.setdefault(found, []).append(index)
    return columns


def _lay_over(upper: Columns, lower: Columns) -> Columns:
    """Two rows of a header as one: what the lower one names is not what stands above it."""
    named = {index for indices in lower.values() for index in indices}
    both = {column: [one for one in upper[column] if one not in named] for column in upper}
    for column, indices in lower.items():
        both[column] = [*both.get(column, ()), *indices]
    return {column: indices for column, indices in both.items() if indices}


def _column(label: str) -> str | None:
    """What a header means, with and without the unit it carries; 交易金额(收入) is what came in.
    Invalid `statement_unit` where sums are not in yuan."""
    column = _COLUMN.get(plain_label(label)) or _COLUMN.get(plain_label(_UNIT.sub("", label)))
    bracket = _BRACKET.search(label)
    meant = _COLUMN.get(plain_label(bracket[1])) if bracket and column == "amount" else None
    if column in SUMS and _OTHER_UNIT.search(label):
        raise Invalid(
            "statement_unit",
            f"「{label[:20]}」的单位不是元：请导出以元为单位的流水",
            f"{label[:20]!r} is not in yuan: export the statement in yuan",
            field="file",
        )
    return meant if meant in ("credit", "debit") else column
