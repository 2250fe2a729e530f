"""CSV and other separated text: the encoding found by trying strictly, never guessed by statistics."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from canteen.files.limits import CELLS_MAX, COLUMNS_MAX, ROWS_MAX, TEXT_MAX, broken, too_large
from canteen.rules.errors import Invalid
from canteen.rules.grid import Grid, GridRow

#: byte-order mark → encoding; the longer marks first
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 BOM"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)
SEPARATORS = ",\t;|，；"
#: lines looked at to find the separator
LOOKED_AT = 40
_QUOTED = re.compile(r'"[^"]*"')


def read_csv(data: bytes) -> Grid:
    """The rows of a separated text; row numbers count records, as a spreadsheet program does."""
    text, encoding = decode(data)
    separator, text = _find_separator(text)
    rows: list[GridRow] = []
    cells_read, is_cut = 0, False
    for number, record in enumerate(_records(text, separator), start=1):
        while record and not record[-1].strip():
            record.pop()
        if not record:
            continue
        is_cut = is_cut or len(record) > COLUMNS_MAX
        cells_read += len(record)
        if len(rows) == ROWS_MAX or cells_read > CELLS_MAX:
            raise too_large(f"超过 {ROWS_MAX} 行", f"more than {ROWS_MAX} rows")
        rows.append(GridRow(number, tuple(text[:TEXT_MAX] for text in record[:COLUMNS_MAX])))
    return Grid("csv", tuple(rows), encoding=encoding, is_cut=is_cut)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark, else UTF-8, else GB18030, each strictly.

    Text without a mark and with a zero in every second byte is UTF-16."""
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            return _strictly(data, codec, name), name
    head = data[:2000]
    for zeros, codec, name in (
        (head[1::2].count(0), "utf-16-le", "UTF-16 LE"),
        (head[0::2].count(0), "utf-16-be", "UTF-16 BE"),
    ):
        if zeros * 8 > len(head):
            return _strictly(data, codec, name), name
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _strictly(data, "gb18030", "GB18030"), "GB18030"


def _strictly(data: bytes, codec: str, name: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        raise Invalid(
            "file_encoding",
            f"文字编码认不出来（按 {name} 读不通）。请另存为 XLSX 或 UTF-8 的 CSV",
            f"The text's encoding is unknown (it is not {name}). Save it as XLSX or as UTF-8 CSV",
        ) from None
    if "\0" in text[:2000]:
        raise broken("里面不是文字", "it holds no text")
    return text


def _find_separator(text: str) -> tuple[str, str]:
    """The separator that parts most of the first lines alike, those of many columns counting more (money
    has commas inside, too); a first line `sep=;` is obeyed."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], "\n" + rest
    lines = _QUOTED.sub("", "\n".join(text.splitlines()[:LOOKED_AT])).splitlines()

    def weigh(separator: str) -> int:
        alike = Counter(line.count(separator) for line in lines)
        return max((count * columns for columns, count in alike.items()), default=0)

    return max(SEPARATORS, key=weigh), text


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    try:
        yield from reader
    except csv.Error as error:
        raise broken(
            f"第 {reader.line_num} 行的引号不成对，或格子太长",
            f"line {reader.line_num}: quotes do not match, or a cell is too long ({error})",
        ) from None
