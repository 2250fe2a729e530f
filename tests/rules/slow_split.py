"""The scheme's six steps written a second time, slowly and from the raw TOML, to compare with.

Nothing of `canteen.rules` is used here: fractions instead of integers, no order kept in advance,
every counter added up anew from all meals for every question.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from math import ceil, floor
from typing import Any

Case = dict[str, Any]
Paid = dict[tuple[str, str], int]  # (rule, payer) → fen

LEVELS = {"province": 2, "city": 4, "district": 6, "town": 9, "community": 12}


def slow_quotes(scheme: Case, case: Case, is_workday: Callable[[date], bool]) -> list[Paid]:
    """What each rule's payers give to each meal of a case, meal after meal."""
    earlier: list[tuple[Case, Paid]] = []
    for meal in case["meals"]:
        paid = _one_meal(scheme, case["person"], meal, earlier, is_workday)
        earlier.append((meal, paid))
    return [paid for _, paid in earlier]


def _local(meal: Case) -> datetime:
    return datetime.fromisoformat(meal["at"]).astimezone(timezone(timedelta(hours=8)))


def _group(rule: Case) -> str:
    return str(rule.get("group", rule["payer"]))


def _one_meal(
    scheme: Case,
    person: Case,
    meal: Case,
    earlier: list[tuple[Case, Paid]],
    is_workday: Callable[[date], bool],
) -> Paid:
    day = _local(meal).date()
    left = meal["price_fen"]
    paid: Paid = {}
    for stage in sorted({rule.get("stage", 1) for rule in scheme["rule"]}):
        inside = [rule for rule in scheme["rule"] if rule.get("stage", 1) == stage]
        base = left
        groups: list[str] = []
        for rule in inside:
            if _group(rule) not in groups:
                groups.append(_group(rule))
        for group in groups:
            best: tuple[int, Case] | None = None
            for rule in inside:
                if _group(rule) != group or not rule.get("from", day) <= day <= rule.get("to", day):
                    continue
                if meal.get("portion", 1) > rule.get("quota", {}).get("mealtime", 1):
                    continue
                if not _who(rule.get("who", {}), scheme, person, meal, day):
                    continue
                if not _when(rule.get("when", {}), meal, is_workday):
                    continue
                if not _price(rule.get("price", {}), meal["price_fen"], base):
                    continue
                if not _counts(rule, scheme, meal, earlier):
                    continue
                fen = min(
                    _amount(rule["amount"], scheme.get("rounding", {}), base),
                    _fen_left(rule, scheme, meal, [*earlier, (meal, paid)]),
                )
                if fen > 0 and (best is None or fen > best[0]):
                    best = fen, rule
            if best is not None:
                fen = min(best[0], left)
                left -= fen
                for payer, part in _parts(best[1]["payer"], fen).items():
                    if part:
                        paid[best[1]["id"], payer] = part
    return paid


def _age(born: str, day: date, counts: str) -> int:
    """Count birthdays one by one."""
    birth = date.fromisoformat(born)
    age = 0
    while True:
        year = birth.year + age + 1
        try:
            turns = birth.replace(year=year)
        except ValueError:
            turns = date(year, 2, 28)
        if counts == "day_after":
            turns += timedelta(days=1)
        elif counts == "next_month":
            turns = date(turns.year + turns.month // 12, turns.month % 12 + 1, 1)
        elif counts == "year_start":
            turns = date(year, 1, 1)
        if turns > day:
            return age
        age += 1


def _held(entry: str, person: Case, day: date) -> bool:
    code, _, levels = entry.partition(":")
    low, _, high = levels.partition("-")
    for one in person.get("categories", []):
        starts = date.fromisoformat(one["from"]) if one.get("from") else date.min
        ends = date.fromisoformat(one["to"]) if one.get("to") else date.max
        if one["code"] == code and starts <= day <= ends:
            if not levels:
                return True
            if one.get("level") in range(int(low), int(high or low) + 1):
                return True
    return False


def _who(who: Case, scheme: Case, person: Case, meal: Case, day: date) -> bool:
    if "age_min" in who or "age_below" in who:
        if not person.get("born"):
            return False
        age = _age(person["born"], day, scheme.get("age_counts_from", "birthday"))
        if not who.get("age_min", 0) <= age < who.get("age_below", 999):
            return False
    if "category" in who and not any(_held(entry, person, day) for entry in who["category"]):
        return False
    if any(_held(entry, person, day) for entry in who.get("not_category", [])):
        return False
    for fact in ("hukou", "residence"):
        code, canteen = person.get(fact) or "", meal.get("site") or ""
        wanted = who.get(f"{fact}_in")
        if wanted is not None and not any(code.startswith(prefix) for prefix in wanted):
            return False
        level = who.get(f"{fact}_same")
        if level is not None:
            digits = LEVELS[level]
            if min(len(code), len(canteen)) < digits or code[:digits] != canteen[:digits]:
                return False
    return "any" not in who or any(_who(inner, scheme, person, meal, day) for inner in who["any"])


def _when(when: Case, meal: Case, is_workday: Callable[[date], bool]) -> bool:
    local = _local(meal)
    clock = f"{local:%H:%M}"
    return (
        meal["mealtime"] in when.get("mealtimes", [meal["mealtime"]])
        and meal["channel"] in when.get("channels", [meal["channel"]])
        and local.isoweekday() in when.get("weekdays", [local.isoweekday()])
        and {
            "any": True,
            "workday": is_workday(local.date()),
            "rest_day": not is_workday(local.date()),
        }[when.get("days", "any")]
        and any(start <= clock < end for start, end in when.get("window", [["00:00", "24:00"]]))
    )


def _price(price: Case, list_fen: int, base: int) -> bool:
    fen = base if price.get("basis") == "net" else list_fen
    return fen >= price.get("min_fen", 0) and fen > price.get("above_fen", -1)


def _in_period(period: str, one: Case, other: Case) -> bool:
    first, second = _local(one).date(), _local(other).date()
    return {
        "mealtime": first == second and one["mealtime"] == other["mealtime"],
        "day": first == second,
        "week": first.isocalendar()[:2] == second.isocalendar()[:2],
        "month": first.strftime("%Y-%m") == second.strftime("%Y-%m"),
        "year": first.year == second.year,
    }[period]


def _given(group: str, scheme: Case, paid: Paid) -> int:
    ids = {rule["id"] for rule in scheme["rule"] if _group(rule) == group}
    return sum(fen for (rule, _), fen in paid.items() if rule in ids)


def _counts(rule: Case, scheme: Case, meal: Case, earlier: list[tuple[Case, Paid]]) -> bool:
    quota = rule.get("quota", {})
    for period in ("mealtime", "day", "week", "month"):
        used = sum(
            _in_period(period, before, meal) and _given(_group(rule), scheme, paid) > 0
            for before, paid in earlier
        )
        if used >= quota.get(period, 9999):
            return False
    first_ones = [
        before["mealtime"]
        for before, _ in earlier
        if before.get("portion", 1) == 1 and _in_period("day", before, meal)
    ]
    ordinal = len(first_ones) + 1
    if meal.get("portion", 1) > 1 and meal["mealtime"] in first_ones:
        ordinal = first_ones.index(meal["mealtime"]) + 1
    return bool(quota.get("ordinal", ordinal) == ordinal)


def _fen_left(rule: Case, scheme: Case, meal: Case, meals: list[tuple[Case, Paid]]) -> int:
    left = [10**12]
    for period in ("day", "week", "month", "year"):
        limit = rule.get("quota", {}).get(f"{period}_fen")
        if limit is not None:
            used = sum(
                _given(_group(rule), scheme, paid)
                for before, paid in meals
                if _in_period(period, before, meal)
            )
            left.append(max(0, limit - used))
    return min(left)


def _amount(amount: Case, rounding: Case, base: int) -> int:
    if "fixed_fen" in amount:
        return int(amount["fixed_fen"])
    if "elder_pays_fen" in amount:
        return max(0, base - int(amount["elder_pays_fen"]))
    exact = Fraction(base)
    if "percent" in amount:
        exact = base * Fraction(amount["percent"]) / 100
    elif "elder_pays_percent" in amount:
        exact = base - base * Fraction(amount["elder_pays_percent"]) / 100
    if "free" not in amount:
        if rounding.get("side", "payer") == "payer":
            exact = Fraction(_rounded(exact, rounding))
        else:
            exact = Fraction(base - _rounded(base - exact, rounding))
    return min(max(0, int(exact)), base, amount.get("cap_fen", base))


def _rounded(exact: Fraction, rounding: Case) -> int:
    unit = rounding.get("unit_fen", 1)
    units = exact / unit
    mode = rounding.get("mode", "half_up")
    if mode == "down":
        return floor(units) * unit
    if mode == "up":
        return ceil(units) * unit
    if mode == "half_even":
        return round(units) * unit
    return floor(units + Fraction(1, 2)) * unit


def _parts(payer: str | dict[str, int], fen: int) -> dict[str, int]:
    if isinstance(payer, str):
        return {payer: fen}
    total = sum(payer.values())
    exact = {code: Fraction(fen * weight, total) for code, weight in payer.items()}
    parts = {code: floor(share) for code, share in exact.items()}
    while sum(parts.values()) < fen:
        largest = max(exact, key=lambda code: exact[code] - parts[code])
        parts[largest] += 1
        exact[largest] = Fraction(parts[largest])  # served once
    return parts
