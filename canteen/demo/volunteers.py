"""The demonstration's volunteer: a link of the day for the phone of somebody who carries."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.demo.places import SECRETARY, acting
from canteen.models.deliveries import DeliveryRun
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer
from canteen.rules.days import local_date
from canteen.services import person_links


def give_volunteer_link(session: Session, *, canteen: str, now: datetime) -> str | None:
    """A link of today to the volunteer whose round there waits for whoever looks on, the last of the
    list; its token. None on a day without rounds."""
    day = local_date(now)
    volunteer_id = session.execute(
        select(DeliveryRun.volunteer_id)
        .join(Canteen, Canteen.id == DeliveryRun.canteen_id)
        .join(Volunteer, Volunteer.id == DeliveryRun.volunteer_id)
        .where(Canteen.code == canteen, DeliveryRun.day == day)
        .order_by(DeliveryRun.state != "planned", Volunteer.number.desc(), DeliveryRun.trip.desc())
        .limit(1)
    ).scalar_one_or_none()
    if volunteer_id is None:
        return None
    return person_links.create_link(
        session,
        kind="volunteer",
        target_id=volunteer_id,
        valid_on=day,
        **acting(SECRETARY, now),
    ).token
