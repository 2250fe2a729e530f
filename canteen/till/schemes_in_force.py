"""Which scheme version splits a canteen's meals on a date, and who stands behind its payers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.tariffs import BindingPayer, SchemeBinding, SchemeVersion, WorkdayOverride
from canteen.rules.scheme import AREA_DIGITS, Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.workdays import PUBLISHED, WorkdayCalendar
from canteen.till.places import CanteenPlace

PARSED_MAX = 256


@dataclass(frozen=True, slots=True)
class InForce:
    """A scheme in force: the parsed rules, the stored version, and payer → funder id."""

    scheme: Scheme
    version_id: int
    binding_id: int
    funders: dict[str, int]


@lru_cache(maxsize=PARSED_MAX)
def _parsed(body: str) -> Scheme:
    # A version's text never changes, so the parsed form can be kept as long as the process lives.
    return parse_scheme(body)


def find_in_force(session: Session, canteen: CanteenPlace, day: date) -> InForce | None:
    """The scheme bound on `day`: the canteen's own binding before its community's, before its town's
    and so on up; at one level the latest. None when nothing is bound."""
    rows = session.execute(
        _select_bound(canteen, day, day).where(SchemeBinding.withdrawn_at.is_(None))
    ).all()
    return _in_force(session, max(rows, key=_level)) if rows else None


def list_bound(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> Iterator[InForce]:
    """The schemes of a period, that in force on its last day first: each that was in force on a day of it,
    or that split a meal of it before another replaced it."""
    rows = session.execute(_select_bound(canteen, first, last)).all()
    standing = [row for row in rows if row.withdrawn_at is None]
    begins = {first} | {row.from_on for row in standing}
    begins |= {row.to_on + timedelta(1) for row in standing if row.to_on is not None}
    days = sorted((day for day in begins if first <= day <= last), reverse=True)
    lowest = (max((row for row in standing if _covers(row, day)), key=_level, default=None)
              for day in days)  # fmt: skip
    split = set(
        session.scalars(
            select(Meal.scheme_version_id)
            .where(Meal.canteen_id == canteen.id, Meal.booked_on.between(first, last))
            .distinct()
        )
    )
    booked = (row for row in sorted(rows, key=_level) if row.version_id in split)
    found = {row.id: row for row in (*lowest, *booked) if row is not None}
    for row in found.values():
        yield _in_force(session, row)


def _select_bound(canteen: CanteenPlace, first: date, last: date) -> Select[*tuple[Any, ...]]:
    """Bindings at the canteen, or an area around it, of some day from first to last."""
    return (
        select(
            SchemeBinding.id,
            SchemeBinding.canteen_id,
            SchemeBinding.area_code,
            SchemeBinding.from_on,
            SchemeBinding.to_on,
            SchemeBinding.withdrawn_at,
            SchemeVersion.id.label("version_id"),
            SchemeVersion.body,
        )
        .join(SchemeVersion, SchemeVersion.id == SchemeBinding.scheme_version_id)
        .where(
            _is_bound_at(canteen),
            SchemeBinding.from_on <= last,
            or_(SchemeBinding.to_on.is_(None), SchemeBinding.to_on >= first),
        )
    )


def _level(row: Any) -> tuple[bool, int, date, int]:
    """The lowest binding replaces those above it; at one level the latest."""
    return row.canteen_id is not None, len(row.area_code or ""), row.from_on, row.id


def _covers(row: Any, day: date) -> bool:
    return row.from_on <= day and (row.to_on is None or row.to_on >= day)


def find_as_booked(
    session: Session, canteen: CanteenPlace, day: date, version_id: int
) -> InForce | None:
    """The version that split a meal of `day`, whatever was bound over it since: what a meal once earned
    it does not earn again under another name."""
    in_force = find_in_force(session, canteen, day)
    if in_force is not None and in_force.version_id == version_id:
        return in_force
    row = session.execute(
        select(SchemeBinding.id, SchemeVersion.id.label("version_id"), SchemeVersion.body)
        .join(SchemeVersion, SchemeVersion.id == SchemeBinding.scheme_version_id)
        .where(_is_bound_at(canteen), SchemeVersion.id == version_id)
        .order_by(SchemeBinding.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _in_force(session, row)


def _is_bound_at(canteen: CanteenPlace) -> ColumnElement[bool]:
    areas = [canteen.area_code[:digits] for digits in AREA_DIGITS.values()]
    return or_(
        SchemeBinding.canteen_id == canteen.id,
        and_(
            SchemeBinding.canteen_id.is_(None),
            SchemeBinding.area_code.in_(list(dict.fromkeys(areas))),
        ),
    )


def _in_force(session: Session, binding: Any) -> InForce:
    funders = session.execute(
        select(BindingPayer.payer, BindingPayer.funder_id).where(
            BindingPayer.binding_id == binding.id
        )
    )
    return InForce(
        _parsed(binding.body),
        binding.version_id,
        binding.id,
        {row.payer: row.funder_id for row in funders},
    )


def load_schemes(session: Session, versions: Iterable[int]) -> dict[int, Scheme]:
    """The stored versions of these ids."""
    rows = session.execute(
        select(SchemeVersion.id, SchemeVersion.body).where(SchemeVersion.id.in_(set(versions)))
    )
    return {row.id: _parsed(row.body) for row in rows}


def workday_calendar(session: Session, scheme: Scheme) -> WorkdayCalendar:
    """The national calendar with what officials entered over it; read only when the scheme asks."""
    if not scheme.uses_workdays:
        return PUBLISHED
    entered = session.execute(select(WorkdayOverride.day, WorkdayOverride.is_workday))
    days = {row.day: row.is_workday for row in entered}
    return PUBLISHED.with_days(days, frozenset(day.year for day in days)) if days else PUBLISHED
