"""Each evening: which regulars have not come for three open days, and a visit owed for each, once.

A canteen is judged by the day whose last mealtime is over; what closes a visit is a person, never this.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from canteen.models.desk import WelfareCheck
from canteen.models.meals import Meal
from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Canteen
from canteen.rules.attendance import (
    AWAY_CATEGORIES,
    GONE,
    WATCHED,
    Absence,
    Away,
    Diner,
    find_absent,
)
from canteen.rules.days import local_date
from canteen.till.day_state import last_day_over, list_open_days
from canteen.till.net_meals import IS_STILL_EATEN
from canteen.till.places import get_canteen
from canteen.trail.audit import append_audit

JOB = "job:welfare"


@dataclass(frozen=True, slots=True)
class Watched:
    """A canteen's regulars who have not come, as of the end of `day`."""

    canteen_id: int
    day: date
    absences: tuple[Absence, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A regular of whom we know why she does not come: in_hospital, nursing_home, moved, deceased."""

    number: str
    name: str
    reason: str
    last_seen_on: date


def watch_all(session: Session, *, at: datetime) -> list[Watched]:
    """Every canteen as of `at`, each by its last day that was over then."""
    ids = session.scalars(select(Canteen.id).order_by(Canteen.id)).all()
    return [watch_canteen(session, canteen_id=canteen_id, at=at) for canteen_id in ids]


def watch_canteen(session: Session, *, canteen_id: int, at: datetime) -> Watched:
    """The absences of the people who usually eat at this canteen; meals anywhere count as coming."""
    canteen = get_canteen(session, canteen_id)
    day = last_day_over(session, canteen, at)
    first = day - 2 * WATCHED
    diners, served_from = _list_diners(session, canteen_id, first)
    open_days = list_open_days(session, canteen, max(first, served_from or day), day)
    absences = find_absent(
        diners, open_days=open_days, days_a_week=len(canteen.open_weekdays), day=day
    )
    return Watched(canteen_id, day, tuple(absences))


def list_left_out(session: Session, *, canteens: Iterable[str], at: datetime) -> list[LeftOut]:
    """Who of these canteens' regulars does not come for a known reason, so that no visit is owed."""
    ids = session.scalars(select(Canteen.id).where(Canteen.code.in_(list(canteens)))).all()
    reasons = {
        absence.elder_id: absence
        for canteen_id in ids
        for absence in watch_canteen(session, canteen_id=canteen_id, at=at).absences
        if absence.left_out is not None
    }
    rows = session.execute(
        select(Elder.id, Elder.number, Elder.name)
        .where(Elder.id.in_(list(reasons)))
        .order_by(Elder.pinyin)
    )
    return [
        LeftOut(row.number, row.name, reasons[row.id].left_out or "", reasons[row.id].last_seen_on)
        for row in rows
    ]


def open_owed(session: Session, *, watched: list[Watched], now: datetime) -> int:
    """Open a visit for each absence that owes one and has none yet; how many were opened.

    One visit is open per elder, and one absence owes one visit: what a person closed stays closed."""
    opened = 0
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite if on_sqlite else postgresql).insert
    for canteen in watched:
        owed = [absence for absence in canteen.absences if absence.left_out is None]
        known = _list_known(session, [absence.elder_id for absence in owed])
        for absence in owed:
            if (absence.elder_id, absence.last_seen_on) in known:
                continue
            made = session.execute(
                insert(WelfareCheck)
                .values(
                    elder_id=absence.elder_id,
                    canteen_id=canteen.canteen_id,
                    cause="absent",
                    last_seen_on=absence.last_seen_on,
                    opened_on=local_date(now),
                    opened_at=now,
                    opened_by=JOB,
                )
                .on_conflict_do_nothing()
                .returning(WelfareCheck.id)
            ).scalar_one_or_none()
            if made is None:
                continue
            opened += 1
            append_audit(
                session,
                actor=JOB,
                origin=None,
                action="welfare.open",
                object_kind="welfare_check",
                object_id=str(made),
                after={"last_seen_on": absence.last_seen_on, "missed": absence.missed},
                now=now,
            )
    return opened


def _list_known(session: Session, elder_ids: list[int]) -> set[tuple[int, date | None]]:
    """Absences for which a visit was opened before, whether or not it is still open."""
    rows = session.execute(
        select(WelfareCheck.elder_id, WelfareCheck.last_seen_on).where(
            WelfareCheck.elder_id.in_(elder_ids), WelfareCheck.cause == "absent"
        )
    )
    return {(row.elder_id, row.last_seen_on) for row in rows}


def _list_diners(session: Session, canteen_id: int, first: date) -> tuple[list[Diner], date | None]:
    """Everyone whose canteen this is, with her meals since `first`; and the canteen's first meal."""
    row, owner = aliased(Elder), aliased(Elder)
    eaten = session.execute(
        select(owner.id, owner.canteen_id, Meal.served_on, Meal.canteen_id, func.count())
        .select_from(row)
        .join(owner, owner.id == func.coalesce(row.merged_into_id, row.id))
        .join(Meal, Meal.elder_id == row.id)
        .where(
            or_(owner.canteen_id == canteen_id, owner.canteen_id.is_(None)),
            owner.pending_import_id.is_(None),
            Meal.served_on >= first,
            IS_STILL_EATEN,
        )
        .group_by(owner.id, owner.canteen_id, Meal.served_on, Meal.canteen_id)
        .order_by(Meal.served_on)
    ).all()
    meals: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    usual: dict[int, int] = {}
    for elder_id, home, served_on, served_at, count in eaten:
        meals[elder_id][served_on] += count
        usual[elder_id] = home or served_at  # without a canteen of her own: where she ate last
    own = [elder_id for elder_id, canteen in usual.items() if canteen == canteen_id]
    away = _list_away(session, own)
    begun: date | None = session.execute(
        select(func.min(Meal.served_on)).where(Meal.canteen_id == canteen_id)
    ).scalar_one()
    return [Diner(id_, meals[id_], tuple(away.get(id_, ()))) for id_ in own], begun


def _list_away(session: Session, elder_ids: list[int]) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    rows = session.execute(
        select(ElderFact.elder_id, ElderFact.code, ElderFact.from_on, ElderFact.to_on).where(
            ElderFact.elder_id.in_(elder_ids),
            ElderFact.kind.in_(("category", "status")),
            ElderFact.code.in_(AWAY_CATEGORIES | GONE),
            ElderFact.withdrawn_at.is_(None),
        )
    )
    for elder_id, code, from_on, to_on in rows:
        assert code is not None, "a category and a status have their codes"
        found[elder_id].append(Away(code, from_on, to_on))
    return found
