"""The set-up file of a world (contract.md §2): its tables, its faults, and its areas and funders.

Ground floor: text in, rows and faults out. What the database already holds comes in as `Known`, so
that every wrong reference is found in one reading, all at once, each with table, key and line.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from canteen.rules.errors import Invalid
from canteen.rules.scheme import AREA_DIGITS
from canteen.rules.scheme_text import Faults, SchemeError, Table, read_toml
from canteen.rules.setup_values import SetupLines, ask_area, ask_code, ask_flag

TABLES = ("area", "funder", "canteen", "elder", "test_card", "volunteer", "user")


class SetupInvalid(Invalid):
    """A set-up file that cannot be used; `errors` holds every fault of it."""

    errors: tuple[SchemeError, ...]

    def __init__(self, errors: Collection[SchemeError]) -> None:
        errors = tuple(dict.fromkeys(errors))
        super().__init__(
            "setup_invalid",
            f"设置文件有 {len(errors)} 处错误，什么都没有写入",
            f"The set-up file has {len(errors)} faults; nothing was written",
            errors=errors,
        )


@dataclass(slots=True)
class Known:
    """What the database already holds, by code; reading a file adds what the file declares."""

    areas: set[str] = field(default_factory=set)
    funders: set[str] = field(default_factory=set)
    canteens: set[str] = field(default_factory=set)
    #: (canteen code, counter code)
    counters: set[tuple[str, str]] = field(default_factory=set)
    #: reader code → canteen code
    readers: dict[str, str] = field(default_factory=dict)
    #: card uid → number of the elder who holds it, "" for a test card
    cards: dict[str, str] = field(default_factory=dict)
    #: categories beyond the register's that schemes declare
    categories: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class FunderRow:
    """A funder in its area. `settings` holds only the columns the file writes: others stay as they are."""

    code: str
    name: str
    area: str
    settings: dict[str, int | bool] = field(default_factory=dict)


class SetupTables:
    """One reading of one file: its tables in order, and the faults so far."""

    def __init__(self, text: str, file: str) -> None:
        self.faults = Faults(file, SetupLines(text))
        data = read_toml(text, self.faults)
        if data is None:
            raise SetupInvalid(self.faults.found)
        self.head = Table(data, self.faults, "", "", ())

    def tables(self, name: str) -> Iterator[Table]:
        """The `[[name]]` tables at the top of the file."""
        yield from self._each(self.head, name, name)

    def inner(self, outer: Table, label: str, name: str) -> Iterator[Table]:
        """The `[[outer.name]]` tables of one row."""
        yield from self._each(outer, name, f"{label}.{name}")

    def _each(self, outer: Table, name: str, label: str) -> Iterator[Table]:
        for number, value in enumerate(outer.items(name) if outer.has(name) else (), start=1):
            if not isinstance(value, dict):
                outer.wrong_type(name, value, f"[[{label}]] 各节", f"sections [[{label}]]")
                continue
            path = f"{label}[{number}]"
            yield Table(value, self.faults, path, path, ())


def label_of(table: Table) -> str:
    """The path of a table as faults name it: `canteen[2]`."""
    return table._label


def note_repeat(table: Table, key: str, value: str, seen: set[str]) -> None:
    """A code that stands twice in one table of the file is a fault of the second."""
    if value and value in seen:
        table.fault(
            key, f"{value!r} 在文件里写了两次", f"{value!r} stands twice in the file; keep one"
        )
    seen.add(value)


def must_be_known(table: Table, key: str, value: str, known: Collection[str], kind: str) -> None:
    """A reference must name something of the file or the database."""
    if value and value not in known:
        table.fault(
            key,
            f"{value!r} 不在 [[{kind}]] 里，数据库里也没有；请先写上",
            f"{value!r} is in no [[{kind}]] of the file nor in the database; add it",
        )


def read_areas(tables: SetupTables, known: Known) -> tuple[AreaRow, ...]:
    """The `[[area]]` rows, and the areas above them that nobody listed, named by their code: a tree
    has no holes, and a funder may be an office of any of them."""
    rows, seen = [], set[str]()
    for table in tables.tables("area"):
        code = ask_area(table, "code")
        note_repeat(table, "code", code, seen)
        rows.append(AreaRow(code, table.text("name", required=True) or ""))
        table.close()
    listed = seen - {""}
    above = {code[:digits] for code in listed for digits in AREA_DIGITS.values()}
    implied = sorted(above - listed - known.areas)
    known.areas |= listed | above
    return (*(AreaRow(code, code) for code in implied), *rows)


def read_funders(tables: SetupTables, known: Known) -> tuple[FunderRow, ...]:
    """The `[[funder]]` rows."""
    rows, seen = [], set[str]()
    for table in tables.tables("funder"):
        code = ask_code(table, "code")
        note_repeat(table, "code", code, seen)
        area = ask_area(table, "area")
        must_be_known(table, "area", area, known.areas, "area")
        name = table.text("name", required=True) or ""
        rows.append(FunderRow(code, name, area, _funder_settings(table)))
        table.close()
    known.funders |= seen - {""}
    return tuple(rows)


def _funder_settings(table: Table) -> dict[str, int | bool]:
    """Whether its money lies with us, the day it wants claims by, the days it pays within."""
    asked = {
        "is_fund": ask_flag(table, "is_fund"),
        "claim_by_day": table.whole("claim_by_day", 1, 28),
        "pay_within_days": table.whole("pay_within_days", 1, 366),
    }
    return {key: value for key, value in asked.items() if value is not None}
