"""A workbook with long tables, at the speed of the disk and in the memory of one row.

XlsxWriter makes the whole workbook with one empty row where a long table's rows belong: widths, print
set-up, filter and the sums below are its own. While the parts are copied, our rows take that row's
place, in its formats. Measured: docs/measured.md.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from html import escape
from itertools import count, islice, repeat, tee
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter.utility import xl_col_to_name

from reports.long_table import LongTable, list_texts
from reports.row_file import PlainRow
from reports.sheets import NUMBERS, AnyPage, Book, Cell, Column, Kind, Sheet, Table
from reports.texts import printable, yuan
from reports.workbook import (
    CELL_CHARACTERS_MAX,
    FIRST_DAY,
    WIDTH_MAX,
    Tab,
    count_lines,
    row_points,
    write_workbook,
)

#: what a tab holds beside its rows at the most: title, head, column titles, totals
SHEET_ROWS_MAX = 1_048_576
ROWS_MAX = SHEET_ROWS_MAX - 100
#: the day before the first that a spreadsheet counts
DAY_ZERO = date(1899, 12, 30).toordinal()
DAY_MICROSECONDS, FRACTION_DIGITS = 86_400_000_000, 12
#: the oldest a zip can say; the time of making is in the book
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
QUICK = 1
#: from this width on a column of a long table holds sentences, which wrap; short names and ids shrink
SENTENCE_WIDTH = 20
_STYLE = re.compile(r's="(\d+)"')
#: what a reader would take for the code of a character (ECMA-376, ST_Xstring)
_LOOKS_CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
NOTHING = "/>"


def write_xlsx(book: Book, made: IO[bytes]) -> None:
    """Write the book into `made`. Its long tables may have any number of rows: what one tab cannot hold
    goes on in the next."""
    whole = replace(book, pages=tuple(part for page in book.pages for part in _parts(page)))
    frame = io.BytesIO()
    tabs = write_workbook(whole, frame, _FrameTab)
    long = {
        f"xl/worksheets/sheet{number}.xml": tab
        for number, tab in enumerate(tabs, 1)
        if isinstance(tab, _FrameTab) and tab.long is not None and tab.long.count
    }
    with ZipFile(frame) as source, ZipFile(made, "w", ZIP_DEFLATED, compresslevel=QUICK) as target:
        for part in source.namelist():
            entry = ZipInfo(part, ZIP_TIME)
            entry.compress_type = ZIP_DEFLATED
            with target.open(entry, "w", force_zip64=part in long) as out:
                if part in long:
                    _fill(source.read(part).decode("utf-8"), long[part], out)
                else:
                    out.write(source.read(part))


class _FrameTab(Tab):
    """A tab that leaves one empty row in the place of a long table's rows."""

    long: LongTable | None = None
    first = 0

    def write(self) -> None:
        super().write()
        if self.last_column:
            self.sheet.print_area(0, 0, self.row - 1, self.last_column)

    def _set_widths(self) -> None:
        """All columns have their width; titles and paper end with the last one that is printed."""
        super()._set_widths()
        for table in self.page.tables:
            if isinstance(table, LongTable) and table.printed:
                self.last_column = table.printed - 1
                del self.widths[table.printed :]

    def _rows(self, table: Table) -> None:
        if not isinstance(table, LongTable):
            super()._rows(table)
            return
        self.long, self.first = table, self.row
        if table.count:
            for index, column in enumerate(table.columns):
                is_short = column.kind not in NUMBERS and not _is_sentence(column)
                looks = {"text_wrap": False, "shrink": True} if is_short else {}
                self._cell(index, column, None, **looks)
        self.row += table.count


def _fill(frame: str, tab: _FrameTab, out: IO[bytes]) -> None:
    """Write the tab with its rows in the place of the empty one."""
    assert tab.long is not None
    begins = frame.index(f'<row r="{tab.first + 1}"')
    ends = frame.index("</row>", begins) + len("</row>")
    styles = _STYLE.findall(frame, begins, ends)
    out.write(frame[:begins].encode())
    numbers = count(tab.first + 1)
    cells = (
        f'<c r="{xl_col_to_name(index)}\0" s="{style}"%s' for index, style in enumerate(styles)
    )
    shape = f'<row r="\0"\1>{"".join(cells)}</row>'
    stream, heights = _with_heights(tab.long)
    for rows in list_texts(replace(tab.long, stream=stream), CELLS):
        texts = [
            shape.replace("\0", str(next(numbers))).replace("\1", height) % row
            for row, height in zip(rows, heights, strict=False)
        ]
        out.write("".join(texts).encode())
    out.write(frame[ends:].encode())


def _with_heights(table: LongTable) -> tuple[Iterable[PlainRow], Iterator[str]]:
    """The table's rows, and for each what makes it as high as its longest sentence: no program does, and
    the sentence would lie over its neighbours."""
    sentences = [
        (index, min(column.width, WIDTH_MAX))
        for index, column in enumerate(table.columns)
        if _is_sentence(column)
    ]
    if not sentences:
        return table.stream, repeat("")
    stream, again = tee(table.stream)
    lines = (
        max(count_lines(str(row[index] or ""), width) for index, width in sentences)
        for row in again
    )
    return stream, (
        f' ht="{row_points(most)}" customHeight="1"' if most > 1 else "" for most in lines
    )


def _is_sentence(column: Column) -> bool:
    return column.kind is Kind.TEXT and column.width >= SENTENCE_WIDTH


def _text_cell(text: str | None) -> str:
    plain = printable(text or "")[:CELL_CHARACTERS_MAX]
    if not plain:
        return NOTHING
    if "_x" in plain:
        plain = _LOOKS_CODED.sub("_x005F_", plain)
    coded = escape(plain, quote=False)
    space = ' xml:space="preserve"' if plain != plain.strip() or "\n" in plain else ""
    return f' t="inlineStr"><is><t{space}>{coded}</t></is></c>'


def _count_cell(number: int | None) -> str:
    return NOTHING if number is None else f"><v>{number}</v></c>"


def _money_cell(fen: int | None) -> str:
    return NOTHING if fen is None else f"><v>{yuan(fen)}</v></c>"


def _date_cell(text: str | None) -> str:
    if text is None or date.fromisoformat(text) < FIRST_DAY:
        return _text_cell(text)
    return f"><v>{date.fromisoformat(text).toordinal() - DAY_ZERO}</v></c>"


def _instant_cell(text: str | None) -> str:
    """To the microsecond: twelve digits of a day are enough to find it again."""
    if text is None or date.fromisoformat(text[:10]) < FIRST_DAY:
        return _text_cell(text)
    hours, minutes, seconds = text[11:].split(":")
    whole, _, part = seconds.partition(".")
    microseconds = ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 10**6
    microseconds += int(part.ljust(6, "0")) if part else 0
    fraction = (microseconds * 10**FRACTION_DIGITS + DAY_MICROSECONDS // 2) // DAY_MICROSECONDS
    day = date.fromisoformat(text[:10]).toordinal() - DAY_ZERO
    return f"><v>{day}.{fraction:0{FRACTION_DIGITS}d}</v></c>"


CELLS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text_cell,
    Kind.ID: _text_cell,
    Kind.COUNT: _count_cell,
    Kind.MONEY: _money_cell,
    Kind.DATE: _date_cell,
    Kind.INSTANT: _instant_cell,
}


def _parts(page: AnyPage) -> Iterator[AnyPage]:
    """The page, or as many pages as its long table needs, each with the sums of its own rows."""
    table = page.table if isinstance(page, Sheet) else None
    if not isinstance(table, LongTable) or table.count <= ROWS_MAX:
        yield page
        return
    assert isinstance(page, Sheet)
    for number, start in enumerate(range(0, table.count, ROWS_MAX), 1):
        rows = _Part(table.stream, start, min(start + ROWS_MAX, table.count))
        totals = None if table.totals is None else _sums(table, table.totals, rows)
        part = replace(table, stream=rows, count=rows.stop - start, totals=totals)
        name = page.name or page.title
        yield replace(page, name=name if number == 1 else f"{name} {number}", table=part)


class _Part:
    """Some rows of a stream, in the middle of it."""

    def __init__(self, rows: Iterable[PlainRow], start: int, stop: int) -> None:
        self.rows, self.start, self.stop = rows, start, stop

    def __iter__(self) -> Iterator[PlainRow]:
        return islice(iter(self.rows), self.start, self.stop)


def _sums(table: LongTable, totals: tuple[Cell, ...], rows: _Part) -> tuple[Cell, ...]:
    summed = [
        index
        for index, column in enumerate(table.columns)
        if column.kind in NUMBERS and column.is_summed and isinstance(totals[index], int)
    ]
    sums = dict.fromkeys(summed, 0)
    for row in rows:
        for index in summed:
            sums[index] += row[index] or 0  # type: ignore[operator]
    return tuple(sums.get(index, total) for index, total in enumerate(totals))
