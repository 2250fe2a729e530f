"""The parts of an XLSX archive, unpacked piece by piece under one budget and parsed without entities."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from canteen.files.limits import UNPACKED_BYTES_MAX, broken, too_large
from canteen.rules.errors import Invalid

PIECE = 1 << 20
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
#: cells and rows that hold nothing but their format, as every program writes them: a million of them
#: are taken out before the parser sees them
_BLANK_CELL = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"[^<>]*?(?:/>|></c>)')
_BLANK_ROW = re.compile(rb'<row r="\d{1,7}"[^<>]*?(?:/>|>\s*</row>)')


class Archive:
    """An opened XLSX file; part names are looked up as programs do, without regard to case."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
            raise broken("压缩包不完整", "the archive is damaged or cut off") from None
        self._names = {
            info.filename.replace("\\", "/").lower(): info for info in self._zip.infolist()
        }
        self._left = UNPACKED_BYTES_MAX

    def has(self, name: str) -> bool:
        return name.lower() in self._names

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, unpacked as they are asked for; sizes in the archive are not believed."""
        info = self._names.get(name.lower())
        if info is None:
            raise broken(f"缺少 {name}", f"{name} is missing")
        if info.flag_bits & 1:
            raise encrypted()
        try:
            with self._zip.open(info) as part:
                while piece := part.read(PIECE):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise too_large(
                            f"解开后超过 {UNPACKED_BYTES_MAX >> 20} MB",
                            f"unpacked it has more than {UNPACKED_BYTES_MAX >> 20} MB",
                        )
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise broken("压缩包里的内容坏了", "a part of the archive is damaged") from None

    def parse(
        self,
        name: str,
        *,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        is_sheet: bool = False,
    ) -> None:
        """Call back for each element of a part (names without their prefix)."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16

        def first(tag: str, attributes: dict[str, str]) -> None:
            prefixed = (
                ":" in tag
            )  # then all are; elsewhere the callbacks are called without a detour
            parser.StartElementHandler = (lambda t, a: start(_local(t), a)) if prefixed else start
            if end is not None:
                parser.EndElementHandler = (lambda t: end(_local(t))) if prefixed else end
            start(_local(tag), attributes)

        parser.StartElementHandler = first
        if text is not None:
            parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        pieces = self.pieces(name)
        try:
            for piece in _without_blanks(pieces) if is_sheet else pieces:
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise broken(f"{name} 不是完整的 XML", f"{name} is not well-formed ({error})") from None


def unescape(text: str) -> str:
    """A cell's text with the characters that XML cannot hold, which programs write as _x000D_."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encrypted() -> Invalid:
    return Invalid(
        "file_encrypted",
        "文件有打开密码，读不了。请先用密码打开，另存为不加密的文件",
        "The file is protected by a password. Open it and save it without one",
    )


def _local(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


def _refuse_doctype(*_: Any) -> None:
    raise broken("里面有实体声明", "it declares XML entities")


def _without_blanks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same XML without cells and rows that only carry a format. Pieces are cut before a row, so
    that a tag is never seen in halves."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(b"<row ", max(0, len(rest) - len(piece) - 4))
        if cut > 0:
            yield _BLANK_ROW.sub(b"", _BLANK_CELL.sub(b"", rest[:cut]))
            rest = rest[cut:]
        elif len(rest) > 8 * PIECE:
            yield rest
            rest = b""
    yield rest
