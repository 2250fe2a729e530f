"""A whole roster judged by itself, before the register is asked: rows, columns, collisions, notes.

Ground floor. Nothing is decided by the order of rows: where two of them collide, both are held.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, column_letters
from canteen.rules.roster_columns import is_ordinal
from canteen.rules.roster_header import (
    Header,
    find_header,
    left_twice,
    refuse_side_by_side,
    what_is_left_out,
)
from canteen.rules.roster_pairs import find_collisions
from canteen.rules.roster_person import judge_person
from canteen.rules.roster_row import PersonCells, RosterRow
from canteen.rules.roster_text import cell_text, clean
from canteen.rules.roster_values import is_hex_card

#: columns whose merged cells hold for every row they cover; a person's own values never do
SPREAD = ("community", "address", "hukou", "residence", "category")
SPREAD_CELLS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class FileNote:
    """Something about the file as a whole, for the person who sent it."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RosterFile:
    """The rows that are people, in the file's order; which header means what; what was left out."""

    rows: tuple[RosterRow, ...]
    header: Header
    notes: tuple[FileNote, ...]
    left_out: tuple[tuple[int, str], ...]
    #: what stands above the header, and the sheet's name: whose roster it is
    titles: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Header as written → field, of the columns that are used."""
        return {column.label: column.field for column in self.header.columns if column.field}


def judge_file(
    grid: Grid,
    *,
    today: date,
    chosen: Mapping[str, str] | None = None,
    fixes: Mapping[int, Mapping[str, str]] | None = None,
    confirmed: Mapping[int, frozenset[str]] | None = None,
    skipped: frozenset[int] = frozenset(),
) -> RosterFile:
    """Judge every row. `chosen`: `plain_label` of a header → field ("" leaves it out); `fixes`: row →
    field → what a person typed instead; `confirmed`: row → codes of holds decided (`CONFIRMABLE`, no
    others count); `skipped`: rows to
    leave out. Raises `Invalid` roster_header when no header is found, roster_empty without a person,
    roster_side_by_side and roster_headers_differ for two tables in one."""
    header = find_header(grid, chosen)
    if header is None:
        raise Invalid(
            "roster_header",
            "找不到表头：要有一行写着“姓名”和“身份证号”“出生日期”等列名",
            "No header found: one row must name the columns, the name among them",
        )
    refuse_side_by_side(header)
    spread = _spread_merges(grid, header)
    labels = {column.field: column.label for column in header.columns if column.field}
    has_hex_cards = _has_hex_cards(grid, header)
    rows: list[RosterRow] = []
    left_out: list[tuple[int, str]] = []
    for row in grid.rows[header.body :]:
        texts = [cell_text(cell) for cell in row.cells]
        why = "skipped" if row.number in skipped else what_is_left_out(row, texts, header)
        if why is not None:
            left_out.append((row.number, why))
            continue
        person = PersonCells(
            row=row.number,
            cells={field: row.cell(place) for field, place in header.places.items()},
            texts={
                field: texts[place] if place < len(texts) else ""
                for field, place in header.places.items()
            },
            labels=labels,
            places=header.places,
            is_1904=grid.is_1904,
            today=today,
            has_hex_cards=has_hex_cards,
            confirmed=(confirmed or {}).get(row.number, frozenset()),
        )
        if spread:
            person.fill(
                {field: spread.get((row.number, place)) for field, place in header.places.items()}
            )
        if fixes and row.number in fixes:
            person.overwrite(fixes[row.number])
        rows.append(judge_person(person))
    if not rows:
        raise Invalid("roster_empty", "表头下面没有人", "There is nobody below the header")
    collisions = find_collisions(rows, labels, confirmed or {})
    judged = tuple(
        replace(row, findings=(*collisions[row.row], *row.findings))
        if row.row in collisions
        else row
        for row in rows
    )
    notes = tuple(_file_notes(grid, header, Counter(why for _, why in left_out)))
    return RosterFile(judged, header, notes, tuple(left_out), tuple(_titles(grid, header)))


def _has_hex_cards(grid: Grid, header: Header) -> bool:
    place = header.places.get("card")
    return place is not None and any(
        is_hex_card(cell_text(row.cell(place))) for row in grid.rows[header.body :]
    )


def _titles(grid: Grid, header: Header) -> Iterator[str]:
    for row in grid.rows:
        if row.number >= header.first_row:
            break
        yield from (clean(cell).replace(" ", "") for cell in row.cells if isinstance(cell, str))
    yield grid.sheet or ""


def _spread_merges(grid: Grid, header: Header) -> dict[tuple[int, int], Cell]:
    """The cells that a merged one above them covers."""
    columns = {place for field, place in header.places.items() if field in SPREAD}
    wanted = [
        merge for merge in grid.merges if merge.left in columns and merge.top > header.last_row
    ]
    if not wanted:
        return {}
    rows = {row.number: row for row in grid.rows}
    spread: dict[tuple[int, int], Cell] = {}
    for merge in wanted:
        top = rows.get(merge.top)
        if top is None or len(spread) + merge.bottom - merge.top > SPREAD_CELLS_MAX:
            continue
        for number in range(merge.top + 1, merge.bottom + 1):
            spread[number, merge.left] = top.cell(merge.left)
    return spread


def _file_notes(grid: Grid, header: Header, left_out: Counter[str]) -> Iterator[FileNote]:
    if grid.encoding is not None:
        yield FileNote("encoding", f"文字编码：{grid.encoding}", f"Encoding: {grid.encoding}")
    if grid.sheet is not None:
        yield FileNote("sheet", f"用的是工作表“{grid.sheet}”", f"The sheet {grid.sheet!r} was read")
    hidden = _hidden_note(grid, header)
    if hidden is not None:
        yield hidden
    others = [one.name for one in grid.sheets if not one.is_hidden and one.name != grid.sheet]
    if others:
        shown = "、".join(others)
        yield FileNote(
            "sheets_left",
            f"其他工作表没有导入：{shown}",
            f"Other sheets were not imported: {shown}",
        )
    if grid.is_1904:
        yield FileNote("date_1904", "文件用 1904 日期系统", "The file uses the 1904 date system")
    if grid.is_cut:
        yield FileNote("columns_cut", "最右边的列没有读", "Columns far to the right were not read")
    twice = [one.label for one in left_twice(header)]
    if twice:
        shown = "、".join(twice)
        yield FileNote(
            "columns_left",
            f"同类的列没有用：{shown}",
            f"Columns of the same kind not used: {shown}",
        )
    unused = [
        one.label
        for one in header.columns
        if one.field == "remark"
        or (one.field is None and one.label not in twice and not is_ordinal(one.label))
    ]
    if unused:
        shown = "、".join(unused)
        yield FileNote(
            "columns_unused", f"没有登记的列：{shown}", f"Columns that are not kept: {shown}"
        )
    for why, (zh, en) in _LEFT_OUT.items():
        if left_out[why]:
            yield FileNote(f"left_{why}", f"{left_out[why]} 行{zh}", f"{left_out[why]} {en}")


_LEFT_OUT = {
    "example": ("是示例，没有导入", "example rows left out"),
    "total": ("是合计，没有导入", "total rows left out"),
    "footer": ("是填表说明，没有导入", "rows of notes left out"),
    "blank": ("只有序号，没有导入", "numbered blank rows left out"),
    "header": ("是重复的表头，没有导入", "repeated headers left out"),
    "skipped": ("按你的选择跳过", "rows skipped as you chose"),
}


def _hidden_note(grid: Grid, header: Header) -> FileNote | None:
    rows = sum(1 for row in grid.rows if row.is_hidden)
    columns = sum(1 for column in header.columns if column.index in grid.hidden_columns)
    sheets = sum(1 for one in grid.sheets if one.is_hidden)
    if not (rows or columns or sheets):
        return None
    zh = [f"{count} 个{name}" for count, name in ((rows, "隐藏行"), (columns, "隐藏列")) if count]
    en = [
        f"{count} hidden {name}" for count, name in ((rows, "rows"), (columns, "columns")) if count
    ]
    if sheets:
        zh.append(f"{sheets} 个隐藏工作表（未导入）")
        en.append(f"{sheets} hidden sheets (not imported)")
    where = ", ".join(column_letters(index) for index in sorted(grid.hidden_columns)[:20])
    return FileNote(
        "hidden",
        f"含 {'、'.join(zh)}",
        f"With {', '.join(en)}" + (f"; hidden columns: {where}" if columns else ""),
    )
