"""Links by which people come in without an account: a volunteer for one day, a family to one elder, and
whoever asks at a canteen to be enrolled. Only hashes are kept; an end holds from the next request on.

A PIN is hashed by the caller, outside of any transaction, as a password is.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, false, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from canteen.models.links import PersonLink
from canteen.models.people import Elder
from canteen.models.volunteers import Volunteer
from canteen.rules.days import local_date
from canteen.rules.errors import NotFound
from canteen.trail.audit import append_audit

#: kind → the column that says to whom or what it opens
TARGETS = {
    "volunteer": PersonLink.volunteer_id,
    "family": PersonLink.elder_id,
    "enrolment": PersonLink.canteen_id,
}
#: digits of a PIN; a family's is good for as long as the link, a volunteer's for one day
PIN_DIGITS = {"volunteer": 6, "family": 8}
#: PINs of one elder that are tried for one number, newest first: each costs a hash
PINS_TRIED_MAX = 5


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made: its token is stored nowhere and shown once."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Who holds a live link, and to what it opens."""

    id: int
    kind: str
    volunteer_id: int | None
    elder_id: int | None
    canteen_id: int | None
    holder: str | None
    shows: frozenset[str]
    valid_on: date | None
    csrf: str
    token_sha256: str
    #: the volunteer's number
    number: str | None

    @property
    def actor(self) -> str:
        """ "volunteer:V1", "family:12", "enrolment:3": what the trail and the rows say."""
        return f"{self.kind}:{self.number or self.id}"


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as a list shows it."""

    id: int
    target_id: int
    holder: str | None
    shows: frozenset[str]
    valid_on: date | None
    has_pin: bool
    created_at: datetime
    created_by: str
    seen_at: datetime | None
    revoked_at: datetime | None


def create_link(
    session: Session,
    *,
    kind: str,
    target_id: int,
    pin_hash: str | None = None,
    valid_on: date | None = None,
    holder: str | None = None,
    shows: Collection[str] = (),
    by: str,
    origin: str | None,
    now: datetime,
) -> NewLink:
    """Make a link to a volunteer (by id), an elder or a canteen. A volunteer has one for a day: the
    older one ends."""
    if kind == "volunteer":
        assert valid_on is not None, "a volunteer's link opens one day"
        for old_id in session.scalars(
            select(PersonLink.id).where(
                PersonLink.volunteer_id == target_id,
                PersonLink.valid_on == valid_on,
                PersonLink.revoked_at.is_(None),
            )
        ):
            revoke_link(session, link_id=old_id, by=by, origin=origin, now=now)
    token = secrets.token_urlsafe(24)
    link = PersonLink(
        kind=kind,
        token_sha256=_digest(token),
        pin_hash=pin_hash,
        valid_on=valid_on,
        holder=holder,
        shows=_text(shows),
        csrf=secrets.token_urlsafe(24),
        created_at=now,
        created_by=by,
        **{TARGETS[kind].key: target_id},
    )
    session.add(link)
    session.flush()
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="person_link_created",
        object_kind="person_link",
        object_id=str(link.id),
        after={"kind": kind, "target": target_id, "valid_on": valid_on, "shows": link.shows},
        now=now,
    )
    return NewLink(link.id, token)


def revoke_link(
    session: Session, *, link_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """End a link: whoever came in by it is nobody at the next request. Twice is once."""
    ended = session.execute(
        update(PersonLink)
        .where(PersonLink.id == link_id, PersonLink.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
        .returning(PersonLink.kind)
    ).scalar_one_or_none()
    if ended is not None:
        append_audit(
            session,
            actor=by,
            origin=origin,
            action="person_link_revoked",
            object_kind="person_link",
            object_id=str(link_id),
            after={"kind": ended},
            now=now,
        )


def list_links(
    session: Session, *, kind: str, target_ids: Collection[int], day: date | None = None
) -> list[LinkLine]:
    """The links of a kind to these volunteers, elders or canteens, newest first; of one `day` only."""
    target = TARGETS[kind]
    query = select(PersonLink).where(PersonLink.kind == kind, target.in_(target_ids))
    if day is not None:
        query = query.where(PersonLink.valid_on == day)
    return [
        LinkLine(
            link.id,
            getattr(link, target.key),
            link.holder,
            _shows(link),
            link.valid_on,
            link.pin_hash is not None,
            link.created_at,
            link.created_by,
            link.seen_at,
            link.revoked_at,
        )
        for link in session.scalars(query.order_by(PersonLink.id.desc()))
    ]


def find_by_token(session: Session, *, token: str, now: datetime) -> LinkHolder | None:
    """Whose link this token opens now; None when it is unknown, revoked or of another day."""
    return _holder(session, _live(now).where(PersonLink.token_sha256 == _digest(token)))


def find_holder(session: Session, *, link_id: int, now: datetime) -> LinkHolder | None:
    """Who holds this link, if it is live now."""
    return _holder(session, _live(now).where(PersonLink.id == link_id))


def find_ended(
    session: Session, *, link_id: int | None = None, token: str | None = None
) -> LinkHolder | None:
    """Whose link of a family this was that was revoked since: the page says so, and whom to ask."""
    which = PersonLink.id == link_id if token is None else PersonLink.token_sha256 == _digest(token)
    return _holder(
        session,
        _with_volunteer().where(
            which, PersonLink.kind == "family", PersonLink.revoked_at.is_not(None)
        ),
    )


def change_shows(
    session: Session,
    *,
    link_id: int,
    shows: Collection[str],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Let whoever holds a live link see something else from the next request on."""
    link = session.execute(
        select(PersonLink).where(PersonLink.id == link_id, PersonLink.revoked_at.is_(None))
    ).scalar_one_or_none()
    if link is None:
        raise NotFound("not_found", "没有找到", "Not found")
    before, link.shows = link.shows, _text(shows)
    if link.shows != before:
        append_audit(
            session,
            actor=by,
            origin=origin,
            action="person_link_changed",
            object_kind="person_link",
            object_id=str(link_id),
            before={"shows": before},
            after={"shows": link.shows},
            now=now,
        )


def list_pins(session: Session, *, kind: str, number: str, now: datetime) -> list[tuple[int, str]]:
    """(link, hash) of the PINs that are good now for a volunteer's or an elder's number; of rows that
    were merged any number is hers, whichever row the link was given to."""
    typed = aliased(Elder)
    whose = select(func.coalesce(typed.merged_into_id, typed.id)).where(
        func.lower(typed.number) == number
    )
    of_number = {
        "volunteer": func.lower(Volunteer.number) == number,
        "family": func.coalesce(Elder.merged_into_id, Elder.id).in_(whose),
    }
    rows = session.execute(
        _live(now)
        .outerjoin(Elder, Elder.id == PersonLink.elder_id)
        .where(
            PersonLink.kind == kind, PersonLink.pin_hash.is_not(None), of_number.get(kind, false())
        )
        .order_by(PersonLink.id.desc())
        .limit(PINS_TRIED_MAX)
    )
    return [(link.id, link.pin_hash) for link, _ in rows if link.pin_hash is not None]


def mark_seen(session: Session, *, holder: LinkHolder, origin: str | None, now: datetime) -> None:
    """Somebody came in by the link: whoever gave it sees that it arrived, and the trail keeps from where
    names and phones were seen."""
    session.execute(update(PersonLink).where(PersonLink.id == holder.id).values(seen_at=now))
    append_audit(
        session,
        actor=holder.actor,
        origin=origin,
        action="person_link_opened",
        object_kind="person_link",
        object_id=str(holder.id),
        now=now,
    )


def _live(now: datetime) -> Select[PersonLink, str]:
    today = local_date(now)
    return _with_volunteer().where(
        PersonLink.revoked_at.is_(None),
        or_(PersonLink.valid_on.is_(None), PersonLink.valid_on == today),
        or_(Volunteer.ended_on.is_(None), Volunteer.ended_on >= today),
    )


def _with_volunteer() -> Select[PersonLink, str]:
    return select(PersonLink, Volunteer.number).outerjoin(
        Volunteer, Volunteer.id == PersonLink.volunteer_id
    )


def _holder(session: Session, query: Select[PersonLink, str]) -> LinkHolder | None:
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    link, number = row
    return LinkHolder(
        link.id,
        link.kind,
        link.volunteer_id,
        link.elder_id,
        link.canteen_id,
        link.holder,
        _shows(link),
        link.valid_on,
        link.csrf,
        link.token_sha256,
        number,
    )


def _shows(link: PersonLink) -> frozenset[str]:
    return frozenset(filter(None, link.shows.split(",")))


def _text(shows: Collection[str]) -> str:
    return ",".join(sorted(shows))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
