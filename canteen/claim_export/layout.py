"""Which columns the sheets of a claim have, and what of a row stands in each.

`reports.verify` reads these titles: it finds in them every value that the claim's hash is made of. What a
sheet has no column for, or no cell can hold as it is, stands in its last column as JSON.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo

from canteen.rules.claim_rows import ClaimRow
from canteen.rules.claim_tables import TIER_NAMES, tier_of
from canteen.rules.claim_totals import NOT_DIGESTED
from canteen.rules.day_tables import CATEGORY_NAMES, CHANNEL_NAMES
from canteen.rules.delivery_entitlement import GROUND_NAMES
from canteen.rules.outcomes import MEALTIMES
from reports.long_table import LongTable
from reports.row_file import RowFile
from reports.sheets import NUMBERS, Cell, Column, Kind
from reports.texts import printable, text_width

#: column of codes → code → its Chinese words
WORDS: Mapping[str, Mapping[str, str]] = {
    "mealtime": {code: names[0] for code, names in MEALTIMES.items()},
    "category": {code: names[0] for code, names in CATEGORY_NAMES.items()},
    "channel": {code: names[0] for code, names in CHANNEL_NAMES.items()},
    "ground": {code: names[0] for code, names in GROUND_NAMES.items()},
    "proof": {"card": "刷卡", "late": "离线刷卡", "manual": "按姓名", "delivery": "送达"},
    "to_whom": {"operator": "食堂", "deliverer": "送餐的人"},
    "kind": {"meal": "用餐", "correction": "更正", "service": "服务", "grant": "运营补贴"},
}
REST = "校验补充"
PAYER = "payer:"
_DEFAULTS: dict[str, object] = {
    one.name: {} if one.name == "shares" else () if one.name == "sources" else one.default
    for one in fields(ClaimRow)
    if one.name not in NOT_DIGESTED
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with what stands beside it in an export."""

    number: str
    row: ClaimRow
    id_number: str | None
    #: how a grant was reckoned
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A column, and the row's field or another thing in it."""

    column: Column
    of: str


def _place(title: str, of: str, kind: Kind = Kind.TEXT, width: int = 10) -> Place:
    is_summed = of not in {"n", "age", "portion"}
    return Place(Column(title, kind, width, is_summed), of)


_N = _place("序号", "n", Kind.COUNT, 7)
_DAY = _place("日期", "served_on", Kind.DATE, 11)
_WHO = (
    _place("姓名", "name", width=11),
    _place("身份证号", "id_number", Kind.ID, 20),
)
_MEALTIME = _place("餐次", "mealtime", width=6)
_PERSON = (
    _place("年龄", "age", Kind.COUNT, 6),
    _place("户籍", "hukou", width=12),
    _place("档", "tier", width=12),
)
_CHANNEL = _place("就餐方式", "channel", width=8)
_PRICE = (
    _place("餐费标价", "price_fen", Kind.MONEY),
    _place("食堂让利", "discount_fen", Kind.MONEY),
)
_PAYERS = _place("", "payers")
_OWN = (
    _place("另行申报", "other_fen", Kind.MONEY),
    _place("个人自付", "elder_fen", Kind.MONEY),
)
_ASKED = _place("本单补贴", "asked_fen", Kind.MONEY, 11)
_PROOF = _place("核验方式", "proof", width=9)
_PLACE = _place("助餐点", "canteen_name", width=12)
_RECEIPT = _place("收据号", "receipt", Kind.ID, 18)
_CORRECTS = _place("更正原单号", "corrects", Kind.ID, 18)
_REASON = _place("更正原因", "reason", width=20)
_SERVICE = (
    _place("项目", "rule", width=14),
    _place("送餐理由", "ground", width=12),
    _place("送餐员", "volunteer", Kind.ID, 8),
    _place("付给", "to_whom", width=9),
)
_TOLD = _place("怎么算的", "told", width=40)
#: what paper has no room for
_TAIL = (
    _place("对象类别", "category", width=14),
    _place("规则版本", "scheme", width=26),
    _place("刷卡时间", "read_at", Kind.INSTANT, 17),
    _place("记账日", "booked_on", Kind.DATE, 12),
    _place("第几份", "portion", Kind.COUNT, 7),
    _place("登记号", "elder", Kind.ID, 12),
    _place("食堂编号", "canteen", Kind.ID, 9),
    _place("申报编号", "number", Kind.ID, 18),
    _place("条目", "item", Kind.ID, 14),
    _place("来源", "sources", Kind.ID, 30),
    _place(REST, "rest", Kind.ID, 12),
)
#: the columns of a sheet, payers still as one
MEALS = (
    _N, _DAY, _MEALTIME, *_WHO, *_PERSON, _CHANNEL, *_PRICE, _PAYERS, *_OWN, _ASKED, _PROOF,
    _RECEIPT, _PLACE, *_TAIL,
)  # fmt: skip
CORRECTIONS = (
    _N, _DAY, _MEALTIME, *_WHO, _RECEIPT, _CORRECTS, _REASON, *_PRICE, _PAYERS, *_OWN, _ASKED,
    _PLACE, *_PERSON, _CHANNEL, *_TAIL,
)  # fmt: skip
DELIVERIES = (
    _N, _DAY, _MEALTIME, *_WHO, *_PERSON, *_SERVICE, _PAYERS, _ASKED, _PLACE, _CORRECTS, _RECEIPT,
    _CHANNEL, *_TAIL,
)  # fmt: skip
OPERATING = (
    _N, _DAY, *_SERVICE[::3], _TOLD, _PAYERS, _ASKED, _PLACE, _RECEIPT, _CORRECTS, _MEALTIME,
    *_WHO, *_PERSON, _CHANNEL, *_TAIL,
)  # fmt: skip
#: everything in one table, for CSV, which has only one
ALL = (
    _N, _place("类型", "kind", width=6), _DAY, _MEALTIME, *_WHO, *_PERSON, _CHANNEL, *_PRICE,
    _PAYERS, *_OWN, _ASKED, _PROOF, _PLACE, _RECEIPT, _CORRECTS, _REASON, *_SERVICE, *_TAIL[:-3],
)  # fmt: skip
#: names for which the width of a column is none: as wide as the longest, up to a limit
_NAMES, _NAME_WIDTH_MAX = {"name", "tier", "hukou", "canteen_name"}, 26
#: behind this column nothing goes on paper
_LAST_PRINTED = "助餐点"


def sheet_of(row: ClaimRow) -> str:
    """Which sheet a row stands on: 明细表, 更正, 送餐 or 运营."""
    if row.kind == "meal":
        return "明细表"
    if row.kind == "correction":
        return "更正"
    is_carried = row.item.startswith("service:") or row.ground is not None
    return "送餐" if row.kind == "service" and (is_carried or row.volunteer) else "运营"


#: sheet → its columns, and the kind of its rows where they do not say another
SHEETS: Mapping[str, tuple[tuple[Place, ...], str]] = {
    "明细表": (MEALS, "meal"),
    "送餐": (DELIVERIES, "service"),
    "运营": (OPERATING, "grant"),
    "更正": (CORRECTIONS, "correction"),
}


class SheetRows:
    """A sheet that is being filled: its columns with the payers of these claims, its rows and their sums."""

    def __init__(
        self,
        places: Sequence[Place],
        payers: Sequence[str],
        kind: str,
        rows: RowFile,
        zone: tzinfo,
    ) -> None:
        spread = [
            spread
            for place in places
            for spread in (_of_payers(payers) if place is _PAYERS else (place,))
        ]
        shown = {place.of for place in places} | {"shares"}
        self._columns = [place.column for place in spread]
        self._longest = {index: "" for index, place in enumerate(spread) if place.of in _NAMES}
        self.rows = rows
        self._hidden = [name for name in _DEFAULTS if name not in shown]
        self._kind, self._zone = kind, zone
        self._fill = [self._filler(place) for place in spread]
        self._sums = {
            index: 0
            for index, column in enumerate(self._columns)
            if column.kind in NUMBERS and column.is_summed
        }

    def add(self, entry: Entry) -> None:
        """The next row."""
        cells = [fill(entry) for fill in self._fill]
        for index in self._sums:
            self._sums[index] += cells[index] or 0  # type: ignore[operator]
        for index, longest in self._longest.items():
            name = cells[index]
            if isinstance(name, str) and len(name) > len(longest):
                self._longest[index] = name
        self.rows.add(cells)

    def table(self) -> LongTable:
        """What was filled, with its sums."""
        for index, longest in self._longest.items():
            column = self._columns[index]
            width = max(column.width, min(text_width(longest) + 2, _NAME_WIDTH_MAX))
            self._columns[index] = replace(column, width=width)
        totals: list[Cell] = [self._sums.get(index) for index in range(len(self._columns))]
        totals[0] = "合计"
        return LongTable(
            columns=tuple(self._columns),
            rows=(),
            totals=tuple(totals),
            stream=self.rows,
            count=self.rows.count,
            printed=[column.title for column in self._columns].index(_LAST_PRINTED) + 1,
        )

    def _filler(self, place: Place) -> Callable[[Entry], str | int | None]:
        of = place.of
        if of in WORDS:
            words = WORDS[of]
            return lambda entry: words.get(code := getattr(entry.row, of), code)
        if of == "rest":
            return self._rest
        if of.startswith(PAYER):
            payer = of.removeprefix(PAYER)
            return lambda entry: entry.row.shares.get(payer)
        if of == "read_at":
            return lambda entry: _local_text(entry.row.read_at, self._zone)
        return _FILLERS.get(of) or (lambda entry: getattr(entry.row, of))

    def _rest(self, entry: Entry) -> str | None:
        """What of the row no other column says, or none can hold, as JSON."""
        row = entry.row
        told = {
            name: value
            for name in self._hidden
            if (value := getattr(row, name)) != (self._kind if name == "kind" else _DEFAULTS[name])
        }
        if row.reason is not None and printable(row.reason) != row.reason:
            told["reason"] = row.reason
        return json.dumps(told, sort_keys=True, default=str) if told else None


def _of_payers(payers: Sequence[str]) -> list[Place]:
    return [Place(Column(payer, Kind.MONEY, 10), f"{PAYER}{payer}") for payer in payers]


def _local_text(instant: datetime | None, zone: tzinfo) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(" ", "microseconds")


_FILLERS: Mapping[str, Callable[[Entry], str | int | None]] = {
    "number": lambda entry: entry.number,
    "id_number": lambda entry: entry.id_number,
    "told": lambda entry: entry.told,
    "tier": lambda entry: TIER_NAMES[tier_of(entry.row)][0],
    "sources": lambda entry: " ".join(entry.row.sources),
    "served_on": lambda entry: entry.row.served_on.isoformat(),
    "booked_on": lambda entry: entry.row.booked_on.isoformat(),
}
