"""What a dish costs as it is keyed: a portion, half of one, or so many grams on the scale.

Ground floor: the counter keys "TOFU" or "BEEF@250"; prices are whole fen, rounded half up.
"""

import re
from dataclasses import dataclass

from canteen.rules.errors import Invalid
from canteen.rules.money import check_fen

UNITS: dict[str, tuple[str, str]] = {
    "portion": ("份", "portion"),
    "half_portion": ("半份", "half portion"),
    "weight": ("称重", "by weight"),
}
"""What a price is for → its two names."""

GRAMS_MAX = 5_000
"""No elder takes more than five kilograms of a dish: a longer number is a slip of the hand."""

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)
"""How a set meal or dish is named in keys and files; `@` is left for the grams."""

_KEYED = re.compile(rf"({CODE.pattern})(?:@([0-9]{{1,5}}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyedDish:
    """A dish as keyed: its code, and its grams where it was weighed."""

    code: str
    grams: int | None


def parse_dish(text: str) -> KeyedDish:
    """Read "TOFU" or "BEEF@250". Raises `Invalid` `dish_keyed` or `dish_grams`."""
    found = _KEYED.fullmatch(text)
    if found is None:
        raise Invalid(
            "dish_keyed",
            f"看不懂这道菜：{text[:40]}（称重的写成 代码@克数）",
            f"Not a dish: {text[:40]} (food by weight is keyed CODE@GRAMS)",
        )
    grams = None if found[2] is None else int(found[2])
    if grams is not None and not 1 <= grams <= GRAMS_MAX:
        raise Invalid(
            "dish_grams",
            f"克数要在 1 到 {GRAMS_MAX} 之间",
            f"The grams must lie between 1 and {GRAMS_MAX}",
        )
    return KeyedDish(found[1], grams)


def keyed_fen(price_fen: int, unit_grams: int | None, keyed: KeyedDish) -> int:
    """The list price of a keyed dish: `unit_grams` None is sold by the portion, else by weight.

    Raises `Invalid` `dish_weight` when the grams are missing, or stand where nothing is weighed."""
    if (unit_grams is None) != (keyed.grams is None):
        raise Invalid(
            "dish_weight",
            f"{keyed.code}：{'这道菜不称重' if unit_grams is None else '这道菜要称重，写上克数'}",
            f"{keyed.code} is {'not sold by weight' if unit_grams is None else 'sold by weight'}",
        )
    if unit_grams is None or keyed.grams is None:
        return check_fen(price_fen)
    return (2 * check_fen(price_fen) * keyed.grams + unit_grams) // (2 * unit_grams)
