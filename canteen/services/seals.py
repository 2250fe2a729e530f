"""Seals over the audit trail: what has committed, in id order, chained, so that no line vanishes unseen.

Lines are inserted without a hash (the counter must not wait for one); a job seals them each minute.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine, Seal

#: lines under one seal: few, so that a broken seal points at a short range
LINES_MAX = 100
#: seals made by one call, so that the write lock is held for a moment only
SEALS_MAX = 50
FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class SealReport:
    """What the seals say: how many hold, the first bad place if any, and the unsealed tail."""

    seals: int
    first_bad: str | None
    unsealed: int
    unsealed_from_id: int | None


def seal_committed(session: Session, *, now: datetime) -> int:
    """Seal the committed lines after the last seal; returns how many lines were sealed.

    PostgreSQL: the table lock waits for those who are inserting, so that no smaller id can commit
    after a larger one was sealed."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit_lines IN SHARE MODE"))
        session.execute(text("LOCK TABLE seals IN SHARE ROW EXCLUSIVE MODE"))
    last = session.execute(select(Seal).order_by(Seal.n.desc()).limit(1)).scalar_one_or_none()
    number, after, previous = (last.n, last.to_id, last.sha256) if last else (0, 0, FIRST)
    sealed = 0
    for _ in range(SEALS_MAX):
        lines = _lines(session, after, None)
        if not lines:
            break
        number += 1
        digest = _digest(previous, lines)
        session.execute(
            insert(Seal).values(
                n=number,
                from_id=lines[0].id,
                to_id=lines[-1].id,
                sha256=digest,
                previous=previous,
                sealed_at=now,
            )
        )
        sealed += len(lines)
        after, previous = lines[-1].id, digest
    return sealed


def verify_seals(session: Session) -> SealReport:
    """Compute every seal again from the lines as they are now."""
    previous, after, number = FIRST, 0, 0
    first_bad: str | None = None
    for seal in session.scalars(select(Seal).order_by(Seal.n)):
        number += 1
        lines = _lines(session, after, seal.to_id)
        place = f"seal {seal.n}, audit_lines {seal.from_id}–{seal.to_id}"
        if seal.n != number or seal.previous != previous:
            first_bad = first_bad or f"{place}: the chain is cut before it"
        elif not lines or lines[0].id != seal.from_id or lines[-1].id != seal.to_id:
            first_bad = first_bad or f"{place}: its first or last line is missing"
        elif _digest(previous, lines) != seal.sha256:
            first_bad = first_bad or f"{place}: a line in it was changed, added or removed"
        previous, after = seal.sha256, seal.to_id
    tail = list(
        session.scalars(select(AuditLine.id).where(AuditLine.id > after).order_by(AuditLine.id))
    )
    return SealReport(number, first_bad, len(tail), tail[0] if tail else None)


def _lines(session: Session, after: int, to_id: int | None) -> list[AuditLine]:
    query = select(AuditLine).where(AuditLine.id > after).order_by(AuditLine.id)
    query = query.limit(LINES_MAX) if to_id is None else query.where(AuditLine.id <= to_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _digest(previous: str, lines: list[AuditLine]) -> str:
    """SHA-256 of the previous seal and each line as a JSON list, a line feed after each."""
    digest = hashlib.sha256(previous.encode())
    for line in lines:
        values = [
            line.id,
            line.at.astimezone(UTC).isoformat(timespec="microseconds"),
            line.actor,
            line.origin,
            line.action,
            line.object_kind,
            line.object_id,
            line.before,
            line.after,
        ]
        digest.update(b"\n" + json.dumps(values, ensure_ascii=False).encode())
    return digest.hexdigest()
