"""Whether a round is planned, out or back: as its deliveries say, whatever changed them.

Whoever changes deliveries holds the made day and calls this before the board is told.
"""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.rules.lifecycles import RUN, move

#: states in which a delivery has left the canteen, and in which nobody has to carry it any more
SET_OFF = frozenset({"out", "delivered", "failed"})
AT_REST = frozenset({"delivered", "failed", "cancelled"})


def settle_runs(session: Session, canteen_id: int, day: date, mealtime: str) -> None:
    """A round is out since its first delivery left, and back at its last door when none is left."""
    session.flush()
    of_list = (
        DeliveryRun.canteen_id == canteen_id,
        DeliveryRun.day == day,
        DeliveryRun.mealtime == mealtime,
    )
    carried: dict[int | None, list[Delivery]] = defaultdict(list)
    for one in session.scalars(
        select(Delivery)
        .join(DeliveryRun, DeliveryRun.id == Delivery.run_id)
        .where(*of_list)
        .execution_options(populate_existing=True)
    ):
        carried[one.run_id].append(one)
    runs = session.scalars(
        select(DeliveryRun).where(*of_list).execution_options(populate_existing=True)
    )
    for run in runs:
        _settle(run, carried[run.id])


def _settle(run: DeliveryRun, carried: list[Delivery]) -> None:
    states = {one.state for one in carried}
    left_at = [one.out_at for one in carried if one.state in SET_OFF and one.out_at is not None]
    if run.state == "planned" and left_at:
        run.state, run.out_at = move(RUN, "planned", "go_out"), min(left_at)
    if run.state == "out" and states and states <= AT_REST:
        done_at = [one.done_at for one in carried if one.done_at is not None]
        run.state = move(RUN, "out", "come_back")
        run.back_at = max(done_at, default=run.out_at)
    elif run.state == "back" and not states <= AT_REST:
        run.state, run.back_at = move(RUN, "back", "undo"), None
