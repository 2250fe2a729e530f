"""A long table as CSV: its column titles and rows and nothing else, guarded as every CSV of ours.

Beside `csv_file`: the same cells, but written as the rows come.
"""

from collections.abc import Callable, Mapping
from typing import IO, Any

from reports.csv_file import FORMULA_STARTS, guarded
from reports.long_table import LongTable, list_texts
from reports.sheets import Book, Kind, Sheet, SheetError
from reports.texts import printable, yuan

#: the format → how its bytes are written
ENCODINGS = {"csv": "utf-8", "csv-gb18030": "gb18030"}
BYTE_ORDER_MARK = "\ufeff"
SECONDS = len("2026-11-25 11:32:10")


def write_csv(book: Book, form: str, made: IO[bytes]) -> None:
    """Write the book's only long table into `made`, in one of `ENCODINGS`."""
    page = book.pages[0]
    table = page.table if isinstance(page, Sheet) else None
    if len(book.pages) > 1 or not isinstance(table, LongTable):
        raise SheetError("CSV holds one sheet with one table; print this book as xlsx or pdf")
    encoding = ENCODINGS[form]
    titles = ",".join(_quoted(column.title) for column in table.columns)
    mark = BYTE_ORDER_MARK if encoding == "utf-8" else ""
    made.write(f"{mark}{titles}\r\n".encode(encoding))
    for rows in list_texts(table, CELLS):
        made.write("\r\n".join([*map(",".join, rows), ""]).encode(encoding))


def _quoted(text: str | None) -> str:
    if not text:
        return ""
    if text.isprintable() and text[0] not in FORMULA_STARTS and "," not in text and '"' not in text:
        return text  # nearly all are, and a million is long
    plain = guarded(printable(text))
    if "," in plain or '"' in plain or "\n" in plain:
        return '"' + plain.replace('"', '""') + '"'
    return plain


def _instant(text: str | None) -> str:
    return "" if text is None else text[:SECONDS]


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


def _money(fen: int | None) -> str:
    return "" if fen is None else str(yuan(fen))


CELLS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _quoted,
    Kind.ID: _quoted,
    Kind.DATE: _quoted,
    Kind.COUNT: _count,
    Kind.MONEY: _money,
    Kind.INSTANT: _instant,
}
