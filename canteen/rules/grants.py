"""What a grant of a scheme gives for a period: a fixed amount, or that of the tier reached.

Ground floor; whole numbers only: a tier is reached when the meals are at least its minimum times the
open days, so that nothing is rounded before it is compared. SOURCE: scheme.md §2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from canteen.rules.claim_periods import ClaimPeriod
from canteen.rules.scheme import Grant

#: printed beside every grant that goes by the average
AVERAGE_ZH = (
    "日均 = 老人用餐人次 ÷ 开餐天数。人次：已签结日报里未撤销、有人吃的第一份，"
    "登记在册的长者，扣除更正，按入账日期；开餐天数：日历上开餐或有人用餐的日子。不四舍五入，够档才算。"
)
AVERAGE_EN = (
    "Average = meals of elders ÷ open days. Meals: first portions eaten and not voided, of registered"
    " elders, on signed sheets, net of corrections, by booked date; open days: those open by the"
    " calendar, or on which somebody ate. Nothing is rounded: a tier is reached or it is not."
)


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many meals elders had in a grant's period, on how many open days."""

    meals: int = 0
    open_days: int = 0

    @property
    def average_text(self) -> str:
        """The average with two decimals, cut, never rounded up; "0.00" without an open day."""
        hundredths = self.meals * 100 // self.open_days if self.open_days else 0
        return f"{hundredths // 100}.{hundredths % 100:02d}"


def reckon_grant(
    grant: Grant, period: ClaimPeriod, attendance: Attendance
) -> tuple[int, Mapping[str, object]]:
    """The fen it gives (0: no tier reached), and how that was reckoned."""
    told: dict[str, object] = {
        "per": grant.per,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
    }
    if grant.amount_fen is not None:
        return grant.amount_fen, told
    reached = [one for one in grant.tiers if attendance.meals >= one.min * attendance.open_days]
    tier = max(reached, key=lambda one: one.min, default=None) if attendance.open_days else None
    told |= {
        "basis": grant.basis,
        "meals": attendance.meals,
        "open_days": attendance.open_days,
        "average": attendance.average_text,
        "tier": None if tier is None else tier.min,
        "tiers": [[one.min, one.amount_fen] for one in grant.tiers],
        "zh": AVERAGE_ZH,
        "en": AVERAGE_EN,
    }
    return (0 if tier is None else tier.amount_fen), told
