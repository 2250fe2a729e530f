"""What somebody reports from a door: kept whatever comes of it, and the same id is answered alike.

The first report decides the money; what repeats it is told so, what contradicts it waits for a person.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.volunteers import Volunteer
from canteen.rules.days import instant_text, local_date
from canteen.rules.delivery_reports import (
    KINDS,
    NEXT_DAY,
    WELLBEING,
    answer_words,
    judge,
    why_refused,
)
from canteen.rules.errors import Invalid, NotFound, id_reused
from canteen.till.answers import Answer
from canteen.till.delivery_doors import carry_out, deliver, fail, hold, settle, undo
from canteen.till.delivery_meals import has_eaten, is_priced, is_signed
from canteen.till.delivery_next_day import take_next_day

NOTE_LENGTH_MAX = 200
DISHES_MAX = 99
STAFF = "staff:"


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A report as it was sent: `reported_at` by our clock, as far as the sender's can be corrected;
    `volunteer` is the number of who carried."""

    id: str
    delivery: str
    kind: str
    reported_at: datetime
    receiver: str | None = None
    note: str | None = None
    dishes_back: int | None = None
    wellbeing: str | None = None
    next_day: str | None = None
    volunteer: str | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """The outcome, the code of its sentence, and the facts that it names."""

    outcome: str
    code: str
    facts: dict[str, Any]


def report(session: Session, *, asked: ReportAsked, by: str, now: datetime) -> Answer:
    """Take a report. Its answer says outcome (applied, same, conflict, refused), the sentence, the
    delivery's state and what was settled about the next day.

    NotFound `delivery_unknown`, `volunteer_unknown`; Invalid `report`; Conflict `id_reused`."""
    _check(asked)
    told = _find_told(session, asked)
    if told is not None:
        return told
    volunteer_id = _find_volunteer(session, asked.volunteer)
    delivery = hold(session, asked.delivery)
    told = _find_told(session, asked)  # somebody sent it while we waited
    if told is not None:
        return told
    at = min(asked.reported_at, now)  # nothing is reported from the future
    judged = _judge(session, delivery, asked.kind, at, by)
    if judged.outcome == "applied":
        _apply(session, delivery, asked, at, volunteer_id, by, now)
    if judged.outcome in ("applied", "conflict"):
        settle(session, [delivery])
    next_day = None
    if asked.next_day is not None and judged.outcome in ("applied", "same"):
        next_day = _take_next_day(session, delivery, asked, by, now)
    body = {
        "id": asked.id,
        "delivery": asked.delivery,
        "outcome": judged.outcome,
        "code": judged.code,
        **answer_words(judged.code, **judged.facts),
        "state": delivery.state,
        "reported_at": instant_text(at),
        "next_day": next_day,
    }
    _keep(session, delivery, asked, judged, body, at, volunteer_id, by, now)
    return Answer(True, body)


def _check(asked: ReportAsked) -> None:
    if (
        asked.kind not in KINDS
        or asked.wellbeing not in (None, *WELLBEING)
        or asked.next_day not in (None, *NEXT_DAY)
        or not 0 <= (asked.dishes_back or 0) <= DISHES_MAX
    ):
        raise Invalid("report", "这条上报看不懂", "This report cannot be read")


def _find_told(session: Session, asked: ReportAsked) -> Answer | None:
    """What this id was answered with; Conflict `id_reused` when it told something else."""
    row = session.execute(
        select(DeliveryReport.kind, DeliveryReport.answer, Delivery.uid)
        .join(Delivery, Delivery.id == DeliveryReport.delivery_id)
        .where(DeliveryReport.id == asked.id)
    ).one_or_none()
    if row is None:
        return None
    if (row.kind, row.uid) != (asked.kind, asked.delivery):
        raise id_reused(id=asked.id)
    return Answer(False, json.loads(row.answer))


def _find_volunteer(session: Session, number: str | None) -> int | None:
    if number is None:
        return None
    found = session.execute(
        select(Volunteer.id).where(Volunteer.number == number)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("volunteer_unknown", "没有这位志愿者", "No such volunteer")
    return found


def _judge(session: Session, delivery: Delivery, kind: str, at: datetime, by: str) -> _Judged:
    outcome = judge(kind, delivery.state, delivery.fail_code)
    last = _find_last(session, delivery.id)
    if outcome == "same":
        facts = {"state": delivery.state, "at": delivery.done_at}
        return _Judged("same", "same", {**facts, "who": last.number if last else None})
    if outcome == "refused":
        return _Judged("refused", why_refused(kind, delivery.state), {})
    if outcome == "conflict":
        return _Judged("conflict", "conflict", {})
    if is_signed(session, delivery.canteen_id, delivery.day):
        return _Judged("conflict", "day_signed", {})
    if kind == "undo":
        is_hers = by.startswith(STAFF) or last is None or last.by == by
        if not is_hers:
            return _Judged("refused", "not_yours", {})
        if delivery.keep_reason is not None and not by.startswith(STAFF):
            return _Judged("conflict", "conflict", {})  # what a person decided, a person changes
        if delivery.state == "failed" and has_eaten(session, delivery):
            return _Judged("conflict", "already_eaten", {})
    elif last is not None and at < _way_began_at(delivery):
        return _Judged("conflict", "conflict", {})  # it failed, and was sent again since
    if delivery.state == "assigned":
        if local_date(at) != delivery.day:
            return _Judged("conflict", "conflict", {})
        if has_eaten(session, delivery):
            return _Judged("conflict", "already_eaten", {})
        if not is_priced(session, delivery, at):
            return _Judged("conflict", "price_missing", {})
    return _Judged("applied", "applied", {})


def _way_began_at(delivery: Delivery) -> datetime:
    """Since when it is on its way, or on the round that will carry it."""
    began_at = delivery.out_at if delivery.state == "out" else delivery.state_at
    assert began_at is not None, "what is out went out"
    return began_at


def _find_last(session: Session, delivery_id: int) -> Any:
    """The word that holds: of the last report that was applied, or decided for; whose it is, and the
    number of the volunteer who was at the door."""
    said_at = func.coalesce(DeliveryReport.decided_at, DeliveryReport.received_at)
    said_by = func.coalesce(DeliveryReport.decided_by, DeliveryReport.reported_by)
    return session.execute(
        select(said_by.label("by"), Volunteer.number)
        .outerjoin(Volunteer, Volunteer.id == DeliveryReport.volunteer_id)
        .where(
            DeliveryReport.delivery_id == delivery_id,
            or_(
                DeliveryReport.outcome == "applied",
                DeliveryReport.decision.in_(("delivered", "failed")),
            ),
        )
        .order_by(said_at.desc(), DeliveryReport.reported_at.desc())
        .limit(1)
    ).one_or_none()


def _apply(
    session: Session,
    delivery: Delivery,
    asked: ReportAsked,
    at: datetime,
    volunteer_id: int | None,
    by: str,
    now: datetime,
) -> None:
    if asked.kind == "undo":
        undo(session, delivery, by=by, now=now)
        return
    if delivery.state == "assigned":  # she set off without a word, or without a signal
        carry_out(session, delivery, at=at, by=by, now=now)
    if asked.kind == "delivered":
        deliver(
            session, delivery, at=at, receiver=_short(asked.receiver), volunteer_id=volunteer_id,
            now=now,
        )  # fmt: skip
    else:
        fail(session, delivery, code=asked.kind, at=at, by=by, now=now)


def _take_next_day(
    session: Session, delivery: Delivery, asked: ReportAsked, by: str, now: datetime
) -> dict[str, object]:
    came, day = take_next_day(
        session,
        uid=asked.id,
        elder_id=delivery.elder_id,
        canteen_id=delivery.canteen_id,
        day=delivery.day,
        mealtime=delivery.mealtime,
        is_wanted=asked.next_day == "yes",
        by=by,
        asked_by_name=None,
        now=now,
    )
    return {"code": came, "day": day.isoformat() if day else None}


def _short(text: str | None) -> str | None:
    return (text or "").strip()[:NOTE_LENGTH_MAX] or None


def _keep(
    session: Session,
    delivery: Delivery,
    asked: ReportAsked,
    judged: _Judged,
    body: dict[str, Any],
    at: datetime,
    volunteer_id: int | None,
    by: str,
    now: datetime,
) -> None:
    session.execute(
        insert(DeliveryReport).values(
            id=asked.id,
            delivery_id=delivery.id,
            kind=asked.kind,
            volunteer_id=volunteer_id,
            reported_by=by,
            reported_at=at,
            received_at=now,
            receiver=_short(asked.receiver),
            note=_short(asked.note),
            dishes_back=asked.dishes_back,
            wellbeing=asked.wellbeing,
            next_day=asked.next_day,
            outcome=judged.outcome,
            answer=json.dumps(body, ensure_ascii=False, sort_keys=True),
        )
    )
