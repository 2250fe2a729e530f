"""XLSX: the sheets of a workbook, its texts and date formats; the cells themselves are in `xlsx_sheet`."""

import re
from dataclasses import dataclass
from posixpath import join, normpath

from canteen.files.limits import CELLS_MAX, CHARACTERS_MAX, TEXT_MAX, broken, too_large
from canteen.files.xlsx_sheet import Book, SheetReader
from canteen.files.xml_parts import Archive, unescape
from canteen.rules.grid import Grid, SheetName

WORKBOOK = "xl/workbook.xml"
RELATIONS = "_rels/.rels"
TRUE = ("1", "true")
#: built-in formats that show a date (ECMA-376 §18.8.30, with those of Chinese and Japanese programs)
DATE_FORMATS = frozenset([*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58])
#: parts of a format that are no letters of it: quoted text, colours and locales, escaped characters
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.|general', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    is_hidden: bool
    part: str


class Workbook:
    """An opened workbook: which sheets it has, and each of them read when asked."""

    def __init__(self, data: bytes) -> None:
        self._archive = Archive(data)
        self._part = self._find_workbook()
        self._is_1904 = False
        self._sheets: list[tuple[str, bool, str]] = []
        self._archive.parse(self._part, start=self._note_sheet)
        targets = self._targets(self._part)
        self.sheets = tuple(
            _Sheet(name, is_hidden, targets[relation])
            for name, is_hidden, relation in self._sheets
            if relation in targets
        )
        if not self.sheets:
            raise broken("里面没有工作表", "it holds no worksheet")
        self._book: Book | None = None

    def read(self, sheet: int) -> Grid:
        """The cells of a sheet, by its place in `sheets`."""
        if self._book is None:
            self._book = Book(
                self._texts(), _date_styles(self._archive, self._beside("styles")), self._is_1904
            )
        chosen = self.sheets[sheet]
        reader = SheetReader(self._book)
        self._archive.parse(
            chosen.part, start=reader.start, end=reader.end, text=reader.text, is_sheet=True
        )
        return Grid(
            "xlsx",
            tuple(reader.rows),
            sheet=chosen.name,
            sheets=tuple(SheetName(one.name, one.is_hidden) for one in self.sheets),
            merges=tuple(reader.merges),
            hidden_columns=frozenset(reader.hidden_columns),
            is_1904=self._is_1904,
            is_cut=reader.is_cut,
        )

    def _note_sheet(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            self._is_1904 = attributes.get("date1904", "0") in TRUE
        elif tag == "sheet":
            relation = next((text for key, text in attributes.items() if key.endswith(":id")), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            self._sheets.append((attributes.get("name", ""), is_hidden, relation))

    def _find_workbook(self) -> str:
        if not self._archive.has(RELATIONS):
            return WORKBOOK
        found = self._targets("", "officeDocument")
        return next(iter(found.values()), WORKBOOK)

    def _targets(self, part: str, kind: str = "worksheet") -> dict[str, str]:
        """Relation id → part, of the relations of one kind that `part` has."""
        folder, _, name = part.rpartition("/")
        found: dict[str, str] = {}

        def note(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("Type", "").endswith(f"/{kind}"):
                target = attributes.get("Target", "").replace("\\", "/")
                full = target[1:] if target.startswith("/") else normpath(join(folder, target))
                found[attributes.get("Id", "")] = full

        relations = join(folder, "_rels", f"{name}.rels")
        if self._archive.has(relations):
            self._archive.parse(relations, start=note)
        return found

    def _beside(self, kind: str) -> str | None:
        part = next(iter(self._targets(self._part, kind).values()), None)
        return part if part is not None and self._archive.has(part) else None

    def _texts(self) -> list[str]:
        part = self._beside("sharedStrings")
        reader = _Texts()
        if part is not None:
            self._archive.parse(part, start=reader.start, end=reader.end, text=reader.text)
        return reader.texts


class _Texts:
    """The shared texts; of a text with pronunciation marks only the text itself."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_open = False
        self._phonetic = 0
        self._length = self._total = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "t":
            self._is_open = not self._phonetic
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "si":
            self._pieces, self._length = [], 0

    def text(self, text: str) -> None:
        if self._is_open and self._length < TEXT_MAX:
            self._pieces.append(text[: TEXT_MAX - self._length])
            self._length += len(text)

    def end(self, tag: str) -> None:
        if tag == "t":
            self._is_open = False
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "si":
            self.texts.append(unescape("".join(self._pieces)))
            self._total += min(self._length, TEXT_MAX)
            if len(self.texts) > CELLS_MAX or self._total > CHARACTERS_MAX:
                raise too_large("文字太多", "there is too much text")


def is_date_format(code: str) -> bool:
    """Does this number format show a day (or at least year and month)? A time of day alone does not."""
    letters = _NO_LETTERS.sub("", code.partition(";")[0]).lower()
    return any(letter in letters for letter in "yd") or ("e" in letters and "m" in letters)


def _date_styles(archive: Archive, part: str | None) -> frozenset[int]:
    """The cell styles that show a date."""
    formats: dict[int, bool] = {}
    styles: list[int] = []
    inside = False

    def note(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            formats[_number(attributes.get("numFmtId"))] = is_date_format(
                attributes.get("formatCode", "")
            )
        elif tag in ("cellXfs", "cellStyleXfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            styles.append(_number(attributes.get("numFmtId")))

    def leave(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    if part is not None:
        archive.parse(part, start=note, end=leave)
    return frozenset(
        index for index, number in enumerate(styles) if formats.get(number, number in DATE_FORMATS)
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
