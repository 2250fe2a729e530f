"""Reading a TOML table with a list of all its faults: every wrong key at once, in both languages.

Ground floor, below `scheme_parser`: this file knows types and lines, that one knows the vocabulary.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from canteen.rules.errors import Invalid

FEN_MAX = 1_000_000_000
"""No amount of a scheme is larger than ten million yuan."""


@dataclass(frozen=True, slots=True)
class SchemeError:
    """One fault of a scheme or case file: where (`file`, `key`, `line` if known) and why."""

    file: str
    key: str
    message_zh: str
    message_en: str
    line: int | None = None

    def as_json(self) -> dict[str, str | int]:
        """`{"file", "key", "message"}`, and `line` where known; the message in both languages."""
        found: dict[str, str | int] = {
            "file": self.file,
            "key": self.key,
            "message": f"{self.message_zh} / {self.message_en}",
        }
        if self.line is not None:
            found["line"] = self.line
        return found


class SchemeInvalid(Invalid):
    """A scheme file that cannot be used; `errors` holds every fault of it, not the first only."""

    errors: tuple[SchemeError, ...]

    def __init__(self, errors: Collection[SchemeError]) -> None:
        super().__init__(
            "scheme_invalid",
            f"补贴办法文件有 {len(errors)} 处错误",
            f"The scheme file has {len(errors)} faults",
            errors=tuple(errors),
        )


_PLACE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-\"']+)\s*\]\]?\s*(?:#.*)?")


class Lines:
    """Where the tables and keys of a TOML text stand, by their headers; a help, never needed."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._blocks: dict[str, tuple[int, int]] = {}
        counts: dict[str, int] = {}
        open_name, open_at = "", 1
        for number, line in enumerate([*self._lines, "[end]"], start=1):
            found = _HEADER.fullmatch(line)
            if found is None:
                continue
            name = found.group(2).replace('"', "").replace("'", "")
            if open_name and name.startswith(open_name.partition("[")[0] + "."):
                continue  # [rule.amount] belongs to the [[rule]] above it
            self._blocks[open_name] = (open_at, number)
            if found.group(1) == "[[":
                counts[name] = counts.get(name, 0) + 1
                name = f"{name}[{counts[name]}]"
            open_name, open_at = name, number

    def text_of(self, block: str) -> str | None:
        """The text of a block ("rule[2]"), without the comments that lead over to the next one."""
        if block not in self._blocks:
            return None
        start, end = self._blocks[block]
        lines = self._lines[start - 1 : end - 1]
        while lines and not lines[-1].partition("#")[0].strip():
            lines.pop()
        return "\n".join(lines)

    def line_of(self, block: str, keys: tuple[str, ...]) -> int | None:
        """The line of the deepest of `keys` inside `block`, else of the block itself, else None."""
        if block not in self._blocks:
            return None
        start, end = self._blocks[block]
        for key in reversed(keys):
            wanted = re.compile(rf"\s*(\[[\w.\-]*\.)?([\w.\-\"]*\.)?\"?{re.escape(key)}\"?\s*[=\]]")
            for number in range(start, end):
                if number <= len(self._lines) and wanted.match(self._lines[number - 1]):
                    return number
        return start if block else None


@dataclass(slots=True)
class Faults:
    """The faults found so far in one file."""

    file: str
    lines: Lines
    found: list[SchemeError] = field(default_factory=list)

    def add(self, key: str, zh: str, en: str, line: int | None = None) -> None:
        """Note one fault."""
        self.found.append(SchemeError(self.file, key, zh, en, line))


def read_toml(text: str, faults: Faults) -> Mapping[str, Any] | None:
    """The tables of a TOML text; None, and one fault with its line, when it cannot be read."""
    try:
        # Decimal, so that no float is ever made of a file, not even of a wrong one.
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        why = _PLACE.sub("", str(error)).strip()
        end = max(1, len(text.splitlines()))
        line = int(place.group(1)) if place and place.group(1) else end
        faults.add(
            "", f"第 {line} 行不是正确的 TOML：{why}", f"line {line} is not TOML: {why}", line
        )
    except (ValueError, ArithmeticError):
        faults.add("", "有个数字太长，读不了", "a number in it is too long to be read")
    except RecursionError:
        faults.add("", "嵌套太深", "it is nested too deeply")
    return None


_KINDS = {
    "bool": ("true/false", "true or false"),
    "int": ("整数", "a whole number"),
    "Decimal": ("小数", "a decimal number"),
    "str": ("文字", "text"),
    "list": ("列表", "a list"),
    "dict": ("一组 { }", "a table"),
    "date": ("日期", "a date"),
    "datetime": ("日期加时间", "a date with a time"),
    "time": ("时间", "a time"),
}


def kind_of(value: object) -> tuple[str, str]:
    """What a TOML value is, in words an official understands: Chinese and English."""
    return _KINDS[type(value).__name__]


class Table:
    """One TOML table being read: asks for keys by type, notes what is wrong, never raises.

    Each question answers None (or an empty value) when the key is missing or wrong; a missing key
    is a fault only where `required`. `close()` notes the keys that nobody asked for.
    """

    def __init__(
        self, data: Mapping[str, Any], faults: Faults, label: str, block: str, keys: tuple[str, ...]
    ) -> None:
        self._data = data
        self.faults = faults
        self._label = label
        self._block = block
        self._keys = keys
        self._asked: set[str] = set()

    def fault(self, key: str, zh: str, en: str) -> None:
        """Note a fault of `key` ("" is the table itself)."""
        parts = (*self._keys, key) if key else self._keys
        full = ".".join(part for part in (self._label, *parts) if part)
        self.faults.add(full, zh, en, self.faults.lines.line_of(self._block, parts))

    def take(self, key: str, required: bool = False) -> Any:
        """The raw value, or None."""
        self._asked.add(key)
        value = self._data.get(key)
        if value is None and required:
            self.fault(key, "缺少这一项", "this key is missing")
        return value

    def has(self, key: str) -> bool:
        """Whether the key is written in the file at all."""
        self._asked.add(key)
        return key in self._data

    @property
    def keys(self) -> list[str]:
        """The keys written in the file, in its order."""
        return list(self._data)

    def close(self) -> None:
        """Note every key that no question was asked about."""
        for key in self._data:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.fault(key, f"不认识的项；可用：{known}", f"unknown key; known are: {known}")

    def wrong_type(self, key: str, value: object, zh: str, en: str) -> None:
        """Note that `key` should have been something else."""
        self.fault(
            key,
            f"应为{zh}，写成了{kind_of(value)[0]}",
            f"must be {en}, not {kind_of(value)[1]}",
        )

    def text(self, key: str, default: str | None = None, required: bool = False) -> str | None:
        """A short text of 1 to 64 characters without blanks at its ends."""
        value = self.words(key, default=None, required=required)
        if value is None:
            return default
        if not value.strip() or value != value.strip() or len(value) > 64:
            self.fault(
                key,
                "文字不能为空，首尾不能有空格，最多 64 字",
                "the text must not be empty, begin or end with a blank, or be over 64 characters",
            )
            return default
        return value

    def words(self, key: str, default: str | None = None, required: bool = False) -> str | None:
        """Any text, for people to read."""
        value = self.take(key, required)
        if value is None:
            return default
        if not isinstance(value, str):
            self.wrong_type(key, value, "文字(加引号)", "text in quotes")
            return default
        return value

    def whole(
        self, key: str, low: int = 0, high: int = FEN_MAX, required: bool = False
    ) -> int | None:
        """A whole number from `low` to `high`."""
        value = self.take(key, required)
        if value is None:
            return None
        if type(value) is not int:
            self.wrong_type(key, value, "整数(不加引号，无小数)", "a whole number without quotes")
            return None
        if not low <= value <= high:
            self.fault(
                key,
                f"应在 {low} 到 {high} 之间，写成了 {value}",
                f"must be {low} to {high}, is {value}",
            )
            return None
        return value

    def choice(self, key: str, options: Collection[Any], default: Any = None) -> Any:
        """One of `options` of the same type, else `default`."""
        value = self.take(key, required=default is None)
        if value is None:
            return default
        if type(value) not in {type(option) for option in options} or value not in options:
            listed = ", ".join(str(option) for option in options)
            self.fault(key, f"只能是：{listed}", f"must be one of: {listed}")
            return default
        return value

    def day(self, key: str) -> date | None:
        """A TOML local date: `from = 2024-01-01` without quotes."""
        value = self.take(key)
        if value is None:
            return None
        if type(value) is not date:
            self.wrong_type(
                key,
                value,
                "日期，直接写 2024-01-01, 不加引号、不带时间",
                "a local date written as 2024-01-01 without quotes and without a time",
            )
            return None
        return value

    def items(self, key: str) -> list[Any]:
        """A list with at least one entry."""
        value = self.take(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong_type(key, value, "列表 [ ]", "a list in [ ]")
            return []
        if not value:
            self.fault(key, "列表是空的；不限制就不写", "the list is empty; leave the key out")
        return value

    def table(self, key: str) -> "Table | None":
        """The table under `key`, or None."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong_type(key, value, "一组 { }", "a table in { }")
            return None
        return Table(value, self.faults, self._label, self._block, (*self._keys, key))

    def tables(self, key: str) -> "list[Table]":
        """The list of tables under `key` (`any`, `tiers`); entries that are no table are faults."""
        found = []
        for number, value in enumerate(self.items(key), start=1):
            if not isinstance(value, dict):
                self.wrong_type(key, value, "一列 { }", "a list of tables in { }")
                continue
            keys = (*self._keys, f"{key}[{number}]")
            found.append(Table(value, self.faults, self._label, self._block, keys))
        return found
