"""Canteens as finance takes them together: by area, by who runs them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Area, Canteen
from canteen.rules.roles import Place


@dataclass(frozen=True, slots=True)
class GroupedCanteen:
    """A canteen, where it stands, and who runs it."""

    code: str
    name: str
    place: Place
    operator: str | None


def list_grouped(session: Session) -> Sequence[GroupedCanteen]:
    """All canteens by code; the caller shows those within its scope."""
    rows = session.execute(
        select(Canteen.code, Canteen.name, Canteen.area_code, Canteen.operator).order_by(
            Canteen.code
        )
    )
    return [
        GroupedCanteen(row.code, row.name, Place(row.area_code, row.code), row.operator)
        for row in rows
    ]


def name_areas(session: Session, *, codes: Iterable[str]) -> dict[str, str]:
    """The names of these areas, by code in order; what is none is left out."""
    rows = session.execute(
        select(Area.code, Area.name).where(Area.code.in_(list(codes))).order_by(Area.code)
    )
    return {row.code: row.name for row in rows}
