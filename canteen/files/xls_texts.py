"""The texts of an XLS file: plain ones, and the shared table that runs over many records."""

import struct

from canteen.files.limits import CELLS_MAX, CHARACTERS_MAX, TEXT_MAX, broken, too_large

WIDE, EXTENDED, RICH = 1, 4, 8


def short_text(body: bytes, at: int) -> str:
    """A text whose length stands in one byte (a sheet's name)."""
    return _characters(body, at + 2, body[at], body[at + 1])


def text_at(body: bytes, at: int) -> str:
    """A text whose length stands in two bytes, inside one record."""
    length, flags = struct.unpack_from("<HB", body, at)
    skipped = 3 + (2 if flags & RICH else 0) + (4 if flags & EXTENDED else 0)
    return _characters(body, at + skipped, length, flags)


def _characters(body: bytes, at: int, length: int, flags: int) -> str:
    if flags & WIDE:
        return body[at : at + 2 * length].decode("utf-16-le", "replace")
    return body[at : at + length].decode("latin-1")


class Texts:
    """The shared texts, which go on from record to record; a text cut in two says anew how it is written."""

    def __init__(self) -> None:
        self._records: list[bytes] = []
        self._count = self._record = self._at = 0

    def begin(self, body: bytes) -> None:
        self._count = struct.unpack_from("<I", body, 4)[0]
        self._records = [body[8:]]

    def go_on(self, body: bytes) -> None:
        self._records.append(body)

    def read(self) -> list[str]:
        """All of them, in order."""
        texts: list[str] = []
        total = 0
        if self._count > CELLS_MAX:
            raise too_large("文字太多", "there is too much text")
        for _ in range(self._count):
            if self._is_at_end():
                break
            text = self._read_one()
            total += len(text)
            if total > CHARACTERS_MAX:
                raise too_large("文字太多", "there is too much text")
            texts.append(text)
        return texts

    def _is_at_end(self) -> bool:
        while self._record < len(self._records) and self._at >= len(self._records[self._record]):
            self._record, self._at = self._record + 1, 0
        return self._record >= len(self._records)

    def _read_one(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & RICH else 0
        extra = struct.unpack("<I", self._take(4))[0] if flags & EXTENDED else 0
        pieces: list[bytes] = []
        while length > 0:
            if self._is_at_end():
                raise broken("文字表不完整", "the table of texts is cut off")
            if pieces:
                flags = self._take(1)[0]
            width = 2 if flags & WIDE else 1
            room = (len(self._records[self._record]) - self._at) // width
            count = min(length, room)
            if count == 0:
                raise broken("文字表不完整", "the table of texts is cut off")
            raw = self._take(count * width)
            pieces.append(raw if width == 2 else raw.decode("latin-1").encode("utf-16-le"))
            length -= count
        self._skip(runs * 4 + extra)
        return b"".join(pieces).decode("utf-16-le", "replace")[:TEXT_MAX]

    def _take(self, count: int) -> bytes:
        """Bytes of the current record, or of the next when it is used up."""
        if self._is_at_end():
            raise broken("文字表不完整", "the table of texts is cut off")
        body = self._records[self._record][self._at : self._at + count]
        self._at += count
        if len(body) < count:
            raise broken("文字表不完整", "the table of texts is cut off")
        return body

    def _skip(self, count: int) -> None:
        while count > 0 and not self._is_at_end():
            step = min(count, len(self._records[self._record]) - self._at)
            self._at += step
            count -= step
