"""The audit trail: who did what, when, from where, before and after. Sealed by a job each minute."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine


def append_audit(
    session: Session,
    *,
    actor: str,
    origin: str | None,
    action: str,
    object_kind: str,
    object_id: str,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    """Add one line. `before` and `after` are plain values; never an ID number or a phone in them."""
    session.execute(
        insert(AuditLine).values(
            at=now,
            actor=actor,
            origin=origin,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            before=_text(before),
            after=_text(after),
        )
    )


class Teller(Protocol):
    """Adds a line about one thing of a kind: what was done to it, and what it is `after`."""

    def __call__(
        self,
        session: Session,
        action: str,
        object_id: object,
        after: Mapping[str, object] | None,
        by: str,
        origin: str | None,
        now: datetime,
    ) -> None: ...


def tell_of(object_kind: str) -> Teller:
    """Who adds the lines about things of this kind."""

    def tell(
        session: Session,
        action: str,
        object_id: object,
        after: Mapping[str, object] | None,
        by: str,
        origin: str | None,
        now: datetime,
    ) -> None:
        append_audit(
            session, actor=by, origin=origin, action=action, object_kind=object_kind,
            object_id=str(object_id), after=after, now=now,
        )  # fmt: skip

    return tell


#: what somebody did about an elder, by her register number
append_elder_line = tell_of("elder")


def append_correction_line(
    session: Session,
    act: str,
    uid: str,
    receipt: str,
    after: Mapping[str, object],
    *,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """That somebody asked for a correction of a meal, approved or refused it."""
    told = {"meal": receipt, **after}
    tell_of("correction")(session, f"correction.{act}", uid, told, by, origin, now)


def append_audit_of_many(
    session: Session,
    *,
    actor: str,
    origin: str | None,
    action: str,
    object_kind: str,
    objects: Mapping[str, Mapping[str, object] | None],
    now: datetime,
) -> None:
    """A line for each of these objects (id → `after`), in one statement: an import makes hundreds."""
    lines = [
        {
            "at": now,
            "actor": actor,
            "origin": origin,
            "action": action,
            "object_kind": object_kind,
            "object_id": object_id,
            "before": None,
            "after": _text(after),
        }
        for object_id, after in objects.items()
    ]
    if lines:
        session.execute(insert(AuditLine), lines)


def _text(values: Mapping[str, object] | None) -> str | None:
    if values is None:
        return None
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
