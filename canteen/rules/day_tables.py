"""A day sheet's cells gathered into the tables that pages and paper show, and what their rows are called.

Ground floor: figures in, rows out; `rules.day_figures` added them up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canteen.rules.money import yuan_text

BAND_NAMES: Mapping[str, tuple[str, str]] = {
    "under-60": ("60 岁以下", "under 60"),
    "60-69": ("60–69 岁", "60–69"),
    "70-79": ("70–79 岁", "70–79"),
    "80-89": ("80–89 岁", "80–89"),
    "90+": ("90 岁以上", "90 and over"),
    "unknown": ("年龄不详", "age unknown"),
    "guest": ("非老人", "no elders"),
}
CATEGORY_NAMES: Mapping[str, tuple[str, str]] = {
    "plain": ("普通", "plain"),
    "tekun": ("特困", "destitute"),
    "dibao": ("低保", "minimum living allowance"),
    "dibao_margin": ("低保边缘", "just above the allowance"),
    "hardship": ("低收入、经济困难", "low income"),
    "only_child_lost": ("计生特扶", "lost only child"),
    "care": ("失能失智", "in need of care"),
    "disability": ("残疾", "disability"),
    "youfu": ("优抚对象", "veterans, model workers"),
    "limited_mobility": ("行动不便", "limited mobility"),
    "guest": ("非老人", "no elders"),
}
CHANNEL_NAMES: Mapping[str, tuple[str, str]] = {
    "dine_in": ("堂食", "dine in"),
    "take_away": ("打包", "take away"),
    "delivery": ("送餐", "delivered"),
}
#: the rows of a table by what they gather
ROW_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "band": BAND_NAMES,
    "category": CATEGORY_NAMES,
    "channel": CHANNEL_NAMES,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: how many at each mealtime, and the money with each payer's part."""

    code: str
    counts: Mapping[str, int]
    payers: Mapping[str, int]
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int

    @property
    def count(self) -> int:
        """Over all mealtimes."""
        return sum(self.counts.values())


def gather(cells: Sequence[Mapping[str, Any]], key: str) -> list[Row]:
    """The cells gathered by band, category or channel; rows without anybody are left out."""
    present = {cell[key] for cell in cells}
    return [
        add_cells(code, (cell for cell in cells if cell[key] == code))
        for code in ROW_NAMES[key]
        if code in present
    ]


def add_cells(code: str, cells: Iterable[Mapping[str, Any]]) -> Row:
    """One row of all these cells."""
    counts: dict[str, int] = {}
    payers: dict[str, int] = {}
    money = dict.fromkeys(("price_fen", "elder_fen", "subsidy_fen", "discount_fen"), 0)
    for cell in cells:
        counts[cell["mealtime"]] = counts.get(cell["mealtime"], 0) + cell["count"]
        for name, fen in cell["payers"].items():
            payers[name] = payers.get(name, 0) + fen
        for name in money:
            money[name] += cell[name]
    return Row(code, counts, payers, **money)


def list_payers(figures: Mapping[str, Any]) -> list[str]:
    """The payers other than the canteen, who gave most first: the columns of the tables."""
    payers: Mapping[str, Mapping[str, Any]] = figures["payers"]
    given = [(-payer["fen"], name) for name, payer in payers.items() if payer["kind"] != "canteen"]
    return [name for _, name in sorted(given)]


def count_cells(cells: Iterable[Mapping[str, Any]], **where: str) -> int:
    """How many ate in the cells that fit: `mealtime="lunch", channel="dine_in"`."""
    return sum(
        cell["count"] for cell in cells if all(cell[key] == value for key, value in where.items())
    )


def list_besides(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a sheet counts beside its meals, with its words: delivery fees, corrections of earlier days."""
    found = []
    if carried := figures.get("deliveries"):
        kept = f"；没送成留下自付 {carried['kept']} 份，{yuan_text(carried['kept_fen'])} 元"
        fees = f"{yuan_text(carried['fees_fen'])} 元"
        found.append(("送餐费", fees + (kept if carried["kept"] else "")))
    if changed := figures.get("corrections"):
        parts = [f"{name} {yuan_text(payer['fen'])}" for name, payer in changed["payers"].items()]
        money = "，".join([f"自付 {yuan_text(changed['elder_fen'])}", *parts])
        whole = f"{changed['meals']} 人次，餐费 {yuan_text(changed['price_fen'])}"
        found.append(("更正以前各日（另计）", f"{changed['count']} 笔，{whole}，{money} 元"))
    return found
