"""Months in addresses and on pages: 2026-11."""

from datetime import date

from canteen.web.day_page import parse_day


def parse_month(text: str) -> date:
    """The first day of a month written 2026-11; what is none is a page that does not exist."""
    return parse_day(f"{text}-01")


def shift_month(first: date, months: int) -> date:
    """The first day of the month so many months later; negative: earlier."""
    number = 12 * first.year + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
