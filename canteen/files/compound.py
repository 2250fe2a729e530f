"""The streams of an OLE compound file, the box that an old XLS comes in (SOURCE: [MS-CFB])."""

import struct

from canteen.files.limits import broken

HEADER = 512
ENTRY = 128
#: sector numbers from here on mean "no sector"
LAST_SECTOR = 0xFFFFFFFA
STREAM, ROOT = 2, 5


def read_stream(data: bytes, names: tuple[str, ...]) -> bytes:
    """The first stream of one of these names; `file_broken` when there is none or a chain is torn."""
    try:
        return _Compound(data).stream(names)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise broken("文件不完整", "it is damaged or cut off") from None


class _Compound:
    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise broken("文件头不对", "its header is wrong")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        fat_count, directory = struct.unpack_from("<II", data, 44)
        self._cutoff, mini_fat, _, more = struct.unpack_from("<IIII", data, 56)
        self._fat = self._read_fat(fat_count, more)
        self._mini_fat = _numbers(self._chain(mini_fat)) if mini_fat < LAST_SECTOR else ()
        self._entries = self._chain(directory)

    def stream(self, names: tuple[str, ...]) -> bytes:
        root_start = 0
        for at in range(0, len(self._entries) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", self._entries, at + 64)
            start, size = struct.unpack_from("<II", self._entries, at + 116)
            name = self._entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le")
            if kind == ROOT:
                root_start = start
            elif kind == STREAM and name.lower() in names:
                if size >= self._cutoff:
                    return self._chain(start)[:size]
                return self._mini_chain(root_start, start)[:size]
        raise broken("里面没有工作簿", "it holds no workbook")

    def _sector(self, number: int) -> bytes:
        at = HEADER + number * self._size if self._size == HEADER else (number + 1) * self._size
        return self._data[at : at + self._size]

    def _read_fat(self, count: int, more: int) -> tuple[int, ...]:
        places = list(struct.unpack_from("<109I", self._data, 76))
        seen = 0
        while more < LAST_SECTOR and seen * self._size < len(self._data):
            seen += 1
            numbers = _numbers(self._sector(more))
            places += numbers[:-1]
            more = numbers[-1]
        used = [place for place in places[:count] if place < LAST_SECTOR]
        return _numbers(b"".join(self._sector(place) for place in used))

    def _chain(self, start: int) -> bytes:
        numbers = _follow(self._fat, start)
        return b"".join(self._sector(number) for number in numbers)

    def _mini_chain(self, root_start: int, start: int) -> bytes:
        box = self._chain(root_start)
        size = self._mini_size
        numbers = _follow(self._mini_fat, start)
        return b"".join(box[number * size : (number + 1) * size] for number in numbers)


def _numbers(data: bytes) -> tuple[int, ...]:
    count = len(data) // 4
    return struct.unpack_from(f"<{count}I", data)


def _follow(table: tuple[int, ...], start: int) -> list[int]:
    """The sectors of a chain; one that runs in a circle is broken."""
    numbers: list[int] = []
    while start < LAST_SECTOR:
        if len(numbers) > len(table):
            raise broken("扇区链打圈", "a chain of sectors runs in a circle")
        numbers.append(start)
        start = table[start]
    return numbers
