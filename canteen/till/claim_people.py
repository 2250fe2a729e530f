"""Who ate at a canteen, who stands on its register, who works there: as the checks see them."""

from collections import defaultdict
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.people import Elder, ElderFact
from canteen.models.register import ElderContact
from canteen.models.staff import RoleGrant, Staff
from canteen.rules.claim_checks.facts import PersonFact, StaffFact
from canteen.rules.elders import Fact
from canteen.till.claim_meals import list_last_eaten
from canteen.till.day_judging import ACTOR_PREFIX
from canteen.till.facts import standing_facts
from canteen.till.persons import is_listed
from canteen.till.places import CanteenPlace

#: who can serve by hand, count or sign at a canteen
HANDS = ("cashier", "kitchen", "secretary")


def load_persons(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> dict[str, PersonFact]:
    """Register number → the person, of everybody who ate here or stands on the register here."""
    ate = (
        select(func.coalesce(Elder.merged_into_id, Elder.id))
        .join(Meal, Meal.elder_id == Elder.id)
        .where(Meal.canteen_id == canteen.id, Meal.booked_on.between(first, last))
    )
    is_here = or_(Elder.canteen_id == canteen.id, Elder.community_code == canteen.area_code)
    wanted = select(Elder.id).where(is_listed(), or_(is_here, Elder.id.in_(ate)))
    facts: dict[int, list[Fact]] = defaultdict(list)
    for row in session.execute(standing_facts(ElderFact.elder_id.in_(wanted))):
        facts[row.elder_id].append(
            Fact(row.kind, row.code, row.level, None, row.born, row.from_on, row.to_on)
        )
    contacts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for elder_id, name, relation in session.execute(
        select(ElderContact.elder_id, ElderContact.name, ElderContact.relation)
        .where(ElderContact.elder_id.in_(wanted), ElderContact.withdrawn_at.is_(None))
        .order_by(ElderContact.id)
    ):
        contacts[elder_id].append((name, relation))
    before = list_last_eaten(session, canteen, first, last)
    rows = session.execute(
        select(Elder.id, Elder.number, Elder.name, is_here.label("is_here"))
        .where(Elder.id.in_(wanted))
        .order_by(Elder.number)
    )
    return {
        row.number: PersonFact(
            number=row.number,
            name=row.name,
            facts=facts[row.id],
            is_registered=bool(row.is_here),
            contacts=contacts[row.id],
            ate_before=before.get(row.number),
        )
        for row in rows
    }


def load_staff(session: Session, canteen: CanteenPlace) -> list[StaffFact]:
    """Who works at the canteen or at its community's desk."""
    rows = session.execute(
        select(Staff.name_key, Staff.display_name)
        .join(RoleGrant, RoleGrant.staff_id == Staff.id)
        .where(
            RoleGrant.role.in_(HANDS),
            RoleGrant.scope.in_((canteen.code, canteen.area_code)),
            RoleGrant.revoked_at.is_(None),
        )
        .distinct()
        .order_by(Staff.name_key)
    )
    return [StaffFact(actor=f"{ACTOR_PREFIX}{row.name_key}", name=row.display_name) for row in rows]
