"""Where the table of a sheet begins, which column means what, and which rows below are people.

Ground floor. Titles, merged headers of two or three rows, example rows, totals, footers and blank
numbered rows are told from people; what is left out is counted, so that nothing vanishes unsaid.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from canteen.rules.errors import Invalid
from canteen.rules.grid import Grid, GridRow, Merge, Typed, column_letters
from canteen.rules.roster_columns import find_field, plain_label
from canteen.rules.roster_text import as_written, clean

#: the header stands within the first rows that hold anything
LOOKED_AT = 60
DEPTH_MAX = 3
#: no header is longer: a longer cell must not keep the search busy
LABEL_MAX = 60
MERGES_LOOKED_AT = 500
#: a header knows the name's column and this many fields in all
FIELDS_MIN = 2

_LONG_NUMBER = re.compile(r"\d{6,}|\d{4}[-/.年]\d")
_EXAMPLE = re.compile(r"示例|样例|范例|举例|例如|^例$|^例[:：]|^样表")
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|总人数|本页小计|累计|共\d+人)")
_FOOTER = re.compile(
    r"^(?:填表|制表|填报|审核|审批|复核|负责人|经办|联系人|分管|主管|单位|报送|盖章|注[:：]|备注[:：]|说明[:：]"
    r"|填写说明|填表说明|日期[:：]|第\d+页|共\d+页|以上|特此|打印|\d+[.、]\D)"
)
#: 残疾等级 says more than 残疾类别 beside it
_GRADED = re.compile(r"(?:等级|级别|程度)$")
_SIGNED = re.compile(r"[:：]$|签字|签名|盖章|负责人")
_HINT = re.compile(r"^[(（]?(?:必填|选填|文本|必须|可不填|格式|自动|下拉)")
#: what tells a person; a row with none of these is no person
_PERSONAL = ("name", "id_number", "card", "phone", "born", "lunar")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its header as written, and the field it means (None: left out)."""

    index: int
    label: str
    field: str | None


@dataclass(frozen=True)
class Header:
    """The header's rows and columns. `body` is the place of the first row below it in `grid.rows`."""

    first_row: int
    last_row: int
    body: int
    columns: tuple[Column, ...]

    @cached_property
    def places(self) -> dict[str, int]:
        """Field → the place of its column."""
        return {column.field: column.index for column in self.columns if column.field}

    @cached_property
    def labels(self) -> frozenset[str]:
        """The headers, plain."""
        return frozenset(plain_label(column.label) for column in self.columns)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The headers' first characters, to see soon that a person's name is none of them."""
        return frozenset(clean(column.label)[:1] for column in self.columns)


def find_header(grid: Grid, chosen: Mapping[str, str] | None = None) -> Header | None:
    """The header that knows most columns; None when there is none.

    `chosen` is what a person decided: `plain_label` of a header → field, or "" to leave it out."""
    merges = _Merges(grid)
    best: tuple[tuple[int, int], Header] | None = None
    for start in range(min(LOOKED_AT, len(grid.rows))):
        if start and _names_columns(above := grid.rows[start - 1]) and not _is_data(above):
            continue  # the lower half of a header
        for depth in range(1, DEPTH_MAX + 1):
            rows = grid.rows[start : start + depth]
            if len(rows) < depth or any(_is_data(row) for row in rows):
                break
            if depth > 1 and not (_names_columns(rows[0]) and _names_columns(rows[-1])):
                continue  # a title above the header, or a person below it
            header = _read_header(rows, start + depth, merges, chosen or {})
            rank = (len(header.places), depth)
            is_one = "name" in header.places and rank[0] >= FIELDS_MIN
            if is_one and (best is None or rank > best[0]):
                best = (rank, header)
    return best[1] if best else None


def _names_columns(row: GridRow) -> bool:
    fields = (find_field(text) for text in _texts(row))
    return any(field and not field.startswith("category.") for field in fields)


def _texts(row: GridRow) -> list[str]:
    return [clean(cell[:LABEL_MAX]) for cell in row.cells if isinstance(cell, str)]


def _is_data(row: GridRow) -> bool:
    """Does it hold a date, a long number or a number cell, and hardly a word that heads a column?"""
    texts = _texts(row)
    has_values = any(isinstance(cell, Typed) for cell in row.cells) or any(
        _LONG_NUMBER.search(text) for text in texts
    )
    return has_values and sum(1 for text in texts if find_field(text)) <= FIELDS_MIN


class _Merges:
    """Which cell a merged one shows."""

    def __init__(self, grid: Grid) -> None:
        self._rows = {row.number: row for row in grid.rows[: LOOKED_AT + DEPTH_MAX]}
        last = max(self._rows, default=0)
        near = (merge for merge in grid.merges if merge.top <= last)
        self._merges = list(islice(near, MERGES_LOOKED_AT))
        self.is_known = grid.kind != "csv"

    def cell(self, row: GridRow, column: int) -> str:
        """The text of a header's cell as written, "" for none."""
        merge = self._find(row.number, column)
        top = row if merge is None else self._rows.get(merge.top)
        cell = top.cell(column if merge is None else merge.left) if top is not None else None
        return cell[:LABEL_MAX] if isinstance(cell, str) else ""

    def _find(self, row: int, column: int) -> Merge | None:
        for merge in self._merges:
            if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
                return merge
        return None


def _label(written: str) -> str:
    """A header to be compared: Chinese words without the blanks that space them out."""
    text = clean(written)
    return text if text.isascii() else text.replace(" ", "")


def _read_header(
    rows: tuple[GridRow, ...], body: int, merges: _Merges, chosen: Mapping[str, str]
) -> Header:
    columns: list[Column] = []
    taken: set[str] = set()
    width = max(len(row.cells) for row in rows)
    groups = [""] * len(rows)
    for index in range(width):
        labels: list[str] = []
        label = ""
        for place, row in enumerate(rows):
            written = merges.cell(row, index)
            text = _label(written)
            if text:
                groups[place] = text
            elif place < len(rows) - 1 and not merges.is_known and _has_below(rows, place, index):
                text = groups[place]  # a CSV keeps no merges: the group's title stands to the left
            if text and text not in labels:
                labels.append(text)
                label = as_written(written)
        if not labels:
            continue
        group = "".join(labels[:-1])
        field = _choose_field(labels[-1], group, chosen)
        if any(one.label == label for one in columns):
            label = f"{group}{label}" if group else f"{label}({index + 1})"
        if field in taken and field.startswith("category.") and _GRADED.search(label):
            columns = [replace(one, field=None) if one.field == field else one for one in columns]
        elif field in taken:
            field = None
        if field:
            taken.add(field)
        columns.append(Column(index, label, field))
    return Header(rows[0].number, rows[-1].number, body, tuple(columns))


def _has_below(rows: tuple[GridRow, ...], place: int, column: int) -> bool:
    return any(isinstance(row.cell(column), str) for row in rows[place + 1 :])


def _choose_field(label: str, group: str, chosen: Mapping[str, str]) -> str | None:
    for known in (plain_label(group + label), plain_label(label)):
        if known in chosen:
            return chosen[known] or None
    return find_field(label, group) or (find_field(group) if group else None)


def left_twice(header: Header) -> list[Column]:
    """Columns that mean what another one to their left does."""
    return [one for one in header.columns if one.field is None and find_field(one.label)]


def refuse_side_by_side(header: Header) -> None:
    """Two people in a row, as rosters are printed: the right-hand one would be left out. Invalid
    `roster_side_by_side`."""
    twice = {find_field(one.label): one for one in left_twice(header)}
    if {"name", "id_number"} <= set(twice):
        letters = column_letters(twice["name"].index)
        raise Invalid(
            "roster_side_by_side",
            f"一行里并排着两个人（{letters} 列又是姓名）：请把右边的人移到下面",
            f"Two people stand in one row (column {letters} holds names again): move those on the right"
            " below the others",
        )


def what_is_left_out(row: GridRow, texts: list[str], header: Header) -> str | None:
    """Why a row below the header is no person: example, total, footer, header, hint or blank.

    `texts` are its clean cells. Invalid roster_headers_differ at another header in another order."""
    places = header.places
    shown = {field: _at(texts, index) for field, index in places.items()}
    first = next((text for text in texts if text), "").replace(" ", "")
    name = shown["name"].replace(" ", "")
    ordinal = _at(texts, 0).replace(" ", "") if places["name"] else ""
    if _EXAMPLE.search(ordinal) or _EXAMPLE.search(name) or _begins_as_example(shown):
        return "example"
    if _is_header_again(texts, header):
        _refuse_other_order(row, texts, header)
        return "header"
    if first and all(_HINT.match(text) for text in texts if text):
        return "hint"
    if re.search(r"\d{6}", shown.get("id_number", "")):
        return "hint" if len(name) <= 2 and name.isdigit() else None
    if _TOTAL.match(first) or _TOTAL.match(name):
        return "total"
    if _FOOTER.match(first) or _FOOTER.match(name) or _SIGNED.search(first) or _SIGNED.search(name):
        return "footer"
    personal = [field for field in _PERSONAL if shown.get(field)]
    # A formula or an error in one of these columns is somebody, whose cell cannot be read
    odd = any(
        isinstance(cell := row.cell(places[field]), Typed) and cell.kind in ("formula", "error")
        for field in _PERSONAL
        if field in places
    )
    if not personal and not odd:
        return "footer" if len(first) > 8 else "blank"
    if personal == ["name"] and sum(map(bool, texts)) == 1 and not _looks_like_a_name(name):
        return "footer"
    return None


def _at(texts: list[str], index: int) -> str:
    return texts[index] if index < len(texts) else ""


def _begins_as_example(shown: Mapping[str, str]) -> bool:
    return bool(re.match(r"(?:填写)?(?:示例|样例|范例)(?!户)", shown.get("remark", "")))


def _is_header_again(texts: list[str], header: Header) -> bool:
    """A header printed again at the top of each page."""
    name = _at(texts, header.places["name"])[:LABEL_MAX]
    if name[:1] not in header.beginnings or plain_label(name) not in header.labels:
        return False
    return (
        sum(1 for text in texts if text and plain_label(text[:LABEL_MAX]) in header.labels)
        >= FIELDS_MIN
    )


def _refuse_other_order(row: GridRow, texts: list[str], header: Header) -> None:
    """What stands below a second header would be read by the first."""
    stands: dict[str, set[int]] = {}
    for column in header.columns:
        stands.setdefault(plain_label(column.label), set()).add(column.index)
    for index, text in enumerate(texts):
        if index not in stands.get(plain_label(text[:LABEL_MAX]), {index}):
            raise Invalid(
                "roster_headers_differ",
                f"第 {row.number} 行又是表头，列的次序和第 {header.last_row} 行的不一样：请分成两个文件",
                f"Row {row.number} is a header again, in another order than row {header.last_row}:"
                " make two files of it",
            )


def _looks_like_a_name(text: str) -> bool:
    return len(text) <= 15 and not re.search(r"[\d:：。；;，,、]", text)
