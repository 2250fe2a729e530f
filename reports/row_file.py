"""Rows on their way to paper: more than the memory holds, read more than once, and gone with the process.

They lie in a file without a name, some hundreds at a time. A process that is killed leaves nothing behind:
they hold ID numbers. No other program ever reads it, so it is written as Python keeps its own constants:
six times as fast as JSON.
"""

import marshal
import tempfile
from collections.abc import Iterator

#: what a row may hold: words, whole numbers, nothing; days and instants are words too
PlainRow = list[str | int | None]
ROWS_AT_ONCE = 500
SIZE_BYTES = 4


class RowFile:
    """Rows in the order in which they were added; whoever iterates begins at the first."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: list[PlainRow] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close`

    def add(self, row: PlainRow) -> None:
        """Put a row behind the others."""
        self.count += 1
        self._waiting.append(row)
        if len(self._waiting) == ROWS_AT_ONCE:
            self._write()

    def __iter__(self) -> Iterator[PlainRow]:
        if self._waiting:
            self._write()
        self._file.seek(0)
        while size := self._file.read(SIZE_BYTES):
            yield from marshal.loads(self._file.read(int.from_bytes(size, "big")))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _write(self) -> None:
        rows = marshal.dumps(self._waiting)
        self._file.write(len(rows).to_bytes(SIZE_BYTES, "big") + rows)
        self._waiting = []
