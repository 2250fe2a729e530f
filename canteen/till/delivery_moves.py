"""Orders of an elder who has come to another community: its canteen is asked to go on with them."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryOrder
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.delivery_asked import OrderAsked
from canteen.till.delivery_cutoffs import Changing
from canteen.till.delivery_days import sync_elder
from canteen.till.delivery_orders import add_order, end_order
from canteen.till.own_canteen import find_own_canteen
from canteen.till.persons import rows_of_person

ONE_DAY = timedelta(days=1)


def hand_over_orders(session: Session, elder_id: int, moves_on: date, how: Changing) -> None:
    """End what canteens of other communities brought her from the day of the move on, and ask her own
    canteen for the same: its secretary decides, because only she knows who can carry it."""
    community = select(Elder.community_code).where(Elder.id == elder_id).scalar_subquery()
    left = session.execute(
        select(DeliveryOrder, Canteen.name)
        .join(Canteen, Canteen.id == DeliveryOrder.canteen_id)
        .where(
            DeliveryOrder.elder_id.in_(rows_of_person(elder_id)),
            DeliveryOrder.state != "declined",
            DeliveryOrder.ended_at.is_(None),
            ~community.startswith(Canteen.area_code),
        )
    ).all()
    canteen = find_own_canteen(session, elder_id)
    for row, name in left:
        end_order(session, row.id, max(moves_on, row.from_on) - ONE_DAY, "转社区", how)
        first = max(moves_on, row.from_on, how.today)
        if canteen is None or (row.to_on is not None and row.to_on < first):
            continue
        asked = OrderAsked(
            f"move:{row.id}:{canteen.id}", row.kind, row.weekdays, tuple(row.mealtimes.split(",")),
            first, row.to_on, row.portions, row.source, row.asked_by_name,
            f"转社区前由{name}送餐", note=row.note,
        )  # fmt: skip
        add_order(
            session, elder_id, canteen.id, asked, is_approved=False, by=how.by, origin=how.origin,
            now=how.now,
        )  # fmt: skip
    if left:
        sync_elder(session, elder_id, by=how.by, now=how.now)
