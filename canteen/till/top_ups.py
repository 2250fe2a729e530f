"""Money into and out of purses, booked: the purse is held, the receipt drawn, the entry made."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.accounts import PayOut, TopUp
from canteen.rules.days import local_date
from canteen.rules.errors import Refused
from canteen.rules.money import yuan_text
from canteen.rules.postings import pay_out_postings, top_up_postings
from canteen.till import ledger
from canteen.till.merging import lock_person
from canteen.till.places import CanteenPlace, lock_counter
from canteen.till.purses import clear_if_above
from canteen.till.receipts import draw_receipt


@dataclass(frozen=True, slots=True)
class Booked:
    """A booked top-up or pay-out: its receipt, day, and the balance after it in fen."""

    receipt: str
    booked_on: date
    balance_fen: int


def book_top_up(
    session: Session,
    *,
    id: str,
    elder_id: int,
    canteen: CanteenPlace,
    counter_id: int | None,
    amount_fen: int,
    pay: str,
    reference: str | None,
    by: str,
    now: datetime,
) -> Booked:
    """Put money into a purse: `pay` is cash, external or opening. It pays debt first by itself: the
    balance simply rises from where it stands."""
    elder_id = lock_person(session, elder_id).elder_id
    if counter_id is not None:
        lock_counter(session, counter_id)
    booked_on, receipt = draw_receipt(session, canteen, local_date(now))
    entry_id = ledger.post(
        session,
        kind="opening" if pay == "opening" else "top_up",
        canteen_id=canteen.id,
        booked_on=booked_on,
        cause=id,
        postings=top_up_postings(
            fen=amount_fen,
            pay=pay,
            elder_id=elder_id,
            counter_id=counter_id,
            booked_on=booked_on,
        ),
        now=now,
    )
    session.execute(
        insert(TopUp).values(
            id=id,
            elder_id=elder_id,
            canteen_id=canteen.id,
            counter_id=counter_id,
            journal_entry_id=entry_id,
            amount_fen=amount_fen,
            pay=pay,
            reference=reference,
            booked_on=booked_on,
            taken_at=now,
            taken_by=by,
            receipt=receipt,
        )
    )
    return Booked(receipt, booked_on, clear_if_above(session, elder_id, -canteen.overdraft_fen))


def book_pay_out(
    session: Session,
    *,
    id: str,
    elder_id: int,
    canteen: CanteenPlace,
    counter_id: int | None,
    amount_fen: int,
    paid_to: str,
    by: str,
    now: datetime,
) -> Booked:
    """Give money back from a purse in cash to a named person; never more than the balance."""
    held = lock_person(session, elder_id)
    elder_id = held.elder_id
    if amount_fen > held.balance_fen:
        most = yuan_text(max(held.balance_fen, 0))
        raise Refused(
            "pay_out_over_balance",
            f"余额只有 {most} 元，不能多退",
            f"The balance is only {most} yuan",
            balance_fen=held.balance_fen,
        )
    if counter_id is not None:
        lock_counter(session, counter_id)
    booked_on, receipt = draw_receipt(session, canteen, local_date(now))
    entry_id = ledger.post(
        session,
        kind="pay_out",
        canteen_id=canteen.id,
        booked_on=booked_on,
        cause=id,
        postings=pay_out_postings(
            fen=amount_fen, elder_id=elder_id, counter_id=counter_id, booked_on=booked_on
        ),
        now=now,
        floor_fen=0,
    )
    session.execute(
        insert(PayOut).values(
            id=id,
            elder_id=elder_id,
            canteen_id=canteen.id,
            counter_id=counter_id,
            journal_entry_id=entry_id,
            amount_fen=amount_fen,
            paid_to=paid_to,
            booked_on=booked_on,
            paid_at=now,
            paid_by=by,
            receipt=receipt,
        )
    )
    return Booked(receipt, booked_on, held.balance_fen - amount_fen)
