"""How many portions to cook: what was eaten on the same weekday lately, and a little to spare.

Ground floor: counts in, an estimate with its reasons out. No trend and no guess that a cook could not
do herself with last month's sheets; closed days are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SAME_WEEKDAYS = 4
"""So many earlier days of the same weekday are looked at."""
SAME_WEEKDAYS_MIN = 2
ANY_DAYS = 10
"""Where there are fewer than two of them, so many days of any weekday."""
LOOK_BACK = timedelta(weeks=8)
SPARE_PER_CENT = 4
"""Cooked beyond what is expected, so that nobody goes hungry."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Portions to cook, and why: the days looked at with the least and the most eaten, the spare.

    `left_out` are codes of what the estimate does not know: `no_history`, `orders`, `few_days`."""

    portions: int
    days: tuple[date, ...]
    least: int
    most: int
    expected: int
    spare: int
    #: usual comers of whom we know that they do not come that day
    away: int
    is_same_weekday: bool
    left_out: tuple[str, ...]
    #: portions to be brought: they are known, so the history counts without them
    deliveries: int = 0


def choose_days(open_days: Sequence[date], day: date) -> tuple[tuple[date, ...], bool]:
    """The earlier open days to look at, newest first, and whether they are of the same weekday."""
    earlier = sorted((on for on in open_days if day - LOOK_BACK <= on < day), reverse=True)
    same = [on for on in earlier if on.weekday() == day.weekday()][:SAME_WEEKDAYS]
    if len(same) >= SAME_WEEKDAYS_MIN:
        return tuple(same), True
    return tuple(earlier[:ANY_DAYS]), False


def estimate(
    eaten: Mapping[date, int],
    open_days: Sequence[date],
    day: date,
    away: int = 0,
    deliveries: int | None = None,
) -> Estimate:
    """The estimate for `day` from the portions eaten on earlier open days; a day without any is zero.
    `away` of the usual comers are known not to come.

    `deliveries` are the portions of the day's list of deliveries, and `eaten` leaves brought meals out.
    None: the list is not made yet, `eaten` counts them all, and `orders` is left out, and said."""
    days, is_same_weekday = choose_days(open_days, day)
    counts = [eaten.get(on, 0) for on in days]
    brought = deliveries or 0
    unknown = ("orders",) if deliveries is None else ()
    if not any(counts):
        left_out = ("no_history", *unknown)
        return Estimate(brought, days, 0, 0, 0, 0, 0, is_same_weekday, left_out, brought)
    expected = -(-sum(counts) // len(counts))
    spare = -(-expected * SPARE_PER_CENT // 100)
    few = () if is_same_weekday else ("few_days",)
    return Estimate(
        max(0, expected + spare - away) + brought, days, min(counts), max(counts), expected, spare,
        away, is_same_weekday, (*few, *unknown), brought,
    )  # fmt: skip


def share_out(portions: int, eaten: Mapping[str, int]) -> dict[str, int]:
    """Portions by way of eating, in the proportion eaten before; they add up to `portions`.

    What is left after whole parts goes to the largest remainders."""
    total = sum(eaten.values())
    if not total:
        return {}
    parts = {way: divmod(portions * count, total) for way, count in eaten.items() if count}
    shared = {way: whole for way, (whole, _) in parts.items()}
    ranked = sorted(parts, key=lambda way: (-parts[way][1], way))
    for way in ranked[: portions - sum(shared.values())]:
        shared[way] += 1
    return shared
