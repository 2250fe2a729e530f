"""The board of deliveries: one mealtime of a canteen's day in five lanes, and what waits for a person.

It only reads. Portions are counted, not stops: somebody who is brought two is two on every lane.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryOrder
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer
from canteen.rules.days import SHANGHAI, Window, local_date, local_time
from canteen.rules.delivery_rounds import why_left
from canteen.rules.delivery_trips import Carrier
from canteen.rules.delivery_walk import Ways
from canteen.till.day_state import load_state
from canteen.till.delivery_runs import door_of
from canteen.till.delivery_steps import Ladder, find_ladder, list_steps
from canteen.till.delivery_stops import Round, Stop, list_stops
from canteen.till.duty import list_on_duty
from canteen.till.places import get_canteen
from canteen.till.printed_lists import KINDS, Printed, find_printed

LANES = ("queued", "assigned", "out", "delivered", "failed")
ONE_DAY = timedelta(days=1)
#: of a report that found no signal: it comes within a month, and then waits for somebody
LOOK_BACK = timedelta(days=60)
IS_UNDECIDED = and_(DeliveryReport.outcome == "conflict", DeliveryReport.decided_at.is_(None))


@dataclass(frozen=True, slots=True)
class Card:
    """A stop on the board."""

    stop: Stop
    #: put on the list after it was made
    is_new: bool
    #: the door her volunteer comes to next
    is_next: bool
    ladder: Ladder | None


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of a lane that go together: of one round, or all of those that have none."""

    round: Round | None
    cards: tuple[Card, ...]
    #: portions of the round that are delivered or failed, and all of it
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One of the five lanes with its count of portions."""

    state: str
    portions: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """A volunteer who may be given stops, and the portions she has in hand."""

    number: str
    name: str
    in_hand: int


@dataclass(frozen=True, slots=True)
class ReportConflict:
    """A report from a door that contradicts what is kept: nothing is charged until somebody decides."""

    id: str
    stop: Stop
    kind: str
    #: the volunteer's name, else who reported
    reported_by: str
    reported_at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page of a list shows."""

    day: date
    mealtime: str
    #: None: the list has not been made yet
    version: int | None
    planned_at: datetime | None
    #: when every meal is to be at its door; None: nothing is served then
    due_at: datetime | None
    fee_fen: int
    fee_other_fen: int
    lanes: tuple[Lane, ...]
    portions: int
    #: portions that are still to arrive
    ahead: int
    #: without a round once rounds are planned, or without an address: somebody ticks them off
    loose: tuple[Stop, ...]
    #: uid of one that planning gave to nobody → nobody, stairs, portions or time
    why_left: dict[str, str]
    cancelled: tuple[Stop, ...]
    conflicts: tuple[ReportConflict, ...]
    #: earlier lists on which a report waits for a person: it may have come days later
    earlier_conflicts: tuple[tuple[date, str], ...]
    #: orders that wait for the secretary's word
    requests: int
    printed: tuple[Printed, ...]
    #: the volunteers on duty
    hands: tuple[Hand, ...]

    @property
    def has_shut_door(self) -> bool:
        """Whether nobody opened at one of the doors."""
        cards = (card for lane in self.lanes for group in lane.groups for card in group.cards)
        return any(card.ladder is not None for card in cards)


def find_list(session: Session, *, canteen_id: int, now: datetime) -> tuple[date, str]:
    """The list to look at now: the running mealtime's or the next one's, one that was made first."""
    canteen = get_canteen(session, canteen_id)
    today, clock = local_date(now), local_time(now).time()
    coming = [
        (day, window.mealtime)
        for day in (today, today + ONE_DAY)
        for window in load_state(session, canteen, day).windows
        if day > today or window.closes > clock
    ]
    made = session.execute(
        select(DeliveryDay.day, DeliveryDay.mealtime).where(
            DeliveryDay.canteen_id == canteen_id, DeliveryDay.day >= today
        )
    ).all()
    listed = {(row.day, row.mealtime) for row in made}
    return next((one for one in coming if one in listed), next(iter(coming), (today, "lunch")))


def list_mealtimes(session: Session, *, canteen_id: int, day: date) -> tuple[str, ...]:
    """The mealtimes a day has a board for: those that are served, and those that were made."""
    windows = load_state(session, get_canteen(session, canteen_id), day).windows
    made = session.scalars(
        select(DeliveryDay.mealtime).where(
            DeliveryDay.canteen_id == canteen_id, DeliveryDay.day == day
        )
    ).all()
    served = [window.mealtime for window in windows]
    return (*served, *(mealtime for mealtime in made if mealtime not in served))


def read_version(
    session: Session, *, canteen_id: int, day: date, mealtime: str
) -> tuple[int | None, int]:
    """What a board that looks again compares first: the list's version and the requests waiting."""
    made = _find_day(session, canteen_id, day, mealtime)
    return (None if made is None else made.version, _count_requests(session, canteen_id))


def show_board(
    session: Session, *, canteen_id: int, day: date, mealtime: str, now: datetime
) -> Board:
    """The board as it stands."""
    canteen = session.execute(select(Canteen).where(Canteen.id == canteen_id)).scalar_one()
    made = _find_day(session, canteen_id, day, mealtime)
    stops = list_stops(session, canteen_id, day, mealtime)
    standing = [stop for stop in stops if stop.state != "cancelled"]
    windows = load_state(session, get_canteen(session, canteen_id), day).windows
    is_planned = made is not None and made.planned_at is not None
    loose = [stop for stop in standing if stop.is_loose and (is_planned or not stop.address.text)]
    on_duty = list_on_duty(session, canteen_id, day, mealtime)
    printed = (find_printed(session, canteen_id, day, mealtime, kind, stops) for kind in KINDS)
    return Board(
        day=day,
        mealtime=mealtime,
        version=None if made is None else made.version,
        planned_at=None if made is None else made.planned_at,
        due_at=_due(windows, day, mealtime, canteen.delivery_by_min),
        fee_fen=canteen.delivery_fee_fen,
        fee_other_fen=canteen.delivery_fee_other_fen,
        lanes=_lanes(session, standing, made, now),
        portions=_count(standing),
        ahead=_count(stop for stop in standing if stop.is_ahead),
        loose=tuple(loose),
        why_left=_why_left(loose, on_duty, made),
        cancelled=tuple(stop for stop in stops if stop.state == "cancelled"),
        conflicts=_list_conflicts(session, stops),
        earlier_conflicts=_list_earlier_conflicts(session, canteen_id, local_date(now)),
        requests=_count_requests(session, canteen_id),
        printed=tuple(one for one in printed if one is not None),
        hands=_list_hands(on_duty, standing),
    )


def _find_day(session: Session, canteen_id: int, day: date, mealtime: str) -> DeliveryDay | None:
    return session.execute(
        select(DeliveryDay).where(
            DeliveryDay.canteen_id == canteen_id,
            DeliveryDay.day == day,
            DeliveryDay.mealtime == mealtime,
        )
    ).scalar_one_or_none()


def _due(windows: Iterable[Window], day: date, mealtime: str, by_min: int) -> datetime | None:
    opens = next((window.opens for window in windows if window.mealtime == mealtime), None)
    if opens is None:
        return None
    return datetime.combine(day, opens, SHANGHAI) + timedelta(minutes=by_min)


def _count(stops: Iterable[Stop]) -> int:
    return sum(stop.portions for stop in stops)


def _why_left(
    loose: list[Stop], on_duty: list[Volunteer], made: DeliveryDay | None
) -> dict[str, str]:
    """Of what came after the rounds were planned nobody knows yet whether there is time."""
    hands = [Carrier(one.number, one.capacity, one.floors_max) for one in on_duty]
    left = {stop.uid: stop for stop in loose if stop.round is None and stop.address.text}
    ways = Ways(door_of(stop) for stop in left.values())
    why = {
        door.uid: why_left(door.portions, climb, hands)
        for door, climb in zip(ways.doors, ways.climbs, strict=True)
    }
    planned_at = None if made is None else made.planned_at
    return {
        uid: code
        for uid, code in why.items()
        if code != "time" or (planned_at is not None and left[uid].state_at <= planned_at)
    }


def _list_hands(on_duty: list[Volunteer], stops: list[Stop]) -> tuple[Hand, ...]:
    held: dict[str, int] = {}
    for stop in stops:
        if stop.round is not None and stop.state in ("assigned", "out"):
            number = stop.round.volunteer_number
            held[number] = held.get(number, 0) + stop.portions
    return tuple(Hand(one.number, one.name, held.get(one.number, 0)) for one in on_duty)


def _lanes(
    session: Session, stops: list[Stop], made: DeliveryDay | None, now: datetime
) -> tuple[Lane, ...]:
    """A lane's cards by round where rounds matter; who arrived or not by the time of it."""
    steps = list_steps(session, [stop.id for stop in stops if stop.fail_code == "not_home"])
    lanes = []
    for state in LANES:
        here = [stop for stop in stops if stop.state == state]
        if state in ("delivered", "failed"):
            here.sort(key=lambda stop: (stop.done_at or stop.state_at, stop.id))
        by_round: dict[int | None, list[Stop]] = {}
        for stop in here:
            own = stop.round if state in ("assigned", "out") else None
            by_round.setdefault(None if own is None else own.id, []).append(stop)
        groups = []
        for round_id, some in by_round.items():
            of_round = [s for s in stops if s.round is not None and s.round.id == round_id]
            cards = tuple(
                Card(
                    stop,
                    is_new=made is not None and stop.made_at > made.made_at,
                    is_next=state == "out" and stop is some[0],
                    ladder=find_ladder(session, stop, steps.get(stop.id, []), now),
                )
                for stop in some
            )
            gone = [stop for stop in of_round if not stop.is_ahead]
            groups.append(
                Group(
                    None if round_id is None else some[0].round,
                    cards,
                    _count(gone),
                    _count(of_round),
                )
            )
        lanes.append(Lane(state, _count(here), tuple(groups)))
    return tuple(lanes)


def _list_conflicts(session: Session, stops: list[Stop]) -> tuple[ReportConflict, ...]:
    by_id = {stop.id: stop for stop in stops}
    rows = session.execute(
        select(DeliveryReport, Volunteer.name)
        .outerjoin(Volunteer, Volunteer.id == DeliveryReport.volunteer_id)
        .where(
            DeliveryReport.delivery_id.in_(by_id),
            IS_UNDECIDED,
        )
        .order_by(DeliveryReport.received_at, DeliveryReport.id)
    )
    return tuple(
        ReportConflict(
            row.id,
            by_id[row.delivery_id],
            row.kind,
            name or row.reported_by,
            row.reported_at,
            row.note,
        )
        for row, name in rows
    )


def _list_earlier_conflicts(
    session: Session, canteen_id: int, today: date
) -> tuple[tuple[date, str], ...]:
    rows = session.execute(
        select(Delivery.day, Delivery.mealtime)
        .join(DeliveryReport, DeliveryReport.delivery_id == Delivery.id)
        .where(
            Delivery.canteen_id == canteen_id,
            Delivery.day.between(today - LOOK_BACK, today - ONE_DAY),
            IS_UNDECIDED,
        )
        .distinct()
        .order_by(Delivery.day, Delivery.mealtime)
    )
    return tuple((row.day, row.mealtime) for row in rows)


def _count_requests(session: Session, canteen_id: int) -> int:
    counted: int = session.execute(
        select(func.count()).where(
            DeliveryOrder.canteen_id == canteen_id,
            DeliveryOrder.state == "asked",
            DeliveryOrder.ended_at.is_(None),
        )
    ).scalar_one()
    return counted
