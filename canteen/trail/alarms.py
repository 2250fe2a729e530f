"""Alarms for the operator: an audit line, once for each thing that is wrong, not once a swipe."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine
from canteen.trail.audit import append_audit


def raise_alarm(
    session: Session,
    code: str,
    about: str,
    now: datetime,
    facts: Mapping[str, object] | None = None,
) -> bool:
    """Note an alarm `code` about `about` (e.g. no_scheme, C1:2026-11-25) if it is not noted yet;
    whether it was new."""
    action = f"alarm.{code}"
    known = session.execute(
        select(AuditLine.id)
        .where(
            AuditLine.object_kind == "alarm",
            AuditLine.object_id == about,
            AuditLine.action == action,
        )
        .limit(1)
    ).scalar_one_or_none()
    if known is None:
        append_audit(
            session,
            actor="service",
            origin=None,
            action=action,
            object_kind="alarm",
            object_id=about,
            after=facts,
            now=now,
        )
    return known is None
