"""A table of more rows than the memory holds (明细表), and how fast its cells become text.

It stands in a book like any table; its rows come one by one, each as it lies in a `RowFile`: days as
`2026-11-25`, instants as `2026-11-25 11:32:10.120000` by the wall clock, money in whole fen. The printers
trust its totals: whoever fills it adds the rows up, `reports.verify` does it again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reports.row_file import PlainRow
from reports.sheets import Kind, SheetError, Table

ROWS_AT_ONCE = 500
#: different values of a column that are remembered: days, names and prices come again and again
REMEMBERED_MAX = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTable(Table):
    """A table whose rows stand elsewhere, `count` of them; its own `rows` are empty."""

    stream: Iterable[PlainRow]
    count: int
    #: so many columns go on paper, the others are for programs; 0: all
    printed: int = 0

    def __post_init__(self) -> None:
        if self.rows or not self.columns:
            raise SheetError("a long table has columns, and its rows in its stream")
        if self.totals is not None:
            self._check_length(self.totals, "totals")


class Memory(dict[Any, str]):
    """value → its text in a file; of a column with too many different ones (receipts) no more is kept."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, value: Any) -> str:
        made = self[value] = self.make(value)
        return made

    @property
    def maker(self) -> Callable[[Any], str]:
        """What gives the next text: the memory, or what it asks where it would be asked each time."""
        return self.__getitem__ if len(self) < REMEMBERED_MAX else self.make


def list_texts(
    table: LongTable, cells: Mapping[Kind, Callable[[Any], str]]
) -> Iterator[Iterator[tuple[str, ...]]]:
    """The table's rows as texts, some hundreds at a time, column by column: that is three times as fast
    as row by row."""
    memories = [Memory(cells[column.kind]) for column in table.columns]
    rows = iter(table.stream)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        makers = [memory.maker for memory in memories]
        yield zip(*map(map, makers, zip(*some, strict=True)), strict=True)
