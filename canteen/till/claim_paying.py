"""The booking of a claim's payment: once, under its canteen's hold, with every reason to refuse it."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimPayment
from canteen.models.claims import Claim
from canteen.models.sites import Funder
from canteen.rules import lifecycles
from canteen.rules.errors import Conflict, Invalid, Refused, id_reused
from canteen.rules.funder_asked import PaymentAsked
from canteen.rules.funder_postings import payment_postings
from canteen.rules.money import yuan_text
from canteen.till import ledger
from canteen.till.claim_money import (
    Owed,
    check_line,
    check_movement,
    get_funder,
    need_held,
    owed_by,
    settle_claim,
)
from canteen.till.claim_write_offs import ask_write_off
from canteen.till.claims import hold_claim
from canteen.till.places import first_unsigned
from canteen.trail.audit import append_audit


def book_payment(
    session: Session, *, asked: PaymentAsked, by: str, origin: str | None, now: datetime
) -> None:
    """Book what a funder paid of an approved claim; the same uid again is the same payment.

    A difference that this payment leaves beyond what was approved needs its reason (`payment_note`);
    with one, a second person is asked to write off what is open then. Refused `advance_short`,
    `fund_short`, `payment_source`; Invalid `payment_too_early` before the claim's period; Conflict
    `payment_known`, `claim_paid`, `state_step`, `id_reused`."""
    check_movement(
        fen=asked.fen,
        arrived_on=asked.arrived_on,
        reference=asked.reference if asked.source == "bank" else asked.source,
        now=now,
    )
    claim, _ = hold_claim(session, asked.claim)
    _check_day(asked, claim)
    funder = get_funder(session, asked.funder)
    if _find_booked(session, asked, claim.id, funder.id):
        return
    if claim.state != "paid":  # of a paid one, what was written off may still come
        lifecycles.move(lifecycles.CLAIM, claim.state, "pay")
    owed = owed_by(session, claim.id, funder.id)
    if owed is None:
        raise Refused(
            "funder_not_asked",
            f"这份申报没有向{funder.name}要钱",
            f"This claim asks nothing of {funder.name}",
            field="funder",
        )
    _check_amount(asked, owed)
    _check_source(session, asked, funder, claim.canteen_id)
    check_line(session, asked.statement_line_id, claim.canteen_id, asked.fen)
    entry_id = ledger.post(
        session,
        kind="claim_payment",
        canteen_id=claim.canteen_id,
        booked_on=first_unsigned(session, claim.canteen_id, asked.arrived_on),
        cause=asked.uid,
        postings=payment_postings(source=asked.source, fen=asked.fen, funder_id=funder.id),
        now=now,
    )
    session.execute(
        insert(ClaimPayment).values(
            uid=asked.uid,
            claim_id=claim.id,
            funder_id=funder.id,
            fen=asked.fen,
            source=asked.source,
            arrived_on=asked.arrived_on,
            reference=asked.reference,
            statement_line_id=asked.statement_line_id,
            note=asked.note,
            journal_entry_id=entry_id,
            recorded_at=now,
            recorded_by=by,
        )
    )
    settle_claim(session, claim, now)
    _ask_for_rest(session, claim, funder, asked, by=by, origin=origin, now=now)
    append_audit(
        session, actor=by, origin=origin, action="claim.pay", object_kind="claim",
        object_id=claim.number, now=now,
        after={"funder": asked.funder, "fen": asked.fen, "source": asked.source,
               "arrived_on": asked.arrived_on, "reference": asked.reference, "note": asked.note},
    )  # fmt: skip


def _ask_for_rest(
    session: Session,
    claim: Claim,
    funder: Funder,
    asked: PaymentAsked,
    *,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """With its reason, what is open after a payment is asked to be written off."""
    owed = owed_by(session, claim.id, funder.id)
    if asked.note is not None and owed is not None and owed.open_fen:
        uid = str(uuid5(NAMESPACE_URL, f"write-off {asked.uid}"))
        ask_write_off(
            session, claim, owed, uid=uid, reason=asked.note, by=by, origin=origin, now=now
        )


def _find_booked(session: Session, asked: PaymentAsked, claim_id: int, funder_id: int) -> bool:
    """Whether this very payment is booked; Conflict when its uid, or its like, is another's."""
    wanted = (claim_id, funder_id, asked.fen, asked.source, asked.arrived_on, asked.reference)
    rows = session.scalars(
        select(ClaimPayment).where(
            (ClaimPayment.uid == asked.uid)
            | ((ClaimPayment.claim_id == claim_id) & ClaimPayment.reversed_at.is_(None))
        )
    )
    for row in rows:
        like = (row.claim_id, row.funder_id, row.fen, row.source, row.arrived_on, row.reference)
        if row.uid == asked.uid and row.reversed_at is not None:
            raise Conflict(
                "payment_reversed",
                "这笔到账记过，已经冲销了；要重新记请刷新页面",
                "This payment was recorded and taken back: reload the page to record it anew",
            )
        if row.uid == asked.uid and like == wanted:
            return True
        if row.uid == asked.uid:
            raise id_reused()
        if like == wanted and row.source == "bank":
            account = row.recorded_by.removeprefix("staff:")
            raise Conflict(
                "payment_known",
                f"这笔到账 {account} 已经记过了",
                f"This payment has been recorded already, by {account}",
            )
    return False


def _check_day(asked: PaymentAsked, claim: Claim) -> None:
    """A year written wrong would stand in the books for ever."""
    if asked.arrived_on < claim.first_on:
        raise Invalid(
            "payment_too_early",
            "早于这份申报的所属期间；先拨的钱请记成预拨",
            "Before the claim's period begins: record money paid ahead as an advance",
            field="arrived_on",
        )


def _check_amount(asked: PaymentAsked, owed: Owed) -> None:
    """What is no step towards what is owed needs a word."""
    if asked.note is not None or 0 < asked.fen <= owed.open_fen or owed.open_fen <= asked.fen < 0:
        return
    if owed.open_fen == 0 and not owed.written_off_fen:
        raise Conflict(
            "claim_paid",
            f"{owed.funder_name}的钱已经到齐",
            f"{owed.funder_name} has paid all of it already",
        )
    raise Invalid(
        "payment_note",
        f"还差的是 {yuan_text(owed.open_fen)} 元，不一样就要写明为什么",
        f"What is owed is {yuan_text(owed.open_fen)} yuan: say why it differs",
        field="note",
    )


def _check_source(session: Session, asked: PaymentAsked, funder: Funder, canteen_id: int) -> None:
    if funder.is_fund != (asked.source == "fund"):
        raise Refused(
            "payment_source",
            "基金用它在这里的钱付，别的出资方不能",
            "A fund pays out of its money here, and only a fund does",
            field="source",
        )
    if asked.source != "bank":
        need_held(session, asked.source, canteen_id, funder.id, asked.fen)
