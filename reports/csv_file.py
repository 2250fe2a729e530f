"""A sheet as CSV: its column titles and rows and nothing else, so that it can be read in again.

Excel knows UTF-8 by its byte order mark only; GB18030 is for programs that know no other. Excel
shortens a number of 18 digits when it opens a CSV: all digits are in the bytes, but a sheet with ID
numbers is better taken as XLSX.
"""

import csv
import io
import re

from reports.sheets import NUMBERS, Book, Cell, Column, Sheet, SheetError
from reports.texts import cell_text

#: what a spreadsheet takes for the beginning of a formula
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def csv_utf8(book: Book) -> bytes:
    """The book's only sheet in UTF-8 with a byte order mark."""
    return _text(book).encode("utf-8-sig")


def csv_gb18030(book: Book) -> bytes:
    """The book's only sheet in GB18030, which holds every character."""
    return _text(book).encode("gb18030")


def _text(book: Book) -> str:
    page = book.pages[0]
    if len(book.pages) > 1 or not isinstance(page, Sheet):
        raise SheetError("CSV holds one sheet with one table; print this book as xlsx or pdf")
    columns = page.table.columns
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(guarded(column.title) for column in columns)
    for row in page.table.rows:
        writer.writerow(
            _cell(book, column, cell) for column, cell in zip(columns, row, strict=True)
        )
    return written.getvalue()


def _cell(book: Book, column: Column, cell: Cell) -> str:
    text = cell_text(book, column.kind, cell)
    return text if column.kind in NUMBERS else guarded(text)


def guarded(text: str) -> str:
    """`text` with an apostrophe before it if a spreadsheet would run it; a plain -5.00 stays a number.

    SOURCE: field case O-086.
    """
    is_formula = text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text
