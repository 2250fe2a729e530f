"""The kitchen's safety book: samples kept cold for two days, and temperatures as somebody read them.

Rows are added; of a sample only the throwing away is written, once and not before its time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.kitchen import RetainedSample, TemperatureReading
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.food_safety import LIMITS, SAMPLE_GRAMS_MAX, SAMPLE_GRAMS_MIN, kept_until
from canteen.till.menu import list_menu
from canteen.trail.audit import append_audit

SHOWN = timedelta(days=7)
NAME_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """A retained sample: `is_light` below 125 g, `is_due` may and should be thrown away now."""

    id: int
    day: date
    mealtime: str
    dish: str
    grams: int
    taken_at: datetime
    taken_by: str
    kept_until: datetime
    discarded_at: datetime | None
    discarded_by: str | None
    is_light: bool
    is_due: bool


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature: `is_outside` the limit of its kind."""

    kind: str
    subject: str
    celsius_tenths: int
    read_at: datetime
    read_by: str
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Records:
    """A week of the book; `missing` are dishes of today's menu without a sample, by mealtime."""

    samples: tuple[Sample, ...]
    temperatures: tuple[Temperature, ...]
    missing: tuple[tuple[str, str, str], ...]


def show_records(session: Session, *, canteen_id: int, now: datetime) -> Records:
    """The last seven days, newest first, with every sample that is still kept."""
    since = now - SHOWN
    samples = session.scalars(
        select(RetainedSample)
        .where(
            RetainedSample.canteen_id == canteen_id,
            (RetainedSample.taken_at >= since) | RetainedSample.discarded_at.is_(None),
        )
        .order_by(RetainedSample.taken_at.desc(), RetainedSample.id.desc())
    ).all()
    temperatures = session.scalars(
        select(TemperatureReading)
        .where(TemperatureReading.canteen_id == canteen_id, TemperatureReading.read_at >= since)
        .order_by(TemperatureReading.read_at.desc(), TemperatureReading.id.desc())
    )
    today = local_date(now)
    kept = {(row.mealtime, row.dish) for row in samples if row.day == today}
    menu = list_menu(session, canteen_id, today, today)
    return Records(
        tuple(_sample(row, now) for row in samples),
        tuple(
            Temperature(
                row.kind,
                row.subject,
                row.celsius_tenths,
                row.read_at,
                row.read_by,
                not LIMITS[row.kind].holds(row.celsius_tenths),
            )
            for row in temperatures
        ),
        tuple(
            (mealtime, dish.name, dish.name_en)
            for (_day, mealtime), dishes in menu.items()
            for dish in dishes
            if (mealtime, dish.name) not in kept
        ),
    )


def take_sample(
    session: Session,
    *,
    canteen_id: int,
    mealtime: str,
    dish: str,
    grams: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep that a sample was taken now. One lighter than 125 g is kept and flagged, not refused."""
    if mealtime not in MEALTIMES:
        raise Invalid("mealtime", "没有这个餐次", "No such mealtime", field="mealtime")
    if not 1 <= grams <= SAMPLE_GRAMS_MAX or not 1 <= len(dish) <= NAME_LENGTH_MAX:
        raise Invalid("sample", "写菜名和克数", "Write the dish and its grams", field="grams")
    sample_id: int = session.execute(
        insert(RetainedSample)
        .values(
            canteen_id=canteen_id,
            day=local_date(now),
            mealtime=mealtime,
            dish=dish,
            grams=grams,
            taken_at=now,
            taken_by=by,
        )
        .returning(RetainedSample.id)
    ).scalar_one()
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="sample_taken",
        object_kind="sample",
        object_id=str(sample_id),
        after={"mealtime": mealtime, "dish": dish, "grams": grams},
        now=now,
    )


def discard_sample(
    session: Session, *, canteen_id: int, sample_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """Throw a sample away, after its 48 hours. Conflict `sample_early`, `sample_gone`."""
    row = session.execute(
        select(RetainedSample)
        .where(RetainedSample.id == sample_id, RetainedSample.canteen_id == canteen_id)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("sample_unknown", "没有这份留样", "No such sample")
    if row.discarded_at is not None:
        raise Conflict("sample_gone", "这份留样已经处理了", "This sample is thrown away already")
    if now < kept_until(row.taken_at):
        raise Conflict("sample_early", "留样还没满 48 小时", "The sample is not 48 hours old yet")
    session.execute(
        update(RetainedSample)
        .where(RetainedSample.id == sample_id)
        .values(discarded_at=now, discarded_by=by)
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="sample_discarded",
        object_kind="sample",
        object_id=str(sample_id),
        now=now,
    )


def read_temperature(
    session: Session,
    *,
    canteen_id: int,
    kind: str,
    subject: str,
    celsius_tenths: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> bool:
    """Keep a temperature read now; whether it lies within its limit."""
    if kind not in LIMITS or not 1 <= len(subject) <= NAME_LENGTH_MAX:
        raise Invalid("temperature", "写清楚量的是什么", "Say what was measured", field="subject")
    session.execute(
        insert(TemperatureReading).values(
            canteen_id=canteen_id,
            kind=kind,
            subject=subject,
            celsius_tenths=celsius_tenths,
            read_at=now,
            read_by=by,
        )
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="temperature_read",
        object_kind="canteen",
        object_id=str(canteen_id),
        after={"kind": kind, "subject": subject, "celsius_tenths": celsius_tenths},
        now=now,
    )
    return LIMITS[kind].holds(celsius_tenths)


def _sample(row: RetainedSample, now: datetime) -> Sample:
    until = kept_until(row.taken_at)
    return Sample(
        row.id,
        row.day,
        row.mealtime,
        row.dish,
        row.grams,
        row.taken_at,
        row.taken_by,
        until,
        row.discarded_at,
        row.discarded_by,
        row.grams < SAMPLE_GRAMS_MIN,
        row.discarded_at is None and now >= until,
    )
