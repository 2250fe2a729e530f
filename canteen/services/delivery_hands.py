"""Changes of a list by hand: a stop to another volunteer, to another turn, back into the queue.

What a hand did is pinned: planning again leaves it there. Everything happens before a meal is out.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryRun
from canteen.models.volunteers import Volunteer
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.rules.lifecycles import DELIVERY, move
from canteen.till.delivery_days import touch
from canteen.till.delivery_runs import (
    drop_empty_runs,
    get_run,
    list_runs,
    open_list,
    pin,
    set_turns,
    take_off,
    waits_on,
    walking_order,
)
from canteen.till.delivery_stops import Stop, list_stops
from canteen.till.duty import get_carrier
from canteen.trail.audit import append_audit


def assign(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    delivery_uids: Collection[str],
    volunteer: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Give these stops to a volunteer: to her next round, each where one walks by it.

    NotFound `delivery_unknown`, `volunteer_unknown`; Conflict `list_not_made`, `state_step`; Refused
    `list_over`, `volunteer_ended`."""
    open_list(session, canteen_id, day, mealtime, now)
    carrier = get_carrier(session, canteen_id, volunteer)
    if carrier.ended_on is not None and carrier.ended_on < day:
        raise Refused(
            "volunteer_ended",
            "这位志愿者已不再送餐",
            "This volunteer carries no more",
            field="volunteer",
        )
    stops = list_stops(session, canteen_id, day, mealtime)
    chosen = _choose(stops, delivery_uids, "assign")
    runs = list_runs(session, canteen_id, day, mealtime)
    run = _next_run(session, runs, carrier, canteen_id, day, mealtime)
    order = [stop for stop in _waiting_on(run.id, stops) if stop not in chosen]
    for stop in walking_order(chosen):
        order.insert(_where(order, stop), stop)
    set_turns(session, run, order, now)
    pin(session, chosen)
    _close_gaps(session, runs, stops, chosen, run.id, now)
    drop_empty_runs(session, canteen_id, day, mealtime)
    touch(session, canteen_id, day, mealtime)
    _tell(session, "delivery.assign", chosen, {"volunteer": carrier.number}, by, origin, now)


def unassign(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    delivery_uids: Collection[str],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Put these stops back into the queue, for planning or another hand.

    NotFound `delivery_unknown`; Conflict `list_not_made`, `state_step`; Refused `list_over`."""
    open_list(session, canteen_id, day, mealtime, now)
    stops = list_stops(session, canteen_id, day, mealtime)
    chosen = _choose(stops, delivery_uids, "unassign")
    for stop in chosen:
        take_off(session, stop, now)
    runs = list_runs(session, canteen_id, day, mealtime)
    _close_gaps(session, runs, stops, chosen, None, now)
    drop_empty_runs(session, canteen_id, day, mealtime)
    touch(session, canteen_id, day, mealtime)
    _tell(session, "delivery.unassign", chosen, {}, by, origin, now)


def set_place(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    delivery_uid: str,
    place: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Give a stop another turn on its round, from 1; beyond its end is the last.

    NotFound `delivery_unknown`; Conflict `list_not_made`, `state_step`, `not_on_round`;
    Refused `list_over`."""
    open_list(session, canteen_id, day, mealtime, now)
    stops = list_stops(session, canteen_id, day, mealtime)
    [chosen] = _choose(stops, [delivery_uid], "assign")
    own = chosen.round if chosen.state == "assigned" else None
    if own is None:
        raise Conflict(
            "not_on_round", "这一份还没有分给志愿者", "This stop is on nobody's round yet"
        )
    order = [stop for stop in _waiting_on(own.id, stops) if stop != chosen]
    order.insert(max(place - 1, 0), chosen)
    set_turns(session, session.get_one(DeliveryRun, own.id), order, now)
    pin(session, [chosen])
    touch(session, canteen_id, day, mealtime)
    _tell(session, "delivery.set_place", [chosen], {"place": place}, by, origin, now)


def _choose(stops: Sequence[Stop], uids: Collection[str], action: str) -> list[Stop]:
    """The stops of these handles, all of which may take the step."""
    chosen = [stop for stop in stops if stop.uid in set(uids)]
    if not chosen or len(chosen) != len(set(uids)):
        raise NotFound("delivery_unknown", "没有这份送餐", "No such delivery")
    for stop in chosen:
        move(DELIVERY, stop.state, action)
    return chosen


def _next_run(
    session: Session,
    runs: Sequence[DeliveryRun],
    carrier: Volunteer,
    canteen_id: int,
    day: date,
    mealtime: str,
) -> DeliveryRun:
    """Her first round that is not out yet; one more when all are."""
    hers = [run for run in runs if run.volunteer_id == carrier.id]
    planned = [run for run in hers if run.state == "planned"]
    trip = planned[0].trip if planned else max([run.trip for run in hers], default=0) + 1
    return get_run(session, canteen_id, day, mealtime, carrier.id, trip)


def _waiting_on(run_id: int, stops: Sequence[Stop]) -> list[Stop]:
    """The stops that wait on a round, in their order."""
    return [stop for stop in stops if waits_on(stop, run_id)]


def _where(order: Sequence[Stop], stop: Stop) -> int:
    """Before the first one that one walks by later."""
    for place, other in enumerate(order):
        if walking_order([other, stop])[0] is stop:
            return place
    return len(order)


def _close_gaps(
    session: Session,
    runs: Sequence[DeliveryRun],
    stops: Sequence[Stop],
    chosen: Sequence[Stop],
    new_id: int | None,
    now: datetime,
) -> None:
    """Number the stops anew that stay on the rounds these came from."""
    left = {stop.round.id for stop in chosen if stop.round is not None} - {new_id}
    for run in runs:
        if run.id in left:
            rest = [stop for stop in _waiting_on(run.id, stops) if stop not in chosen]
            set_turns(session, run, rest, now)


def _tell(
    session: Session,
    action: str,
    stops: Sequence[Stop],
    facts: dict[str, object],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=action,
        object_kind="delivery",
        object_id=stops[0].uid,
        before={
            stop.uid: [stop.round.volunteer_number, stop.place] if stop.round else None
            for stop in stops
        },
        after=facts | {"deliveries": [stop.uid for stop in stops]},
        now=now,
    )
