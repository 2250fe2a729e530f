"""Too many things in too short a time: for the day's anomalies and the checks of claims alike."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")


def list_bursts(
    ordered: Sequence[T], many: int, span: timedelta, at: Callable[[T], datetime]
) -> Iterator[Sequence[T]]:
    """Every `many` of them, one after another in the order of their moments, within the span."""
    for first in range(len(ordered) - many + 1):
        some = ordered[first : first + many]
        if at(some[-1]) - at(some[0]) <= span:
            yield some
