"""The canteen that is an elder's: where she usually eats, else one of her community.

Beside the till because her next meal, her deliveries and her family's page mean the same one.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.till.places import CanteenPlace, get_canteen


def find_own_canteen(session: Session, elder_id: int) -> CanteenPlace | None:
    """Her canteen; None when her community has none."""
    found = session.scalars(
        select(Canteen.id)
        .join(Elder, Elder.id == elder_id)
        .where(
            or_(
                Canteen.id == Elder.canteen_id,
                Elder.community_code.startswith(Canteen.area_code),
            )
        )
        .order_by(Canteen.id != Elder.canteen_id, Canteen.id)
        .limit(1)
    ).first()
    return None if found is None else get_canteen(session, found)
