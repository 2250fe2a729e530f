"""Local days and mealtime windows: which service date and which mealtime an instant belongs to.

Ground floor: instants come in aware, windows come in as values; nothing here asks for the clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from canteen.rules.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone of every canteen's service dates and of a scheme's clock windows."""

MEALTIMES = ("breakfast", "lunch", "dinner")
CHANNELS = ("dine_in", "take_away", "delivery")

Period = Literal["week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Window:
    """One mealtime of a canteen: open from `opens` (included) to `closes` (excluded)."""

    mealtime: str
    opens: time
    closes: time


def local_date(instant: datetime, zone: tzinfo = SHANGHAI) -> date:
    """The date on the wall calendar of `zone` at that aware instant, in any process zone."""
    return local_time(instant, zone).date()


def local_time(instant: datetime, zone: tzinfo = SHANGHAI) -> datetime:
    """The aware instant as the wall clock of `zone` shows it."""
    if instant.tzinfo is None:
        raise Invalid(
            "instant_naive", "时刻缺少时区", "The instant has no time zone", instant=str(instant)
        )
    return instant.astimezone(zone)


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as answers and events carry it: 2026-11-25T03:32:10.120Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows in order of the clock; `Invalid` when one is empty, crosses midnight or overlaps.

    All faults are in `errors` as `(mealtime, code)`: `window_empty`, `window_overlaps`,
    `window_twice`. Windows that only touch (10:30 and 10:30) do not overlap. SOURCE: domain.md §1.
    """
    ordered = tuple(sorted(windows, key=lambda window: (window.opens, window.closes)))
    faults: list[tuple[str, str]] = [
        (window.mealtime, "window_empty") for window in ordered if window.opens >= window.closes
    ]
    seen: set[str] = set()
    for window in ordered:
        if window.mealtime in seen:
            faults.append((window.mealtime, "window_twice"))
        seen.add(window.mealtime)
    for before, after in pairwise(ordered):
        if after.opens < before.closes:
            faults.append((after.mealtime, "window_overlaps"))
    if faults:
        names = ", ".join(f"{mealtime}: {code}" for mealtime, code in faults)
        raise Invalid(
            "windows_wrong",
            f"餐次时段须同日、先开后关、互不重叠、每餐一段 ({names})",
            "Mealtime windows must open before they close on the same day, must not overlap, "
            f"and each mealtime has one ({names})",
            errors=tuple(faults),
        )
    return ordered


def find_mealtime(
    windows: Sequence[Window], at: time, grace_min: int = 0
) -> tuple[Window, bool] | None:
    """The window open at local time `at`, and whether only the grace for the queue keeps it open.

    Start included, end excluded. The grace of `grace_min` minutes never reaches into another
    window that has begun, nor past midnight. None when no mealtime is open. SOURCE: domain.md §1.
    """
    for window in windows:
        if window.opens <= at < window.closes:
            return window, False
    closed = [window for window in windows if window.closes <= at]
    if not closed:
        return None
    last = max(closed, key=lambda window: window.closes)
    if _seconds(at) < _seconds(last.closes) + grace_min * 60:
        return last, True
    return None


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def period_start(day: date, period: Period) -> date:
    """First day of the natural week (Monday), month or year that `day` lies in."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1)
