"""A price as somebody asks for it: judged before it becomes a dated row of the price list.

Ground floor: what may stand together (a set meal is never weighed), and how a dish gets its code.
"""

from collections.abc import Collection
from dataclasses import dataclass

from canteen.rules.days import CHANNELS, MEALTIMES
from canteen.rules.dishes import CODE, GRAMS_MAX, UNITS
from canteen.rules.errors import Invalid
from canteen.rules.money import YUAN_MAX
from canteen.rules.pinyin_names import pinyin_keys

KINDS: dict[str, tuple[str, str]] = {"set": ("套餐", "set meal"), "dish": ("菜", "dish")}
KEYS = (1, 2, 3, 4)
NAME_LENGTH_MAX = 40
SOLD_CHANNELS = tuple(channel for channel in CHANNELS if channel != "delivery")


@dataclass(frozen=True, slots=True)
class PriceAsked:
    """What one line of the price list says. `code` "" lets the list choose; `price_fen` None ends it."""

    mealtime: str
    kind: str
    name: str
    price_fen: int | None
    code: str = ""
    name_en: str | None = None
    key: int | None = None
    channel: str = "dine_in"
    unit: str = "portion"
    unit_grams: int | None = None


def check_price(asked: PriceAsked) -> None:
    """Raise `Invalid` for what can be no price, naming the field."""
    words = {
        "mealtime": (asked.mealtime, MEALTIMES),
        "kind": (asked.kind, KINDS),
        "unit": (asked.unit, UNITS),
        "channel": (asked.channel, SOLD_CHANNELS),
    }
    for field, (value, allowed) in words.items():
        if value not in allowed:
            raise _wrong(field, f"没有「{value}」这一项", f"There is no {field} {value!r}")
    if not 1 <= len(asked.name) <= NAME_LENGTH_MAX:
        raise _wrong("name", f"名称写 1 到 {NAME_LENGTH_MAX} 个字", "The name is empty or too long")
    if asked.code and CODE.fullmatch(asked.code) is None:
        raise _wrong(
            "code",
            "代码用字母、数字、点、横线，最多 32 位",
            "A code has letters, digits, dots, dashes; at most 32",
        )
    if asked.price_fen is not None and not 0 <= asked.price_fen <= YUAN_MAX * 100:
        raise _wrong("price", "价格不对", "The price is out of range")
    if asked.key is not None and (asked.kind != "set" or asked.key not in KEYS):
        raise _wrong("key", "只有套餐能占按键 1 到 4", "Only a set meal has a key, 1 to 4")
    is_weighed = asked.unit == "weight"
    if is_weighed and asked.kind == "set":
        raise _wrong("unit", "套餐不称重", "A set meal is not sold by weight")
    if (
        is_weighed != (asked.unit_grams is not None)
        or not 1 <= (asked.unit_grams or 1) <= GRAMS_MAX
    ):
        raise _wrong(
            "unit_grams",
            f"称重的写明多少克的价（1 到 {GRAMS_MAX}），别的不写",
            f"Food by weight says for how many grams (1 to {GRAMS_MAX}); nothing else does",
        )


def make_code(asked: PriceAsked, taken: Collection[str]) -> str:
    """A code for a new line: "set" for the first set meal, else the initials of its name, numbered
    where they are taken ("hsr", "hsr2")."""
    if asked.kind == "set" and "set" not in taken:
        return "set"
    stem = (
        "".join(sign for sign in pinyin_keys(asked.name).initials if sign.isascii()) or asked.kind
    )
    stem, number = stem[:20], 1
    while (code := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return code


def _wrong(field: str, zh: str, en: str) -> Invalid:
    return Invalid("price_wrong", zh, en, field=field)
