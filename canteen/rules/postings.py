"""What the books say of an event: postings that sum to zero. Pure; the ledger makes entries of them.

Signs (see models.accounts): positive credits the account. A purse account is what we owe the elder.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Posting:
    """So many fen to one account; the account is named by its kind and whose it is."""

    kind: str
    fen: int
    elder_id: int | None = None
    counter_id: int | None = None
    funder_id: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """How the elder's part is paid, in fen; the four add up to it. `rounding_fen` is let go."""

    purse_fen: int = 0
    cash_fen: int = 0
    external_fen: int = 0
    rounding_fen: int = 0

    @property
    def elder_fen(self) -> int:
        """The elder's part that these pay."""
        return self.purse_fen + self.cash_fen + self.external_fen + self.rounding_fen


def pay(mode: str, elder_fen: int, balance_fen: int, cash_unit_fen: int) -> Payment:
    """Divide the elder's part over purse, cash and external payment.

    `mode` is purse, purse_then_cash, cash or external. Cash is taken in `cash_unit_fen` rounded
    down; the difference is the canteen's (domain.md §2, Paying)."""
    if mode == "purse":
        return Payment(purse_fen=elder_fen)
    if mode == "external":
        return Payment(external_fen=elder_fen)
    from_purse = min(elder_fen, max(balance_fen, 0)) if mode == "purse_then_cash" else 0
    rest = elder_fen - from_purse
    odd = rest % cash_unit_fen
    return Payment(purse_fen=from_purse, cash_fen=rest - odd, rounding_fen=odd)


def meal_postings(
    *,
    price_fen: int,
    payment: Payment,
    receivables: Iterable[tuple[int, int]],
    discount_fen: int,
    fee_fen: int,
    elder_id: int | None,
    counter_id: int | None,
    booked_on: date,
) -> tuple[Posting, ...]:
    """The postings of a served meal: sales credited, whoever pays debited.

    `receivables` are (funder_id, fen) of each government or charity share. A delivery's fee comes from
    the purse beside the elder's part."""
    owed: dict[int, int] = {}
    for funder_id, fen in receivables:
        owed[funder_id] = owed.get(funder_id, 0) + fen
    lines = [
        Posting("sales", price_fen),
        Posting("delivery_fees", fee_fen),
        Posting("purse", -payment.purse_fen - fee_fen, elder_id=elder_id),
        Posting("cash_drawer", -payment.cash_fen, counter_id=counter_id, day=booked_on),
        Posting("external", -payment.external_fen),
        Posting("cash_rounding", -payment.rounding_fen),
        Posting("discount", -discount_fen),
        *(Posting("receivable", -fen, funder_id=funder_id) for funder_id, fen in owed.items()),
    ]
    return balanced(lines)


def top_up_postings(
    *, fen: int, pay: str, elder_id: int, counter_id: int | None, booked_on: date
) -> tuple[Posting, ...]:
    """Money into a purse: cash to the drawer, external money to the external account, and an opening
    balance to the bank, where the older system's money lies."""
    return balanced(
        [Posting("purse", fen, elder_id=elder_id), _counterpart(pay, -fen, counter_id, booked_on)]
    )


def top_up_void_postings(
    *,
    fen: int,
    debt_fen: int,
    pay: str,
    elder_id: int,
    counter_id: int | None,
    booked_on: date,
) -> tuple[Posting, ...]:
    """A wrong top-up taken back: what is still in the purse leaves it, what was eaten meanwhile
    (`debt_fen`) stands as 待收 against the elder."""
    return balanced(
        [
            _counterpart(pay, fen, counter_id, booked_on),
            Posting("purse", debt_fen - fen, elder_id=elder_id),
            Posting("elder_debt", -debt_fen, elder_id=elder_id),
        ]
    )


def pay_out_postings(
    *, fen: int, elder_id: int, counter_id: int | None, booked_on: date
) -> tuple[Posting, ...]:
    """Money out of a purse, from the drawer."""
    return balanced(
        [
            Posting("purse", -fen, elder_id=elder_id),
            Posting("cash_drawer", fen, counter_id=counter_id, day=booked_on),
        ]
    )


def write_off_postings(*, fen: int, elder_id: int) -> tuple[Posting, ...]:
    """A debt that the canteen bears: the purse is lifted to zero, the loss stands on write-off."""
    return balanced([Posting("purse", fen, elder_id=elder_id), Posting("write_off", -fen)])


def _counterpart(pay: str, fen: int, counter_id: int | None, booked_on: date) -> Posting:
    if pay == "cash":
        return Posting("cash_drawer", fen, counter_id=counter_id, day=booked_on)
    return Posting("external" if pay == "external" else "bank", fen)


def balanced(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """Drop the empty ones and prove that the rest sum to zero."""
    lines = tuple(posting for posting in postings if posting.fen)
    assert sum(posting.fen for posting in lines) == 0, lines
    return lines
