"""When a claim is to be made and to be paid, by what its funder said. Ground floor: plain days."""

from datetime import date, timedelta

DECEMBER = 12


def claim_by(last: date, claim_by_day: int) -> date:
    """The day by which the claim of a period that ends on `last` is wanted: in the month after it."""
    year, month = (last.year + 1, 1) if last.month == DECEMBER else (last.year, last.month + 1)
    return date(year, month, claim_by_day)


def pay_by(approved_on: date, pay_within_days: int) -> date:
    """The last day on which an approved claim is paid in time."""
    return approved_on + timedelta(days=pay_within_days)
