"""What an elder may let her family see, and the month as a calendar of weeks.

Ground floor: words of the `shows` of a link, and dates.
"""

from calendar import Calendar
from datetime import date

#: when and what she ate; her balance and how a meal is split; each entry of the account; deliveries,
#: which may then also be asked for and called off
SHOWS = ("meals", "balance", "account", "orders")


def month_weeks(first: date) -> list[list[date | None]]:
    """The month that begins on `first` by weeks from Monday; None where another month's days stand."""
    return [
        [day if day.month == first.month else None for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]


def month_before(first: date) -> date:
    """The first day of the month before."""
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def month_after(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + (first.month == 12), first.month % 12 + 1, 1)
