"""Whether a canteen serves at an instant, which mealtime it is, and what a set meal costs then."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.sites import ClosedDay, MealtimeWindow
from canteen.models.tariffs import Price
from canteen.rules.days import Window, find_mealtime, local_date, local_time
from canteen.till.places import CanteenPlace


@dataclass(frozen=True, slots=True)
class Hours:
    """The answer for one instant: `refusal` is canteen_closed, outside_mealtime or None."""

    served_on: date
    mealtime: str | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class SetMeal:
    """A set meal or dish in force at an instant."""

    id: int
    code: str
    name: str
    name_en: str
    key: int | None
    channel: str
    price_fen: int
    #: portion, half_portion or weight; the price of a weighed dish is for so many grams
    unit: str
    unit_grams: int | None


def list_windows(session: Session, canteen_id: int, day: date) -> list[Window]:
    """The canteen's mealtime windows on `day`, by the clock."""
    rows = session.execute(
        select(MealtimeWindow.mealtime, MealtimeWindow.opens, MealtimeWindow.closes)
        .where(
            MealtimeWindow.canteen_id == canteen_id,
            MealtimeWindow.from_on <= day,
            or_(MealtimeWindow.to_on.is_(None), MealtimeWindow.to_on >= day),
        )
        .order_by(MealtimeWindow.opens)
    )
    return [
        Window(row.mealtime, time.fromisoformat(row.opens), time.fromisoformat(row.closes))
        for row in rows
    ]


def look_up_hours(session: Session, canteen: CanteenPlace, at: datetime) -> Hours:
    """Service date and mealtime at `at`; closed days are told before hours, as a person would."""
    served_on = local_date(at)
    closed = set(
        session.scalars(
            select(ClosedDay.mealtime).where(
                ClosedDay.canteen_id == canteen.id,
                ClosedDay.closed_on == served_on,
                ClosedDay.withdrawn_at.is_(None),
            )
        )
    )
    if None in closed or str(served_on.isoweekday()) not in canteen.open_weekdays:
        return Hours(served_on, None, "canteen_closed")
    windows = list_windows(session, canteen.id, served_on)
    found = find_mealtime(windows, local_time(at).time(), canteen.grace_min)
    if found is None:
        return Hours(served_on, None, "outside_mealtime")
    mealtime = found[0].mealtime
    return Hours(served_on, mealtime, "canteen_closed" if mealtime in closed else None)


def list_prices(
    session: Session, canteen_id: int, mealtime: str, at: datetime, kind: str = "set"
) -> list[SetMeal]:
    """What of `kind` is sold at this mealtime at `at`: the newest row of each code that is in force,
    by counter key. A code whose newest row has no price is no longer sold."""
    newest: dict[str, Price] = {}
    for row in session.scalars(
        select(Price)
        .where(
            Price.canteen_id == canteen_id,
            Price.mealtime == mealtime,
            Price.kind == kind,
            Price.valid_from <= at,
        )
        .order_by(Price.valid_from, Price.id)
    ):
        newest[row.code] = row
    sold = [
        SetMeal(
            row.id,
            row.code,
            row.name,
            row.name_en or row.name,
            row.key,
            row.channel,
            row.price_fen,
            row.unit,
            row.unit_grams,
        )
        for row in newest.values()
        if row.price_fen is not None
    ]
    return sorted(sold, key=lambda meal: (meal.key is None, meal.key or 0, meal.code))
