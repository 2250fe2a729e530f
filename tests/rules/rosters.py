"""Rosters for tests of the rules: a grid from rows of cells, judged as of the field cases' today."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from canteen.rules.grid import Cell, Grid, GridRow, Merge
from canteen.rules.roster_file import RosterFile, judge_file
from canteen.rules.roster_row import RosterRow

TODAY = date(2026, 11, 25)
HEADER = [
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "联系电话",
    "社区",
    "住址",
    "卡号",
    "对象类别",
    "备注",
]
FIELDS = [
    "ordinal", "name", "sex", "id_number", "born", "phone", "community", "address", "card",
    "category", "remark",
]  # fmt: skip
P02 = "450702194105039917"


def make_grid(
    *rows: Sequence[Cell],
    first: int = 1,
    merges: Sequence[Merge] = (),
    kind: str = "xlsx",
    **given: Any,
) -> Grid:
    """A sheet of these rows, numbered from `first`; empty ones are left out, as reading does."""
    held = tuple(
        GridRow(number, tuple(cells))
        for number, cells in enumerate(rows, first)
        if any(cell is not None for cell in cells)
    )
    return Grid(kind, held, merges=tuple(merges), **given)  # type: ignore[arg-type]


def make_row(**cells: Cell) -> list[Cell]:
    """A row under `HEADER`: the dullest person unless said otherwise."""
    plain: Mapping[str, Cell] = {"ordinal": "1", "name": "韦德胜", "sex": "男", "id_number": P02}
    return [(plain | cells).get(field) for field in FIELDS]


def judge(*rows: Sequence[Cell], **given: Any) -> RosterFile:
    """Judge rows that have their own header."""
    return judge_file(make_grid(*rows), today=TODAY, **given)


def judge_one(**cells: Cell) -> RosterRow:
    """Judge one person under `HEADER`."""
    return judge(HEADER, make_row(**cells)).rows[0]


def codes(row: RosterRow) -> list[str]:
    return [finding.code for finding in row.findings]
