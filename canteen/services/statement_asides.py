"""Movements of a bank account that concern no claim and no advance: set aside with a reason, kept with who
said so, and taken back when that was wrong."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.claim_money import StatementAside, StatementLine
from canteen.rules.errors import Conflict, NotFound
from canteen.till.claim_money import get_line, need_left
from canteen.till.claims import need_words
from canteen.till.day_state import hold_canteen
from canteen.trail.audit import append_audit


def set_aside(
    session: Session,
    *,
    canteen: str,
    line_id: int,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Set aside what is left of a movement; Conflict `statement_line_taken` when nothing is."""
    place = hold_canteen(session, canteen)
    line = get_line(session, line_id, place.id)
    left_fen, words = need_left(session, line), need_words(reason, "reason")
    session.execute(
        insert(StatementAside).values(
            statement_line_id=line.id, fen=left_fen, reason=words, set_at=now, set_by=by
        )
    )
    append_audit(
        session, actor=by, origin=origin, action="statement.set_aside", object_kind="statement",
        object_id=f"{place.code}:{line.bank_statement_id}", now=now,
        after={"row": line.row, "moved_on": line.moved_on, "fen": left_fen, "reason": words},
    )  # fmt: skip


def take_back_aside(
    session: Session, *, canteen: str, aside_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """It waits to be matched again. NotFound `aside_unknown`; Conflict `aside_taken_back`."""
    place = hold_canteen(session, canteen)
    found = session.execute(
        select(StatementAside, StatementLine)
        .join(StatementLine, StatementLine.id == StatementAside.statement_line_id)
        .where(StatementAside.id == aside_id, StatementLine.canteen_id == place.id)
    ).one_or_none()
    if found is None:
        raise NotFound("aside_unknown", "没有这一笔", "Nothing of that kind was set aside")
    aside, line = found
    done = session.execute(
        update(StatementAside)
        .where(StatementAside.id == aside.id, StatementAside.taken_back_at.is_(None))
        .values(taken_back_at=now, taken_back_by=by)
        .returning(StatementAside.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise Conflict("aside_taken_back", "已经放回去了", "It has been taken back already")
    append_audit(
        session, actor=by, origin=origin, action="statement.take_back", object_kind="statement",
        object_id=f"{place.code}:{line.bank_statement_id}", now=now,
        after={"row": line.row, "moved_on": line.moved_on, "fen": aside.fen},
    )  # fmt: skip
