"""Which scheme version splits a canteen's meals on a date, and who stands behind its payers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

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
    areas = [canteen.area_code[:digits] for digits in AREA_DIGITS.values()]
    rows = session.execute(
        select(
            SchemeBinding.id,
            SchemeBinding.canteen_id,
            SchemeBinding.area_code,
            SchemeBinding.from_on,
            SchemeVersion.id.label("version_id"),
            SchemeVersion.body,
        )
        .join(SchemeVersion, SchemeVersion.id == SchemeBinding.scheme_version_id)
        .where(
            or_(
                SchemeBinding.canteen_id == canteen.id,
                and_(
                    SchemeBinding.canteen_id.is_(None),
                    SchemeBinding.area_code.in_(list(dict.fromkeys(areas))),
                ),
            ),
            SchemeBinding.withdrawn_at.is_(None),
            SchemeBinding.from_on <= day,
            or_(SchemeBinding.to_on.is_(None), SchemeBinding.to_on >= day),
        )
    ).all()
    if not rows:
        return None
    lowest = max(
        rows,
        key=lambda row: (row.canteen_id is not None, len(row.area_code or ""), row.from_on, row.id),
    )
    funders = session.execute(
        select(BindingPayer.payer, BindingPayer.funder_id).where(
            BindingPayer.binding_id == lowest.id
        )
    )
    return InForce(
        _parsed(lowest.body),
        lowest.version_id,
        lowest.id,
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
