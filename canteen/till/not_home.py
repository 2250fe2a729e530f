"""Nobody opened on two service dates running: a visit is owed, in the same transaction as the report.

Beside the till because volunteer and secretary both report doors. What closes a visit is a person.
"""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.desk import WelfareCheck
from canteen.models.people import Elder
from canteen.rules.days import local_date
from canteen.rules.delivery_ladder import is_away_twice
from canteen.till.persons import rows_of_person
from canteen.trail.audit import append_audit


def open_visit_if_twice(
    session: Session, *, elder_id: int, canteen_id: int, by: str, now: datetime
) -> bool:
    """Open a visit when the elder's last two dates of deliveries found nobody; False when none is
    owed or one is open already."""
    owner_id: int = session.execute(
        select(func.coalesce(Elder.merged_into_id, Elder.id)).where(Elder.id == elder_id)
    ).scalar_one()
    found: dict[date, list[str]] = defaultdict(list)
    for row in session.execute(
        select(Delivery.day, Delivery.state, Delivery.fail_code).where(
            Delivery.elder_id.in_(rows_of_person(owner_id)),
            Delivery.state.in_(("delivered", "failed")),
        )
    ):
        found[row.day].append(row.fail_code or row.state)
    if not is_away_twice(found):
        return False
    seen = [day for day, outcomes in found.items() if "delivered" in outcomes]
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    made = session.execute(
        (sqlite if on_sqlite else postgresql)
        .insert(WelfareCheck)
        .values(
            elder_id=owner_id,
            canteen_id=canteen_id,
            cause="not_home",
            last_seen_on=max(seen, default=None),
            opened_on=local_date(now),
            opened_at=now,
            opened_by=by,
        )
        .on_conflict_do_nothing()
        .returning(WelfareCheck.id)
    ).scalar_one_or_none()
    if made is None:
        return False
    append_audit(
        session,
        actor=by,
        origin=None,
        action="welfare.open",
        object_kind="welfare_check",
        object_id=str(made),
        after={"cause": "not_home"},
        now=now,
    )
    return True
