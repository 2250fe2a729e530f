"""The demonstration's families: a daughter's link to a mother who is brought her lunch, and a son who
asks for his father to be enrolled by the link on the canteen's wall."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.demo.places import SECRETARY, Place, acting
from canteen.demo.world import Diner
from canteen.models.deliveries import DeliveryOrder
from canteen.models.sites import Canteen
from canteen.rules.family import SHOWS
from canteen.services import enrolments, person_links
from canteen.services.enrolments import EnrolmentAsked

DAUGHTER = "女儿 李小梅"
FATHER = EnrolmentAsked(
    uid="demonstration-enrolment",
    name="覃国安",
    asker="儿子 覃志强",
    asker_phone="13700000852",
    sex="M",
    born=date(1948, 10, 3),
    address="8栋1单元202",
)


def begin(
    session: Session, *, diners: Sequence[Diner], places: Sequence[Place], now: datetime
) -> None:
    """The links are given; what the wall's link brings in waits for the secretary."""
    if any(diner.is_delivered for diner in diners):
        give_link(session, now=now)
    wall = person_links.create_link(
        session,
        kind="enrolment",
        target_id=places[0].canteen_id,
        holder=session.get_one(Canteen, places[0].canteen_id).name,
        **acting(SECRETARY, now),
    )
    enrolments.ask(
        session,
        canteen_id=places[0].canteen_id,
        link_id=wall.id,
        asked=FATHER,
        **acting(f"enrolment:{wall.id}", now),
    )


def give_link(session: Session, *, now: datetime) -> str:
    """A link of the daughter to the first elder who is brought her meals; its token."""
    elder_id = session.scalars(
        select(DeliveryOrder.elder_id).where(DeliveryOrder.state == "approved").limit(1)
    ).one()
    return person_links.create_link(
        session,
        kind="family",
        target_id=elder_id,
        holder=DAUGHTER,
        shows=SHOWS,
        **acting(SECRETARY, now),
    ).token
