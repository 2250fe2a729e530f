"""A book as XLSX, a tab a page: amounts are numbers, IDs are text, totals are formulas.

A total is written as SUM with the stored total beside it as its result, so a program that does not
calculate shows what was stored, and one that does finds the same. No text becomes a formula or a
link, whatever it begins with.
"""

import io
import re
from datetime import UTC, date, datetime
from html import escape
from typing import IO, Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from reports.sheets import (
    NUMBERS,
    AnyPage,
    Book,
    Cell,
    Column,
    DayForm,
    Kind,
    Notice,
    Orientation,
    Table,
)
from reports.texts import cell_text, printable, text_width, yuan

#: what a cell and a tab's name hold at most, by the file format
CELL_CHARACTERS_MAX = 32_767
TAB_CHARACTERS_MAX = 31
#: a spreadsheet knows no day before it
FIRST_DAY = date(1900, 3, 1)
WIDTH_MIN, WIDTH_MAX = 6, 32
#: wider, it stands better on paper that lies
UPRIGHT_WIDTH_MAX = 110
TITLE_POINTS, TEXT_POINTS, ROW_POINTS_MAX = 16, 11, 409
A4 = 9
FONT = "宋体"
NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.MONEY: "#,##0.00",
    Kind.COUNT: "0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.ID: "@",
}
#: what is not broken: a Latin word to its hyphen, or a character, with the stops behind it
_PIECE = re.compile("(?:[!-,.-~]*-|[!-~]+|.)[，。、；：！？）》”]*")
_NOT_IN_A_TAB = re.compile(r"[\[\]:*?/\\\n\t]")


def xlsx(book: Book) -> bytes:
    """The book's workbook; the same book gives the same bytes."""
    made = io.BytesIO()
    write_workbook(book, made, Tab)
    return made.getvalue()


def write_workbook(book: Book, made: IO[bytes], tab: "type[Tab]") -> list["Tab"]:
    """Write the book's workbook into `made`, each page by a `tab`; returns these."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    workbook = xlsxwriter.Workbook(made, options)
    created = book.made_at.astimezone(UTC).replace(tzinfo=None)
    workbook.set_properties({"title": printable(book.title), "created": created})
    taken: set[str] = set()
    tabs = [tab(book, page, workbook, _tab_name(page, taken)) for page in book.pages]
    for one in tabs:
        one.write()
    workbook.close()
    return tabs


def _tab_name(page: AnyPage, taken: set[str]) -> str:
    """A name that the format allows and no earlier tab has."""
    plain = _NOT_IN_A_TAB.sub(" ", printable(page.name or page.title)).strip(" '") or "1"
    name, number = plain[:TAB_CHARACTERS_MAX], 1
    while name.lower() in taken or name.lower() == "history":
        number += 1
        suffix = f" {number}"
        name = plain[: TAB_CHARACTERS_MAX - len(suffix)] + suffix
    taken.add(name.lower())
    return name


def count_lines(text: str, width: int) -> int:
    """How many lines `text` takes in a column so wide."""
    return sum(_count_wrapped(line, width) for line in printable(text).split("\n"))


def _count_wrapped(line: str, width: int) -> int:
    """As spreadsheets wrap: Latin after a space or a hyphen, and no stop at the beginning of a line."""
    if text_width(line) <= width:
        return 1
    lines, used = 1, 0
    for piece in _PIECE.findall(line):
        wide = text_width(piece)
        if used and used + wide > width:
            lines, used = lines + 1, 0
        used += wide
        lines, used = lines + (used - 1) // width, (used - 1) % width + 1
    return lines


def row_points(lines: int, points: int = TEXT_POINTS) -> int:
    """How high a row with so many lines is."""
    return min(lines * points * 3 // 2, ROW_POINTS_MAX)


class Tab:
    """One page on one tab, written row after row."""

    def __init__(self, book: Book, page: AnyPage, workbook: Any, name: str) -> None:
        self.book = book
        self.page = page
        self.name = name
        self.sheet = workbook.add_worksheet(name)
        self.row = 0
        self.widths: list[int] = []
        self.last_column = max([len(table.columns) - 1 for table in page.tables] or [0])
        self._workbook = workbook
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def write(self) -> None:
        page = self.page
        self._set_widths()
        self._set_paper()
        self._line(page.title, TITLE_POINTS, bold=True, align="center")
        facts = page.head if isinstance(page, Notice) else ("　　".join(page.head),)
        for fact in filter(None, facts):
            self._line(fact)
        if len(page.tables) > 1:
            self.sheet.repeat_rows(0, self.row - 1)
        for table in page.tables:
            self._table(table)
        if isinstance(page, DayForm):
            for amount in page.amounts:
                self._line(f"{amount.label}：{amount.text}", bold=True)
            if page.remarks:
                self._line(page.remarks_caption, bold=True)
            for remark in page.remarks:
                self._line(f"{remark.label}：{remark.text}")
        for note in page.notes:
            self._line(note)
        if page.signatures:
            self.row += 1
            self._line("　　　　　　".join(f"{who}：" for who in page.signatures))
        for line in page.foot:
            self._line(line, align="right" if isinstance(page, Notice) else "left")

    def _set_paper(self) -> None:
        self.sheet.set_paper(A4)
        if self.page.orientation is Orientation.LANDSCAPE or sum(self.widths) > UPRIGHT_WIDTH_MAX:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.center_horizontally()
        self.sheet.set_footer("&C&P / &N")

    def _set_widths(self) -> None:
        """Each column as wide as the widest of its cells in any table of the page, within limits, but
        numbers that no line may break (a hash) as wide as is asked; all of them together as the title,
        which would else be broken over a narrow table."""
        for index in range(self.last_column + 1):
            widths = [WIDTH_MIN]
            for table in self.page.tables:
                if index < len(table.columns):
                    column = table.columns[index]
                    rows = [*table.rows, table.totals] if table.totals else table.rows
                    cells = [self._read(column, row[index]) for row in rows]
                    wanted = column.width or max(map(text_width, [column.title, *cells])) + 2
                    is_asked = column.kind is Kind.ID and column.width
                    widths.append(wanted if is_asked else min(wanted, WIDTH_MAX))
            self.widths.append(max(widths))
        titled = -(-text_width(self.page.title) * TITLE_POINTS // TEXT_POINTS) + len(self.widths)
        missing = min(titled, UPRIGHT_WIDTH_MAX) - sum(self.widths)
        for index, width in enumerate(self.widths):
            self.widths[index] = width + max(0, -(-missing // len(self.widths)))
            self.sheet.set_column(index, index, self.widths[index])

    def _set_height(self, lines: int, points: int = TEXT_POINTS) -> None:
        self.sheet.set_row(self.row, row_points(lines, points))

    def _line(self, text: str, points: int = TEXT_POINTS, **looks: object) -> None:
        """A line over all columns, high enough for its text."""
        style = self._format(
            text_wrap=True, valign="vcenter", num_format="@", font_size=points, **looks
        )
        self._set_height(count_lines(text, sum(self.widths) * TEXT_POINTS // points), points)
        if self.last_column:
            self.sheet.merge_range(self.row, 0, self.row, self.last_column, "", style)
        self._text(self.row, 0, text, style)
        self.row += 1

    def _table(self, table: Table) -> None:
        if table.caption:
            self._line(table.caption, bold=True)
        header = self.row
        style = self._format(bold=True, border=1, align="center", valign="vcenter", text_wrap=True)
        titles = [column.title for column in table.columns]
        if (lines := max(map(count_lines, titles, self.widths))) > 1:
            self._set_height(lines)
        for index, title in enumerate(titles):
            self._text(header, index, title, style)
        self.row += 1
        first = self.row
        self._rows(table)
        if len(self.page.tables) == 1 and self.row > first:
            self.sheet.freeze_panes(first, 0)
            self.sheet.repeat_rows(0, header)
            self.sheet.autofilter(header, 0, self.row - 1, len(table.columns) - 1)
        if table.totals is not None:
            self._totals(table, table.totals, first)
        last = len(table.columns) - 1
        self.sheet.ignore_errors({"number_stored_as_text": xl_range(first, 0, self.row, last)})

    def _rows(self, table: Table) -> None:
        for row in table.rows:
            texts = [cell if isinstance(cell, str) else "" for cell in row]
            if (lines := max(map(count_lines, texts, self.widths))) > 1:
                self._set_height(lines)
            for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                self._cell(index, column, cell)
            self.row += 1

    def _totals(self, table: Table, totals: tuple[Cell, ...], first: int) -> None:
        for index, (column, total) in enumerate(zip(table.columns, totals, strict=True)):
            is_sum = column.kind in NUMBERS and column.is_summed and isinstance(total, int)
            if is_sum and self.row > first:
                value = yuan(total) if column.kind is Kind.MONEY else total  # type: ignore[arg-type]
                formula = f"=SUM({xl_range(first, index, self.row - 1, index)})"
                style = self._cell_format(column, bold=True)
                self.sheet.write_formula(self.row, index, formula, style, value)
            elif isinstance(total, str):
                style = self._format(bold=True, border=1, align="center", num_format="@")
                self._text(self.row, index, total, style)
            else:
                self._cell(index, column, total, bold=True)
        self.row += 1

    def _cell(self, index: int, column: Column, cell: Cell, **looks: object) -> None:
        style = self._cell_format(column, **looks)
        if cell is None or cell == "":
            self.sheet.write_blank(self.row, index, None, style)
        elif isinstance(cell, int):
            number = yuan(cell) if column.kind is Kind.MONEY else cell
            self.sheet.write_number(self.row, index, number, style)
        elif isinstance(cell, date) and (day := self._day(cell)) is not None:
            self.sheet.write_datetime(self.row, index, day, style)
        else:
            self._text(self.row, index, self._read(column, cell), style)

    def _day(self, cell: date) -> date | None:
        """A day or instant as the format holds it: by the wall clock, none before its first day."""
        if isinstance(cell, datetime):
            local = self.book.local(cell).replace(tzinfo=None)
            return local if local.date() >= FIRST_DAY else None
        return cell if cell >= FIRST_DAY else None

    def _read(self, column: Column, cell: Cell) -> str:
        return cell_text(self.book, column.kind, cell, grouping=",")

    def _text(self, row: int, index: int, text: str, style: Any) -> None:
        plain = printable(text)[:CELL_CHARACTERS_MAX]
        if plain.startswith("<r>") and plain.endswith("</r>"):
            # The writer takes this for its own mark-up of a run, unescaped: give it one that is.
            plain = f'<r><t xml:space="preserve">{escape(plain, quote=False)}</t></r>'
        self.sheet.write_string(row, index, plain, style)

    def _cell_format(self, column: Column, **looks: object) -> Any:
        align = "right" if column.kind in NUMBERS else "left"
        if column.kind in (Kind.DATE, Kind.INSTANT, Kind.ID):
            align = "center"
        return self._format(
            border=1,
            align=align,
            valign="vcenter",
            num_format=NUMBER_FORMATS[column.kind],
            **{"text_wrap": column.kind is Kind.TEXT, **looks},
        )

    def _format(self, **looks: object) -> Any:
        """One format of the workbook for each look."""
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format({"font_name": FONT, **looks})
        return self._formats[key]
