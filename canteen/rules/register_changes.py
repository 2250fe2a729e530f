"""What a list of another register (动态监测比对) would change in what we know of a person.

Ground floor. What we know already is no news, so that the same list twice finds nothing new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Change = Literal["deceased", "moved", "category_begins", "category_ends"]
Gone = Literal["deceased", "moved"]
#: the order in which changes of one row are made: what begins before what ends
CHANGES: tuple[Change, ...] = ("category_begins", "category_ends", "moved", "deceased")
GONE: tuple[Gone, ...] = ("deceased", "moved")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A category, or a status (deceased, moved), from its first to its last day."""

    code: str
    level: int | None = None
    from_on: date | None = None
    to_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Both ends included; None is open."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day <= self.to_on
        )


@dataclass(frozen=True, slots=True)
class Implied:
    """A change that our register would need; `on_day` is the first day, of an end the last."""

    change: Change
    on_day: date
    code: str | None = None
    level: int | None = None


def imply_gone(status: Gone, day: date, known: Sequence[Period]) -> list[Implied]:
    """She died or moved that day, unless we know of it since then or earlier."""
    for one in known:
        if one.code in (status, "deceased") and (one.from_on is None or one.from_on <= day):
            return []
    return [Implied(status, day)]


def imply_category(said: Period, known: Sequence[Period], as_of: date) -> list[Implied]:
    """What a category on a list speaks of, on the list's own day where it names no first one."""
    has_ended = said.to_on is not None and said.to_on < as_of
    begins = said.from_on or (None if has_ended else as_of)
    found: list[Implied] = []
    if begins is not None and not _is_known(said, begins, known):
        found.append(Implied("category_begins", begins, said.code, said.level))
    if said.to_on is not None and (found or _runs_past(known, said.code, said.to_on)):
        found.append(Implied("category_ends", said.to_on, said.code))
    return found


def _is_known(said: Period, day: date, known: Sequence[Period]) -> bool:
    return any(
        one.code in GONE or (one.code == said.code and said.level in (None, one.level))
        for one in known
        if one.holds_on(day)
    )


def _runs_past(known: Sequence[Period], code: str, day: date) -> bool:
    return any(
        one.code == code and one.holds_on(day) and one.holds_on(day + ONE_DAY) for one in known
    )


def imply_absent(code: str, known: Sequence[Period], as_of: date) -> list[Implied]:
    """She is not on a list that is complete: a category we know of on its day has ended before."""
    if any(one.code == code and one.holds_on(as_of) for one in known) and _runs_past(
        known, code, as_of - ONE_DAY
    ):
        return [Implied("category_ends", as_of - ONE_DAY, code)]
    return []
