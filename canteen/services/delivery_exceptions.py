"""Exceptions: a time in which an elder is brought her meals at the fee of the entitled all the same."""

from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryException
from canteen.rules.delivery_entitlement import EXCEPTION_NAMES
from canteen.rules.errors import Invalid, NotFound
from canteen.till.delivery_cutoffs import Changing
from canteen.till.delivery_days import sync_elder
from canteen.till.delivery_orders import tell
from canteen.till.facts import get_elder_id
from canteen.till.persons import rows_of_person


def approve_exception(
    session: Session,
    *,
    number: str,
    ground: str,
    from_on: date,
    to_on: date,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Approve it from its first to its last day, with a reason."""
    elder_id = get_elder_id(session, number)
    if ground not in EXCEPTION_NAMES:
        raise Invalid("exception_ground", "请选一项", "Choose one of these", field="ground")
    if to_on < from_on:
        raise Invalid(
            "exception_to_before_from",
            "最后一天不能早于第一天",
            "The last day cannot be before the first",
            field="to_on",
        )
    session.execute(
        insert(DeliveryException).values(
            elder_id=elder_id,
            ground=ground,
            from_on=from_on,
            to_on=to_on,
            reason=reason,
            approved_at=now,
            approved_by=by,
        )
    )
    told = {"ground": ground, "from_on": from_on, "to_on": to_on}
    tell(session, elder_id, "delivery.exception", told, Changing(True, by, origin, now))
    sync_elder(session, elder_id, by=by, now=now)


def withdraw_exception(
    session: Session,
    *,
    number: str,
    exception_id: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """It does not hold any more, nor for what is not out yet; it stays to be read. Twice is once."""
    elder_id = get_elder_id(session, number)
    row = session.scalars(
        select(DeliveryException).where(
            DeliveryException.id == exception_id,
            DeliveryException.elder_id.in_(rows_of_person(elder_id)),
        )
    ).first()
    if row is None:
        raise NotFound("exception_unknown", "没有这条例外", "No such exception")
    if row.withdrawn_at is not None:
        return
    session.execute(
        update(DeliveryException)
        .where(DeliveryException.id == exception_id)
        .values(withdrawn_at=now, withdrawn_by=by)
        .execution_options(synchronize_session=False)
    )
    how = Changing(True, by, origin, now)
    tell(session, elder_id, "delivery.exception_withdraw", {"exception": exception_id}, how)
    sync_elder(session, elder_id, by=by, now=now)
