"""Which claims an export is to hold: one, or those of a district or an operator together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim
from canteen.models.sites import Area, Canteen
from canteen.rules.claim_periods import parse_period
from canteen.rules.errors import NotFound
from canteen.rules.roles import Place
from canteen.till.claims import ENDED, find_funder, get_claim
from canteen.till.places import get_canteen

Places = Sequence[Place]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The claims that an export is to hold, whose they are, and where, to check the asker's scope."""

    claim_ids: Sequence[int]
    heading: str
    places: Places


def choose_claim(session: Session, *, number: str, version: int | None = None) -> Chosen:
    """One claim, its newest version or the one asked for."""
    claim = get_claim(session, number, version)
    place = get_canteen(session, claim.canteen_id)
    return Chosen([claim.id], place.name, [Place(place.area_code, place.code)])


def choose_group(
    session: Session,
    *,
    canteens: Sequence[str],
    period: str,
    area: str | None = None,
    operator: str | None = None,
    payer: str | None = None,
) -> Chosen:
    """The standing claims of a period in a district or of an operator, of these canteens within reach:
    whomever they ask, or (`payer`: a funder's code, a payer's word) those that ask one funder alone.

    Invalid `period`; NotFound `claim_unknown` if there is none, `funder_unknown` if nobody there knows it."""
    parse_period(period)
    rows = session.execute(
        select(Claim, Canteen.area_code, Canteen.code)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(
            Canteen.code.in_(canteens),
            Claim.period == period,
            Claim.state.not_in(ENDED),
            *([Canteen.area_code.startswith(area)] if area else []),
            *([Canteen.operator == operator] if operator else []),
        )
        .order_by(Canteen.code, Claim.number)
    ).all()
    found = rows if payer is None else _of_funder(session, rows, payer)
    if not found:
        raise NotFound("claim_unknown", "没有这份申报", "No such claim")
    heading = operator or session.execute(select(Area.name).where(Area.code == area)).scalar_one()
    places = [Place(row.area_code, row.code) for row in found]
    return Chosen([row.Claim.id for row in found], heading, places)


def _of_funder(session: Session, rows: Sequence[Any], payer: str) -> list[Any]:
    """The rows of claims to one funder; a canteen whose scheme does not know the payer's word has none."""
    found, unknown = [], None
    for row in rows:
        place = get_canteen(session, row.Claim.canteen_id)
        try:
            funder = find_funder(session, place, row.Claim.first_on, row.Claim.last_on, payer)
        except NotFound as error:
            unknown = error
            continue
        if row.Claim.funder_id == funder.id:
            found.append(row)
    if unknown is not None and not found:
        raise unknown
    return found
