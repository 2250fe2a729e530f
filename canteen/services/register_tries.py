"""Tries to look at an elder of another community: each is a line of the audit trail (O-087)."""

from datetime import datetime

from sqlalchemy.orm import Session

from canteen.trail.audit import append_audit


def record_try(
    session: Session, *, number: str, page: str, by: str, origin: str | None, now: datetime
) -> None:
    """Somebody asked for an elder outside her scope and was told that there is none."""
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="elder.outside",
        object_kind="elder",
        object_id=number,
        after={"page": page},
        now=now,
    )
