"""Tries to look at an elder of another community: each is a line of the audit trail (O-087)."""

from datetime import datetime

from sqlalchemy.orm import Session

from canteen.trail.audit import append_elder_line


def record_try(
    session: Session, *, number: str, page: str, by: str, origin: str | None, now: datetime
) -> None:
    """Somebody asked for an elder outside her scope and was told that there is none."""
    told = {"page": page}
    append_elder_line(session, "elder.outside", number, told, by=by, origin=origin, now=now)
