"""Whom to call about an elder: her own phone, then her contacts in the order they were recorded.

Beside the till because visits, deliveries and the family's page read the same sealed columns. Whoever
shows a number in full writes that to the audit trail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.register import ElderContact
from canteen.rules.elders import mask_phone
from canteen.till.persons import rows_of_person
from canteen.trail.audit import append_elder_line


@dataclass(frozen=True, slots=True)
class Phone:
    """A number and whose it is: `relation` "" is the elder herself."""

    name: str
    relation: str
    number: str

    @property
    def masked(self) -> str:
        return mask_phone(self.number)


def list_phones(session: Session, elder_id: int) -> list[Phone]:
    """Her numbers in full, those kept on rows merged into hers too."""
    rows = session.execute(
        select(Elder.id, Elder.number, Elder.name, Elder.phone_box)
        .where(Elder.id.in_(rows_of_person(elder_id)))
        .order_by(Elder.id != elder_id, Elder.id)
    ).all()
    contacts = session.scalars(
        select(ElderContact)
        .where(
            ElderContact.elder_id.in_([row.id for row in rows]),
            ElderContact.withdrawn_at.is_(None),
        )
        .order_by(ElderContact.id)
    ).all()
    numbers = {row.id: row.number for row in rows}
    sealed = [(row.name, "", row.phone_box, f"elders:{row.number}:phone") for row in rows] + [
        (
            contact.name,
            contact.relation,
            contact.phone_box,
            f"elder_contacts:{numbers[contact.elder_id]}:phone",
        )
        for contact in contacts
    ]
    return [
        Phone(name, relation, key_ring_of(session.info).open(box, place))
        for name, relation, box, place in sealed
        if box is not None
    ]


def open_phones(
    session: Session,
    elder_id: int,
    why: Mapping[str, object],
    *,
    by: str,
    origin: str | None,
    now: datetime,
) -> list[Phone]:
    """Her numbers in full, to call; who looked, and because of what, is a line in the trail of her row."""
    number = session.execute(select(Elder.number).where(Elder.id == elder_id)).scalar_one()
    append_elder_line(
        session, "elder.unmask", number, {"what": "phones", **why}, by=by, origin=origin, now=now
    )
    return list_phones(session, elder_id)


def add_contact(
    session: Session,
    elder_id: int,
    name: str,
    relation: str,
    phone: str | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """One more contact of hers; `phone` has been checked, and is sealed for her row."""
    number = session.execute(select(Elder.number).where(Elder.id == elder_id)).scalar_one()
    place = f"elder_contacts:{number}:phone"
    session.execute(
        insert(ElderContact).values(
            elder_id=elder_id,
            name=name,
            relation=relation,
            phone_box=key_ring_of(session.info).seal(phone, place) if phone else None,
            recorded_at=now,
            recorded_by=by,
        )
    )
