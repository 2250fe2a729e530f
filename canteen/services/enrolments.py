"""Families ask that an elder be taken into the register; the secretary approves or declines.

What names a person by number is sealed together while she waits, and forgotten when it is decided.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.links import EnrolmentRequest, PersonLink
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.sites import Canteen
from canteen.rules.days import local_date
from canteen.rules.elders import mask_id_number, mask_phone
from canteen.rules.errors import Conflict, Invalid, Refused
from canteen.rules.phones import take_phone
from canteen.rules.roles import Place
from canteen.rules.roster_text import clean, clean_name
from canteen.till.facts import get_elder_id
from canteen.till.new_elders import Asked, put_on_register, read_identity
from canteen.till.phones import add_contact
from canteen.till.register_facts import Recorded
from canteen.trail.audit import tell_of

_tell = tell_of("enrolment")
SOURCE = "family"
#: requests of one link that may wait at once: a family's, and a canteen's that hangs on the wall
WAITING_MAX = {"family": 5, "enrolment": 100}
DECIDED_SHOWN_MAX = 30


@dataclass(frozen=True, slots=True)
class EnrolmentAsked:
    """What the family writes; "" where nothing was typed. `asker` is who asks, and who that is to her."""

    uid: str
    name: str
    asker: str
    asker_phone: str
    id_number: str = ""
    sex: str = ""
    born: date | None = None
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as lists show it: no number of anybody."""

    id: int
    name: str
    canteen: str
    asked_at: datetime
    state: str
    note: str | None
    elder_number: str | None


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A waiting request opened: its numbers masked, unless somebody asked to see them."""

    line: RequestLine
    place: Place
    asked: EnrolmentAsked
    id_masked: str | None
    phone_masked: str | None
    asker_phone_masked: str


def ask(
    session: Session,
    *,
    canteen_id: int,
    link_id: int,
    asked: EnrolmentAsked,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep the wish; the same form again is one. Invalid tells what cannot be right, never who is
    on the register already."""
    known = select(EnrolmentRequest.id).where(EnrolmentRequest.uid == asked.uid)
    if session.execute(known).first() is not None:
        return
    typed = Asked(asked.name, "", asked.id_number, asked.sex, asked.born)
    sex, born, id_number = read_identity(typed, local_date(now))
    kept = replace(
        asked,
        name=clean_name(clean(asked.name)),
        sex=sex,
        born=born,
        id_number=id_number or "",
        phone=_take_phone(asked.phone, "phone"),
        asker_phone=_take_phone(asked.asker_phone, "asker_phone"),
        address=clean(asked.address),
    )
    _check_waiting(session, link_id)
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    request_id = session.execute(
        (sqlite if on_sqlite else postgresql)
        .insert(EnrolmentRequest)
        .values(
            uid=asked.uid,
            canteen_id=canteen_id,
            link_id=link_id,
            name=kept.name,
            facts_box=key_ring_of(session.info).seal(
                json.dumps(asdict(kept), default=str), _box_place(asked.uid)
            ),
            state="asked",
            asked_at=now,
        )
        .on_conflict_do_nothing(index_elements=["uid"])  # the same form came in beside us
        .returning(EnrolmentRequest.id)
    ).scalar_one_or_none()
    if request_id is not None:
        _tell(session, "enrolment.ask", request_id, None, by, origin, now)


def list_of_link(session: Session, *, link_id: int) -> tuple[RequestLine, ...]:
    """What a family asked by its link, newest first."""
    rows = session.execute(
        _lines().where(EnrolmentRequest.link_id == link_id).order_by(EnrolmentRequest.id.desc())
    )
    return tuple(RequestLine(*row) for row in rows)


def list_requests(session: Session, *, canteens: tuple[str, ...]) -> tuple[RequestLine, ...]:
    """The requests of these canteens: all that wait, oldest first, then the newest decided."""
    of_them = _lines().where(Canteen.code.in_(canteens))
    waiting = session.execute(
        of_them.where(EnrolmentRequest.state == "asked").order_by(EnrolmentRequest.id)
    ).all()
    decided = session.execute(
        of_them.where(EnrolmentRequest.state != "asked")
        .order_by(EnrolmentRequest.decided_at.desc(), EnrolmentRequest.id.desc())
        .limit(DECIDED_SHOWN_MAX)
    ).all()
    return tuple(RequestLine(*row) for row in (*waiting, *decided))


def count_waiting(session: Session, *, canteens: tuple[str, ...]) -> int:
    """How many wait at these canteens."""
    counted: int = session.execute(
        select(func.count())
        .select_from(EnrolmentRequest)
        .join(Canteen, Canteen.id == EnrolmentRequest.canteen_id)
        .where(Canteen.code.in_(canteens), EnrolmentRequest.state == "asked")
    ).scalar_one()
    return counted


def find_request(session: Session, *, request_id: int) -> RequestFacts | None:
    """A request that waits, with what the family wrote; None when there is none, or it was decided."""
    row = session.scalars(
        select(EnrolmentRequest).where(
            EnrolmentRequest.id == request_id, EnrolmentRequest.state == "asked"
        )
    ).first()
    if row is None:
        return None
    line = RequestLine(*session.execute(_lines().where(EnrolmentRequest.id == request_id)).one())
    canteen = session.get_one(Canteen, row.canteen_id)
    asked = _open(session, row)
    return RequestFacts(
        line,
        Place(canteen.area_code, canteen.code),
        asked,
        mask_id_number(asked.id_number) if asked.id_number else None,
        mask_phone(asked.phone) if asked.phone else None,
        mask_phone(asked.asker_phone),
    )


def tell_unmasked(
    session: Session, *, request_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """Somebody looks at the full numbers of a request: that is kept."""
    _tell(session, "enrolment.unmask", request_id, None, by, origin, now)


def approve(
    session: Session,
    *,
    request_id: int,
    community: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> str:
    """Put her on the register, with the asker as her first contact; her number."""
    row = _get_waiting(session, request_id)
    asked = _open(session, row)
    canteen = session.get_one(Canteen, row.canteen_id)
    number = put_on_register(
        session,
        Asked(
            asked.name, community, asked.id_number, asked.sex, asked.born, asked.phone,
            asked.address, canteen=canteen.code,
        ),
        Recorded(SOURCE, None, by, origin, now),
    )  # fmt: skip
    elder_id = get_elder_id(session, number)
    add_contact(session, elder_id, asked.asker, "家属", asked.asker_phone or None, by=by, now=now)
    _decide(session, request_id, "approved", elder_id, None, by, origin, now)
    return number


def approve_as_known(
    session: Session, *, request_id: int, number: str, by: str, origin: str | None, now: datetime
) -> None:
    """She is on the register already: the request is hers, nobody is made a second time."""
    elder_id = get_elder_id(session, number)
    _decide(session, request_id, "approved", elder_id, None, by, origin, now)


def decline(
    session: Session, *, request_id: int, reason: str, by: str, origin: str | None, now: datetime
) -> None:
    """No, and why; the family reads it."""
    _decide(session, request_id, "declined", None, reason, by, origin, now)


def _decide(
    session: Session,
    request_id: int,
    state: str,
    elder_id: int | None,
    note: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Once; what was sealed is forgotten with it."""
    decided = session.execute(
        update(EnrolmentRequest)
        .where(EnrolmentRequest.id == request_id, EnrolmentRequest.state == "asked")
        .values(
            state=state,
            elder_id=elder_id,
            note=note,
            decided_at=now,
            decided_by=by,
            facts_box=None,
        )
        .returning(EnrolmentRequest.id)
    ).first()
    if decided is None:
        raise _decided()
    after = {"state": state, "elder": elder_id}
    _tell(session, "enrolment.decide", request_id, after, by, origin, now)


def _get_waiting(session: Session, request_id: int) -> EnrolmentRequest:
    row = session.scalars(
        select(EnrolmentRequest)
        .where(EnrolmentRequest.id == request_id, EnrolmentRequest.state == "asked")
        .with_for_update()
    ).first()
    if row is None:
        raise _decided()
    return row


def _decided() -> Conflict:
    return Conflict(
        "enrolment_decided", "这份申请已经办过了", "This request has been decided already"
    )


def _open(session: Session, row: EnrolmentRequest) -> EnrolmentAsked:
    assert row.facts_box is not None, "what waits is sealed"
    facts = json.loads(key_ring_of(session.info).open(row.facts_box, _box_place(row.uid)))
    return EnrolmentAsked(**facts | {"born": date.fromisoformat(facts["born"])})


def _box_place(uid: str) -> str:
    return f"enrolment_requests:{uid}:facts"


def _take_phone(typed: str, field: str) -> str:
    try:
        return take_phone(typed) or ""
    except Invalid as wrong:
        raise Invalid(wrong.code, wrong.zh, wrong.en, field=field) from None


def _check_waiting(session: Session, link_id: int) -> None:
    """A link that goes round must not fill the list."""
    kind, waiting = session.execute(
        select(PersonLink.kind, func.count(EnrolmentRequest.id))
        .outerjoin(
            EnrolmentRequest,
            (EnrolmentRequest.link_id == PersonLink.id) & (EnrolmentRequest.state == "asked"),
        )
        .where(PersonLink.id == link_id)
        .group_by(PersonLink.kind)
    ).one()
    if waiting >= WAITING_MAX[kind]:
        raise Refused(
            "enrolment_waiting",
            "这里等着办的申请已经很多，请直接找社区",
            "Many requests wait here already; please go to the community itself",
        )


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            EnrolmentRequest.id,
            EnrolmentRequest.name,
            Canteen.name,
            EnrolmentRequest.asked_at,
            EnrolmentRequest.state,
            EnrolmentRequest.note,
            Elder.number,
        )
        .join(Canteen, Canteen.id == EnrolmentRequest.canteen_id)
        .outerjoin(Elder, Elder.id == EnrolmentRequest.elder_id)
    )
