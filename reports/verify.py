"""`python -m reports.verify CLAIM.xlsx`: adds a claim's workbook up again, for whoever audits it.

Every line, every total, the amounts in words; the claim's SHA-256 from the lines as they stand in the
sheets; the chain of the signed day sheets that the workbook brings with it. This one file and Python are
all it needs; it shares no code with what made the workbook. Exit 0: all holds; 1: what does not, a line
each; 2: not such a workbook.
"""

import hashlib
import heapq
import json
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LINKS = "xl/_rels/workbook.xml.rels"
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - the wall clock's, as spreadsheets count
#: sheet → the kind of its rows; kind → the figure of a claim that they add to
SHEETS = {"明细表": "meal", "送餐": "service", "运营": "grant", "更正": "correction"}
FIGURES = {"meal": "subsidy_fen", "service": "services_fen", "grant": "grants_fen"}
CORRECTIONS = "corrections_fen"
#: what a claim's hash is made of, in its order: field → the column that says it
FIELDS = {
    "n": "序号", "kind": "", "item": "条目", "sources": "来源", "served_on": "日期",
    "booked_on": "记账日", "canteen": "食堂编号", "receipt": "收据号", "corrects": "更正原单号",
    "reason": "更正原因", "elder": "登记号", "age": "年龄", "category": "对象类别",
    "mealtime": "餐次", "channel": "就餐方式", "portion": "第几份", "read_at": "刷卡时间",
    "proof": "核验方式", "price_fen": "餐费标价", "elder_fen": "个人自付",
    "discount_fen": "食堂让利", "shares": "", "other_fen": "另行申报", "scheme": "规则版本",
    "rule": "项目", "to_whom": "付给", "ground": "送餐理由", "volunteer": "送餐员",
}  # fmt: skip
MONEY = ("price_fen", "elder_fen", "discount_fen", "other_fen")
#: of 汇总表: column → what lines add up to
OF_CLAIM = {
    "人数": "persons", "人次": "meals", "餐费合计": "meal_price_fen", "自付合计": "meal_elder_fen",
    "食堂让利": "meal_discount_fen", "餐次补贴": "subsidy_fen", "送餐与服务": "services_fen",
    "运营补贴": "grants_fen", "上期更正": CORRECTIONS, "本期应拨": "asked",
}  # fmt: skip
OF_TIER = {
    "人数": "elders", "人次": "meals", "餐费": "price_fen", "个人自付": "elder_fen",
    "食堂让利": "discount_fen", "另行申报": "other_fen", "本单补贴": "asked",
}  # fmt: skip
TOTAL = "合计"
RATE = "每餐补贴"
#: what is counted, not added up
COUNTED = ("人数", RATE)
#: the line of 汇总表 that holds what persons were served beside their meals
SERVICES = "送餐等服务"
#: what can be wrong
SAYS = {
    "asked": "本单补贴不是各级之和 / asked is not the sum of the payers",
    "price": "标价 ≠ 自付＋让利＋各级＋另行申报 / price is not elder, discount, shares and other",
    "receipt": "记账日的日报里没有这张收据 / its receipt is not in the signed day sheet",
    "twice": "收据号出现两次 / its receipt is there twice",
    "n": "序号重复或前面缺行 / its number is doubled, or a line before is missing",
    "stranger": "不属于这里的申报 / of no claim in this workbook",
    "total": "合计不是各行之和 / the total is not the sum of its rows",
    "untotalled": "没有合计这一行 / has no total",
    "computed": "只有合计才用公式 / only a total may be a formula",
    "doubled": "同一行或同一格写了两次 / a row or a cell is there twice",
    "hidden": "被隐藏 / is hidden",
    "alien": "申报工作簿里没有这张表 / is no sheet of a claim's workbook",
    "unread": "不是这张表的行 / is no row of this sheet",
    "named": "同一登记号有两个姓名或证件号 / one register number with two names or ID numbers",
    "formula": "合计的公式不是各行之和 / its formula sums other cells",
    "summary": "和明细不符 / not what the lines add up to",
    "missing": "汇总里缺这一行 / has no line in the summary",
    "capitals": "应写这一行，金额和大写 / this line with amount and words is missing",
    "head": "申报写的数和明细不符 / not what the claim says of itself",
    "sha256": "校验码和明细不符：提交后被改过（或另存过）/ SHA-256 does not fit the lines (or saved anew)",
    "after": "在合计下面，没有算进去 / stands below the total and is in no sum",
    "checks": "“核对”表没有照原样写 / 核对 does not say this as it was submitted",
    "shown": "“核对”表没有写它的校验码 / 核对 does not show its SHA-256",
    "sheet": "日报原文和校验码不符 / the day sheet does not fit its SHA-256",
    "replaced": "没有接上它替换的那一版 / does not follow the version it replaces",
    "previous": "没有接上前一天的日报 / does not follow the day before",
}
Value = str | Decimal | None


class NotAClaimError(Exception):
    """The file is no workbook of a claim."""


class Cell(NamedTuple):
    """A cell's value, and its formula."""

    value: Value
    formula: str | None = None


NOTHING = Cell(None)
Row = dict[str, Cell]


class Workbook:
    """The sheets of an XLSX file, read row after row."""

    def __init__(self, path: str) -> None:
        self._zip = zipfile.ZipFile(path)
        #: what no workbook of ours has: (where, what)
        self.odd: dict[tuple[str, str], None] = {}
        links = {one.get("Id"): one.get("Target", "") for one in self._tree(LINKS)}
        self.parts = {}
        for one in self._tree("xl/workbook.xml").iter(f"{MAIN}sheet"):
            name = str(one.get("name"))
            self.parts[name] = "xl/" + links[one.get(LINK)].removeprefix("/xl/")
            if one.get("state", "visible") != "visible":
                self.odd[name, "hidden"] = None
        self._shared: list[str] = []
        if "xl/sharedStrings.xml" in self._zip.namelist():
            self._shared = [_text(one) for one in self._tree("xl/sharedStrings.xml")]

    def _tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._zip.read(part))

    def rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """Row numbers, and cells by the letters of their columns."""
        last = 0
        with self._zip.open(self.parts[name]) as part:
            for _, element in ElementTree.iterparse(part):
                if element.tag == f"{MAIN}col" and _is_hidden(element, "width"):
                    self.odd[f"{name} 第 {element.get('min')} 列", "hidden"] = None
                if element.tag == f"{MAIN}row":
                    cells = {
                        str(one.get("r")).rstrip("0123456789"): self._cell(one) for one in element
                    }
                    number = int(element.get("r", "0"))
                    is_total = cells.get("A", NOTHING).value == TOTAL
                    odd = {
                        "hidden": _is_hidden(element, "ht"),
                        "doubled": number <= last or len(cells) < len(element),
                        "computed": not is_total and any(one.formula for one in cells.values()),
                    }
                    place = f"{name} 第 {number} 行"
                    self.odd |= {(place, what): None for what, is_so in odd.items() if is_so}
                    last = number
                    yield number, cells
                    element.clear()

    def _cell(self, element: ElementTree.Element) -> Cell:
        kind, value = element.get("t", "n"), element.findtext(f"{MAIN}v")
        shared = element.find(f"{MAIN}f")
        formula = None if shared is None else shared.text or "?"
        if kind == "inlineStr":
            return Cell(_text(element) or None, formula)
        if kind == "s":
            return Cell(self._shared[int(value or 0)] or None, formula)
        if kind != "n":
            return Cell(value or None, formula)
        return Cell(None if not value else Decimal(value), formula)


def _text(element: ElementTree.Element) -> str:
    """The text of all runs; a coded character (ECMA-376, ST_Xstring) as it was meant."""
    text = "".join(one.text or "" for one in element.iter(f"{MAIN}t"))
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _is_hidden(element: ElementTree.Element, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or Decimal(element.get(size, "1")) == 0


class Sums:
    """What some lines add up to."""

    def __init__(self) -> None:
        self.fen: Counter[str] = Counter()
        self.persons: set[str] = set()
        self.elders: set[str] = set()
        self.rates: set[int] = set()

    def add(self, line: Mapping[str, Any], asked: int) -> None:
        """One line more."""
        money = {name: line[name] for name in MONEY}
        figure = FIGURES.get(line["kind"], CORRECTIONS)
        self.fen.update(money | line["shares"] | {figure: asked, "lines": len(line["sources"])})
        self.fen["asked"] += asked
        self.elders |= {line["elder"]} - {None}
        if line["kind"] == "meal":
            self.rates.add(asked)
            self.fen.update({"meals": 1} | {f"meal_{name}": fen for name, fen in money.items()})
            self.persons |= {line["elder"]} - {None}

    def figure(self, name: str) -> int:
        """A figure of a claim: its price, own part and discount are those of its meals."""
        if name in ("persons", "elders"):
            return len(getattr(self, name))
        return self.fen[f"meal_{name}" if name in MONEY else name]


class Verifier:
    """One workbook, looked through once; `faults` says what does not hold, and where."""

    def __init__(self, path: str) -> None:
        self.book = Workbook(path)
        self.faults: list[str] = []
        self.claims: dict[str, Sums] = defaultdict(Sums)
        self.tiers: dict[str, Sums] = defaultdict(Sums)
        self.receipts: dict[tuple[str, str], set[str]] = {}
        self.names: dict[Value, tuple[Value, Value]] = {}
        self.count = 0
        if not {"汇总表", *SHEETS, "核对", "校验"} <= self.book.parts.keys():
            raise NotAClaimError("不是补贴申报的工作簿 / no workbook of a claim")
        self.texts = self._read_texts()
        told = json.loads(self.texts["代码"][0][2])
        self.payers: list[str] = told["payers"]
        self.codes: dict[str, dict[str, str]] = told["words"]
        self.zone = _zone(told["zone"])
        self.summed = {*OF_CLAIM, *OF_TIER, *self.payers} - {*COUNTED}
        self.summed |= {FIELDS[name] for name in MONEY} | {"本单补贴"}

    def must(self, holds: bool, where: str, what: str, detail: str = "") -> None:
        """Note what does not hold."""
        if not holds:
            self.faults.append(f"{where}：{detail} {SAYS[what]}".replace("： ", "："))

    def run(self) -> None:
        """Everything."""
        self._check_chain()
        self._check_lines()
        self._check_answers()
        self._check_summary()
        for name in self.book.parts:
            is_ours = re.fullmatch(f"汇总表|核对|({'|'.join(SHEETS)}|校验)( \\d\\d?)?", name)
            self.must(bool(is_ours), name, "alien")
        for where, what in self.book.odd:
            self.must(False, where, what)

    def _read_texts(self) -> dict[str, list[tuple[str, Value, str]]]:
        """Kind → number, SHA-256 and text, each text put together from its cells."""
        found: dict[str, list[tuple[str, Value, str]]] = defaultdict(list)
        for _, row in self._rows("校验", "种类"):
            kind, text = str(row["种类"].value), str(row["原文"].value or "")
            if row["段"].value != 1:
                text = found[kind].pop()[2] + text
            found[kind].append((str(row["编号"].value), row["SHA-256"].value, text))
        found["日报"] = list(dict.fromkeys(found["日报"]))  # each claim of a canteen brings them
        return found

    def _check_chain(self) -> None:
        """Each signed day sheet's own hash, and the two before it, in the order of signing."""
        newest: dict[tuple[str, str], tuple[int, Value]] = {}
        for number, sha256, text in self.texts["日报"]:
            facts = json.loads(text)
            canteen, day, version, _, lines, *_, previous, replaced = facts
            where = f"校验 日报 {number} {day} 第 {version} 版"
            made = hashlib.sha256(_canonical(facts).encode()).hexdigest()
            self.must(made == sha256, where, "sheet")
            before = newest.get((canteen, day), (0, None) if version == 1 else None)
            self.must(before in (None, (version - 1, replaced)), where, "replaced")
            last = max((one for code, one in newest if code == canteen and one < day), default=None)
            is_next = last is None or previous == newest[canteen, last][1]
            self.must(is_next, where, "previous", str(last))
            newest[canteen, day] = (version, sha256)
            self.receipts[canteen, day] = set(json.loads(lines))

    def _check_lines(self) -> None:
        """Every line and total of the four sheets, and the hash of each claim over its lines."""
        claims = self.texts["申报"]
        order = {number: at for at, (number, *_) in enumerate(claims)}
        hashes = [hashlib.sha256(_canonical(json.loads(text)).encode()) for *_, text in claims]
        seen: Counter[str] = Counter()
        sheets = [self._lines(name, kind) for name, kind in SHEETS.items()]
        lines = heapq.merge(*sheets, key=lambda one: (order.get(one[0], -1), one[1]["n"]))
        for number, line, where in lines:
            self.count += 1
            self.must(number in order, where, "stranger", number)
            self.must(line["n"] == seen[number] + 1, where, "n", str(line["n"]))
            seen[number] = line["n"]
            if number in order:
                values = [line[field] for field in FIELDS]
                hashes[order[number]].update(_canonical(values).encode())
        told = self._told("核对")
        for (number, sha256, text), made in zip(claims, hashes, strict=True):
            where, head = f"申报 {number}", json.loads(text)
            for name, fen in (head[2] | {"asked": head[3]}).items():
                found = self.claims[number].figure(name)
                self.must(found == fen, where, "head", f"{name} {fen}，{found}")
            self.must(sha256 in (None, made.hexdigest()), where, "sha256")
            self.must(sha256 is None or f"{number} SHA-256：{sha256}" in told, where, "shown")

    def _check_answers(self) -> None:
        """核对: what each check found and what was answered, as the claim's hash holds it."""
        rows = [
            [cells.get(at, NOTHING).value for at in "ABCDEF"] for _, cells in self.book.rows("核对")
        ]
        told: set[tuple[object, ...]] = {(a, b, d, e, f) for a, b, _, d, e, f in rows}
        told |= {(a, b, c, e) for a, b, c, _, e, _ in rows}
        for number, _, text in self.texts["申报"]:
            for one in json.loads(json.loads(text)[4] or "[]"):
                found, answers = one["findings"], one["answers"]
                passed = f"{'有发现' if found else '过'} {one['shown']}".strip()
                wanted: list[tuple[object, ...]] = [
                    (number, one["zh"], passed, len(found), len(answers))
                ]
                wanted += [
                    (number, one["zh"], of["zh"], answers.get(of["key"]) or None) for of in found
                ]
                for row in wanted:
                    self.must(row in told, f"申报 {number}", "checks", f"{one['zh']}：{row[2]}")

    def _lines(self, name: str, kind: str) -> Iterator[tuple[str, dict[str, Any], str]]:
        """The lines of a sheet, each checked in itself."""
        taken: set[tuple[str, str]] = set()
        for where, row in self._rows(name, "序号"):
            number = str(row["申报编号"].value)
            try:
                line, asked = self._line(row, kind), _fen(row["本单补贴"])
                line["n"] = int(line["n"])
            except (ValueError, TypeError):
                self.must(False, where, "unread")
                continue
            shares = sum(line["shares"].values())
            self.must(asked == shares, where, "asked", f"{_yuan(asked)}，{_yuan(shares)}")
            if name in ("明细表", "更正"):
                paid = line["elder_fen"] + line["discount_fen"] + shares + line["other_fen"]
                price = line["price_fen"]
                self.must(price == paid, where, "price", f"{_yuan(price)}，{_yuan(paid)}")
            if name == "明细表":
                receipt, day = line["receipt"], (line["canteen"], line["booked_on"])
                self.must(receipt in self.receipts.get(day, ()), where, "receipt", receipt)
                takes = {(receipt, of) for of in (number, *line["shares"])}
                self.must(not takes & taken, where, "twice", receipt)
                taken |= takes
            who = (row["姓名"].value, row["身份证号"].value)
            is_one = line["elder"] is None or self.names.setdefault(line["elder"], who) == who
            self.must(is_one, where, "named", f"{line['elder']} {who[0]}")
            self.claims[number].add(line, asked)
            is_service = line["kind"] == "service" and line["elder"]
            self.tiers[SERVICES if is_service else str(row["档"].value)].add(line, asked)
            yield number, line, where

    def _line(self, row: Row, kind: str) -> dict[str, Any]:
        """A row as the claim's hash sees it."""
        line: dict[str, Any] = {}
        for field, title in FIELDS.items():
            cell = row.get(title, NOTHING)
            if field in MONEY:
                line[field] = _fen(cell)
            elif isinstance(cell.value, Decimal):
                line[field] = self._number(field, cell.value)
            else:
                line[field] = self.codes.get(field, {}).get(cell.value or "", cell.value)
        shares = {payer: _fen(row[payer]) for payer in self.payers if row[payer].value is not None}
        line |= {"kind": kind, "shares": shares, "sources": str(line["sources"] or "").split(" ")}
        return line | json.loads(str(row["校验补充"].value or "{}"))

    def _number(self, field: str, value: Decimal) -> int | str:
        """A count, a day, or an instant: a day and its part by the wall clock, to the microsecond."""
        if field not in ("served_on", "booked_on", "read_at"):
            return int(value)
        local = DAY_ZERO + timedelta(microseconds=round(value * 86_400 * 10**6))
        if field != "read_at":
            return local.date().isoformat()
        return local.replace(tzinfo=self.zone).astimezone(UTC).isoformat(timespec="microseconds")

    def _check_summary(self) -> None:
        """汇总表: each claim, each class, each payer, and the whole in words."""
        payers = {payer: payer for payer in self.payers}
        self._compare("助餐点", "申报编号", self.claims, OF_CLAIM | payers)
        self._compare("档", "档", self.tiers, OF_TIER | payers)
        whole: Counter[str] = Counter()
        for sums in self.claims.values():
            whole.update(sums.fen)
        wanted = {
            name: f"{name}：{_yuan(fen)} 元，人民币{capitals(fen)}"
            for name, fen in {
                "申报金额": whole["asked"],
                **{one: whole[one] for one in payers},
            }.items()
        }
        told = [line for line in self._told("汇总表") if str(line).partition("：")[0] in wanted]
        for line in wanted.values():
            self.must(line in told and len(told) == len(wanted), "汇总表", "capitals", line)

    def _told(self, name: str) -> list[Value]:
        """The lines of a sheet that stand over all columns."""
        return [cells["A"].value for _, cells in self.book.rows(name) if "A" in cells]

    def _compare(
        self, first: str, key: str, sums: Mapping[str, Sums], columns: Mapping[str, str]
    ) -> None:
        missing = set(sums)
        for where, row in self._table("汇总表", first):
            one = str(row[key].value)
            missing.discard(one)
            for title, name in columns.items():
                is_count = name in ("meals", "persons", "elders")
                told = _fen(row[title]) // (100 if is_count else 1)
                held = sums.get(one, Sums())
                found = held.figure(name) if is_count else held.fen[name]
                say = str if is_count else _yuan
                self.must(told == found, where, "summary", f"{title} {say(told)}，{say(found)}")
            if RATE in row:
                rates = [f"{fen // 100}.{fen % 100:02}" for fen in sorted(held.rates)]
                told_rate = row[RATE].value
                shown = _yuan(_fen(row[RATE])) if isinstance(told_rate, Decimal) else told_rate
                known = "–".join(dict.fromkeys((rates[0], rates[-1]))) if rates else None
                self.must(shown == known, where, "summary", f"{RATE} {shown}，{known}")
        for one in sorted(missing):
            self.must(False, "汇总表", "missing", one)

    def _rows(self, name: str, first: str) -> Iterator[tuple[str, Row]]:
        """The rows of a sheet's table, and of the sheets where it goes on."""
        more = [f"{name} {n}" for n in range(2, 100) if f"{name} {n}" in self.book.parts]
        for part in (name, *more):
            yield from self._table(part, first)

    def _table(self, name: str, first: str) -> Iterator[tuple[str, Row]]:
        """The rows, by titles, of the table whose columns begin with `first`; its totals are checked on
        the way."""
        titles: dict[str, Value] = {}
        sums: Counter[str] = Counter()
        begins = 0
        is_over = False
        for number, cells in self.book.rows(name):
            filled = {at: cell for at, cell in cells.items() if cell.value is not None}
            head = cells.get("A", NOTHING).value
            if not titles:
                found = {at: cell.value for at, cell in filled.items()}
                if head == first:
                    titles, begins = found, number + 1
                continue
            where = f"{name} 第 {number} 行"
            if is_over:
                self.must(len(filled) <= 1, where, "after")
                continue
            if head == TOTAL:
                is_over = True
                for at, title in titles.items():
                    if title in self.summed:
                        total = cells.get(at, NOTHING)
                        self._check_total(f"{where} {title}", at, total, sums[at], begins, number)
                if name == "汇总表":  # another table follows
                    return
                continue
            if len(filled) <= 1:
                break
            for at, cell in filled.items():
                sums[at] += _fen(cell)
            yield where, {str(title): cells.get(at, NOTHING) for at, title in titles.items()}
        self.must(is_over or name.startswith("校验"), name, "untotalled", first)

    def _check_total(
        self, where: str, at: str, total: Cell, added: int, first: int, number: int
    ) -> None:
        is_sum = isinstance(total.value, Decimal) and _fen(total) == added
        self.must(is_sum, where, "total", f"{total.value}，{_yuan(added)}")
        last = number - 1
        wanted = (f"SUM({at}{first}:{at}{last})", f"SUM({at}{first})" if first == last else "")
        self.must(last < first or total.formula in wanted, where, "formula")


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _fen(cell: Cell) -> int:
    return round(cell.value * 100) if isinstance(cell.value, Decimal) else 0


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):.2f}"


def _zone(name: str) -> tzinfo:
    """A machine that knows no zones still knows China's."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=8))


def capitals(fen: int) -> str:
    """An amount in words, digit by digit (正确填写票据和结算凭证的基本规定)."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
    yuan, jiao, last = abs(fen) // 100, abs(fen) // 10 % 10, abs(fen) % 10
    words, owes_zero = "", False
    for place, digit in zip(range(len(str(yuan)) - 1, -1, -1), str(yuan), strict=True):
        if digit == "0":
            owes_zero = bool(words)
        else:
            words += ("零" if owes_zero else "") + digits[int(digit)] + units[place % 4]
            owes_zero = False
        if place % 4 == 0 and yuan // 10**place % 10**4:
            words, owes_zero = words + ("", "万", "亿")[place // 4], False
    if yuan or not abs(fen) % 100:
        words = (words or "零") + "元"
    words += f"{digits[jiao]}角" if jiao else "零" if yuan and last else ""
    return ("负" if fen < 0 else "") + words + (f"{digits[last]}分" if last else "整")


def main(arguments: list[str]) -> int:
    """Verify the workbook that is named; the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("用法 / usage: python verify.py CLAIM.xlsx\n")
        return 2
    try:
        verifier = Verifier(arguments[0])
        verifier.run()
    except (OSError, zipfile.BadZipFile, ElementTree.ParseError, NotAClaimError, LookupError,
            ValueError, TypeError, ArithmeticError) as error:  # fmt: skip
        sys.stderr.write(f"读不了 / cannot be read: {type(error).__name__}: {error}\n")
        return 2
    for fault in verifier.faults:
        sys.stdout.write(fault + "\n")
    sheets, claims = len(verifier.texts["日报"]), len(verifier.texts["申报"])
    sent = sum(one[1] is not None for one in verifier.texts["申报"])
    sys.stdout.write(
        f"{verifier.count} 行，{claims} 份申报（{sent} 份有校验码），{sheets} 张日报："
        f"{len(verifier.faults)} 处不符 / lines, claims (with a hash), day sheets: faults\n"
    )
    whole = hashlib.sha256(Path(arguments[0]).read_bytes()).hexdigest()
    sys.stdout.write(
        f"整份文件 SHA-256 {whole}：姓名、证件号、户籍、抬头、状态、提交人只由它保证，"
        "请与操作记录里这次导出的核对"
        " / of the whole file: names, ID numbers, headings, state and who sent it rest on it alone; "
        "compare it with the trail\n"
    )
    return 1 if verifier.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
