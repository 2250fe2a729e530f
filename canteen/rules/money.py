"""Whole fen (分): the only way in from text, the only way out, and the guard against anything else.

Ground floor: every amount of the house is an `int` of fen whose name ends in `_fen`.
"""

import re

from canteen.rules.errors import Invalid

YUAN_MAX = 1_000_000
"""No single amount typed by a person is larger: one million yuan (SOURCE: field case O-029)."""
FUNDER_YUAN_MAX = 100_000_000
"""But for what a funder pays at once: a quarter of many canteens in one movement of the bank."""

_YUAN = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋　", "0123456789.-+ ")


def parse_yuan(text: str, most: int = YUAN_MAX) -> int:
    """Read yuan typed by a person and return fen: "12.50" is 1250, " 50 " and "５０" are 5000.

    Raises `Invalid` with code `amount_empty`, `amount_negative`, `amount_not_a_number`,
    `amount_too_fine` (less than one fen) or `amount_too_large`. SOURCE: field cases O-026, O-029.
    """
    if not isinstance(text, str):
        raise _not_a_number(repr(text))
    plain = text.translate(_FULL_WIDTH).strip()
    if not plain:
        raise Invalid("amount_empty", "请输入金额", "Enter an amount")
    if plain.startswith("-") and _YUAN.fullmatch(plain[1:].strip()):
        raise Invalid("amount_negative", "金额不能是负数", "The amount must not be negative")
    found = _YUAN.fullmatch(plain)
    if found is None:
        raise _not_a_number(text)
    yuan, part = found.group(1), found.group(2) or ""
    if len(part.rstrip("0")) > 2:
        raise Invalid(
            "amount_too_fine", "金额最多两位小数(分)", "The amount has at most two decimals (fen)"
        )
    if len(yuan.lstrip("0")) > len(str(most)):
        raise _too_large(most)
    fen = int(yuan) * 100 + int(part[:2].ljust(2, "0"))
    if fen > most * 100:
        raise _too_large(most)
    return fen


def _not_a_number(text: str) -> Invalid:
    return Invalid(
        "amount_not_a_number",
        "金额只能写数字，例如 12.50",
        "Write the amount in digits only, for example 12.50",
        text=text[:40],
    )


def _too_large(most: int) -> Invalid:
    return Invalid(
        "amount_too_large",
        f"金额不能超过 {most} 元",
        f"The amount must not be more than {most} yuan",
        yuan_max=most,
    )


def yuan_text(fen: int) -> str:
    """Fen as yuan with two decimals and no sign of currency: 1250 is "12.50", -700 is "-7.00"."""
    yuan, rest = divmod(abs(check_fen(fen)), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def yuan_apart(fen: int) -> str:
    """The same with thousands apart, for people to read: 1,260,000 fen is "12,600.00"."""
    yuan, _, rest = yuan_text(fen).partition(".")
    return f"{int(yuan):,}.{rest}" if fen >= 0 else f"-{yuan_apart(-fen)}"


def check_fen(value: object) -> int:
    """`value` itself when it is a whole number of fen; `Invalid` for bool, float, str and the rest.

    A `bool` is an `int` to Python, and `True` fen has been charged by others before.
    """
    if type(value) is not int:
        raise Invalid(
            "fen_not_whole",
            f"金额必须是整数(分), 不能是 {type(value).__name__}",
            f"An amount is a whole number of fen, not {type(value).__name__}",
        )
    return value
