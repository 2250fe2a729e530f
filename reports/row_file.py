"""Rows on their way to paper: more than the memory holds, read more than once, and gone with the process.

They lie in a file without a name, as JSON, a line for some hundreds of rows. A process that is killed
leaves nothing behind: they hold ID numbers.
"""

import json
import tempfile
from collections.abc import Iterator

#: what a row may hold: words, whole numbers, nothing; days and instants are words too
PlainRow = list[str | int | None]
ROWS_A_LINE = 500


class RowFile:
    """Rows in the order in which they were added; whoever iterates begins at the first."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: list[PlainRow] = []
        self._file = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 - `close`

    def add(self, row: PlainRow) -> None:
        """Put a row behind the others."""
        self.count += 1
        self._waiting.append(row)
        if len(self._waiting) == ROWS_A_LINE:
            self._write()

    def __iter__(self) -> Iterator[PlainRow]:
        if self._waiting:
            self._write()
        self._file.seek(0)
        for line in self._file:
            yield from json.loads(line)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _write(self) -> None:
        self._file.write(json.dumps(self._waiting) + "\n")  # dump() is the slow encoder
        self._waiting = []
