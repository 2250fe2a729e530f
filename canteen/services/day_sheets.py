"""The day sheet (日报) as people see it: live while open, as signed once signed, with what came later."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.corrections import Correction
from canteen.models.desk import DaySheet
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.sites import Counter
from canteen.rules.day_conditions import Condition
from canteen.rules.day_figures import COUNTED
from canteen.rules.day_lines import CorrectedLine, MealLine
from canteen.rules.days import local_date
from canteen.till.day_judging import Judged, Remark, count_days, judge_day, list_names
from canteen.till.day_lines import load_corrected, load_late_meals, load_meals
from canteen.till.day_state import get_canteen_by_code, list_unsigned
from canteen.till.places import CanteenPlace

TREND_DAYS = 14
WEEK = timedelta(days=7)
#: signed days that the street's page lists for each canteen
SIGNED_SHOWN = 14


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """A signing of the day, and its reopening."""

    version: int
    sha256: str
    signed_at: datetime
    signed_by: str
    remark: str | None
    reopened_at: datetime | None
    reopened_by: str | None
    reopen_reason: str | None


@dataclass(frozen=True, slots=True)
class DayPage:
    """All that the page, the command and the prints say of a day.

    `figures` are the signed ones once the day is signed. `late` are the meals of the day that another
    sheet counts, because this one was signed when they came."""

    canteen: str
    canteen_name: str
    day: date
    state: str
    figures: Mapping[str, Any]
    late: Sequence[MealLine]
    #: corrections that this sheet counts, and those of its own meals that later sheets count
    corrections: Sequence[CorrectedLine]
    corrected: Sequence[CorrectedLine]
    anomalies: Sequence[Mapping[str, Any]]
    remarks: Mapping[str, Remark]
    conditions: Sequence[Condition]
    versions: Sequence[SignedVersion]
    last_week: int
    trend: Sequence[tuple[date, Mapping[str, int]]]
    unsigned: Sequence[date]
    counters: Sequence[tuple[str, str]]
    #: the mealtimes the canteen serves that day
    served: Sequence[str]
    #: actor → the name of the person
    names: Mapping[str, str]

    @property
    def people(self) -> int:
        """人次 of the sheet."""
        counts: Mapping[str, int] = self.figures["counts"]
        return counts["people"]

    @property
    def late_people(self) -> int:
        """补录: those who came to be known after the signature."""
        return sum(meal.is_eaten for meal in self.late)

    @property
    def corrected_people(self) -> int:
        """更正: how many of its 人次 later sheets took back, ±."""
        return sum(line.meals for line in self.corrected)

    @property
    def signed(self) -> SignedVersion | None:
        """The signing that stands; None while the day is open."""
        newest = self.versions[-1] if self.versions else None
        return newest if newest is not None and newest.reopened_at is None else None


def show_day(session: Session, *, canteen: str, day: date, now: datetime) -> DayPage:
    """The day of a canteen; NotFound for an unknown one."""
    place = get_canteen_by_code(session, canteen)
    judged = judge_day(session, place, day, now)
    sheets = _list_sheets(session, place.id, day)
    signed = sheets[-1] if sheets and sheets[-1].reopened_at is None else None
    figures: dict[str, Any] = json.loads(signed.figures) if signed else judged.figures
    late = load_late_meals(session, place.id, day)
    versions = [_version(sheet) for sheet in sheets]
    return DayPage(
        place.code,
        place.name,
        day,
        _state_of(judged, signed, now),
        figures,
        late,
        judged.lines.corrections,
        load_corrected(session, place.id, Meal.booked_on == day, Correction.booked_on != day),
        _merge_anomalies(figures.get("anomalies", ()), judged),
        judged.remarks,
        judged.conditions,
        versions,
        _count_last_week(session, place, day, now),
        _list_trend(session, place.id, day),
        list_unsigned(session, place, min(day, local_date(now))),
        _list_counters(session, place.id),
        [window.mealtime for window in judged.state.windows],
        _list_names(session, judged, versions),
    )


def _state_of(judged: Judged, signed: DaySheet | None, now: datetime) -> str:
    if signed is not None:
        return "signed"
    if judged.state.reopened_at is not None:
        return "reopened"
    return "future" if judged.state.day > local_date(now) else "open"


def _list_sheets(session: Session, canteen_id: int, day: date) -> list[DaySheet]:
    return list(
        session.scalars(
            select(DaySheet)
            .where(DaySheet.canteen_id == canteen_id, DaySheet.day == day)
            .order_by(DaySheet.version)
        )
    )


def _version(sheet: DaySheet) -> SignedVersion:
    return SignedVersion(
        sheet.version,
        sheet.sha256,
        sheet.signed_at,
        sheet.signed_by,
        sheet.remark,
        sheet.reopened_at,
        sheet.reopened_by,
        sheet.reopen_reason,
    )


def _merge_anomalies(kept: Sequence[Mapping[str, Any]], judged: Judged) -> list[Mapping[str, Any]]:
    """What the signer saw, then what has come to be known since."""
    known = {one["key"] for one in kept}
    since = [
        {
            "key": one.key, "level": one.level, "at": one.at, "who": one.who, "zh": one.zh,
            "en": one.en, "did_zh": one.did_zh, "did_en": one.did_en, "amounts": one.amounts,
        }
        for one in judged.anomalies
        if one.key not in known
    ]  # fmt: skip
    return [{**one, "at": _instant(one["at"])} for one in (*kept, *since)]


def _instant(at: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _count_last_week(session: Session, place: CanteenPlace, day: date, now: datetime) -> int:
    """How many the same weekday of last week had; of a day that still runs, at this time of day."""
    query = (
        select(func.count())
        .select_from(Meal)
        .where(Meal.canteen_id == place.id, Meal.booked_on == day - WEEK, IS_EATEN)
    )
    if day == local_date(now):
        query = query.where(Meal.read_at <= now - WEEK)
    return session.execute(query).scalar_one()


def _list_trend(
    session: Session, canteen_id: int, day: date
) -> list[tuple[date, Mapping[str, int]]]:
    days = [day - timedelta(days=back) for back in reversed(range(TREND_DAYS))]
    counts = count_days(session, canteen_id, days[0], day)
    return [(one, counts.get(one, {})) for one in days]


def _list_counters(session: Session, canteen_id: int) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Counter.code, Counter.name)
        .where(Counter.canteen_id == canteen_id)
        .order_by(Counter.code)
    )
    return [(row.code, row.name) for row in rows]


def _list_names(
    session: Session, judged: Judged, versions: Sequence[SignedVersion]
) -> dict[str, str]:
    """The names of those who acted, for who reads the page."""
    actors = {version.signed_by for version in versions}
    actors |= {version.reopened_by for version in versions if version.reopened_by}
    actors |= {remark.by for remark in judged.remarks.values()}
    actors |= {drawer.by for drawer in judged.lines.drawers}
    return list_names(session, actors)


#: which lines of a list are no counted meals
_UNCOUNTED: Mapping[str, Callable[[MealLine], bool]] = {
    "voided": lambda meal: not meal.is_standing,
    "kept": lambda meal: meal.is_standing and meal.is_kept,
}
#: the lists behind the sheet's numbers; "after" are the late meals that another sheet counts
KINDS = (*COUNTED, *_UNCOUNTED, "after")


def list_lines(
    session: Session, *, canteen: str, day: date, kind: str, where: Mapping[str, str]
) -> list[MealLine]:
    """The lines behind a number of the sheet: as many as the number says. `where` narrows them by
    mealtime, channel, band and category."""
    place = get_canteen_by_code(session, canteen)
    if kind == "after":
        meals = load_late_meals(session, place.id, day)
    else:
        meals = load_meals(session, Meal.canteen_id == place.id, Meal.booked_on == day)
    is_counted = COUNTED.get(kind, COUNTED["people"])
    is_listed = _UNCOUNTED.get(kind, lambda meal: meal.is_eaten and is_counted(meal))
    return [
        meal
        for meal in meals
        if is_listed(meal) and all(getattr(meal, key) == value for key, value in where.items())
    ]


@dataclass(frozen=True, slots=True)
class CanteenDays:
    """A canteen's days as the street sees them: what is owed, and what was signed lately."""

    code: str
    name: str
    unsigned: Sequence[date]
    signed: Sequence[tuple[date, SignedVersion]]


def list_canteen_days(
    session: Session, *, canteens: Iterable[str], now: datetime
) -> list[CanteenDays]:
    """Each of these canteens with its unsigned and its last signed days."""
    found = []
    for code in canteens:
        place = get_canteen_by_code(session, code)
        sheets = session.scalars(
            select(DaySheet)
            .where(DaySheet.canteen_id == place.id, DaySheet.reopened_at.is_(None))
            .order_by(DaySheet.day.desc())
            .limit(SIGNED_SHOWN)
        )
        found.append(
            CanteenDays(
                code,
                place.name,
                list_unsigned(session, place, local_date(now)),
                [(sheet.day, _version(sheet)) for sheet in sheets],
            )
        )
    return found
