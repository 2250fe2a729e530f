"""What the secretary keeps beside the facts: consent, contacts, diets; and the full numbers, unmasked.

Notes are added or withdrawn, never edited. Each act is a line of the audit trail, without the phone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.register import ElderConsent, ElderContact, ElderDiet
from canteen.rules.days import local_date
from canteen.rules.diets import DIETS
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.phones import take_phone
from canteen.till import phones
from canteen.till.facts import get_elder_id
from canteen.till.persons import rows_of_person
from canteen.trail.audit import append_elder_line

TABLES: dict[str, Any] = {"consent": ElderConsent, "contact": ElderContact, "diet": ElderDiet}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The full numbers: hers, and the phones of her contacts by their ids."""

    id_number: str | None
    phone: str | None
    contacts: dict[int, str]


def add_consent(
    session: Session,
    *,
    number: str,
    given_on: date,
    signed_by: str | None,
    document: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """She (or who may sign for her) agreed on that day to be kept on the register."""
    if given_on > local_date(now):
        raise Invalid("consent_future", "日期在今天之后", "This day is to come", field="given_on")
    session.execute(
        insert(ElderConsent).values(
            elder_id=get_elder_id(session, number),
            given_on=given_on,
            signed_by=signed_by,
            document=document,
            recorded_at=now,
            recorded_by=by,
        )
    )
    append_elder_line(
        session, "consent.add", number, {"given_on": given_on}, by=by, origin=origin, now=now
    )


def add_contact(
    session: Session,
    *,
    number: str,
    name: str,
    relation: str,
    phone: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Whom to call about her."""
    elder_id = get_elder_id(session, number)
    phones.add_contact(session, elder_id, name, relation, take_phone(phone), by=by, now=now)
    append_elder_line(
        session, "contact.add", number, {"relation": relation}, by=by, origin=origin, now=now
    )


def add_diet(
    session: Session, *, number: str, code: str, by: str, origin: str | None, now: datetime
) -> None:
    """A diet or an allergy of the table; the same twice is refused."""
    if code not in DIETS:
        raise Invalid("diet_unknown", "没有这种忌口", "No such diet", field="code")
    elder_id = get_elder_id(session, number)
    known = select(ElderDiet.id).where(
        ElderDiet.elder_id == elder_id, ElderDiet.code == code, ElderDiet.withdrawn_at.is_(None)
    )
    if session.execute(known).first() is not None:
        raise Conflict("diet_known", "已经记着了", "This is kept already", field="code")
    session.execute(
        insert(ElderDiet).values(elder_id=elder_id, code=code, recorded_at=now, recorded_by=by)
    )
    append_elder_line(session, "diet.add", number, {"code": code}, by=by, origin=origin, now=now)


def withdraw_note(
    session: Session,
    *,
    number: str,
    kind: str,
    note_id: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Withdraw a consent, a contact or a diet of hers. Twice is once; NotFound when it is not hers."""
    table = TABLES.get(kind)
    if table is None:
        raise NotFound("note_unknown", "没有这一条", "No such note")
    hers = table.elder_id.in_(rows_of_person(get_elder_id(session, number)))
    note = session.execute(select(table).where(table.id == note_id, hers)).scalar_one_or_none()
    if note is None:
        raise NotFound("note_unknown", "没有这一条", "No such note")
    if note.withdrawn_at is None:
        session.execute(
            update(table).where(table.id == note_id).values(withdrawn_at=now, withdrawn_by=by)
        )
        append_elder_line(
            session, f"{kind}.withdraw", number, {"note": note_id}, by=by, origin=origin, now=now
        )


def unmask(session: Session, *, number: str, by: str, origin: str | None, now: datetime) -> Secrets:
    """Open the full numbers, and write down who looked and when."""
    elder = session.execute(
        select(Elder).where(Elder.id == get_elder_id(session, number))
    ).scalar_one()
    ring = key_ring_of(session.info)
    rows = session.execute(
        select(ElderContact.id, ElderContact.phone_box, Elder.number)
        .join(Elder, Elder.id == ElderContact.elder_id)
        .where(Elder.id.in_(rows_of_person(elder.id)), ElderContact.withdrawn_at.is_(None))
    )
    append_elder_line(session, "elder.unmask", number, None, by=by, origin=origin, now=now)
    return Secrets(
        ring.open(elder.id_number_box, f"elders:{elder.number}:id_number")
        if elder.id_number_box
        else None,
        ring.open(elder.phone_box, f"elders:{elder.number}:phone") if elder.phone_box else None,
        {
            row.id: ring.open(row.phone_box, f"elder_contacts:{row.number}:phone")
            for row in rows
            if row.phone_box
        },
    )
