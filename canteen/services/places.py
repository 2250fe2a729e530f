"""Where things stand, for the doors: the place of a counter, and the counters and displays by place."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from canteen.models.people import Elder
from canteen.models.sites import Canteen, Counter
from canteen.models.staff import DeviceLink
from canteen.rules.roles import Place
from canteen.trail.audit import append_audit

LINK_NAME_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class CounterLine:
    """A counter as a list shows it."""

    id: int
    code: str
    name: str
    canteen_id: int
    canteen_code: str
    canteen_name: str
    place: Place


@dataclass(frozen=True, slots=True)
class CanteenLine:
    """A canteen and where it stands."""

    id: int
    code: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class DisplayLink:
    """A link that opens the elder's display of one counter."""

    id: int
    counter_id: int
    name: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


def _counters() -> Select[int, str, str, int, str, str, str]:
    return (
        select(
            Counter.id,
            Counter.code,
            Counter.name,
            Canteen.id,
            Canteen.code,
            Canteen.name,
            Canteen.area_code,
        )
        .join(Canteen, Canteen.id == Counter.canteen_id)
        .order_by(Canteen.code, Counter.code)
    )


def _line(row: Sequence[Any]) -> CounterLine:
    counter_id, code, name, canteen_id, canteen_code, canteen_name, area_code = row
    place = Place(area_code, canteen_code)
    return CounterLine(counter_id, code, name, canteen_id, canteen_code, canteen_name, place)


def find_counter(session: Session, *, counter_id: int) -> CounterLine | None:
    """The counter and its place, or None."""
    row = session.execute(_counters().where(Counter.id == counter_id)).one_or_none()
    return None if row is None else _line(row)


def list_counters(session: Session) -> list[CounterLine]:
    """All counters, by canteen; the caller shows those within its scope."""
    return [_line(row) for row in session.execute(_counters())]


def list_canteens(session: Session) -> list[tuple[str, str, Place]]:
    """(code, name, place) of all canteens."""
    rows = session.execute(
        select(Canteen.code, Canteen.name, Canteen.area_code).order_by(Canteen.code)
    )
    return [(code, name, Place(area, code)) for code, name, area in rows]


def find_canteen(session: Session, *, code: str) -> CanteenLine | None:
    """The canteen of a code, or None."""
    row = session.execute(
        select(Canteen.id, Canteen.name, Canteen.area_code).where(Canteen.code == code)
    ).one_or_none()
    return None if row is None else CanteenLine(row.id, code, row.name, Place(row.area_code, code))


def find_place_of_elder(session: Session, *, number: str) -> Place | None:
    """Where an elder stands: her community, and her usual canteen; of a merged row those of the row
    that goes on. Whom an import is still bringing in stands nowhere yet."""
    kept = select(func.coalesce(Elder.merged_into_id, Elder.id)).where(Elder.number == number)
    row = session.execute(
        select(Elder.community_code, Canteen.code)
        .outerjoin(Canteen, Canteen.id == Elder.canteen_id)
        .where(Elder.id == kept.scalar_subquery(), Elder.pending_import_id.is_(None))
    ).one_or_none()
    return None if row is None else Place(row[0], row[1])


def create_display_link(
    session: Session, *, counter_id: int, name: str, by: str, origin: str | None, now: datetime
) -> str:
    """Make a link to a counter's display and return its token; only its hash is kept."""
    token = secrets.token_urlsafe(24)
    link = DeviceLink(
        kind="display",
        token_sha256=_digest(token),
        counter_id=counter_id,
        name=name.strip()[:LINK_NAME_LENGTH_MAX],
        created_at=now,
        created_by=by,
    )
    session.add(link)
    session.flush()
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="display_link_created",
        object_kind="device_link",
        object_id=str(link.id),
        after={"counter_id": counter_id, "name": link.name},
        now=now,
    )
    return token


def revoke_display_link(
    session: Session, *, link_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """End a link: the screen that uses it goes dark at its next request. Twice is once."""
    session.execute(
        update(DeviceLink)
        .where(DeviceLink.id == link_id, DeviceLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="display_link_revoked",
        object_kind="device_link",
        object_id=str(link_id),
        now=now,
    )


def list_display_links(session: Session) -> list[DisplayLink]:
    """Every display link, newest first."""
    rows = session.scalars(select(DeviceLink).order_by(DeviceLink.id.desc()))
    return [
        DisplayLink(
            link.id, link.counter_id, link.name, link.created_at, link.created_by, link.revoked_at
        )
        for link in rows
    ]


def find_counter_of_link(session: Session, *, link_id: int) -> CounterLine | None:
    """The counter a display link opens, or None."""
    counter_id = session.execute(
        select(DeviceLink.counter_id).where(DeviceLink.id == link_id)
    ).scalar_one_or_none()
    return None if counter_id is None else find_counter(session, counter_id=counter_id)


def find_counter_of_token(session: Session, *, token: str) -> int | None:
    """The counter whose display a token opens; None when unknown or revoked."""
    counter_id: int | None = session.execute(
        select(DeviceLink.counter_id).where(
            DeviceLink.token_sha256 == _digest(token),
            DeviceLink.kind == "display",
            DeviceLink.revoked_at.is_(None),
        )
    ).scalar_one_or_none()
    return counter_id


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
