"""Makes files as people send them: workbooks of raw XML, old ones, separated text in any encoding."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
import xlwt

SENT = Path(__file__).parents[1] / "data" / "roster"

WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    "{properties}<sheets>{sheets}</sheets></workbook>"
)
RELATION = (
    '<Relationship Id="rId{number}" Target="worksheets/sheet{number}.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
)
STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<numFmts><numFmt numFmtId="164" formatCode="{format}"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="49"/></cellXfs></styleSheet>'
)
STYLES_RELATION = (
    '<Relationship Id="rIdS" Target="styles.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/>'
)


def sent(name: str) -> bytes:
    """One of the field cases' files."""
    return (SENT / name).read_bytes()


def raw_workbook(
    *sheets: str,
    states: Sequence[str] = (),
    properties: str = "",
    date_format: str = "yyyy-mm-dd",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An XLSX whose sheets hold exactly this XML inside `sheetData` (or the whole sheet's XML)."""
    names = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="rId{number}" state={quoteattr(state)}/>'
        for number, state in enumerate([*states, *["visible"] * (len(sheets) - len(states))], 1)
    )
    relations = "".join(RELATION.format(number=number + 1) for number in range(len(sheets)))
    texts: dict[str, str | bytes] = {
        "xl/workbook.xml": WORKBOOK.format(properties=properties, sheets=names),
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}{STYLES_RELATION}</Relationships>",
        "xl/styles.xml": STYLES.format(format=escape(date_format, {'"': "&quot;"})),
    }
    for number, sheet in enumerate(sheets, 1):
        whole = sheet if sheet.lstrip().startswith("<") and "sheetData" in sheet else None
        texts[f"xl/worksheets/sheet{number}.xml"] = (
            whole or f"<worksheet><sheetData>{sheet}</sheetData></worksheet>"
        )
    return make_zip(texts | dict(parts or {}))


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return box.getvalue()


def workbook(
    rows: Sequence[Sequence[object]], *, first_row: int = 0, first_column: int = 0
) -> bytes:
    """An XLSX of these values, texts as texts and numbers as numbers, from a cell on."""
    box = io.BytesIO()
    with xlsxwriter.Workbook(box, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for row, values in enumerate(rows, first_row):
            for column, value in enumerate(values, first_column):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write(row, column, value)
    return box.getvalue()


def old_workbook(rows: Sequence[Sequence[object]], *, is_1904: bool = False) -> bytes:
    """The same as XLS."""
    book = xlwt.Workbook()
    book.dates_1904 = is_1904
    sheet = book.add_sheet("花名册")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is not None:
                style = day if hasattr(value, "year") else xlwt.Style.default_style
                sheet.write(row, column, value, style)
    box = io.BytesIO()
    book.save(box)
    return box.getvalue()
