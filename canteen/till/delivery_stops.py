"""The stops of a list: what board, sheets and labels say of each delivery, drawn from the same rows.

Beside the till because the board, its paper and the volunteer's page show the same stops.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryOrder, DeliveryRun
from canteen.models.people import Elder
from canteen.models.register import ElderDiet, ElderDoor
from canteen.models.volunteers import Volunteer
from canteen.rules.addresses import Address, parse_address
from canteen.rules.diets import DIETS
from canteen.rules.elders import age_on
from canteen.till.net_meals import list_uneaten
from canteen.till.persons import births_of, has_category_on

#: the states in which a stop still waits for its meal
AHEAD = ("queued", "assigned", "out")


@dataclass(frozen=True, slots=True)
class Round:
    """A volunteer's round of the list (送餐批次)."""

    id: int
    uid: str
    volunteer_id: int
    volunteer_number: str
    volunteer: str
    trip: int
    state: str
    planned_min: int | None
    out_at: datetime | None
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stop:
    """One delivery with what whoever carries it has to know; no money and no ID number."""

    id: int
    uid: str
    day: date
    mealtime: str
    elder_id: int
    elder_number: str
    name: str
    sex: str
    age: int | None
    community_code: str
    #: the order's own, else hers; its text is "" when nobody has written one
    address: Address
    #: diets by code, in the order of the table, and her own words about eating
    diets: tuple[str, ...]
    diet_words: str | None
    order_note: str | None
    door_note: str | None
    has_lift: bool | None
    #: as somebody wrote it down, else as the address tells
    floor: int | None
    is_alone: bool
    must_serve: bool
    portions: int
    state: str
    state_at: datetime
    made_at: datetime
    round: Round | None
    place: int | None
    is_pinned: bool
    cancel_code: str | None
    fail_code: str | None
    out_at: datetime | None
    done_at: datetime | None
    receiver: str | None
    keep_reason: str | None
    #: delivered, and a correction says since that nobody ate it
    is_uneaten: bool
    seen_at: datetime | None
    seen_by: str | None

    @property
    def diet_text(self) -> str:
        """What she must not or does not eat, for paper: 软烂·少盐; her own words when no code is kept."""
        return "·".join(DIETS[code].zh for code in self.diets) or self.diet_words or ""

    @property
    def is_ahead(self) -> bool:
        """Whether her meal is still to arrive."""
        return self.state in AHEAD

    @property
    def is_loose(self) -> bool:
        """On the list, and without a round or without an address."""
        waits = self.state in ("queued", "assigned")
        return waits and (self.round is None or not self.address.text)


def list_stops(
    session: Session, canteen_id: int, day: date, mealtime: str | None = None
) -> list[Stop]:
    """The stops of a day's list, cancelled ones too: by round and turn, then by address."""
    of_list = true() if mealtime is None else Delivery.mealtime == mealtime
    return _draw(session, (Delivery.canteen_id == canteen_id) & (Delivery.day == day) & of_list)


def list_stops_of(session: Session, which: ColumnElement[bool]) -> list[Stop]:
    """The deliveries of one day that `which` picks, in the same order."""
    return _draw(session, which)


def find_stop(session: Session, uid: str) -> Stop | None:
    """The stop of a delivery's handle, or None."""
    stops = _draw(session, Delivery.uid == uid)
    return stops[0] if stops else None


def _draw(session: Session, which: ColumnElement[bool]) -> list[Stop]:
    rows = session.execute(
        select(
            Delivery,
            Elder.number,
            Elder.name,
            Elder.sex,
            Elder.diet,
            Elder.community_code,
            func.coalesce(DeliveryOrder.address, Elder.address).label("address"),
            DeliveryOrder.note.label("order_note"),
        )
        .join(Elder, Elder.id == Delivery.elder_id)
        .join(DeliveryOrder, DeliveryOrder.id == Delivery.order_id)
        .where(which)
        .execution_options(populate_existing=True)
    ).all()
    elders = [row.Delivery.elder_id for row in rows]
    rounds = _list_rounds(session, {row.Delivery.run_id for row in rows})
    births, diets = births_of(session, elders), _list_diets(session, elders)
    doors = _list_doors(session, elders)
    uneaten = list_uneaten(session, [row.Delivery.id for row in rows])
    alone = _list_alone(session, elders, rows[0].Delivery.day) if rows else set()
    stops = []
    for row in rows:
        made: Delivery = row.Delivery
        born, door = births.get(made.elder_id), doors.get(made.elder_id)
        address = parse_address(row.address)
        stops.append(
            Stop(
                id=made.id,
                uid=made.uid,
                day=made.day,
                mealtime=made.mealtime,
                elder_id=made.elder_id,
                elder_number=row.number,
                name=row.name,
                sex=row.sex,
                age=None if born is None else age_on(born, made.day),
                community_code=row.community_code,
                address=address,
                diets=tuple(diets[made.elder_id]),
                diet_words=row.diet or None,
                order_note=row.order_note,
                door_note=None if door is None else door.note,
                has_lift=None if door is None else door.has_lift,
                floor=address.floor if door is None or door.floor is None else door.floor,
                is_alone=made.elder_id in alone,
                must_serve=door is not None and door.must_serve,
                portions=made.portions,
                state=made.state,
                state_at=made.state_at,
                made_at=made.made_at,
                round=rounds.get(made.run_id or 0),
                place=made.place,
                is_pinned=made.is_pinned,
                cancel_code=made.cancel_code,
                fail_code=made.fail_code,
                out_at=made.out_at,
                done_at=made.done_at,
                receiver=made.receiver,
                keep_reason=made.keep_reason,
                is_uneaten=made.id in uneaten,
                seen_at=made.seen_at,
                seen_by=made.seen_by,
            )
        )
    return sorted(stops, key=_turn)


def _turn(stop: Stop) -> tuple[object, ...]:
    """By round and turn; those without, by where they live."""
    own = stop.round
    turn = ("", 0, 0) if own is None else (own.volunteer_number, own.trip, stop.place or 0)
    return (turn, stop.address.sort_key, stop.id)


def _list_rounds(session: Session, ids: set[int | None]) -> dict[int, Round]:
    rows = session.execute(
        select(DeliveryRun, Volunteer.number, Volunteer.name)
        .join(Volunteer, Volunteer.id == DeliveryRun.volunteer_id)
        .where(DeliveryRun.id.in_([one for one in ids if one is not None]))
        .execution_options(populate_existing=True)
    )
    return {
        run.id: Round(
            run.id,
            run.uid,
            run.volunteer_id,
            number,
            name,
            run.trip,
            run.state,
            run.planned_min,
            run.out_at,
            run.back_at,
        )
        for run, number, name in rows
    }


def _list_diets(session: Session, elders: list[int]) -> dict[int, list[str]]:
    held: dict[int, set[str]] = defaultdict(set)
    for elder_id, code in session.execute(
        select(ElderDiet.elder_id, ElderDiet.code).where(
            ElderDiet.elder_id.in_(elders), ElderDiet.withdrawn_at.is_(None)
        )
    ):
        held[elder_id].add(code)
    return defaultdict(
        list, {one: [code for code in DIETS if code in codes] for one, codes in held.items()}
    )


def _list_doors(session: Session, elders: list[int]) -> dict[int, ElderDoor]:
    rows = session.scalars(
        select(ElderDoor).where(ElderDoor.elder_id.in_(elders), ElderDoor.withdrawn_at.is_(None))
    )
    return {door.elder_id: door for door in rows}


def _list_alone(session: Session, elders: list[int], day: date) -> set[int]:
    return set(
        session.scalars(
            select(Elder.id).where(Elder.id.in_(elders), has_category_on(day, "living_alone"))
        )
    )
