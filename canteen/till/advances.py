"""Advances (预拨): money of a funder before any claim, booked, and what of it goes back."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.claim_money import Advance
from canteen.rules.errors import Refused, id_reused
from canteen.rules.funder_asked import AdvanceAsked
from canteen.rules.funder_postings import advance_postings
from canteen.till import ledger
from canteen.till.claim_money import check_line, check_movement, get_funder, need_held
from canteen.till.day_state import hold_canteen
from canteen.till.places import first_unsigned
from canteen.trail.audit import append_audit


def book_advance(
    session: Session, *, asked: AdvanceAsked, by: str, origin: str | None, now: datetime
) -> None:
    """Book money that came, or went back, before any claim; the same uid again is the same.

    Refused `advance_short` when more would go back than is left, `advance_of_fund`."""
    check_movement(fen=asked.fen, arrived_on=asked.arrived_on, reference=asked.reference, now=now)
    canteen = hold_canteen(session, asked.canteen)
    funder = get_funder(session, asked.funder)
    known = session.scalars(select(Advance).where(Advance.uid == asked.uid)).one_or_none()
    if known is not None:
        if (known.canteen_id, known.funder_id, known.fen) != (canteen.id, funder.id, asked.fen):
            raise id_reused()
        return
    if funder.is_fund:
        raise Refused(
            "advance_of_fund",
            "基金的钱记成捐赠，不是预拨",
            "Money of a fund is a donation, no advance",
            field="funder",
        )
    need_held(session, "advance", canteen.id, funder.id, -asked.fen)
    check_line(session, asked.statement_line_id, canteen.id, asked.fen)
    entry_id = ledger.post(
        session,
        kind="advance",
        canteen_id=canteen.id,
        booked_on=first_unsigned(session, canteen.id, asked.arrived_on),
        cause=asked.uid,
        postings=advance_postings(fen=asked.fen, funder_id=funder.id),
        now=now,
    )
    session.execute(
        insert(Advance).values(
            uid=asked.uid,
            canteen_id=canteen.id,
            funder_id=funder.id,
            fen=asked.fen,
            purpose=asked.purpose,
            arrived_on=asked.arrived_on,
            reference=asked.reference,
            statement_line_id=asked.statement_line_id,
            journal_entry_id=entry_id,
            recorded_at=now,
            recorded_by=by,
        )
    )
    append_audit(
        session, actor=by, origin=origin, action="advance.record", object_kind="advance",
        object_id=f"{canteen.code}:{funder.code}", now=now,
        after={"fen": asked.fen, "arrived_on": asked.arrived_on, "reference": asked.reference},
    )  # fmt: skip
