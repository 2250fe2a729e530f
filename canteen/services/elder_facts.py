"""What is true of an elder, added or withdrawn at her page; that she died or moved away, and what follows."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import ElderFact
from canteen.models.sites import Area
from canteen.rules.categories import LEVELS, REGISTER_CATEGORIES
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid
from canteen.till.affected import AffectedMeal, list_meals_since
from canteen.till.facts import get_elder_id
from canteen.till.register_facts import (
    Gone,
    Period,
    Recorded,
    add_period,
    record_gone,
    withdraw_period,
)


def add_fact(
    session: Session,
    *,
    number: str,
    kind: str,
    code: str | None = None,
    level: int | None = None,
    born: date | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    source: str | None,
    document: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Add a period. Invalid for a category or an area that is not known, or a level it has not."""
    asked = Period(kind, code, level, born, from_on, to_on)
    _check(session, asked, now)
    how = Recorded(source, document, by, origin, now)
    add_period(session, get_elder_id(session, number), asked, how)


def _check(session: Session, asked: Period, now: datetime) -> None:
    if asked.kind == "category":
        if asked.code not in REGISTER_CATEGORIES:
            raise Invalid("category_unknown", "没有这个类别", "No such category", field="code")
        low, high = LEVELS.get(asked.code, (1, 9))
        if asked.level is not None and not low <= asked.level <= high:
            raise Invalid(
                "category_level",
                f"这个类别的等级是 {low} 到 {high}",
                f"This category has the levels {low} to {high}",
                field="level",
            )
    elif asked.kind == "born":
        if asked.born is None or asked.born > local_date(now):
            raise Invalid(
                "born_future", "出生日期在今天之后", "The birth date lies after today", field="born"
            )
    elif session.execute(select(Area.code).where(Area.code == asked.code)).first() is None:
        raise Invalid("area_unknown", "没有这个行政区划代码", "No such area code", field="code")


def withdraw_fact(
    session: Session, *, number: str, fact_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """Say that a period was never so; it stays to be read, struck through."""
    how = Recorded(None, None, by, origin, now)
    withdraw_period(session, get_elder_id(session, number), fact_id, how)


def record_departure(
    session: Session,
    *,
    number: str,
    status: Gone,
    from_on: date,
    source: str | None,
    document: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """She died, or moved away: from that day on no meal, her cards blocked at once, her categories
    ended the day before. Meals already served after it stay, and are listed for a decision."""
    if status == "deceased" and from_on > local_date(now):
        raise Invalid("death_future", "日期在今天之后", "This day is to come", field="from_on")
    how = Recorded(source, document, by, origin, now)
    if not record_gone(session, get_elder_id(session, number), status, from_on, how):
        raise Conflict(
            "gone_known",
            "已经登记过了，而且更早",
            "This is recorded already, from that day or an earlier one",
        )


def list_later_meals(session: Session, *, number: str) -> tuple[AffectedMeal, ...]:
    """The standing meals served on or after the day she had gone; none when she has not."""
    elder_id = get_elder_id(session, number)
    first: date | None = session.execute(
        select(ElderFact.from_on)
        .where(
            ElderFact.elder_id == elder_id,
            ElderFact.kind == "status",
            ElderFact.withdrawn_at.is_(None),
        )
        .order_by(ElderFact.from_on)
        .limit(1)
    ).scalar_one_or_none()
    return () if first is None else tuple(list_meals_since(session, elder_id, first))
