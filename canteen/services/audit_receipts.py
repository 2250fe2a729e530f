"""Every receipt number of a canteen's days: what it stands for, and that none is missing or there twice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.accounts import PayOut, TopUp
from canteen.models.claim_money import Donation
from canteen.models.corrections import Correction
from canteen.models.days import CanteenDay
from canteen.models.meals import Meal, Void
from canteen.rules.receipts import Serials, judge_serials
from canteen.till.day_state import get_canteen_by_code


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a receipt number stands for. `is_offline` says that the tap lay with the reader before; `meal` is
    the receipt of the meal that it is, or that it corrects."""

    receipt: str
    kind: str
    booked_on: date
    booked_at: datetime
    by: str
    fen: int
    is_offline: bool = False
    voided_at: datetime | None = None
    meal: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptDay:
    """A day's numbers: the last one drawn, those in use, and what is wrong with them."""

    day: date
    drawn: int
    used: Sequence[Numbered]
    serials: Serials

    def count(self, kind: str) -> int:
        """How many numbers stand for this kind."""
        return sum(one.kind == kind for one in self.used)

    @property
    def voided(self) -> int:
        """How many of them were voided; they keep their number."""
        return sum(one.voided_at is not None for one in self.used)

    @property
    def offline(self) -> int:
        """How many taps that came in late were given a number here."""
        return sum(one.is_offline for one in self.used)


def list_receipts(
    session: Session, *, canteen: str, first: date, last: date
) -> tuple[ReceiptDay, ...]:
    """The days from `first` to `last` on which a number was drawn."""
    place = get_canteen_by_code(session, canteen)
    used: dict[date, list[Numbered]] = defaultdict(list)
    for one in _list_used(session, place.id, first, last):
        used[one.booked_on].append(one)
    drawn = {
        row.day: row.receipt_serial
        for row in session.execute(
            select(CanteenDay.day, CanteenDay.receipt_serial).where(
                CanteenDay.canteen_id == place.id,
                CanteenDay.day.between(first, last),
                CanteenDay.receipt_serial > 0,
            )
        )
    }
    return tuple(
        ReceiptDay(
            day,
            drawn.get(day, 0),
            sorted(used[day], key=lambda one: one.receipt),
            judge_serials(canteen, day, drawn.get(day, 0), (one.receipt for one in used[day])),
        )
        for day in sorted(drawn.keys() | used.keys())
    )


def _list_used(session: Session, canteen_id: int, first: date, last: date) -> Iterator[Numbered]:
    for meal in session.scalars(
        select(Meal).where(Meal.canteen_id == canteen_id, Meal.booked_on.between(first, last))
    ):
        yield Numbered(
            meal.receipt, "meal", meal.booked_on, meal.booked_at, meal.booked_by, meal.price_fen,
            is_offline=meal.is_late, voided_at=meal.voided_at, meal=meal.receipt,
        )  # fmt: skip
    for top_up, voided_at in session.execute(
        select(TopUp, Void.voided_at)
        .outerjoin(Void, Void.top_up_id == TopUp.id)
        .where(TopUp.canteen_id == canteen_id, TopUp.booked_on.between(first, last))
    ):
        yield Numbered(
            top_up.receipt, "top_up", top_up.booked_on, top_up.taken_at, top_up.taken_by,
            top_up.amount_fen, voided_at=voided_at,
        )  # fmt: skip
    for out in session.scalars(
        select(PayOut).where(PayOut.canteen_id == canteen_id, PayOut.booked_on.between(first, last))
    ):
        yield Numbered(
            out.receipt, "pay_out", out.booked_on, out.paid_at, out.paid_by, out.amount_fen
        )
    for given in session.scalars(
        select(Donation).where(
            Donation.canteen_id == canteen_id, Donation.booked_on.between(first, last)
        )
    ):
        yield Numbered(
            given.receipt, "donation", given.booked_on, given.recorded_at, given.recorded_by,
            given.fen, voided_at=given.reversed_at,
        )  # fmt: skip
    for one, corrects in session.execute(
        select(Correction, Meal.receipt)
        .join(Meal, Meal.id == Correction.meal_id)
        .where(Correction.canteen_id == canteen_id, Correction.booked_on.between(first, last))
    ):
        assert one.booked_on is not None
        assert one.receipt is not None
        assert one.decided_at is not None
        yield Numbered(
            one.receipt, "correction", one.booked_on, one.decided_at, one.decided_by or "",
            one.price_fen, meal=corrects,
        )  # fmt: skip
