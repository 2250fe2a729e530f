"""A day as its sheet would say it now: lines, figures, anomalies, and what stops the signature.

Beside the till, because the page and the sign-off must judge alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.desk import AnomalyRemark, FoodGiven
from canteen.models.meals import IS_EATEN, Meal, Void
from canteen.models.people import Card, Elder
from canteen.models.sites import Canteen, Counter, Reader, ReaderHealth
from canteen.models.staff import Staff
from canteen.models.swipes import Sale, Swipe
from canteen.models.tariffs import WorkdayOverride
from canteen.rules.day_anomalies import find_anomalies
from canteen.rules.day_conditions import Condition, ReaderReport, SignFacts, judge
from canteen.rules.day_facts import Anomaly, DayFacts, SwipeFact, VoidFact
from canteen.rules.day_figures import add_up
from canteen.rules.day_lines import DayLines
from canteen.rules.workdays import PUBLISHED
from canteen.till.day_deliveries import load_delivery_facts
from canteen.till.day_lines import day_bounds, load_day_lines, read_on
from canteen.till.day_state import DayState, find_previous, load_state
from canteen.till.places import CanteenPlace
from canteen.till.sales import SALE_LIFE
from canteen.till.schemes_in_force import find_in_force

DAYS_BEFORE = 14
ACTOR_PREFIX = "staff:"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person wrote of an anomaly; the newest holds."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A day drawn and judged."""

    state: DayState
    lines: DayLines
    figures: dict[str, Any]
    anomalies: list[Anomaly]
    remarks: dict[str, Remark]
    conditions: list[Condition]


def judge_day(session: Session, canteen: CanteenPlace, day: date, now: datetime) -> Judged:
    """Draw the day as its lines stand now."""
    state = load_state(session, canteen, day)
    lines = load_day_lines(session, canteen.id, day)
    figures = add_up(lines)
    anomalies = find_anomalies(_load_facts(session, state, lines, figures))
    remarks = list_remarks(session, canteen.id, day)
    previous = find_previous(session, canteen, day)
    facts = SignFacts(
        day=day,
        now=now,
        windows=state.windows,
        ends_at=state.ends_at,
        readers=_list_readers(session, canteen.id),
        pending_sales=_list_pending(session, canteen.id, day, now),
        late_count=sum(meal.is_late for meal in lines.meals),
        anomalies=anomalies,
        remarked=frozenset(remarks),
        previous=previous,
        is_previous_signed=previous is None
        or load_state(session, canteen, previous).signed_at is not None,
        portions=figures["portions"],
        deliveries=load_delivery_facts(session, canteen.id, day),
    )
    return Judged(state, lines, figures, anomalies, remarks, judge(facts))


def list_remarks(session: Session, canteen_id: int, day: date) -> dict[str, Remark]:
    """The newest remark of each anomaly of a day."""
    rows = session.scalars(
        select(AnomalyRemark)
        .where(AnomalyRemark.canteen_id == canteen_id, AnomalyRemark.day == day)
        .order_by(AnomalyRemark.id)
    )
    return {row.key: Remark(row.remark, row.written_by, row.written_at) for row in rows}


def list_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Actor → the name of the person, of those that are accounts."""
    keys = [actor.removeprefix(ACTOR_PREFIX) for actor in actors if actor.startswith(ACTOR_PREFIX)]
    rows = session.execute(
        select(Staff.name_key, Staff.display_name).where(Staff.name_key.in_(keys))
    )
    return {f"{ACTOR_PREFIX}{row.name_key}": row.display_name for row in rows}


def count_days(
    session: Session, canteen_id: int, first: date, last: date
) -> dict[date, dict[str, int]]:
    """Standing meals of each booked day from `first` to `last`, by mealtime; days without are left out."""
    rows = session.execute(
        select(Meal.booked_on, Meal.mealtime, func.count())
        .where(
            Meal.canteen_id == canteen_id,
            Meal.booked_on.between(first, last),
            IS_EATEN,
        )
        .group_by(Meal.booked_on, Meal.mealtime)
        .order_by(Meal.booked_on)
    )
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for booked_on, mealtime, count in rows:
        found[booked_on][mealtime] = count
    return dict(found)


def _load_facts(
    session: Session, state: DayState, lines: DayLines, figures: Mapping[str, Any]
) -> DayFacts:
    canteen, day = state.canteen, state.day
    first, last = day - timedelta(days=DAYS_BEFORE), day - timedelta(days=1)
    before: dict[str, list[int]] = defaultdict(list)
    served = count_days(session, canteen.id, first, last)
    for earlier in sorted(served, reverse=True):
        for mealtime, count in served[earlier].items():
            before[mealtime].append(count)
    in_force = find_in_force(session, canteen, day)
    floors_fen = frozenset(
        fen
        for rule in (in_force.scheme.rules if in_force else ())
        if rule.floor is not None
        for fen in (rule.floor.min_fen, (rule.floor.above_fen or -1) + 1)
        if fen
    )
    voids = _list_voids(session, canteen.id, day)
    actors = {meal.booked_by for meal in lines.meals} | {void.by for void in voids}
    return DayFacts(
        canteen=canteen.code,
        lines=lines,
        figures=figures,
        swipes=_list_swipes(session, canteen.id, day),
        voids=voids,
        names=list_names(session, actors),
        is_open=state.is_open,
        is_year_known=_is_year_known(session, day),
        asks_workdays=in_force is not None and in_force.scheme.uses_workdays,
        before=before,
        floors_fen=floors_fen,
        at_floor_before=_count_at_floor(session, canteen.id, first, last, floors_fen),
        days_before=len(served),
    )


def _list_swipes(session: Session, canteen_id: int, day: date) -> list[SwipeFact]:
    """The day's swipes here, and elsewhere those of the elders who were here."""
    here = (
        select(Swipe.elder_id)
        .where(Swipe.canteen_id == canteen_id, Swipe.elder_id.is_not(None), *read_on(day))
        .distinct()
    )
    query = (
        select(
            Swipe.id, Swipe.outcome, Swipe.read_at, Swipe.offline, Swipe.card_uid,
            Canteen.code.label("canteen"), Canteen.name.label("canteen_name"),
            Counter.name.label("counter"), Card.printed, Elder.name, FoodGiven.decision,
        )
        .join(Canteen, Canteen.id == Swipe.canteen_id)
        .join(Counter, Counter.id == Swipe.counter_id)
        .outerjoin(Card, Card.id == Swipe.card_id)
        .outerjoin(Elder, Elder.id == Swipe.elder_id)
        .outerjoin(FoodGiven, FoodGiven.swipe_id == Swipe.id)
    )  # fmt: skip
    rows = [
        *session.execute(query.where(Swipe.canteen_id == canteen_id, *read_on(day))),
        *session.execute(
            query.where(
                Swipe.canteen_id != canteen_id, Swipe.elder_id.in_(here), *read_on(day)
            )
        ),
    ]  # fmt: skip
    return [
        SwipeFact(
            id=row.id,
            outcome=row.outcome,
            read_at=row.read_at,
            canteen=row.canteen,
            canteen_name=row.canteen_name,
            counter=row.counter,
            card=row.printed or row.card_uid,
            name=row.name,
            offline=row.offline,
            is_settled=row.decision is not None,
        )
        for row in rows
    ]


def _list_voids(session: Session, canteen_id: int, day: date) -> list[VoidFact]:
    rows = session.execute(
        select(Meal.receipt, Elder.name, Void.voided_by, Meal.read_at, Void.voided_at)
        .join(Meal, Meal.id == Void.meal_id)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .where(
            Void.canteen_id == canteen_id,
            Void.booked_on == day,
            # What comes back from a door is no slip of a hand at the counter.
            Meal.channel != "delivery",
        )
        .order_by(Void.id)
    )
    return [
        VoidFact(
            receipt=row.receipt,
            name=row.name,
            by=row.voided_by,
            read_at=row.read_at,
            voided_at=row.voided_at,
        )
        for row in rows
    ]


def _is_year_known(session: Session, day: date) -> bool:
    year = (date(day.year, 1, 1), date(day.year, 12, 31))
    entered = select(WorkdayOverride.day).where(WorkdayOverride.day.between(*year)).limit(1)
    return PUBLISHED.is_known(day) or session.execute(entered).first() is not None


def _count_at_floor(
    session: Session, canteen_id: int, first: date, last: date, floors_fen: frozenset[int]
) -> int:
    if not floors_fen:
        return 0
    return session.execute(
        select(func.count())
        .select_from(Meal)
        .where(
            Meal.canteen_id == canteen_id,
            Meal.booked_on.between(first, last),
            IS_EATEN,
            Meal.price_id.is_(None),
            Meal.price_fen.in_(floors_fen),
        )
    ).scalar_one()


def _list_readers(session: Session, canteen_id: int) -> list[ReaderReport]:
    rows = session.execute(
        select(
            Reader.code,
            ReaderHealth.reported_at,
            ReaderHealth.outbox_waiting,
            ReaderHealth.outbox_dead,
            ReaderHealth.outbox_stuck,
        )
        .join(Counter, Counter.id == Reader.counter_id)
        .outerjoin(ReaderHealth, ReaderHealth.reader_id == Reader.id)
        .where(Counter.canteen_id == canteen_id, Reader.revoked_at.is_(None))
        .order_by(Reader.code)
    )
    return [
        ReaderReport(
            code=row.code,
            reported_at=row.reported_at,
            kept=(row.outbox_waiting or 0) + (row.outbox_dead or 0) + (row.outbox_stuck or 0),
        )
        for row in rows
    ]


def _list_pending(session: Session, canteen_id: int, day: date, now: datetime) -> list[str]:
    """The counters where a sale keyed on the day still waits for its card."""
    begins, ends = day_bounds(day)
    return list(
        session.scalars(
            select(Counter.name)
            .join(Sale, Sale.counter_id == Counter.id)
            .where(
                Counter.canteen_id == canteen_id,
                Sale.state == "pending",
                Sale.keyed_at >= max(begins, now - SALE_LIFE),
                Sale.keyed_at < ends,
            )
            .order_by(Counter.code)
        )
    )
