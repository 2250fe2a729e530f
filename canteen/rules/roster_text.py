"""Cleaning what people type into a roster, and the words that mean "nothing here".

Ground floor. What was changed can be told: a caller compares the clean text with the given one.
"""

import re
from decimal import Decimal, InvalidOperation

from canteen.rules.grid import Cell, Typed

#: characters nobody sees: zero widths, direction marks, byte-order mark, soft hyphen, object marks
_UNSEEN = dict.fromkeys(
    [
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
        0xFFFC,
        0x00AD,
        0x180E,
        0x061C,
    ]
)
#: full-width letters, digits and signs as an input method leaves them; Chinese characters stay
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLDED = _UNSEEN | _FULL_WIDTH
#: anything that cleaning may change; most texts hold none of it
_TO_CLEAN = re.compile(
    "[^\u0021-\u0026\u0028-\u003c\u003e-\u005f\u0061-\u007e\u00b7\u3007\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U000323af]"
)
_BLANKS = re.compile(r"[\s\u00a0\u3000\x00-\x1f\x7f]+")
_DOTS = re.compile(r"\s*[·•‧・･∙⋅●᛫﹒]\s*")
_DOT_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff])")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af○〇·]+")
_HAN_ONLY = re.compile(r"[\u4e00-\u9fff]+")
_SIGNS = re.compile(r"[\s.·]")
#: Excel's way to keep a number as text in a CSV file: ="0011583954"
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_NOTHING_WORDS = r"""
    nan none null nil n/a na 无 無 没有 空 暂无 不详 未知 未填 待补
    - -- --- — —— ― – _ / \ . 。 、 × *
"""
_NOTHING = frozenset(_NOTHING_WORDS.split())
#: the mark that takes a value away on purpose; a blank never does
CLEAR_WORDS = frozenset({"清除", "删除", "取消", "clear"})


def clean(text: str) -> str:
    """The text without unseen characters, full-width letters and digits folded, runs of blanks and
    line breaks one blank, none at the ends, no apostrophe that only kept a number a text."""
    if _TO_CLEAN.search(text) is None:
        return text
    plain = _BLANKS.sub(" ", text.translate(_FOLDED)).strip()
    quoted = _QUOTED_FORMULA.fullmatch(plain)
    if quoted is not None:
        return quoted.group(1).strip()
    if plain[:1] in ("'", "’", "‘", "`") and plain[1:2].isdigit():
        return plain[1:].strip()
    return plain


def as_written(text: str) -> str:
    """The text as it stands, but for what nobody sees and the blanks that space Chinese words out."""
    words = text.translate(_UNSEEN).split()
    return (" " if text.isascii() else "").join(words)


def is_nothing(text: str) -> bool:
    """Is it one of the ways to write that there is nothing: nan, 无, -, /?"""
    return not text or (len(text) <= 4 and text.lower() in _NOTHING)


def number_text(literal: str) -> str:
    """A number cell as a person would write it: no .0, no exponent, no rounding."""
    try:
        value = Decimal(literal)
    except InvalidOperation:
        return literal
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return literal
    whole = value.to_integral_value()
    return f"{whole:f}" if value == whole else f"{value.normalize():f}"


def cell_text(cell: Cell) -> str:
    """The clean text of any cell; "" for none, for a way to write nothing, and for a formula."""
    if cell is None:
        return ""
    if isinstance(cell, Typed):
        return number_text(cell.text) if cell.kind == "number" else cell.text
    text = clean(cell)
    return "" if is_nothing(text) else text


def without_blanks(text: str) -> str:
    """The clean text with no blank left at all."""
    return _BLANKS.sub("", clean(text))


def clean_name(text: str) -> str:
    """A name as it is kept: the dot of a minority's name is U+00B7, a Chinese name has no blanks."""
    if _HAN_ONLY.fullmatch(text):
        return text
    name = _DOT_BETWEEN.sub("·", _DOTS.sub("·", text))
    solid = name.replace(" ", "")
    return solid if is_chinese(solid) else name


def is_chinese(text: str) -> bool:
    """Only Chinese characters (and the dot between the parts of a name)?"""
    return _HAN.fullmatch(text) is not None


def name_key(name: str) -> str:
    """What two writings of one name share: no dots, no blanks, one case."""
    return name if _HAN_ONLY.fullmatch(name) else _SIGNS.sub("", clean_name(name)).casefold()
