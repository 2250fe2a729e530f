"""Writing what is true of an elder from a day on: a category begins or ends, she has gone.

Beside the till because a page of the register, a roster and a list of another register write the same
facts in the same way: rows are added or withdrawn, never edited, and the time before stays as it was.
Each answers whether anything was written; the same again writes nothing.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.people import Elder, ElderFact
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.delivery_days import sync_elder
from canteen.till.holdings import block, lift_of_act, list_held
from canteen.till.persons import rows_of_person
from canteen.trail.audit import append_audit

Gone = Literal["deceased", "moved"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Who writes a fact, when and from where, and what she writes it from."""

    source: str | None
    document: str | None
    by: str
    origin: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A fact as a page asks for it: `code` (or `born`), true from the first to the last day."""

    kind: str
    code: str | None = None
    level: int | None = None
    born: date | None = None
    from_on: date | None = None
    to_on: date | None = None


def begin_category(
    session: Session, elder_id: int, code: str, level: int | None, from_on: date, how: Recorded
) -> bool:
    """The category (at this level, None: whichever) is true from `from_on` until it next changes."""
    held = _standing(session, elder_id, "category", code)
    running = [fact for fact in held if _holds(fact, from_on)]
    if any(level is None or fact.level == level for fact in running):
        return False
    for fact in running:
        _cut(session, fact, from_on - ONE_DAY, how)
    later = [fact.from_on for fact in held if fact.from_on is not None and fact.from_on > from_on]
    last = min(later) - ONE_DAY if later else None
    _add(session, elder_id, "category", code, level, from_on, last, how)
    _close(session, elder_id, "fact.add", how, code=code, level=level, from_on=from_on)
    return True


def end_category(session: Session, elder_id: int, code: str, last_on: date, how: Recorded) -> bool:
    """The category was true on `last_on` and not after."""
    running = [
        fact
        for fact in _standing(session, elder_id, "category", code)
        if _holds(fact, last_on) and _holds(fact, last_on + ONE_DAY)
    ]
    for fact in running:
        _cut(session, fact, last_on, how)
        _close(session, elder_id, "fact.end", how, code=code, last_on=last_on)
    return bool(running)


def record_gone(
    session: Session, elder_id: int, status: Gone, from_on: date, how: Recorded
) -> bool:
    """She died or moved away on that day: every category ends before it, and her cards are blocked at
    once unless the day lies ahead. An earlier day replaces the one recorded; a later is no news."""
    known = _standing(session, elder_id, "status", None)
    if any(fact.code in (status, "deceased") and _is_since(fact, from_on) for fact in known):
        return False
    for fact in known:
        if fact.code == status:
            _withdraw(session, fact, how)
    _add(session, elder_id, "status", status, None, from_on, None, how)
    for fact in _standing(session, elder_id, "category", None):
        if fact.to_on is None or fact.to_on >= from_on:
            _cut(session, fact, from_on - ONE_DAY, how)
    if from_on <= local_date(how.now):
        _block_cards(session, elder_id, how)
    _close(session, elder_id, "elder.gone", how, status=status, from_on=from_on)
    return True


def end_status(session: Session, elder_id: int, status: Gone, last_on: date, how: Recorded) -> None:
    """She is back, or somebody else's: the status was true to that day and not after."""
    for fact in _standing(session, elder_id, "status", status):
        if fact.to_on is None or fact.to_on > last_on:
            _cut(session, fact, last_on, how)


def add_period(session: Session, elder_id: int, asked: Period, how: Recorded) -> None:
    """Add a fact as a period. A birth date replaces the one known; a 户籍 or residence ends the one
    before it; Conflict when a category would be true twice on one day."""
    if asked.from_on is not None and asked.to_on is not None and asked.to_on < asked.from_on:
        raise Invalid(
            "fact_to_before_from",
            "最后一天不能早于第一天",
            "The last day cannot be before the first",
            field="to_on",
        )
    held = _standing(session, elder_id, asked.kind, None)
    if asked.kind == "category":
        for fact in held:
            if fact.code == asked.code and _overlaps(fact, asked):
                raise Conflict(
                    "fact_overlaps",
                    "这一类别在这些日子里已经有一段了，先撤回那一段",
                    "There is a period of this category on these days; withdraw that one first",
                    field="from_on",
                )
    for fact in held if asked.kind in ("hukou", "residence") else ():
        if asked.from_on is None:
            _withdraw(session, fact, how)
        elif fact.to_on is None or fact.to_on >= asked.from_on:
            _cut(session, fact, asked.from_on - ONE_DAY, how)
    for fact in held if asked.kind == "born" else ():
        _withdraw(session, fact, how)
    _insert(session, elder_id, asked, how)
    what = {"code": asked.code, "level": asked.level, "born": asked.born}
    told = {"kind": asked.kind, "from_on": asked.from_on, "to_on": asked.to_on, **what}
    _close(session, elder_id, "fact.add", how, **told)


def withdraw_period(session: Session, elder_id: int, fact_id: int, how: Recorded) -> None:
    """Say that a fact was never so; it stays to be read. Of a death or a move that was a mix-up, what
    it ended goes on as if it had not been (O-065). NotFound when it is not hers."""
    fact = session.execute(
        select(ElderFact).where(ElderFact.id == fact_id, ElderFact.elder_id == elder_id)
    ).scalar_one_or_none()
    if fact is None:
        raise NotFound("fact_unknown", "没有这一段", "No such period")
    if fact.withdrawn_at is not None:
        raise Conflict("fact_withdrawn", "这一段已经撤回了", "This period is withdrawn already")
    _withdraw(session, fact, how)
    if fact.kind == "status":
        _undo_gone(session, fact, how)
    _close(session, elder_id, "fact.withdraw", how, kind=fact.kind, code=fact.code)


def _undo_gone(session: Session, gone: ElderFact, how: Recorded) -> None:
    """The categories that `record_gone` cut are as long as before, the cards it blocked are free: by that
    report and by those of a later day that it replaced."""
    acts = _list_reports(session, gone)
    for fact in session.scalars(
        select(ElderFact)
        .where(ElderFact.elder_id == gone.elder_id, ElderFact.kind == "category")
        .order_by(ElderFact.id)
    ).all():
        if (fact.recorded_at, fact.recorded_by, fact.to_on) in acts:
            if fact.withdrawn_at is None:
                _withdraw(session, fact, how)
        elif (fact.withdrawn_at, fact.withdrawn_by) in [(at, by) for at, by, _ in acts]:
            _add(
                session, fact.elder_id, fact.kind, fact.code, fact.level, fact.from_on, fact.to_on,
                how,
            )  # fmt: skip
    for row_id in session.scalars(rows_of_person(gone.elder_id)).all():
        for card_id in list_held(session, row_id):
            for at, _, _ in acts:
                lift_of_act(session, card_id, at, by=how.by, origin=how.origin, now=how.now)


def _list_reports(session: Session, gone: ElderFact) -> list[tuple[datetime, str, date]]:
    """When and by whom it was reported, and the last day before it; then the same of what it replaced."""
    found = []
    report: ElderFact | None = gone
    while report is not None and report.from_on is not None:
        found.append((report.recorded_at, report.recorded_by, report.from_on - ONE_DAY))
        replaced = (
            select(ElderFact)
            .where(
                ElderFact.elder_id == gone.elder_id,
                ElderFact.kind == "status",
                ElderFact.code == gone.code,
                ElderFact.withdrawn_at == report.recorded_at,
                ElderFact.withdrawn_by == report.recorded_by,
                ElderFact.id < report.id,
            )
            .order_by(ElderFact.id.desc())
        )
        report = session.scalars(replaced.limit(1)).one_or_none()
    return found


def _overlaps(fact: ElderFact, asked: Period) -> bool:
    begins_before_end = fact.from_on is None or asked.to_on is None or fact.from_on <= asked.to_on
    ends_after_begin = fact.to_on is None or asked.from_on is None or asked.from_on <= fact.to_on
    return begins_before_end and ends_after_begin


def _standing(session: Session, elder_id: int, kind: str, code: str | None) -> list[ElderFact]:
    query = select(ElderFact).where(
        ElderFact.elder_id == elder_id,
        ElderFact.kind == kind,
        ElderFact.withdrawn_at.is_(None),
    )
    if code is not None:
        query = query.where(ElderFact.code == code)
    return list(session.scalars(query.order_by(ElderFact.id)))


def _is_since(fact: ElderFact, day: date) -> bool:
    return fact.from_on is None or fact.from_on <= day


def _holds(fact: ElderFact, day: date) -> bool:
    return _is_since(fact, day) and (fact.to_on is None or day <= fact.to_on)


def _cut(session: Session, fact: ElderFact, last_on: date, how: Recorded) -> None:
    """Let it be true to `last_on` at most; what began later never was."""
    _withdraw(session, fact, how)
    if _is_since(fact, last_on):
        _add(session, fact.elder_id, fact.kind, fact.code, fact.level, fact.from_on, last_on, how)


def _withdraw(session: Session, fact: ElderFact, how: Recorded) -> None:
    session.execute(
        update(ElderFact)
        .where(ElderFact.id == fact.id)
        .values(withdrawn_at=how.now, withdrawn_by=how.by)
    )


def _add(
    session: Session,
    elder_id: int,
    kind: str,
    code: str | None,
    level: int | None,
    from_on: date | None,
    to_on: date | None,
    how: Recorded,
) -> None:
    _insert(session, elder_id, Period(kind, code, level, None, from_on, to_on), how)


def _insert(session: Session, elder_id: int, period: Period, how: Recorded) -> None:
    session.execute(
        insert(ElderFact).values(
            elder_id=elder_id,
            **asdict(period),
            source=how.source,
            document=how.document,
            recorded_at=how.now,
            recorded_by=how.by,
        )
    )


def _block_cards(session: Session, elder_id: int, how: Recorded) -> None:
    for row_id in session.scalars(rows_of_person(elder_id)).all():
        for card_id in list_held(session, row_id):
            block(
                session,
                card_id,
                kind="blocked",
                reported_by=how.source,
                by=how.by,
                origin=how.origin,
                now=how.now,
            )


def _close(session: Session, elder_id: int, action: str, how: Recorded, **after: object) -> None:
    """Tell what was written; what is brought to her follows what is true of her now."""
    sync_elder(session, elder_id, by=how.by, now=how.now)
    append_audit(
        session,
        actor=how.by,
        origin=how.origin,
        action=action,
        object_kind="elder",
        object_id=session.execute(select(Elder.number).where(Elder.id == elder_id)).scalar_one(),
        after={**after, "source": how.source, "document": how.document},
        now=how.now,
    )
