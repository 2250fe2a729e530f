"""What a day sheet (日报) says, added up from its lines.

Ground floor: plain values in, plain JSON out, so that a sheet can be kept as it was signed, drawn from
there, and added up again from the rows by whoever doubts it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from canteen.rules.day_lines import CorrectedLine, DayLines, MealLine, MoneyLine, PortionLine

#: the age bands of a sheet in their order; people who are no elders have none
BANDS = ("under-60", "60-69", "70-79", "80-89", "90+", "unknown", "guest")
#: what a person is counted under, the first that she is on the day; all others are "plain"
CATEGORY_GROUPS: Mapping[str, tuple[str, ...]] = {
    "tekun": ("tekun",),
    "dibao": ("dibao",),
    "dibao_margin": ("dibao_margin",),
    "hardship": ("low_income", "hardship"),
    "only_child_lost": ("only_child_lost",),
    "care": ("disability_care", "disabled", "dementia"),
    "disability": ("heavy_disability", "disability"),
    "youfu": ("youfu", "model_worker"),
    "limited_mobility": ("limited_mobility",),
}
CATEGORIES = (*CATEGORY_GROUPS, "plain", "guest")
MONEY_OF_MEAL = (
    "price_fen", "elder_fen", "subsidy_fen", "discount_fen",
    "purse_fen", "cash_fen", "external_fen", "rounding_fen",
)  # fmt: skip


def category_of(codes: Iterable[str]) -> str:
    """The group a person with these categories is counted under."""
    held = set(codes)
    return next((group for group, of in CATEGORY_GROUPS.items() if held & set(of)), "plain")


def add_up(lines: DayLines) -> dict[str, Any]:
    """The figures of a sheet: counts, money, payers, cells, refusals, drawers, portions."""
    standing = [meal for meal in lines.meals if meal.is_standing]
    eaten = [meal for meal in standing if meal.is_eaten]
    money = {key: sum(getattr(meal, key) for meal in standing) for key in MONEY_OF_MEAL}
    return {
        "counts": {**_count(eaten), "voided": len(lines.meals) - len(standing)},
        "persons": len({meal.elder for meal in eaten if meal.elder is not None}),
        "money": {**money, **_add_purses(lines.money)},
        "payers": _add_payers(standing),
        "cells": _add_cells(standing),
        "refusals": dict(sorted(Counter(one.outcome for one in lines.refusals).items())),
        "drawers": _add_drawers(standing, lines),
        "portions": _add_portions(eaten, lines.portions),
        **_add_deliveries(standing),
        **_add_corrections(lines.corrections),
    }


def _add_deliveries(standing: Sequence[MealLine]) -> dict[str, dict[str, int]]:
    """Fees, and what was kept of failed deliveries; nothing at all of a day that has neither."""
    kept = [meal for meal in standing if meal.is_kept]
    fees_fen = sum(meal.delivery_fee_fen for meal in standing)
    if not kept and not fees_fen:
        return {}
    kept_fen = sum(meal.elder_fen for meal in kept)
    return {"deliveries": {"fees_fen": fees_fen, "kept": len(kept), "kept_fen": kept_fen}}


#: what a sheet adds up of its corrections: changes, ±
OF_CORRECTIONS = (
    *MONEY_OF_MEAL[:4], "purse_fen", "cash_fen", "borne_fen", "delivery_fee_fen", "meals",
)  # fmt: skip


def _add_corrections(corrections: Sequence[CorrectedLine]) -> dict[str, dict[str, Any]]:
    """What corrections of earlier days change; nothing at all of a day that has none."""
    if not corrections:
        return {}
    sums = {key: sum(getattr(line, key) for line in corrections) for key in OF_CORRECTIONS}
    payers = _add_payers(corrections)
    return {"corrections": {"count": len(corrections), **sums, "payers": payers}}


def _count(eaten: Sequence[MealLine]) -> dict[str, int]:
    """人次 and its 其中; each is also a list of lines."""
    return {key: sum(map(test, eaten)) for key, test in COUNTED.items()}


#: what is counted of the meals that somebody had
COUNTED: Mapping[str, Callable[[MealLine], bool]] = {
    "people": lambda _: True,
    "subsidised": lambda meal: meal.subsidy_fen > 0,
    "second": lambda meal: meal.portion > 1,
    "guests": lambda meal: meal.elder is None,
    "manual": lambda meal: meal.manual_reason is not None,
    "late": lambda meal: meal.is_late,
    "earlier": lambda meal: meal.served_on < meal.booked_on,
}


def _add_purses(money: Sequence[MoneyLine]) -> dict[str, int]:
    standing = [line for line in money if line.voided_at is None]

    def total(kind: str, pay: str) -> int:
        return sum(line.amount_fen for line in standing if (line.kind, line.pay) == (kind, pay))

    figures = {
        "top_up_cash_fen": total("top_up", "cash"),
        "top_up_external_fen": total("top_up", "external"),
        "top_up_opening_fen": total("top_up", "opening"),
        "pay_out_fen": total("pay_out", "cash"),
    }
    if any(line.kind == "donation" for line in money):  # the sheets signed before know none
        figures |= {f"donation_{pay}_fen": total("donation", pay) for pay in ("cash", "external")}
    return figures


def _add_payers(meals: Iterable[MealLine | CorrectedLine]) -> dict[str, dict[str, Any]]:
    payers: dict[str, dict[str, Any]] = {}
    for meal in meals:
        for share in meal.shares:
            payer = payers.setdefault(share.name, {"kind": share.kind, "fen": 0})
            payer["fen"] += share.fen
    return payers


def _add_cells(standing: Iterable[MealLine]) -> list[dict[str, Any]]:
    """mealtime × age band × category × channel, each with its count, money and payers; kept money has
    no count."""
    grouped: dict[tuple[str, ...], list[MealLine]] = {}
    for meal in standing:
        key = (meal.mealtime, meal.band, meal.category, meal.channel)
        grouped.setdefault(key, []).append(meal)
    cells = []
    for (mealtime, band, category, channel), meals in sorted(grouped.items()):
        shares = {name: payer["fen"] for name, payer in _add_payers(meals).items()}
        cells.append(
            {
                "mealtime": mealtime,
                "band": band,
                "category": category,
                "channel": channel,
                "count": sum(meal.is_eaten for meal in meals),
                **{key: sum(getattr(meal, key) for meal in meals) for key in MONEY_OF_MEAL[:4]},
                "payers": shares,
            }
        )
    return cells


def _add_drawers(standing: Sequence[MealLine], lines: DayLines) -> list[dict[str, Any]]:
    """What each drawer should hold of this day, and what was counted."""
    expected: dict[str, dict[str, int]] = {}

    def add(counter: str | None, key: str, fen: int) -> None:
        drawer = expected.setdefault(counter or "", dict.fromkeys(_DRAWER, 0))
        drawer[key] = drawer.get(key, 0) + fen

    for meal in standing:
        if meal.cash_fen:
            add(meal.counter, "meals_fen", meal.cash_fen)
    for line in lines.money:
        if line.voided_at is None and line.pay == "cash":
            add(line.counter, f"{line.kind}s_fen", line.amount_fen)
    for one in lines.corrections:
        if one.cash_fen:
            add(one.counter, "pay_outs_fen", one.cash_fen)
    counted = {count.counter: count for count in lines.drawers}
    for counter in counted:
        expected.setdefault(counter, dict.fromkeys(_DRAWER, 0))
    return [
        {
            "counter": counter,
            **drawer,
            "expected_fen": drawer["meals_fen"]
            + drawer["top_ups_fen"]
            - drawer["pay_outs_fen"]
            + drawer.get("donations_fen", 0),
            "counted_fen": counted[counter].counted_fen if counter in counted else None,
            "counted_by": counted[counter].by if counter in counted else None,
        }
        for counter, drawer in sorted(expected.items())
    ]


_DRAWER = ("meals_fen", "top_ups_fen", "pay_outs_fen")


def _add_portions(
    eaten: Sequence[MealLine], portions: Sequence[PortionLine]
) -> list[dict[str, Any]]:
    served = Counter(meal.mealtime for meal in eaten)
    return [
        {
            "mealtime": line.mealtime,
            "cooked": line.cooked,
            "left": line.left,
            "served": served[line.mealtime],
        }
        for line in portions
    ]


def sum_figures(sheets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of several days together. Persons are not added: one who came twice is one."""
    cells: dict[tuple[str, ...], dict[str, Any]] = {}
    for sheet in sheets:
        for cell in sheet["cells"]:
            key = (cell["mealtime"], cell["band"], cell["category"], cell["channel"])
            kept = cells.setdefault(key, {**cell, "count": 0, "payers": {}})
            if kept["count"] == 0:
                kept |= dict.fromkeys(MONEY_OF_MEAL[:4], 0)
            for name in ("count", *MONEY_OF_MEAL[:4]):
                kept[name] += cell[name]
            kept["payers"] = _merge(kept["payers"], cell["payers"])
    return {
        "counts": _merge(*(sheet["counts"] for sheet in sheets)),
        "money": _merge(*(sheet["money"] for sheet in sheets)),
        "payers": _sum_payers(sheets),
        "cells": [cells[key] for key in sorted(cells)],
        "refusals": _merge(*(sheet["refusals"] for sheet in sheets)),
        "deliveries": _merge(*(sheet.get("deliveries", {}) for sheet in sheets)),
        "corrections": _sum_corrections(sheets),
    }


def _sum_corrections(sheets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = [sheet["corrections"] for sheet in sheets if "corrections" in sheet]
    sums = _merge(*({key: one[key] for key in ("count", *OF_CORRECTIONS)} for one in found))
    return {**sums, "payers": _sum_payers(found)}


def _sum_payers(parts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    payers: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name, payer in part["payers"].items():
            kept = payers.setdefault(name, {"kind": payer["kind"], "fen": 0})
            kept["fen"] += payer["fen"]
    return payers


def _merge(*parts: Mapping[str, int]) -> dict[str, int]:
    added: dict[str, int] = {}
    for part in parts:
        for key, number in part.items():
            added[key] = added.get(key, 0) + number
    return added
