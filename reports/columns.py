"""How wide the columns of a table are on paper, and how large its type: nothing runs off the page.

Widths are counted in hundredths of an em, in whole numbers. Numbers, days and IDs are never broken;
names and addresses take what is left and run on in the next line.
"""

import re
from dataclasses import dataclass
from unicodedata import east_asian_width

from reports.sheets import Column, Kind

#: hundredths of an em, as our serif has them: a Chinese character, a capital, any other
WIDE, CAPITAL, NARROW = 100, 80, 58
#: the smallest type and the step to it, in tenths of a point
SIZE_MIN, SIZE_STEP = 60, 5
#: the space left and right of a cell's text, in tenths of a point, both together
PADDING = 90
#: text is given at least six Chinese characters a line, and never asks for more than twenty-four
TEXT_MIN, TEXT_MAX = 6 * WIDE, 24 * WIDE
BREAK = "\u200b"
_WORD = re.compile(r"[^\s\u2e80-\U0010ffff]+")


@dataclass(frozen=True, slots=True)
class Fit:
    """What a table is set in: its type size in tenths of a point, the shares that its columns have of
    the page, and what fits on a line of each (hundredths of an em)."""

    size: int
    widths: tuple[int, ...]
    ems: tuple[int, ...]


def fit(columns: tuple[Column, ...], rows: list[list[str]], page_width: int, largest: int) -> Fit:
    """The largest type, from `largest` down, in which the table stands on a page so wide (tenths of
    a point)."""
    wanted = [_wanted(column, index, rows) for index, column in enumerate(columns)]
    needed = [
        min(width, TEXT_MIN) if column.kind is Kind.TEXT else width
        for column, width in zip(columns, wanted, strict=True)
    ]
    free = page_width - PADDING * len(columns)
    sizes = range(largest, SIZE_MIN, -SIZE_STEP)
    size = next((size for size in sizes if sum(needed) * size <= free * 100), SIZE_MIN)
    ems = free * 100 // size
    spare = max(0, min(ems, sum(wanted)) - sum(needed))
    asked = sum(wanted) - sum(needed) or 1
    lines = tuple(
        least + (most - least) * spare // asked for least, most in zip(needed, wanted, strict=True)
    )
    return Fit(size, tuple(line * size // 100 + PADDING for line in lines), lines)


def _wanted(column: Column, index: int, rows: list[list[str]]) -> int:
    """The width in which no cell of the column is broken; a title may take two lines."""
    if column.width:
        return column.width * NARROW
    widest = max((em_width(row[index]) for row in rows), default=0)
    title = em_width(column.title)
    half = -(-title // (2 * WIDE)) * WIDE if title > 4 * WIDE else title
    wanted = max(widest, half)
    return min(wanted, TEXT_MAX) if column.kind is Kind.TEXT else wanted


def em_width(text: str) -> int:
    """The width of the longest line of `text` in hundredths of an em."""
    return max(sum(_char_width(char) for char in line) for line in text.split("\n"))


def _char_width(char: str) -> int:
    if east_asian_width(char) in "WFA":
        return WIDE
    return CAPITAL if char.isupper() or char in "@%mw&" else NARROW


def breakable(text: str, width: int) -> str:
    """`text` with marks where a word that is wider than `width` hundredths of an em may be broken."""
    characters = max(1, width // CAPITAL - 1)

    def broken(found: re.Match[str]) -> str:
        word = found.group()
        if em_width(word) <= width:
            return word
        pieces = (word[at : at + characters] for at in range(0, len(word), characters))
        return BREAK.join(pieces)

    return _WORD.sub(broken, text)
