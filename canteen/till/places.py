"""The counter and canteen an act happens at, as plain values, and the counter's lock."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.days import CanteenDay
from canteen.models.sites import Canteen, Counter
from canteen.rules.errors import NotFound


@dataclass(frozen=True, slots=True)
class CanteenPlace:
    """What an act must know of its canteen."""

    id: int
    code: str
    name: str
    area_code: str
    overdraft_fen: int
    cash_unit_fen: int
    grace_min: int
    open_weekdays: str
    show_name: str
    show_government: bool
    show_balance: bool
    show_previous: bool
    locale: str


@dataclass(frozen=True, slots=True)
class CounterPlace:
    """A counter with its canteen."""

    id: int
    code: str
    name: str
    canteen: CanteenPlace


def get_canteen(session: Session, canteen_id: int) -> CanteenPlace:
    """The canteen; NotFound when there is none."""
    row = session.execute(select(Canteen).where(Canteen.id == canteen_id)).scalar_one_or_none()
    if row is None:
        raise NotFound("canteen_unknown", "没有这个食堂", "No such canteen")
    return _canteen_place(row)


def get_counter(session: Session, counter_id: int) -> CounterPlace:
    """The counter with its canteen; NotFound when there is none."""
    row = session.execute(
        select(Counter.id, Counter.code, Counter.name, Canteen)
        .join(Canteen, Canteen.id == Counter.canteen_id)
        .where(Counter.id == counter_id)
    ).one_or_none()
    if row is None:
        raise NotFound("counter_unknown", "没有这个窗口", "No such counter")
    return CounterPlace(row.id, row.code, row.name, _canteen_place(row.Canteen))


def lock_counter(session: Session, counter_id: int) -> None:
    """Hold the counter's row to the commit; after the purse, before the canteen-day."""
    session.execute(select(Counter.id).where(Counter.id == counter_id).with_for_update())


def first_unsigned(session: Session, canteen_id: int, wanted: date) -> date:
    """The day sheet that a line of `wanted` is counted on: `wanted` itself while it is open, else the
    canteen's first unsigned day after it.

    Days are signed in order, so what is not after the last signed one is closed, but for a day that
    the street has opened again. No line is ever booked before the day it was served."""
    signed: date | None = session.execute(
        select(func.max(CanteenDay.day)).where(
            CanteenDay.canteen_id == canteen_id, CanteenDay.signed_at.is_not(None)
        )
    ).scalar_one()
    if signed is None or wanted > signed:
        return wanted
    reopened: date | None = session.execute(
        select(func.min(CanteenDay.day)).where(
            CanteenDay.canteen_id == canteen_id,
            CanteenDay.day.between(wanted, signed),
            CanteenDay.reopened_at.is_not(None),
        )
    ).scalar_one()
    return reopened or signed + timedelta(days=1)


def _canteen_place(row: Canteen) -> CanteenPlace:
    return CanteenPlace(
        row.id,
        row.code,
        row.name,
        row.area_code,
        row.overdraft_fen,
        row.cash_unit_fen,
        row.grace_min,
        row.open_weekdays,
        row.show_name,
        row.show_government,
        row.show_balance,
        row.show_previous,
        row.locale,
    )
