"""Judging meals again when something is learnt late: who may be affected, what would change, asking for it.

Nothing changes by itself: each proposal becomes a correction that a second person approves.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.corrections import Correction
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Canteen
from canteen.rules.corrections import clean_reason
from canteen.rules.errors import Conflict
from canteen.rules.reasons import reason_text
from canteen.till.corrections import Asked, ask, hold_meals
from canteen.till.day_state import get_canteen_by_code
from canteen.till.facts import get_elder_id
from canteen.till.persons import is_within, rows_of_person
from canteen.till.rejudging import Proposal, rejudge
from canteen.trail.audit import append_correction_line

#: how far back late facts are looked for, and how many people a page folds
LATE_DAYS = timedelta(days=92)
PEOPLE_MAX = 40


@dataclass(frozen=True, slots=True)
class Change:
    """A meal that would be split otherwise now: before and after, in fen, and why."""

    receipt: str
    canteen: str
    elder: str
    name: str
    served_on: date
    mealtime: str
    price_fen: int
    before: tuple[int, int]
    after: tuple[int, int]
    shares: Sequence[tuple[str, int]]
    reasons: Sequence[tuple[str, str]]
    is_waiting: bool

    @property
    def elder_fen(self) -> int:
        """How the elder's part changes; what falls goes to her purse."""
        return self.after[0] - self.before[0]

    @property
    def subsidy_fen(self) -> int:
        """How the claim changes."""
        return self.after[1] - self.before[1]


@dataclass(frozen=True, slots=True)
class Late:
    """Somebody of whom something was learnt after meals it speaks of."""

    number: str
    name: str
    first: date
    changes: int


def find_first(session: Session, *, number: str) -> date | None:
    """The first service date that a fact recorded or withdrawn later speaks of; None: nothing was late."""
    elder_id = get_elder_id(session, number)
    first: date | None = session.execute(
        select(func.min(Meal.served_on))
        .join(ElderFact, ElderFact.elder_id == elder_id)
        .where(Meal.elder_id.in_(rows_of_person(elder_id)), *_learnt_late())
    ).scalar_one()
    return first


def list_changes(
    session: Session, *, number: str, first: date, canteens: Collection[str] | None = None
) -> list[Change]:
    """What judging an elder's meals again from `first` on would change; at these canteens only."""
    proposals = rejudge(session, get_elder_id(session, number), first)
    return _describe(session, proposals, canteens)


def list_changes_at(session: Session, *, canteen: str, first: date) -> list[Change]:
    """The same for everybody who ate at a canteen since then: after a scheme was entered late."""
    found: list[Change] = []
    for elder_id in _list_eaters(session, canteen, first):
        found += _describe(session, rejudge(session, elder_id, first), (canteen,))
    return found


def list_late(session: Session, *, areas: tuple[str, ...], now: datetime) -> list[Late]:
    """Of whom something was learnt late these months that would change meals, newest first."""
    since = now - LATE_DAYS
    newest = func.max(ElderFact.recorded_at)
    rows = session.execute(
        select(Elder.id, Elder.number, Elder.name, func.min(Meal.served_on).label("first"))
        .join(ElderFact, ElderFact.elder_id == Elder.id)
        .join(Meal, Meal.elder_id == Elder.id)
        .where(
            is_within(areas),
            Elder.merged_into_id.is_(None),
            or_(ElderFact.recorded_at >= since, ElderFact.withdrawn_at >= since),
            *_learnt_late(),
        )
        .group_by(Elder.id, Elder.number, Elder.name)
        .order_by(newest.desc(), Elder.number)
        .limit(PEOPLE_MAX)
    ).all()
    found = []
    for row in rows:
        if changes := len(rejudge(session, row.id, row.first)):
            found.append(Late(row.number, row.name, row.first, changes))
    return found


def list_concerned(session: Session, *, canteen: str, first: date) -> list[str]:
    """Whose meals at a canteen would change, by register number: each is asked for by herself, so that
    no counter waits for all of them. Conflict `nothing_to_change`."""
    changes = list_changes_at(session, canteen=canteen, first=first)
    numbers = sorted({one.elder for one in changes if not one.is_waiting})
    if not numbers:
        raise _nothing_to_change()
    return numbers


def ask_changes(
    session: Session,
    *,
    number: str,
    first: date,
    reason: str,
    canteens: Collection[str] | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Ask for all that judging an elder's meals again would change; how many corrections wait now.

    Conflict `nothing_to_change`."""
    why = clean_reason(reason)
    elder_id = get_elder_id(session, number)
    wanted = select(Meal.id).where(
        Meal.elder_id.in_(rows_of_person(elder_id)), Meal.served_on >= first, IS_EATEN
    )
    if canteens is not None:
        of_canteens = select(Canteen.id).where(Canteen.code.in_(canteens))
        wanted = wanted.where(Meal.canteen_id.in_(of_canteens))
    meals = hold_meals(session, session.scalars(wanted).all())
    due = [
        one
        for one in rejudge(session, elder_id, first)
        if one.meal.id in meals and not _is_waiting(session, one.meal.id)
    ]
    for one in due:
        _ask_one(session, one, first, why, by, origin, now)
    if not due:
        raise _nothing_to_change()
    return len(due)


def _nothing_to_change() -> Conflict:
    return Conflict(
        "nothing_to_change",
        "重新判定没有差异，或者都已经在等审批",
        "Judging again changes nothing, or all of it waits already",
    )


def _ask_one(
    session: Session,
    one: Proposal,
    first: date,
    why: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    reasons = [
        {"rule": r.rule, "applied": r.applied, "code": r.code, "facts": dict(r.facts)}
        for r in one.reasons
    ]
    basis = json.dumps({"first": first.isoformat(), "reasons": reasons}, ensure_ascii=False)
    uid = str(uuid5(NAMESPACE_OID, f"rejudged {one.meal.uid} {one.net.corrections} {now}"))
    correction = ask(session, one.meal, one.delta, Asked(uid, why, basis, by, now))
    append_correction_line(
        session, "ask", correction.uid, one.meal.receipt, {"kind": "rejudged", "reason": why},
        by=by, origin=origin, now=now,
    )  # fmt: skip


def _learnt_late() -> tuple[ColumnElement[bool], ...]:
    """Of meals joined with facts: the fact speaks of the meal's day, and was recorded or withdrawn after
    the meal was booked."""
    return (
        IS_EATEN,
        or_(ElderFact.from_on.is_(None), ElderFact.from_on <= Meal.served_on),
        or_(ElderFact.to_on.is_(None), ElderFact.to_on >= Meal.served_on),
        or_(ElderFact.recorded_at > Meal.booked_at, ElderFact.withdrawn_at > Meal.booked_at),
    )


def _list_eaters(session: Session, canteen: str, first: date) -> list[int]:
    """Whoever ate there since then: each person once, by the row that goes on; NotFound
    `canteen_unknown`."""
    place = get_canteen_by_code(session, canteen)
    person = func.coalesce(Elder.merged_into_id, Elder.id)
    return list(
        session.scalars(
            select(person)
            .join(Meal, Meal.elder_id == Elder.id)
            .where(Meal.canteen_id == place.id, Meal.served_on >= first, IS_EATEN)
            .distinct()
            .order_by(person)
        )
    )


def _is_waiting(session: Session, meal_id: int) -> bool:
    waiting = select(Correction.id).where(
        Correction.meal_id == meal_id, Correction.decided_at.is_(None)
    )
    return session.execute(waiting).first() is not None


def _code(session: Session, meal: Meal) -> str:
    return session.get_one(Canteen, meal.canteen_id).code


def _describe(
    session: Session, proposals: Sequence[Proposal], canteens: Collection[str] | None
) -> list[Change]:
    return list(_changes(session, proposals, canteens))


def _changes(
    session: Session, proposals: Sequence[Proposal], canteens: Collection[str] | None
) -> Iterator[Change]:
    for one in proposals:
        meal, after = one.meal, one.after
        code = _code(session, meal)
        if canteens is not None and code not in canteens:
            continue
        elder = session.get_one(Elder, meal.elder_id)
        yield Change(
            meal.receipt,
            code,
            elder.number,
            elder.name,
            meal.served_on,
            meal.mealtime,
            meal.price_fen,
            (one.net.elder_fen, one.net.subsidy_fen),
            (after.elder_fen, after.subsidy_fen),
            [(share.payer_name, share.fen) for share in one.delta.shares],
            [
                (reason_text(r.code, r.facts, "zh"), reason_text(r.code, r.facts, "en"))
                for r in one.reasons
                if r.applied
            ],
            _is_waiting(session, meal.id),
        )
