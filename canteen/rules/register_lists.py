"""Reading lists of other registers (动态监测比对): what each row says of whom.

Ground floor. A row speaks of an ID number; a name alone never does. What is written loosely is not
guessed: a day that may be another day, or an ID that lost its digits, is told and left out.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, GridRow
from canteen.rules.register_changes import ONE_DAY, Gone, Period
from canteen.rules.roster_categories import Said, read_categories
from canteen.rules.roster_dates import read_birth
from canteen.rules.roster_header import (
    Header,
    find_header,
    refuse_side_by_side,
    what_is_left_out,
)
from canteen.rules.roster_identity import read_id
from canteen.rules.roster_row import PersonCells
from canteen.rules.roster_text import cell_text, clean_name
from canteen.rules.roster_words import find_category, split_words

#: who sends lists: code → names
SOURCES: Mapping[str, tuple[str, str]] = {
    "civil_affairs": ("民政", "Civil affairs"),
    "police": ("公安", "Police"),
    "disabled_federation": ("残联", "Disabled persons’ federation"),
}
#: field → the words above its column, as they stand after `plain_label`
WORDS: Mapping[str, str] = {
    "deceased_on": """死亡日期 死亡时间 去世日期 去世时间 身故日期 身故时间 亡故日期 亡故时间 死亡日 火化日期
        火化时间 死亡注销日期 死亡日期注销日期 死亡注销时间 户口死亡注销日期""",
    "moved_on": "迁出日期 迁出时间 迁移日期 迁移时间 迁走日期 户口迁出日期 户籍迁出日期 迁出注销日期",
    "struck_on": """注销日期 注销时间 销户日期 销户时间 户口注销日期 户籍注销日期 减员日期 减员时间
        变动日期 变动时间 变更日期 变更时间""",
    "reason": """注销原因 注销类别 注销类型 销户原因 减员原因 减少原因 减员类型 变动原因 变动类型
        变更原因 变更类型 原因""",
    "moved_to": "迁往 迁往地 迁往地址 迁往详址 迁往何处 迁往地区 迁入地 迁入地址 迁出地址",
    "from_on": """起始日期 起始时间 开始日期 开始时间 起 起日期 生效日期 批准日期 批准时间 审批日期
        审批时间 认定日期 认定时间 纳入日期 纳入时间 发证日期 办证日期 评定日期 入住日期 入住时间
        享受起始 享受起始日期 享受开始日期 享受起始时间 享受开始时间 享受时间 享受待遇开始时间
        待遇开始日期 救助开始日期 救助起始日期 保障起始日期 保障开始日期 有效期起 有效期自 资格起""",
    "to_on": """终止日期 终止时间 结束日期 结束时间 截止日期 截止时间 止 止日期 停发日期 停发时间
        停保日期 停保时间 退出日期 退出时间 取消日期 取消时间 失效日期 有效期至 有效期止 有效期满
        退住日期 退住时间 离院日期 享受终止日期 享受结束日期 待遇终止日期 救助终止日期 救助结束日期
        保障终止日期 资格止""",
}
#: what a column of a list can be chosen to mean
FIELDS = ("name", "id_number", "category", *WORDS)
#: whom lists call something else than rosters do
_PERSONS = "死者 逝者 亡者 死亡人 死亡人员 成员 家庭成员 保障对象 救助对象 残疾人"
_FIELD_OF = {word: field for field, words in WORDS.items() for word in words.split()} | {
    person + word: field
    for person in _PERSONS.split()
    for word, field in (("姓名", "name"), ("身份证号", "id_number"), ("身份证号码", "id_number"))
}
_STATUSES: Mapping[str, Gone] = {"deceased": "deceased", "moved_away": "moved"}
_OPEN = re.compile(r"长期|永久|至今|无期限|^9999")
_DIED = re.compile(r"死亡|亡故|去世|[病身已]故|^[死亡故]$")
_LEFT = re.compile(r"迁[出往移走]|外迁|搬[走离]")
#: what takes a death or a move back, or says the opposite
_NOT_GONE = re.compile(r"恢复|撤销|更正|有误|误[注报登]|迁入|未|没")

Wrong = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """How the sender means a list. `as_of` is the day it speaks of; `category` what its rows are when
    no column says so; `is_complete`: whoever is not on it has not got that category (any more)."""

    source: str
    as_of: date
    category: str | None = None
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list. `wrong` says why nothing of it can be used: (code, zh, en)."""

    row: int
    name: str
    id_number: str | None
    gone: tuple[Gone, date] | None = None
    categories: tuple[Period, ...] = ()
    wrong: tuple[Wrong, ...] = ()


def read_list(
    grid: Grid, terms: Terms, *, today: date, chosen: Mapping[str, str] | None = None
) -> tuple[Header, list[ListRow]]:
    """The header, and the rows that are people in the file's order. `chosen`: `plain_label` of a
    header → field. Invalid `list_header`, `roster_side_by_side`, `roster_headers_differ`."""
    header = find_list_header(grid, chosen)
    refuse_side_by_side(header)
    read = _Reader(header, terms, grid.is_1904, today)
    return header, [row for line in grid.rows[header.body :] if (row := read.row(line))]


def find_list_header(grid: Grid, chosen: Mapping[str, str] | None = None) -> Header:
    """The header. Invalid `list_header` without one that names 姓名 and 身份证号."""
    header = find_header(grid, _FIELD_OF | dict(chosen or {}))
    if header is None or "id_number" not in header.places:
        raise Invalid(
            "list_header",
            "找不到表头：要有一行写着“姓名”和“身份证号”",
            "No header found: one row must name the columns of names and of ID numbers",
        )
    return header


class _Reader:
    """Reads the rows of one list."""

    def __init__(self, header: Header, terms: Terms, is_1904: bool, today: date) -> None:
        self._header, self._terms = header, terms
        self._is_1904, self._today = is_1904, today
        self._labels = {one.field: one.label for one in header.columns if one.field}

    def row(self, line: GridRow) -> ListRow | None:
        """What the row says; None when it is no person."""
        all_texts = [cell_text(cell) for cell in line.cells]
        if what_is_left_out(line, all_texts, self._header) is not None:
            return None
        places = self._header.places
        cells = {field: line.cell(place) for field, place in places.items()}
        texts = {field: cell_text(cell) for field, cell in cells.items()}
        person = PersonCells(
            row=line.number,
            cells=cells,
            texts=texts,
            labels=self._labels,
            places=places,
            is_1904=self._is_1904,
            today=self._today,
        )
        identity = read_id(person)
        days = _Days(cells, texts, self._is_1904, self._today)
        gone = self._read_gone(texts, days)
        if gone and identity and gone[1] < identity.born:
            days.wrong.append(_BEFORE_BIRTH)
        categories: tuple[Period, ...] = ()
        wrong = [(one.code, one.zh, one.en) for one in person.findings if one.weight != "note"]
        if identity is None and not wrong:
            wrong.append(_NO_ID)
        if gone is None:
            said, findings = read_categories(self._category_texts(texts), self._labels)
            categories = tuple(self._periods(said, days))
            wrong += [(one.code, one.zh, one.en) for one in findings if one.weight != "note"]
        wrong += days.wrong
        if not (wrong or gone or categories):
            wrong.append(_SAYS_NOTHING)
        name, number = clean_name(texts["name"]), identity.number if identity else None
        return ListRow(line.number, name, number, gone, categories, tuple(wrong))

    def _category_texts(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The cells that name categories; what the whole list is about where they name none."""
        named = {of: text for of, text in texts.items() if of.startswith("category")}
        if self._terms.category and not any(_codes(texts.get("category", ""))):
            named["category"] = REGISTER_CATEGORIES[self._terms.category][0]
        return named

    def _read_gone(self, texts: Mapping[str, str], days: "_Days") -> tuple[Gone, date] | None:
        deceased, moved = days.past("deceased_on"), days.read("moved_on")
        if deceased is None and moved is None:
            reason = texts.get("reason", "")
            struck = days.past("struck_on")
            if _NOT_GONE.search(reason):
                return None
            if _LEFT.search(reason):
                moved = struck
            elif _DIED.search(reason) or (not reason and self._terms.source == "police"):
                deceased = struck
        if deceased is None and moved is None:
            said = next(
                (
                    _STATUSES[code]
                    for code in _codes(texts.get("category", ""))
                    if code in _STATUSES
                ),
                None,
            )
            day = days.past("from_on") or days.past("struck_on") if said else None
            return (said, day) if said and day else None
        if deceased is not None:
            return "deceased", deceased
        return ("moved", moved) if moved is not None else None

    def _periods(self, said: Sequence[Said], days: "_Days") -> Iterable[Period]:
        first = days.read("from_on", month="first")
        last = days.read("to_on", month="last") or days.read("struck_on")
        if first is not None and last is not None and last < first:
            days.wrong.append(_TURNED)
        for one in said:
            if one.is_cleared:
                yield Period(one.code, to_on=last or self._terms.as_of - ONE_DAY)
            else:
                yield Period(one.code, one.level, first, last)


class _Days:
    """The days of one row; what cannot be read is told once in `wrong`."""

    def __init__(
        self, cells: Mapping[str, Cell], texts: Mapping[str, str], is_1904: bool, today: date
    ) -> None:
        self._cells, self._texts = cells, texts
        self._is_1904, self._today = is_1904, today
        self.wrong: list[Wrong] = []

    def read(self, field: str, *, month: Literal["first", "last"] | None = None) -> date | None:
        """The day; of a month alone its first or last day, where that is how it is meant."""
        text = self._texts.get(field, "")
        if not text or _OPEN.search(text):
            return None
        reading = read_birth(self._cells.get(field), text, is_1904=self._is_1904)
        if reading.is_sure and len(reading.days) == 1:
            return reading.days[0]
        if month and reading.year and reading.month:
            last = monthrange(reading.year, reading.month)[1]
            return date(reading.year, reading.month, 1 if month == "first" else last)
        self._tell(
            "list_day",
            f"日期“{text[:20]}”不能肯定是哪一天，请写成 2026-05-03",
            f"The day {text[:20]!r} may mean several days; write it like 2026-05-03",
        )
        return None

    def past(self, field: str) -> date | None:
        """A day that cannot lie ahead."""
        day = self.read(field)
        if day is None or day <= self._today:
            return day
        self._tell("list_day_ahead", f"{day} 在今天之后", f"{day} lies ahead")
        return None

    def _tell(self, *wrong: str) -> None:
        code, zh, en = wrong
        if (code, zh, en) not in self.wrong:
            self.wrong.append((code, zh, en))


_NO_ID = ("list_no_id", "没有身份证号，只凭姓名不比对", "No ID number: a name alone is not matched")
_SAYS_NOTHING = ("list_says_nothing", "没有写谁变了什么", "It does not say what changed")
_BEFORE_BIRTH = ("list_before_birth", "日期早于出生日期", "The day lies before the birth date")
_TURNED = ("list_days_turned", "止日早于起日", "The last day lies before the first")


def _codes(text: str) -> Iterable[str]:
    """The categories a cell names."""
    for word in split_words(text):
        found = find_category(word)
        if found is not None and found.code is not None:
            yield found.code
