"""How a cell reads, and what no file can carry: the words that CSV and paper share.

Nothing here changes what is stored; a character is left out of the printed file only.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from unicodedata import east_asian_width

from reports.sheets import Book, Cell, Kind

#: line breaks of other programs (a remark pasted from a word processor holds U+000B)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
#: what XML forbids: controls, halves of characters, non-characters
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """`text` without the characters that no file format takes; line breaks become plain ones."""
    if text.isprintable():  # most texts are, and so are told at a tenth of the cost
        return text
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


def cell_text(book: Book, kind: Kind, cell: Cell, grouping: str = "") -> str:
    """A cell as text: fen as yuan, days by ISO 8601, instants by the book's clock to the minute.

    `grouping` is "," where a person reads the amounts and nothing where a program does.
    """
    if isinstance(cell, datetime):
        return book.local(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        number, decimals = (yuan(cell), 2) if kind is Kind.MONEY else (Decimal(cell), 0)
        return f"{number:{grouping}.{decimals}f}"
    return "" if cell is None else printable(cell)


def yuan(fen: int) -> Decimal:
    """Whole fen as the exact number of yuan: 1250 is 12.50."""
    return Decimal(fen).scaleb(-2)


def text_width(text: str) -> int:
    """The width of the longest line, in Latin characters: a Chinese one, or its punctuation, is two."""
    return max(sum(_char_width(char) for char in line) for line in text.split("\n"))


def _char_width(char: str) -> int:
    return 2 if east_asian_width(char) in "WFA" else 1
