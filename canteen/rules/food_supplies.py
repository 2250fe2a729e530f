"""Food that came in (采购验收): its kinds, and weights as people write them.

Ground floor: a weight is whole grams; the only way in from text, and the only way out.
"""

import re

from canteen.rules.errors import Invalid

KINDS: dict[str, tuple[str, str]] = {
    "staple": ("主食", "staple food"),
    "vegetable": ("蔬菜", "vegetables"),
    "meat": ("肉蛋鱼豆", "meat, eggs, fish, tofu"),
    "other": ("其他", "other"),
}
"""Kind → (Chinese, English) name."""

KILOGRAMS_MAX = 9_999
_KILOGRAMS = re.compile(r"(\d{1,4})(?:\.(\d{1,3}))?", re.ASCII)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．", "0123456789.")


def parse_kilograms(text: str) -> int:
    """Read kilograms typed by a person and return grams: "25" is 25000, "2.5" is 2500; Invalid `weight`."""
    found = _KILOGRAMS.fullmatch(text.translate(_FULL_WIDTH).strip())
    grams = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 0
    if grams <= 0:
        raise Invalid(
            "weight",
            f"重量写千克，例如 2.5，最多 {KILOGRAMS_MAX}",
            f"Write the weight in kilograms, for example 2.5, at most {KILOGRAMS_MAX}",
        )
    return grams


def kilograms_text(grams: int) -> str:
    """Grams as kilograms: 2500 is "2.5", 25000 is "25", -700 is "-0.7"."""
    whole, rest = divmod(abs(grams), 1000)
    part = f".{rest:03d}".rstrip("0").rstrip(".")
    return f"{'-' if grams < 0 else ''}{whole}{part}"
