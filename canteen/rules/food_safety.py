"""Retained samples (留样) and temperatures: the limits, and what lies outside them.

Ground floor. SOURCE: 餐饮服务食品安全操作规范 (State Administration for Market Regulation, notice 12 of
2018): of each dish at least 125 g is kept cold for at least 48 hours; chilled 0–8 °C, frozen below
−12 °C, hot food held at 60 °C and above.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from canteen.rules.errors import Invalid

SAMPLE_GRAMS_MIN = 125
SAMPLE_GRAMS_MAX = 2_000
SAMPLE_KEPT = timedelta(hours=48)
CELSIUS_TENTHS = (-500, 1500)
_CELSIUS = re.compile(r"([-−]?)(\d{1,3})(?:[.．](\d))?", re.ASCII)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a kind of temperature is called, and between which tenths of a degree it must lie."""

    zh: str
    en: str
    least: int | None
    most: int | None

    def holds(self, celsius_tenths: int) -> bool:
        """Does the temperature lie within the limit, both ends included?"""
        return (self.least is None or celsius_tenths >= self.least) and (
            self.most is None or celsius_tenths <= self.most
        )


LIMITS: dict[str, Limit] = {
    "hot_food": Limit("热菜", "hot food", 600, None),
    "cold_food": Limit("凉菜", "cold food", None, 80),
    "fridge": Limit("冷藏柜", "fridge", 0, 80),
    "freezer": Limit("冷冻柜", "freezer", None, -120),
}


def parse_celsius(text: str) -> int:
    """Read "65", "65.5" or "-18" and return tenths of a degree. Raises `Invalid` `celsius`."""
    found = _CELSIUS.fullmatch(text.translate(_FULL_WIDTH).strip())
    tenths = 0
    if found is not None:
        tenths = int(found[2]) * 10 + int(found[3] or 0)
        tenths = -tenths if found[1] else tenths
    if found is None or not CELSIUS_TENTHS[0] <= tenths <= CELSIUS_TENTHS[1]:
        raise Invalid(
            "celsius", "温度写数字，例如 65.5 或 -18", "Write degrees like 65.5 or -18",
            field="celsius",
        )  # fmt: skip
    return tenths


def celsius_text(tenths: int) -> str:
    """Tenths of a degree as "65.5" or "−18.0"."""
    whole, rest = divmod(abs(tenths), 10)
    return f"{'−' if tenths < 0 else ''}{whole}.{rest}"


def kept_until(taken_at: datetime) -> datetime:
    """Until when a sample must be kept."""
    return taken_at + SAMPLE_KEPT
