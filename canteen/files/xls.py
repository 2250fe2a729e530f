"""XLS (BIFF8, Excel 97–2003): its records read one by one, so that types, hidden rows and formulas
without a result are known, and a sheet with one cell at its far corner costs nothing (SOURCE: [MS-XLS])."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from canteen.files.compound import read_stream
from canteen.files.limits import CELLS_MAX, MERGES_MAX, ROWS_MAX, TEXT_MAX, broken, too_large
from canteen.files.xls_texts import Texts, short_text, text_at
from canteen.files.xlsx import DATE_FORMATS, is_date_format
from canteen.files.xlsx_sheet import UNCALCULATED
from canteen.files.xml_parts import encrypted
from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, GridRow, Merge, SheetName, Typed, serial_date

BIFF8, WORKSHEET = 0x0600, 0
EOF, FORMULA, CONTINUE, FILEPASS = 0x000A, 0x0006, 0x003C, 0x002F
DATEMODE, BOUNDSHEET, FORMAT, XF, SST = 0x0022, 0x0085, 0x041E, 0x00E0, 0x00FC
COLINFO, MULRK, RSTRING, MERGEDCELLS, LABELSST = 0x007D, 0x00BD, 0x00D6, 0x00E5, 0x00FD
NUMBER, LABEL, BOOLERR, STRING, ROW, RK, BOF = (
    0x0203,
    0x0204,
    0x0205,
    0x0207,
    0x0208,
    0x027E,
    0x0809,
)
HIDDEN_ROW = 0x20
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!"}


@dataclass(slots=True)
class _Sheet:
    name: str
    is_hidden: bool
    at: int


@dataclass(slots=True)
class _Read:
    """One sheet while it is read: its cells by row and column."""

    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    count: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    #: where the text of a formula's result belongs that the next record brings
    waiting: tuple[int, int] | None = None
    #: formulas whose result is an empty text, and how many have another one
    empty: list[bytes] = field(default_factory=list)
    calculated: int = 0


class OldWorkbook:
    """An opened XLS file: which sheets it has, and each of them read when asked."""

    def __init__(self, data: bytes) -> None:
        self._stream = read_stream(data, ("workbook", "book"))
        self._is_1904 = False
        self._texts: list[str] = []
        self._formats: dict[int, bool] = {}
        self._styles: list[int] = []
        self.sheets: list[_Sheet] = []
        try:
            self._read_globals()
        except (struct.error, IndexError, UnicodeDecodeError):
            raise broken("内容不完整", "its contents are damaged") from None

    def read(self, sheet: int) -> Grid:
        """The cells of a sheet, by its place in `sheets`."""
        chosen = self.sheets[sheet]
        read = _Read()
        try:
            for kind, body in _records(self._stream, chosen.at):
                self._note(read, kind, body)
        except (struct.error, IndexError, UnicodeDecodeError):
            raise broken("工作表不完整", "a sheet is damaged") from None
        if (
            not read.calculated
        ):  # a program wrote the file: none of its formulas was ever calculated
            for body in read.empty:
                self._put(read, body, UNCALCULATED)
        rows = []
        for row in sorted(read.cells):
            held = read.cells[row]
            cells = tuple(held.get(column) for column in range(max(held) + 1))
            rows.append(GridRow(row + 1, cells, row in read.hidden_rows))
        return Grid(
            "xls",
            tuple(rows),
            sheet=chosen.name,
            sheets=tuple(SheetName(one.name, one.is_hidden) for one in self.sheets),
            merges=tuple(read.merges),
            hidden_columns=frozenset(read.hidden_columns),
            is_1904=self._is_1904,
        )

    def _read_globals(self) -> None:
        texts = Texts()
        is_in_texts = False
        for kind, body in _records(self._stream, 0):
            if kind == BOF and struct.unpack_from("<H", body)[0] != BIFF8:
                raise Invalid(
                    "file_kind",
                    "这个 XLS 太旧（Excel 95 或更早）。请另存为 XLSX",
                    "This XLS is too old (Excel 95 or before). Save it as XLSX",
                )
            if kind == FILEPASS:
                raise encrypted()
            if kind == SST:
                texts.begin(body)
            elif kind == CONTINUE and is_in_texts:
                texts.go_on(body)
            elif kind == DATEMODE:
                self._is_1904 = struct.unpack_from("<H", body)[0] == 1
            elif kind == BOUNDSHEET:
                at, hidden, of = struct.unpack_from("<IBB", body)
                if of == WORKSHEET:
                    self.sheets.append(_Sheet(short_text(body, 6), hidden & 3 != 0, at))
            elif kind == FORMAT:
                number = struct.unpack_from("<H", body)[0]
                self._formats[number] = is_date_format(text_at(body, 2))
            elif kind == XF:
                self._styles.append(struct.unpack_from("<H", body, 2)[0])
            is_in_texts = kind == SST or (kind == CONTINUE and is_in_texts)
        self._texts = texts.read()

    def _note(self, read: _Read, kind: int, body: bytes) -> None:
        if kind == LABELSST:
            self._put(read, body, self._texts[struct.unpack_from("<I", body, 6)[0]])
        elif kind in (LABEL, RSTRING):
            self._put(read, body, text_at(body, 6))
        elif kind == NUMBER:
            self._put(read, body, self._number(body, struct.unpack_from("<d", body, 6)[0]))
        elif kind == RK:
            self._put(read, body, self._number(body, _rk(struct.unpack_from("<I", body, 6)[0])))
        elif kind == MULRK:
            row, first = struct.unpack_from("<HH", body)
            for place in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + place * 6)
                head = struct.pack("<HHH", row, first + place, style)
                self._put(read, head, self._number(head, _rk(packed)))
        elif kind == BOOLERR:
            self._put(read, body, _bool_or_error(body[6], is_error=body[7] == 1))
        elif kind == FORMULA:
            self._note_formula(read, body)
        elif kind == STRING and read.waiting is not None:
            row, column = read.waiting
            self._put(read, struct.pack("<HH", row, column), text_at(body, 0))
        elif kind == ROW and struct.unpack_from("<I", body, 12)[0] & HIDDEN_ROW:
            read.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == COLINFO and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            read.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == MERGEDCELLS:
            for place in range(struct.unpack_from("<H", body)[0]):
                top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + place * 8)
                if len(read.merges) < MERGES_MAX:
                    read.merges.append(Merge(top + 1, left, bottom + 1, right))

    def _note_formula(self, read: _Read, body: bytes) -> None:
        read.waiting = None
        result = body[6:14]
        is_empty = result[6:8] == b"\xff\xff" and result[0] == 3
        read.calculated += not is_empty
        if result[6:8] != b"\xff\xff":
            self._put(read, body, self._number(body, struct.unpack("<d", result)[0]))
        elif result[0] == 0:
            row, column = struct.unpack_from("<HH", body)
            read.waiting = (row, column)
        elif result[0] in (1, 2):
            self._put(read, body, _bool_or_error(result[2], is_error=result[0] == 2))
        elif is_empty:
            read.empty.append(body[:6])

    def _put(self, read: _Read, body: bytes, cell: Cell) -> None:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return
        row, column = struct.unpack_from("<HH", body)
        read.cells.setdefault(row, {})[column] = cell[:TEXT_MAX] if isinstance(cell, str) else cell
        read.count += 1
        if read.count > CELLS_MAX or len(read.cells) > ROWS_MAX:
            raise too_large(f"超过 {ROWS_MAX} 行", f"more than {ROWS_MAX} rows")

    def _number(self, body: bytes, value: float) -> Typed:
        style = struct.unpack_from("<H", body, 4)[0]
        is_whole = value == value // 1 and abs(value) < 1e15
        literal = str(int(value)) if is_whole else repr(value)
        shown = self._styles[style] if style < len(self._styles) else 0
        if self._formats.get(shown, shown in DATE_FORMATS):
            day = serial_date(literal, self._is_1904)
            if day is not None:
                return Typed("date", day.isoformat())
        return Typed("number", literal)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from `at` to the end of that part of the stream."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == BOF) - (kind == EOF)
        if depth == 1 or kind == BOF:  # deeper: a chart inside the sheet
            yield kind, body
        if depth <= 0:
            return


def _rk(packed: int) -> float:
    """A number in the short form: 30 bits of a double or of a whole number, perhaps times 100."""
    if packed & 2:
        value = float((packed - (1 << 32) if packed & 0x80000000 else packed) >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def _bool_or_error(value: int, *, is_error: bool) -> Typed:
    if is_error:
        return Typed("error", ERRORS.get(value, "#N/A"))
    return Typed("bool", "TRUE" if value else "FALSE")
