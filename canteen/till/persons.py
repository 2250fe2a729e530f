"""Who is one person on the register, and how she stands on a day, as conditions for queries.

Beside the till because quotas and purses belong to a person, and two rows found to be one person share
them. A merged row keeps its past; whoever asks for its person is sent to the row that goes on.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from canteen.models.people import Elder, ElderFact

_ROW = aliased(Elder)


def is_listed() -> ColumnElement[bool]:
    """Rows that people see: not merged into another, and no import is still bringing them in."""
    return Elder.merged_into_id.is_(None) & Elder.pending_import_id.is_(None)


def is_within(areas: Iterable[str]) -> ColumnElement[bool]:
    """Elders of the communities in these areas; "" is everywhere."""
    wanted = list(areas)
    if "" in wanted:
        return true()
    return or_(
        Elder.id.is_(None),  # no area, nobody
        *(Elder.community_code.startswith(area, autoescape=True) for area in wanted),
    )


def rows_of_person(elder_id: int) -> Select[int]:
    """The ids of her own row and of those merged into it. An own name for the table, so that it can
    stand in a query on elders; made once, because every swipe asks twice."""
    return select(_ROW.id).where(or_(_ROW.id == elder_id, _ROW.merged_into_id == elder_id))


def holds_on(day: date) -> ColumnElement[bool]:
    """Facts that are not withdrawn and true on that day."""
    return (
        ElderFact.withdrawn_at.is_(None)
        & or_(ElderFact.from_on.is_(None), ElderFact.from_on <= day)
        & or_(ElderFact.to_on.is_(None), ElderFact.to_on >= day)
    )


def is_gone_on(day: date) -> ColumnElement[bool]:
    """Elders who have moved away or died by that day."""
    return _has_fact(day, "status")


def has_category_on(day: date, code: str) -> ColumnElement[bool]:
    """Elders of whom a category holds on that day."""
    return _has_fact(day, "category", code)


def _has_fact(day: date, kind: str, code: str | None = None) -> ColumnElement[bool]:
    fact = select(ElderFact.id).where(
        ElderFact.elder_id == Elder.id, ElderFact.kind == kind, holds_on(day)
    )
    return (fact if code is None else fact.where(ElderFact.code == code)).exists()


def births_of(session: Session, ids: Sequence[int]) -> dict[int, date]:
    """The birth dates as known now."""
    rows = session.execute(
        select(ElderFact.elder_id, ElderFact.born)
        .where(
            ElderFact.elder_id.in_(ids),
            ElderFact.kind == "born",
            ElderFact.withdrawn_at.is_(None),
        )
        .order_by(ElderFact.recorded_at, ElderFact.id)
    )
    return {row.elder_id: row.born for row in rows}


def folded(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """A text column without blanks and without the dots of a name, as `name_key` folds what is typed."""
    plain: ColumnElement[str] = func.lower(column)
    for sign in (" ", "·", "•", "‧", "・", "∙", "."):
        plain = func.replace(plain, sign, "")
    return plain
