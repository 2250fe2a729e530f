"""The periods a claim can be of: months and quarters, both ends included; and a claim's number.

Ground floor. SOURCE: contract.md §2 (`2026-03`, `2026-Q1`), field case O-072.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from canteen.rules.errors import Invalid

#: years in which somebody may have eaten here
_PERIOD = re.compile(r"(20[0-9]{2})-(?:(0[1-9]|1[0-2])|Q([1-4]))")
#: months of a grant's period
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class ClaimPeriod:
    """A month or a quarter by its booked days, first and last included."""

    code: str
    first: date
    last: date

    @property
    def previous(self) -> "ClaimPeriod":
        """The period of the same length before it."""
        year, month = self.first.year, self.first.month
        if "Q" in self.code:
            return _quarter(year - 1, 4) if month == 1 else _quarter(year, quarter_of(month) - 1)
        return _month(year - 1, 12) if month == 1 else _month(year, month - 1)


def parse_period(text: str) -> ClaimPeriod:
    """`2026-03` or `2026-Q1`; Invalid `claim_period` of anything else."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        raise Invalid(
            "claim_period",
            f"期间写法不对：{text}，应是 2026-03（月）或 2026-Q1（季）",
            f"Not a period: {text}; write 2026-03 (a month) or 2026-Q1 (a quarter)",
            field="period",
        )
    year, month, quarter = found.groups()
    return _month(int(year), int(month)) if month else _quarter(int(year), int(quarter))


def month_of(day: date) -> ClaimPeriod:
    """The month that a day lies in."""
    return _month(day.year, day.month)


def quarter_of(month: int) -> int:
    """1 to 4."""
    return (month + 2) // 3


def list_grant_periods(per: str, period: ClaimPeriod) -> Iterator[ClaimPeriod]:
    """The months, quarters or years (`2026`) that end inside the claim's period: what is given for a year
    is claimed with its last month or quarter."""
    width = _MONTHS[per]
    for month in range(period.first.month, period.last.month + 1):
        if month % width:
            continue
        year = period.last.year
        if per == "month":
            yield _month(year, month)
        elif per == "quarter":
            yield _quarter(year, quarter_of(month))
        else:
            yield ClaimPeriod(f"{year:04d}", date(year, 1, 1), date(year, 12, 31))


def claim_number(canteen: str, period: str, funder: str | None, supplement: int) -> str:
    """`C1-2026-02`, `C1-2026-02-city` for one funder, `C1-2026-02-S1` for a supplement."""
    parts = [canteen, period, *([funder] if funder else [])]
    return "-".join([*parts, f"S{supplement}"] if supplement else parts)


def _month(year: int, month: int) -> ClaimPeriod:
    last = monthrange(year, month)[1]
    return ClaimPeriod(f"{year:04d}-{month:02d}", date(year, month, 1), date(year, month, last))


def _quarter(year: int, quarter: int) -> ClaimPeriod:
    begins = date(year, 3 * quarter - 2, 1)
    return ClaimPeriod(f"{year:04d}-Q{quarter}", begins, _month(year, 3 * quarter).last)
