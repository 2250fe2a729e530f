"""The canteens of a set-up file: settings, mealtimes, prices, counters and readers.

Ground floor, above `setup_file`: rows and faults out, nothing of it asks a database.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from canteen.rules.days import CHANNELS, Window, check_windows
from canteen.rules.delivery_entitlement import parse_grounds
from canteen.rules.errors import Invalid
from canteen.rules.reader_profiles import check_profile
from canteen.rules.scheme_text import Table
from canteen.rules.setup_file import Known, SetupTables, label_of, must_be_known, note_repeat
from canteen.rules.setup_values import (
    LONG_AGO,
    ask_area,
    ask_checked,
    ask_clock,
    ask_code,
    ask_day,
    ask_flag,
    ask_instant,
    ask_map,
    ask_mealtime,
    midnight,
)

SHOW_NAMES = ("surname", "masked", "none")
LOCALES = ("zh_CN", "en")
MEALTIME_NAMES = {
    "breakfast": ("早餐", "Breakfast"),
    "lunch": ("午餐", "Lunch"),
    "dinner": ("晚餐", "Dinner"),
}
_PHONE = re.compile(r"[0-9+() -]{3,30}")
_CANTEEN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,15}")


@dataclass(frozen=True, slots=True)
class WindowRow:
    """When a mealtime is served; `from_on` when the file says from which day."""

    mealtime: str
    opens: time
    closes: time
    from_on: date | None


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A set meal (`key` 1–4) or dish at its list price in fen."""

    mealtime: str
    kind: str
    code: str
    name: str
    name_en: str | None
    key: int | None
    channel: str
    price_fen: int | None
    valid_from: datetime | None


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter of the canteen it stands under."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A reader of a counter; `key` is 64 hex digits where the file gives one."""

    code: str
    counter: str
    profile: str
    key: str | None


@dataclass(frozen=True, slots=True)
class CanteenRow:
    """A canteen. `settings` holds only the columns the file writes: others stay as they are."""

    code: str
    name: str
    area: str
    settings: dict[str, int | bool | str]
    closed_days: tuple[tuple[date, str], ...]
    scheme: str | None
    scheme_from: date | None
    payers: dict[str, str]
    windows: tuple[WindowRow, ...]
    prices: tuple[PriceRow, ...]
    counters: tuple[CounterRow, ...]
    readers: tuple[ReaderRow, ...]
    #: where it stands in the file, for faults found later
    at: Table


def read_canteens(tables: SetupTables, known: Known) -> tuple[CanteenRow, ...]:
    """The `[[canteen]]` rows with everything under them."""
    rows, seen = [], set[str]()
    for table in tables.tables("canteen"):
        code = table.text("code", required=True) or ""
        if code and _CANTEEN_CODE.fullmatch(code) is None:
            table.fault(
                "code",
                "食堂代码印在收据号里：最多 16 位字母、数字、点或下划线",
                "the canteen's code is part of receipt numbers: up to 16 letters, digits, dots or _",
            )
        note_repeat(table, "code", code, seen)
        known.canteens |= {code} - {""}
        rows.append(_canteen(tables, table, code, known))
        table.close()
    return tuple(rows)


def _canteen(tables: SetupTables, table: Table, code: str, known: Known) -> CanteenRow:
    label = label_of(table)
    name = table.text("name", required=True) or ""
    area = ask_area(table, "area")
    must_be_known(table, "area", area, known.areas, "area")
    payers = ask_map(table, "payers")
    for funder in payers.values():
        must_be_known(table, "payers", funder, known.funders, "funder")
    scheme = table.text("scheme")
    if (payers or table.has("scheme_from")) and scheme is None:
        table.fault(
            "scheme",
            "写了 payers 或 scheme_from 就要写 scheme",
            "payers or scheme_from need a scheme",
        )
    mealtimes = list(tables.inner(table, label, "mealtime"))
    windows, prices = _mealtimes(table, mealtimes)
    listed = _prices(tables, table)
    replaced = {(row.mealtime, row.code) for row in listed}
    kept = tuple(row for row in prices if (row.mealtime, row.code) not in replaced)
    return CanteenRow(
        code=code,
        name=name,
        area=area,
        settings=_settings(table),
        closed_days=_closed_days(table),
        scheme=scheme,
        scheme_from=ask_day(table, "scheme_from"),
        payers=payers,
        windows=windows,
        prices=(*kept, *listed),
        counters=_counters(tables, table, code, known),
        readers=_readers(tables, table, code, known),
        at=table,
    )


def _settings(table: Table) -> dict[str, int | bool | str]:
    written: dict[str, int | bool | str] = {}
    for key, low, high in (
        ("overdraft_fen", 0, 1_000_000),
        ("grace_min", 0, 120),
        ("delivery_fee_fen", 0, 100_000),
        ("delivery_fee_other_fen", 0, 100_000),
        ("delivery_cutoff_min", 0, 2_880),
        ("delivery_by_min", 10, 600),
        ("delivery_trip_min", 10, 300),
    ):
        number = table.whole(key, low, high)
        if number is not None:
            written[key] = number
    for key in ("show_government", "show_balance", "show_previous"):
        flag = ask_flag(table, key)
        if flag is not None:
            written[key] = flag
    for key, options in (
        ("cash_unit_fen", (1, 10, 50, 100)),
        ("show_name", SHOW_NAMES),
        ("locale", LOCALES),
    ):
        if table.has(key):
            written[key] = table.choice(key, options, default=options[0])
    if ask_checked(table, "delivery_grounds", parse_grounds) is not None:
        written["delivery_grounds"] = table.text("delivery_grounds") or ""
    phone = table.text("phone")
    if phone is not None and _PHONE.fullmatch(phone) is None:
        table.fault(
            "phone",
            "食堂电话是给人打的：数字，可以有空格、短横、括号和 +",
            "the canteen's phone is for people to call: digits, blanks, hyphens, brackets and +",
        )
    elif phone is not None:
        written["phone"] = phone
    operator = table.text("operator")
    if operator is not None:
        written["operator"] = operator
    if table.has("open_weekdays"):
        days = table.items("open_weekdays")
        if not all(type(day) is int and 1 <= day <= 7 for day in days):
            table.fault(
                "open_weekdays", "应为 [1, 2, …]，1 是星期一", "must be [1, 2, …], 1 is Monday"
            )
        else:
            written["open_weekdays"] = "".join(str(day) for day in sorted(set(days)))
    return written


def _closed_days(table: Table) -> tuple[tuple[date, str], ...]:
    found = []
    for value in table.items("closed_days") if table.has("closed_days") else ():
        entry = value if isinstance(value, dict) else {"day": value}
        inner = Table(entry, table.faults, label_of(table), label_of(table), ("closed_days",))
        day = ask_day(inner, "day", required=True)
        reason = inner.text("reason", default="closed") or "closed"
        inner.close()
        if day is not None:
            found.append((day, reason))
    return tuple(found)


def _mealtimes(
    canteen: Table, tables: list[Table]
) -> tuple[tuple[WindowRow, ...], tuple[PriceRow, ...]]:
    windows, prices = [], []
    for table in tables:
        mealtime = ask_mealtime(table, "name")
        opens, closes = ask_clock(table, "from"), ask_clock(table, "to")
        price_fen = table.whole("price_fen", 0, 10_000_000)
        from_on = ask_day(table, "valid_from")
        zh, en = MEALTIME_NAMES.get(mealtime, ("", ""))
        label = table.text("label", default=zh) or zh
        label_en = table.text("label_en", default=en)
        if mealtime and opens and closes:
            windows.append(WindowRow(mealtime, opens, closes, from_on))
        if mealtime and price_fen is not None:
            begins = midnight(from_on) if from_on else None
            prices.append(
                PriceRow(mealtime, "set", "set", label, label_en, 1, "dine_in", price_fen, begins)
            )
        table.close()
    try:
        check_windows(Window(row.mealtime, row.opens, row.closes) for row in windows)
    except Invalid as wrong:
        canteen.fault("mealtime", wrong.zh, wrong.en)
    return tuple(windows), tuple(prices)


def _prices(tables: SetupTables, canteen: Table) -> tuple[PriceRow, ...]:
    rows, seen = [], set[str]()
    for table in tables.inner(canteen, label_of(canteen), "price"):
        row = PriceRow(
            mealtime=ask_mealtime(table, "mealtime"),
            kind=table.choice("kind", ("set", "dish"), default="set"),
            code=ask_code(table, "code"),
            name=table.text("name", required=True) or "",
            name_en=table.text("name_en"),
            key=table.whole("key", 1, 4),
            channel=table.choice("channel", CHANNELS[:2], default="dine_in"),
            price_fen=table.whole("price_fen", 0, 10_000_000, required=True),
            valid_from=ask_instant(table, "valid_from"),
        )
        note_repeat(table, "code", row.code and f"{row.mealtime}/{row.code}", seen)
        rows.append(row)
        table.close()
    return tuple(rows)


def _counters(
    tables: SetupTables, canteen: Table, code: str, known: Known
) -> tuple[CounterRow, ...]:
    rows, seen = [], set[str]()
    for table in tables.inner(canteen, label_of(canteen), "counter"):
        own = ask_code(table, "code")
        note_repeat(table, "code", own, seen)
        rows.append(CounterRow(own, table.text("name", default=own) or own))
        table.close()
    known.counters |= {(code, own) for own in seen if own}
    return tuple(rows)


def _readers(tables: SetupTables, canteen: Table, code: str, known: Known) -> tuple[ReaderRow, ...]:
    rows = []
    seen: set[str] = set()
    for table in tables.inner(canteen, label_of(canteen), "reader"):
        own = ask_code(table, "code")
        note_repeat(table, "code", own, seen)
        if own and known.readers.setdefault(own, code) != code:
            table.fault(
                "code",
                f"读卡器代码 {own!r} 在别的食堂已用",
                f"the reader code {own!r} is used elsewhere",
            )
        counter = ask_code(table, "counter")
        if counter.startswith(f"{code}-") and (code, counter) not in known.counters:
            counter = counter.removeprefix(f"{code}-")  # the long form of contract.md §2
        here = {name for canteen_code, name in known.counters if canteen_code == code}
        must_be_known(table, "counter", counter, here, "canteen.counter")
        key = table.text("key")
        if key is not None and re.fullmatch(r"[0-9a-fA-F]{64}", key) is None:
            table.fault("key", "密钥应为 64 位十六进制", "the key must be 64 hex digits")
        profile = ask_checked(table, "profile", check_profile, required=True) or ""
        rows.append(ReaderRow(own, counter, profile, key))
        table.close()
    return tuple(rows)


def first_price_from(row: PriceRow) -> datetime:
    """From when the first price of a set meal holds: early enough for any late swipe."""
    return row.valid_from or midnight(LONG_AGO)
