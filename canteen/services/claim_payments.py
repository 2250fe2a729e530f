"""Payments of claims: recorded per funder with the bank's reference, a mistaken one taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimPayment
from canteen.models.claims import Claim
from canteen.models.sites import Canteen, Funder
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.funder_asked import PaymentAsked
from canteen.rules.roles import Place
from canteen.till.claim_money import (
    Owed,
    advance_fen,
    fund_fen,
    list_owed,
    need_held,
    settle_claim,
)
from canteen.till.claim_paying import book_payment
from canteen.till.claims import find_funder, hold_claim
from canteen.till.day_state import get_canteen_by_code
from canteen.till.money_back import need_reason, take_back
from canteen.trail.audit import append_audit


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment as the claim's page lists it."""

    id: int
    funder_name: str
    fen: int
    source: str
    arrived_on: date
    reference: str
    note: str | None
    recorded_at: datetime
    recorded_by: str
    reversed_at: datetime | None
    reversed_by: str | None
    reversal_reason: str | None


@dataclass(frozen=True, slots=True)
class ClaimMoney:
    """The money of a claim: who owes what of it, what came, and what may pay it without a bank
    (`held`: funder's code → fen of its advance or fund)."""

    number: str
    version: int
    period: str
    state: str
    canteen: str
    canteen_name: str
    place: Place
    total_fen: int
    approved_at: datetime | None
    owed: list[Owed]
    payments: list[PaymentLine]
    held: dict[str, int]

    @property
    def is_payable(self) -> bool:
        """Whether something may be recorded."""
        is_open = any(one.open_fen or one.written_off_fen for one in self.owed)
        return self.state in ("approved", "paid") and is_open


def record_payment(
    session: Session, *, asked: PaymentAsked, by: str, origin: str | None, now: datetime
) -> None:
    """Record what a funder paid; see `till.claim_paying.book_payment`."""
    book_payment(session, asked=asked, by=by, origin=origin, now=now)


def reverse_payment(
    session: Session,
    *,
    payment_id: int,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Take a mistaken payment back, once; the claim waits again for what is owed of it. Refused
    `advance_short`, `fund_short` when money was paid back and is spent."""
    words = need_reason(reason)
    row = session.get(ClaimPayment, payment_id)
    if row is None:
        raise NotFound("payment_unknown", "没有这笔到账", "No such payment")
    number = session.execute(select(Claim.number).where(Claim.id == row.claim_id)).scalar_one()
    claim, _ = hold_claim(session, number)
    if row.source != "bank":  # what was paid back into it may have been spent since
        need_held(session, row.source, claim.canteen_id, row.funder_id, -row.fen)
    gone = Conflict("payment_reversed", "这笔已经冲销过了", "It has been taken back already")
    take_back(session, row, claim.canteen_id, words, otherwise=gone, by=by, now=now)
    settle_claim(session, claim, now)
    append_audit(
        session, actor=by, origin=origin, action="claim.unpay", object_kind="claim",
        object_id=claim.number, before={"fen": row.fen, "reference": row.reference},
        after={"reason": words}, now=now,
    )  # fmt: skip


def find_claim_money(session: Session, *, number: str) -> ClaimMoney | None:
    """The money of a claim's newest version; None when there is no such claim."""
    row = session.execute(
        select(Claim, Canteen.code, Canteen.name, Canteen.area_code)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(Claim.number == number)
        .order_by(Claim.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    claim: Claim = row.Claim
    owed = list_owed(session, [claim.id])[claim.id]
    held = {
        one.funder: fund_fen(session, one.funder_id)
        if one.is_fund
        else advance_fen(session, claim.canteen_id, one.funder_id)
        for one in owed
    }
    return ClaimMoney(
        claim.number,
        claim.version,
        claim.period,
        claim.state,
        row.code,
        row.name,
        Place(row.area_code, row.code),
        claim.total_fen,
        claim.approved_at,
        owed,
        _list_payments(session, claim.id),
        held,
    )


def find_repeated(session: Session, *, said: str) -> tuple[str, str | None]:
    """The uid of a payment that a command says, and the claim's number where it stands booked by these
    words already. What was taken back may be said again and is a new one."""
    for n in count():
        uid = str(uuid5(NAMESPACE_URL, f"{said} {n}"))
        row = session.execute(
            select(Claim.number, ClaimPayment.reversed_at)
            .join(Claim, Claim.id == ClaimPayment.claim_id)
            .where(ClaimPayment.uid == uid)
        ).one_or_none()
        if row is None or row.reversed_at is None:
            return uid, None if row is None else row.number
    raise AssertionError("it is said for ever")


def find_payable(
    session: Session, *, canteen: str, period: str, payer: str | None
) -> tuple[str, str, int] | None:
    """The number of the oldest approved claim of the period of which the payer (a funder's code, or the
    scheme's word for it) owes, the funder's code and what is open; when nothing is, the first, and the
    booking says why not. Without a payer the only one that owes: Invalid `payer_needed` when there are
    more, or none."""
    place = get_canteen_by_code(session, canteen)
    claims = session.scalars(
        select(Claim)
        .where(
            Claim.canteen_id == place.id,
            Claim.period == period,
            Claim.state.in_(("approved", "paid")),
        )
        .order_by(Claim.supplement, Claim.id)
    ).all()
    if not claims:
        return None
    owed = list_owed(session, [claim.id for claim in claims])
    lines = [(claim.number, one) for claim in claims for one in owed[claim.id]]
    if payer is None:
        wanted = _get_only_owing([one for _, one in lines])
    else:
        wanted = find_funder(session, place, claims[0].first_on, claims[0].last_on, payer).id
    asked = [
        (not one.open_fen, n, number, one.funder, one.open_fen)
        for n, (number, one) in enumerate(lines)
        if one.funder_id == wanted
    ]
    return min(asked)[2:] if asked else None


def _get_only_owing(owed: list[Owed]) -> int:
    """The id of the only funder of whom something is open."""
    owing = {one.funder_id: f"{one.funder} {one.funder_name}" for one in owed if one.open_fen}
    if len(owing) != 1:
        names = ", ".join(owing.values())
        raise Invalid(
            "payer_needed",
            f"请指明出资方；还有钱没到的：{names or '没有'}",
            f"Name the payer; money is open of: {names or 'nobody'}",
            field="payer",
        )
    return next(iter(owing))


def _list_payments(session: Session, claim_id: int) -> list[PaymentLine]:
    rows = session.execute(
        select(ClaimPayment, Funder.name)
        .join(Funder, Funder.id == ClaimPayment.funder_id)
        .where(ClaimPayment.claim_id == claim_id)
        .order_by(ClaimPayment.id)
    )
    return [
        PaymentLine(
            row.ClaimPayment.id,
            row.name,
            row.ClaimPayment.fen,
            row.ClaimPayment.source,
            row.ClaimPayment.arrived_on,
            row.ClaimPayment.reference,
            row.ClaimPayment.note,
            row.ClaimPayment.recorded_at,
            row.ClaimPayment.recorded_by,
            row.ClaimPayment.reversed_at,
            row.ClaimPayment.reversed_by,
            row.ClaimPayment.reversal_reason,
        )
        for row in rows
    ]
