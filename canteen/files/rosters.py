"""A file as it was sent, told apart by its content (never by its name), with the right sheet chosen."""

from collections.abc import Callable

from canteen.files.csv_text import read_csv
from canteen.files.limits import FILE_BYTES_MAX, broken, too_large
from canteen.files.xls import OldWorkbook
from canteen.files.xlsx import Workbook
from canteen.files.xml_parts import encrypted
from canteen.rules.errors import Invalid
from canteen.rules.grid import Grid, SheetName
from canteen.rules.roster_header import find_header

ARCHIVE, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: the stream of an encrypted XLSX, as its directory writes it
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_roster(data: bytes, sheet: str | None = None) -> Grid:
    """The sheet named `sheet`, or the first visible one that has a header (else the first visible).

    Hidden sheets are never read. Raises `Invalid` with code file_empty, file_too_large, file_broken,
    file_encrypted, file_encoding, file_kind or sheet_unknown."""
    book = _open(data)
    return book if isinstance(book, Grid) else _choose(book, sheet)


def read_table(data: bytes, find: Callable[[Grid], object]) -> Grid:
    """The one visible sheet in which `find` finds its header (else the first visible): `find` raises
    `Invalid` where there is none. Two such sheets are refused, so that none is passed over in silence:
    `Invalid` sheets_several, and those of `read_roster`."""
    book = _open(data)
    if isinstance(book, Grid):
        return book
    hidden = [one.is_hidden for one in book.sheets]
    grids = [book.read(index) for index, is_hidden in enumerate(hidden) if not is_hidden]
    tables = [grid for grid in grids if _holds(grid, find)]
    if len(tables) > 1:
        names = "、".join(grid.sheet or "" for grid in tables)
        raise Invalid(
            "sheets_several",
            f"文件里有几个工作表都像是要导入的：{names}。请一个工作表存一个文件，或隐藏不要的",
            f"Several sheets look like what is to be read: {names}. Save each as a file of its own, or"
            " hide those not wanted",
        )
    return tables[0] if tables else _choose(book, None)


def _holds(grid: Grid, find: Callable[[Grid], object]) -> bool:
    try:
        find(grid)
    except Invalid:
        return False
    return True


def _open(data: bytes) -> Workbook | OldWorkbook | Grid:
    """The workbook, or of a separated text its rows."""
    if len(data) > FILE_BYTES_MAX:
        raise too_large(f"超过 {FILE_BYTES_MAX >> 20} MB", f"more than {FILE_BYTES_MAX >> 20} MB")
    if not data.strip(b"\0\r\n\t "):
        raise Invalid("file_empty", "文件是空的", "The file is empty")
    if data.startswith(ARCHIVE):
        return Workbook(data)
    if data.startswith(COMPOUND):
        if ENCRYPTED_STREAM in data:
            raise encrypted()
        return OldWorkbook(data)
    _refuse_other_kinds(data)
    return read_csv(data)


def _choose(book: Workbook | OldWorkbook, wanted: str | None) -> Grid:
    names = [SheetName(one.name, one.is_hidden) for one in book.sheets]
    visible = [
        index for index, one in enumerate(names) if not one.is_hidden and wanted in (None, one.name)
    ]
    if not visible:
        raise Invalid(
            "sheet_unknown",
            "没有这个可见的工作表" if wanted else "所有工作表都是隐藏的",
            "There is no such visible sheet" if wanted else "All sheets are hidden",
        )
    first: Grid | None = None
    for index in visible:
        grid = book.read(index)
        if find_header(grid) is not None:
            return grid
        first = first or grid
    assert first is not None, "at least one sheet is visible"
    return first


def _refuse_other_kinds(data: bytes) -> None:
    head = data[:1000].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"{\\rtf", b"%pdf", b"mime-")):
        raise Invalid(
            "file_kind",
            "这个文件不是真正的表格（是网页、XML 或 PDF）。请用表格软件打开后另存为 XLSX",
            "This is no real spreadsheet (a web page, XML or PDF). Open it and save it as XLSX",
        )
    if b"\0\0\0" in data[:4000]:
        raise broken("里面不是文字", "it holds no text")
