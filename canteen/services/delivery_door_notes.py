"""What a volunteer has to know at an elder's door: said anew it replaces what was said before."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.register import ElderDoor
from canteen.rules.errors import Invalid
from canteen.till.delivery_cutoffs import Changing
from canteen.till.delivery_days import touch_elder
from canteen.till.delivery_orders import tell
from canteen.till.facts import get_elder_id
from canteen.till.persons import rows_of_person

FLOORS = range(-5, 61)


def write_door(
    session: Session,
    *,
    number: str,
    note: str | None,
    has_lift: bool | None,
    floor: int | None,
    must_serve: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """The door as it is now known; boards and sheets that show it draw it anew."""
    if floor is not None and (floor not in FLOORS or floor == 0):
        raise Invalid(
            "door_floor",
            "楼层写 1 到 60；地下一层写 -1",
            "Write the floor as 1 to 60; below ground as -1",
            field="floor",
        )
    elder_id = get_elder_id(session, number)
    hers = session.scalars(rows_of_person(elder_id)).all()
    standing = ElderDoor.elder_id.in_(hers) & ElderDoor.withdrawn_at.is_(None)
    values = {"note": note, "has_lift": has_lift, "floor": floor, "must_serve": must_serve}
    for row in session.scalars(select(ElderDoor).where(standing).with_for_update()):
        if row.elder_id == elder_id and all(
            getattr(row, name) == value for name, value in values.items()
        ):
            return
    session.execute(
        update(ElderDoor)
        .where(standing)
        .values(withdrawn_at=now, withdrawn_by=by)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(ElderDoor).values(elder_id=elder_id, **values, recorded_at=now, recorded_by=by)
    )
    # The words may hold a phone: the trail tells the rest.
    told = {name: value for name, value in values.items() if name != "note"}
    tell(session, elder_id, "door.write", told, Changing(True, by, origin, now))
    touch_elder(session, elder_id, now=now)
