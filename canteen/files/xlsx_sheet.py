"""The cells of one XLSX sheet as its XML has them: literals kept, blanks left out, nothing calculated."""

import re
from dataclasses import dataclass, field

from canteen.files.limits import (
    CELLS_MAX,
    CHARACTERS_MAX,
    COLUMNS_MAX,
    MERGES_MAX,
    ROWS_MAX,
    TEXT_MAX,
    broken,
    too_large,
)
from canteen.files.xml_parts import unescape
from canteen.rules.grid import Cell, GridRow, Merge, Typed, iso_date, serial_date

TRUE = ("1", "true")
#: a formula without a stored result, and an error
UNCALCULATED = Typed("formula", "")

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass(slots=True)
class Book:
    """What the sheets of a workbook share: its texts, which styles are dates, its date system."""

    texts: list[str]
    date_styles: frozenset[int]
    is_1904: bool
    #: column letters → number, filled as met
    columns: dict[str, int] = field(default_factory=dict)
    #: one object for equal short texts (男, 城南社区): a large roster repeats them in every row
    same: dict[str, str] = field(default_factory=dict)


class SheetReader:
    """The callbacks that gather rows, merges and hidden columns of one sheet."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.rows: list[GridRow] = []
        self.merges: list[Merge] = []
        self.hidden_columns: set[int] = set()
        self.is_cut = False
        self._row = self._column = self._cells = self._characters = 0
        self._is_hidden = False
        self._values: list[Cell] = []
        self._type = self._style = ""
        self._has_formula = self._is_open = False
        self._phonetic = 0
        self._pieces: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(attributes)
        elif tag in ("v", "t"):
            self._is_open = not self._phonetic
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f":
            self._has_formula = True
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "col":
            self._note_column(attributes)
        elif tag == "mergeCell":
            self._note_merge(attributes.get("ref", ""))

    def text(self, text: str) -> None:
        if self._is_open and self._length < TEXT_MAX:
            self._pieces.append(text[: TEXT_MAX - self._length])
            self._length += len(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._is_open = False
        elif tag == "c":
            if self._pieces or self._has_formula:
                self._end_cell()
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._phonetic -= 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        row = int(number) if number and number.isascii() and number.isdigit() else self._row + 1
        if row <= self._row:
            raise broken("行号乱了", "its rows are out of order")
        self._row, self._column = row, -1
        self._is_hidden = attributes.get("hidden", "0") in TRUE
        self._values = []

    def _end_row(self) -> None:
        if not self._values:
            return
        self._cells += len(self._values)
        if len(self.rows) == ROWS_MAX or self._cells > CELLS_MAX:
            raise too_large(f"超过 {ROWS_MAX} 行", f"more than {ROWS_MAX} rows")
        self.rows.append(GridRow(self._row, tuple(self._values), self._is_hidden))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            letters = place.rstrip("0123456789")
            column = self._book.columns.get(letters)
            self._column = self._new_column(letters) if column is None else column
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._has_formula = self._is_open = False
        self._pieces, self._length = [], 0

    def _new_column(self, letters: str) -> int:
        column = 0
        if not (
            0 < len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()
        ):
            raise broken("单元格地址不对", "a cell's address is wrong")
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        self._book.columns[letters] = column - 1
        return column - 1

    def _end_cell(self) -> None:
        text = "".join(self._pieces)
        cell = self._judge(text)
        if cell is None:
            return
        if self._column >= COLUMNS_MAX:
            self.is_cut = True
            return
        values = self._values
        while len(values) < self._column:
            values.append(None)
        if len(values) == self._column:
            values.append(cell)
        else:
            values[self._column] = cell

    def _judge(self, text: str) -> Cell:
        kind = self._type
        if kind in ("inlineStr", "str"):
            text = unescape(text)
        if kind == "inlineStr":
            return self._keep(text) if text.strip() else None
        if not text:
            return UNCALCULATED if self._has_formula and kind != "str" else None
        if kind == "s":
            return self._shared(text)
        if kind == "str":
            return self._keep(text) if text.strip() else None
        if kind == "e":
            return Typed("error", text)
        if kind == "b":
            return Typed("bool", "TRUE" if text in TRUE else "FALSE")
        if kind == "d":
            day = iso_date(text)
            return text if day is None else Typed("date", day.isoformat())
        if self._style and int(self._style) in self._book.date_styles:
            day = serial_date(text, self._book.is_1904)
            if day is not None:
                return Typed("date", day.isoformat())
        return Typed("number", text.strip())

    def _shared(self, text: str) -> str | None:
        texts = self._book.texts
        if not (text.isascii() and text.isdigit() and int(text) < len(texts)):
            raise broken("文字表对不上", "a cell points at a text that is not there")
        found = texts[int(text)]
        return found if found.strip() else None

    def _keep(self, text: str) -> str:
        same = self._book.same
        known = same.get(text)
        if known is not None:
            return known
        self._characters += len(text)
        if self._characters > CHARACTERS_MAX:
            raise too_large("文字太多", "there is too much text")
        if len(text) < 16 and len(same) < 5000:
            same[text] = text
        return text

    def _note_column(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden", "0") in TRUE and first.isdigit() and last.isdigit():
            self.hidden_columns.update(range(int(first) - 1, min(int(last), COLUMNS_MAX)))

    def _note_merge(self, ref: str) -> None:
        first, _, last = ref.upper().partition(":")
        places = (_PLACE.fullmatch(first), _PLACE.fullmatch(last))
        if places[0] is None or places[1] is None or len(self.merges) == MERGES_MAX:
            return
        (left, top), (right, bottom) = places[0].groups(), places[1].groups()
        self.merges.append(
            Merge(int(top), self._new_column(left), int(bottom), self._new_column(right))
        )
