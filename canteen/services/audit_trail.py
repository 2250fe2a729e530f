"""The audit trail as an auditor reads it: newest first, by who, what, which object and when; page by page.

Of the lines only those about objects within the granted areas are shown, and those about no place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine, Seal
from canteen.rules.roles import Grant, Place, may
from canteen.till.day_lines import day_bounds
from canteen.till.trail_places import find_places
from canteen.trail.actors import names_of
from canteen.trail.seals import CoveringSeal, seals_of

VIEW = "audit.view"
LINES_SHOWN = 100
#: lines looked at for one page at most: who sees little of a long trail goes on from there
LOOKED_AT_MAX = 5_000
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class TrailAsked:
    """Which lines: "" and None ask for all. `before` is the id to go on below."""

    actor: str = ""
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """A line of the trail."""

    id: int
    at: datetime
    actor: str
    origin: str | None
    action: str
    object_kind: str
    object_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of it; `next_before` leads to the next one, None: there is none. `seals` are those of the
    lines that are sealed, by their ids."""

    lines: tuple[TrailLine, ...]
    next_before: int | None
    names: Mapping[str, str]
    seals: Mapping[int, CoveringSeal]


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the trail is sealed."""

    lines: int
    seals: int
    sealed_to: int
    sealed_at: datetime | None
    sha256: str | None
    unsealed: int


def list_trail(
    session: Session, *, grants: tuple[Grant, ...], asked: TrailAsked, most: int = LINES_SHOWN
) -> TrailPage:
    """The newest `most` lines asked for that the holder of `grants` may see."""
    found: list[TrailLine] = []
    seen: dict[tuple[str, str], bool] = {}
    before, looked_at = asked.before, 0
    while len(found) < most and looked_at < LOOKED_AT_MAX:
        lines = _list_lines(session, asked, before)
        for line in lines:
            looked_at, before = looked_at + 1, line.id
            key = (line.object_kind, line.object_id)
            if key not in seen:
                seen[key] = _may_see(grants, find_places(session, *key))
            if seen[key]:
                found.append(line)
                if len(found) == most:
                    break
        if len(lines) < AT_ONCE and len(found) < most:
            before = None
            break
    names = names_of(session, {line.actor for line in found})
    seals = seals_of(session, [line.id for line in found])
    return TrailPage(tuple(found), before, names, seals)


def _may_see(grants: tuple[Grant, ...], places: list[Place] | None) -> bool:
    """An object that is gone stands nowhere: only who sees everything sees it."""
    if places is None:
        return True
    return any(may(grants, VIEW, place) for place in places or (Place(""),))


def _list_lines(session: Session, asked: TrailAsked, before: int | None) -> list[TrailLine]:
    query = select(AuditLine).order_by(AuditLine.id.desc()).limit(AT_ONCE)
    if before is not None:
        query = query.where(AuditLine.id < before)
    for column, value in (
        (AuditLine.actor, asked.actor),
        (AuditLine.action, asked.action),
        (AuditLine.object_kind, asked.object_kind),
        (AuditLine.object_id, asked.object_id),
    ):
        if value:
            query = query.where(column == value)
    if asked.first is not None:
        query = query.where(AuditLine.at >= day_bounds(asked.first)[0])
    if asked.last is not None:
        query = query.where(AuditLine.at < day_bounds(asked.last)[1])
    return [
        TrailLine(
            line.id, line.at, line.actor, line.origin, line.action, line.object_kind,
            line.object_id, line.before, line.after,
        )
        for line in session.scalars(query)
    ]  # fmt: skip


def find_seal_state(session: Session) -> SealState:
    """How many lines there are, and how far they are sealed."""
    last = session.execute(select(Seal).order_by(Seal.n.desc()).limit(1)).scalar_one_or_none()
    lines = session.execute(select(func.count()).select_from(AuditLine)).scalar_one()
    unsealed = session.execute(
        select(func.count())
        .select_from(AuditLine)
        .where(AuditLine.id > (last.to_id if last else 0))
    ).scalar_one()
    return SealState(
        lines,
        last.n if last else 0,
        last.to_id if last else 0,
        last.sealed_at if last else None,
        last.sha256 if last else None,
        unsealed,
    )
