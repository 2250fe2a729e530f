"""The demonstration's deliveries: what sixteen at home ordered, rounds walked door by door, what went wrong.

Everything goes through the real services with the instants of the day; of the living day `walk_on` takes
one step at a time and leaves the last round to whoever looks on.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.demo.places import SECRETARY, Place, acting, at
from canteen.demo.story import Part
from canteen.demo.world import Diner
from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.people import Elder
from canteen.models.volunteers import Volunteer
from canteen.rules.delivery_asked import OrderAsked
from canteen.services import (
    delivery_decisions,
    delivery_door_notes,
    delivery_going_out,
    delivery_jobs,
    delivery_ladder,
    delivery_orders,
    delivery_planning,
    delivery_reports,
)

MEALTIME = "lunch"
MADE_AT, PLANNED_AT, OUT_AT, LATER_AT = time(8, 0), time(9, 45), time(11, 5), time(11, 21)
#: from one door to the next, in seconds; and until a second round sets off
DOOR_SECONDS, BETWEEN_ROUNDS = (90, 210), timedelta(minutes=12)
DOOR_NOTES = (
    "耳背，敲门用力些，多等一会儿",
    "坐轮椅，饭放到桌上",
    "汤别洒，分两只碗",
    "门卫处登记再上楼",
    "走得慢，按了门铃多等一会儿",
    "独居，进门看一眼",
)
WITHOUT_GROUND = "腿脚不便，还没评残，社区看过"
#: who asked, by which way and why
REQUESTS = (
    ("family", "女儿", "上周摔了一跤，下楼不方便"),
    ("phone", "本人来电", "天冷了，想在家吃"),
)
KEPT_REASON = "送到门口才说不要，前一天问过要的"
ILL_REASON = "11:20 来电话，发烧来不了"
#: days before today → whose door (of those at home, from 0) → what happens there
MISHAPS: dict[int, dict[int, str]] = {
    6: {4: "not_home"},
    4: {7: "refused"},
    3: {2: "spilt"},
    2: {9: "not_home"},
    1: {9: "not_home"},
}
#: so many days before today a volunteer fell ill when the others had set off
ILL_DAYS = 5
#: on the living day the third door stays shut
SHUT_DOOR = 2


@dataclass(frozen=True, slots=True)
class Door:
    """A delivery on a round, as who walks it must know it."""

    uid: str
    state: str
    portions: int
    elder: str
    run: str
    volunteer: str


@dataclass(slots=True)
class Walk:
    """One lunch's rounds at one canteen being walked: what happens at whose door."""

    session: Session
    rng: random.Random
    place: Place
    day: date
    mishaps: dict[str, str]
    delivered: int = 0

    def new_id(self) -> str:
        """An id as a phone makes it, from the seed."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def begin(
    session: Session, *, diners: Sequence[Diner], first: date, seed: int, now: datetime
) -> None:
    """Write the doors of those who are brought their lunch, and their standing orders from `first` on."""
    rng = random.Random(f"{seed} doors")
    for number, diner in enumerate(list_at_home(diners)):
        who = acting(SECRETARY, now + timedelta(seconds=30 * number))
        delivery_door_notes.write_door(
            session,
            number=diner.number,
            note=DOOR_NOTES[number % len(DOOR_NOTES)] if number % 3 else None,
            has_lift=number % 5 == 0,
            floor=None,
            must_serve=number % 4 == 0,
            **who,
        )
        delivery_orders.ask(
            session,
            number=diner.number,
            canteen=diner.canteen,
            asked=OrderAsked(
                str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                "standing",
                "1234567",
                (MEALTIME,),
                first,
                source=("secretary", "phone", "family")[number % 3],
                asked_by_name=(None, "女儿来电", "儿子")[number % 3],
                reason=WITHOUT_GROUND,
            ),
            is_secretary=True,
            **who,
        )


def finish(
    session: Session, *, diners: Sequence[Diner], parts: Sequence[Part], seed: int, today: date
) -> None:
    """What waits for the secretary's answer on the first living day, and who soon turns 80."""
    players = {part.diner for part in parts}
    rng = random.Random(f"{seed} requests")
    now = at(today - timedelta(days=1), time(19, 40))
    able = [
        one
        for one in diners
        if not one.is_delivered and one.canteen == diners[0].canteen and one not in players
    ]
    for (source, name, reason), diner in zip(REQUESTS, able[::-3], strict=False):
        delivery_orders.ask(
            session,
            number=diner.number,
            canteen=diner.canteen,
            asked=OrderAsked(
                str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                "standing",
                "12345",
                (MEALTIME,),
                today + timedelta(days=1),
                source=source,
                asked_by_name=name,
                reason=reason,
            ),
            is_secretary=False,
            by=f"{source}:demonstration",
            origin=None,
            now=now,
        )
    delivery_jobs.draft_birthdays(session, today=today, now=now)


def list_at_home(diners: Sequence[Diner]) -> list[Diner]:
    """Who is brought her lunch."""
    return [one for one in diners if one.is_delivered]


def make_lists(session: Session, *, now: datetime) -> None:
    """What the job does at 18:00, and in the morning after a stop."""
    for canteen_id in delivery_jobs.list_canteens(session):
        delivery_jobs.make_lists(session, canteen_id=canteen_id, now=now)


def carry(
    session: Session,
    rng: random.Random,
    *,
    diners: Sequence[Diner],
    day: date,
    place: Place,
    days_ago: int,
) -> int:
    """Plan the lunch of a past day and walk all of it; the portions that were eaten."""
    at_home = list_at_home(diners)
    mishaps = {
        at_home[door % len(at_home)].number: kind
        for door, kind in MISHAPS.get(days_ago, {}).items()
        if at_home
    }
    walk = Walk(session, rng, place, day, mishaps)
    here: dict[str, Any] = {"canteen_id": place.canteen_id, "day": day, "mealtime": MEALTIME}
    make_lists(session, now=at(day, MADE_AT))
    planned = delivery_planning.plan(session, **here, **acting(SECRETARY, at(day, PLANNED_AT)))
    waiting = [(run.uid, run.volunteer) for run in planned.runs]
    began: dict[str, datetime] = {}
    if days_ago == ILL_DAYS and len(waiting) > 1:
        _walk_round(walk, *waiting[0], began)
        planned = delivery_planning.spread(
            session,
            **here,
            volunteer=waiting[-1][1],
            reason=ILL_REASON,
            **acting(SECRETARY, at(day, time(11, 20))),
        )
        waiting = [(run.uid, run.volunteer) for run in planned.runs if run.state == "planned"]
    for uid, volunteer in waiting:
        _walk_round(walk, uid, volunteer, began)
    return walk.delivered


def _walk_round(walk: Walk, uid: str, volunteer: str, began: dict[str, datetime]) -> None:
    """From the canteen to the last door; `began` says when her next round could set off."""
    place, day = walk.place, walk.day
    soon = LATER_AT if began else OUT_AT
    now = began.get(volunteer, at(day, soon) + timedelta(seconds=walk.rng.randrange(600)))
    delivery_going_out.go_out(
        walk.session, run=uid, by=f"volunteer:{volunteer}", origin=None, now=now
    )
    for door in _list_doors(walk.session, place, day):
        if door.state != "out" or door.run != uid:
            continue
        now += timedelta(seconds=walk.rng.randint(*DOOR_SECONDS))
        now = _knock(walk, door, walk.mishaps.get(door.elder, "delivered"), now)
    began[volunteer] = now + BETWEEN_ROUNDS


def _list_doors(session: Session, place: Place, day: date) -> list[Door]:
    """What is on a round of the day's lunch, round by round in the order of its doors."""
    rows = session.execute(
        select(
            Delivery.uid,
            Delivery.state,
            Delivery.portions,
            Elder.number,
            DeliveryRun.uid,
            Volunteer.number,
        )
        .join(Elder, Elder.id == Delivery.elder_id)
        .join(DeliveryRun, DeliveryRun.id == Delivery.run_id)
        .join(Volunteer, Volunteer.id == DeliveryRun.volunteer_id)
        .where(
            Delivery.canteen_id == place.canteen_id,
            Delivery.day == day,
            Delivery.mealtime == MEALTIME,
        )
        .order_by(Volunteer.number, DeliveryRun.trip, Delivery.place)
    )
    return [Door(*row) for row in rows]


def _knock(walk: Walk, door: Door, kind: str, now: datetime) -> datetime:
    """What happens at one door, and what people then do about it; when it is done."""
    by = f"volunteer:{door.volunteer}"
    if kind == "not_home":
        for step in ("call_elder", "call_contact"):
            delivery_ladder.take_step(
                walk.session,
                id=walk.new_id(),
                uid=door.uid,
                step=step,
                result="no_answer",
                done_at=now,
                by=by,
                now=now,
            )
            now += timedelta(seconds=50)
    is_delivered = kind == "delivered"
    delivery_reports.report(
        walk.session,
        asked=delivery_reports.ReportAsked(
            walk.new_id(),
            door.uid,
            kind,
            now,
            volunteer=door.volunteer,
            dishes_back=walk.rng.randrange(3) if is_delivered else None,
            wellbeing="well" if is_delivered else None,
        ),
        by=by,
        now=now,
    )
    walk.delivered += door.portions if is_delivered else 0
    if kind == "refused":
        delivery_decisions.keep(
            walk.session,
            delivery=door.uid,
            reason=KEPT_REASON,
            with_fee=False,
            **acting(SECRETARY, now + timedelta(minutes=9)),
        )
    return now


def walk_on(session: Session, *, place: Place, day: date, now: datetime) -> None:
    """One step of the living day: the next door of a round that is out, or the next round sets off.
    The last round waits for whoever looks on."""
    here: dict[str, Any] = {"canteen_id": place.canteen_id, "day": day, "mealtime": MEALTIME}
    delivery_planning.plan(session, **here, **acting(SECRETARY, now))
    doors = _list_doors(session, place, day)
    out = [one for one in doors if one.state == "out"]
    done = sum(one.state in ("delivered", "failed") for one in doors)
    if out:
        walk = Walk(session, random.Random(f"{out[0].uid} {now}"), place, day, {})
        _knock(walk, out[0], "not_home" if done == SHUT_DOOR else "delivered", now)
        return
    waiting = {one.run: one.volunteer for one in doors if one.state == "assigned"}
    if len(waiting) > 1:
        uid, volunteer = next(iter(waiting.items()))
        delivery_going_out.go_out(
            session, run=uid, by=f"volunteer:{volunteer}", origin=None, now=now
        )
