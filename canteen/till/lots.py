"""Many values in lots that a query takes at once: below what either database puts into one IN (…)."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
#: as many values a query takes at once
AT_ONCE = 500


def in_lots(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists of at most `AT_ONCE`."""
    every = list(values)
    for first in range(0, len(every), AT_ONCE):
        yield every[first : first + AT_ONCE]
