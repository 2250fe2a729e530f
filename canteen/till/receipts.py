"""Receipt numbers: canteen code – booked date – serial, drawn in the booking transaction, so no gaps."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.days import CanteenDay
from canteen.till.places import CanteenPlace, first_unsigned


def draw_receipt(session: Session, canteen: CanteenPlace, wanted: date) -> tuple[date, str]:
    """The booked date for a line of `wanted` and its receipt number, e.g. `C1-20261125-0007`.

    Holds the canteen-day's row to the commit (last in the lock order). A day that is signed between
    the look and the draw draws nothing: then the next open day is taken."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    while True:
        booked_on = first_unsigned(session, canteen.id, wanted)
        draw = (
            (sqlite if on_sqlite else postgresql)
            .insert(CanteenDay)
            .values(canteen_id=canteen.id, day=booked_on, receipt_serial=1)
        )
        serial = session.execute(
            draw.on_conflict_do_update(
                index_elements=["canteen_id", "day"],
                set_={"receipt_serial": CanteenDay.receipt_serial + 1},
                where=CanteenDay.signed_at.is_(None),
            ).returning(CanteenDay.receipt_serial)
        ).scalar_one_or_none()
        if serial is not None:
            return booked_on, f"{canteen.code}-{booked_on:%Y%m%d}-{serial:04d}"
