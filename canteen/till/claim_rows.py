"""The rows of a claim (明细), read one after another: a claim may hold a million.

Beside the till because checks, hashes, exports and pages read the same rows. Age, category and 户籍 are
those of the service date, as known when the meal was booked.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import ServiceLine
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Area, Canteen
from canteen.models.tariffs import SchemeVersion
from canteen.models.volunteers import Volunteer
from canteen.rules.claim_rows import ClaimRow
from canteen.rules.day_figures import category_of
from canteen.rules.elders import age_on
from canteen.till.known_then import Known

ROWS_AT_ONCE = 1000
#: a line as the query below gives it: read by name, of any kind
_Line = Any


def load_rows(session: Session, claim_id: int) -> Iterator[ClaimRow]:
    """Every row of a claim, in its order; a meal's or correction's lines are one row."""
    reader = _Reader(session, claim_id)
    rows = groupby(reader.list_lines(), key=_row_of)
    for n, (_, lines) in enumerate(rows, start=1):
        yield reader.make_row(n, list(lines))


def _row_of(line: _Line) -> object:
    if line.kind == "share":
        return line.meal_id
    return (line.correction_id,) if line.kind == "correction" else line.source


class _Reader:
    """Reads the lines of one claim in slices, with what is known of the people in them."""

    def __init__(self, session: Session, claim_id: int) -> None:
        self._session, self._claim_id = session, claim_id
        self._known = Known(session)
        self._areas: dict[str, str | None] = {}
        code, name = session.execute(
            select(Canteen.code, Canteen.name)
            .join(Claim, Claim.canteen_id == Canteen.id)
            .where(Claim.id == claim_id)
        ).one()
        self._canteen: dict[str, Any] = {"canteen": code, "canteen_name": name}
        versions = session.execute(
            select(SchemeVersion.id, SchemeVersion.code, SchemeVersion.version)
        )
        self._schemes = {row.id: f"{row.code}@{row.version}" for row in versions}

    def list_lines(self) -> Iterator[_Line]:
        found = self._session.execute(
            _select_lines(self._claim_id).execution_options(yield_per=ROWS_AT_ONCE)
        )
        for some in found.partitions():
            self._known.load({line.elder_id for line in some if line.elder_id is not None})
            yield from some

    def make_row(self, n: int, lines: Sequence[_Line]) -> ClaimRow:
        line = lines[0]
        shares: dict[str, int] = {}
        for one in lines:
            shares[one.payer_name] = shares.get(one.payer_name, 0) + one.fen
        of_kind = _OF_KIND[line.kind](line, shares)
        return ClaimRow(
            n=n,
            kind="meal" if line.kind == "share" else line.kind,
            sources=tuple(one.source for one in lines),
            served_on=line.served_on,
            booked_on=line.booked_on,
            elder=line.number,
            name=line.name,
            mealtime=line.mealtime,
            channel=line.channel,
            portion=line.portion,
            read_at=line.read_at,
            shares=shares,
            scheme=self._schemes.get(line.scheme_version_id),
            **self._canteen,
            **self._know(line.elder_id, line.known_at, line.served_on),
            **of_kind,
        )

    def _know(self, elder_id: int | None, known_at: datetime, day: date) -> dict[str, Any]:
        if elder_id is None:
            return {}
        person = self._known.person(elder_id, known_at, day)
        return {
            "age": None if person.born is None else age_on(person.born, day),
            "category": category_of(held.code for held in person.categories),
            "hukou": self._name_area(person.hukou),
        }

    def _name_area(self, code: str | None) -> str | None:
        if code is not None and code not in self._areas:
            self._areas[code] = self._session.execute(
                select(Area.name).where(Area.code == code)
            ).scalar_one_or_none()
        return None if code is None else self._areas[code]


def _select_lines(claim_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ClaimLine.kind, ClaimLine.source, ClaimLine.meal_id, ClaimLine.correction_id,
            ClaimLine.service_line_id, ClaimLine.rule, ClaimLine.payer_name, ClaimLine.served_on,
            ClaimLine.booked_on, ClaimLine.fen, ClaimLine.to_whom, ClaimLine.scheme_version_id,
            Meal.receipt, Meal.mealtime, Meal.channel, Meal.portion, Meal.read_at,
            Meal.price_fen, Meal.elder_fen, Meal.discount_fen, Meal.subsidy_fen,
            Meal.is_late, Meal.is_manual,
            Correction.receipt.label("correction"), Correction.reason,
            Correction.price_fen.label("price_delta"), Correction.elder_fen.label("elder_delta"),
            Correction.discount_fen.label("discount_delta"),
            Correction.subsidy_fen.label("subsidy_delta"),
            ServiceLine.ground, Volunteer.number.label("volunteer"),
            Elder.id.label("elder_id"), Elder.number, Elder.name,
            func.coalesce(Meal.booked_at, ServiceLine.made_at).label("known_at"),
        )
        .select_from(ClaimLine)
        .outerjoin(Meal, Meal.id == ClaimLine.meal_id)
        .outerjoin(Correction, Correction.id == ClaimLine.correction_id)
        .outerjoin(ServiceLine, ServiceLine.id == ClaimLine.service_line_id)
        .outerjoin(Volunteer, Volunteer.id == ServiceLine.volunteer_id)
        .outerjoin(Delivery, Delivery.id == ServiceLine.delivery_id)
        .outerjoin(Elder, Elder.id == func.coalesce(Meal.elder_id, Delivery.elder_id))
        .where(ClaimLine.claim_id == claim_id)
        .order_by(ClaimLine.n)
    )  # fmt: skip


def _of_meal(line: _Line, shares: dict[str, int]) -> dict[str, Any]:
    return {
        "item": f"meal:{line.meal_id}",
        "receipt": line.receipt,
        "proof": _prove(line),
        "price_fen": line.price_fen,
        "elder_fen": line.elder_fen,
        "discount_fen": line.discount_fen,
        "other_fen": line.subsidy_fen - sum(shares.values()),
    }


def _prove(line: _Line) -> str:
    if line.channel == "delivery":
        return "delivery"
    if line.is_late:
        return "late"
    return "manual" if line.is_manual else "card"


def _of_correction(line: _Line, shares: dict[str, int]) -> dict[str, Any]:
    return {
        "item": f"correction:{line.correction_id}",
        "receipt": line.correction,
        "corrects": line.receipt,
        "reason": line.reason,
        "price_fen": line.price_delta,
        "elder_fen": line.elder_delta,
        "discount_fen": line.discount_delta,
        "other_fen": line.subsidy_delta - sum(shares.values()),
    }


def _of_service(line: _Line, _shares: dict[str, int]) -> dict[str, Any]:
    """Of a meal, of a delivery, or taken back with one by a correction."""
    told = {
        "rule": line.rule,
        "to_whom": line.to_whom,
        "ground": line.ground,
        "volunteer": line.volunteer,
    }
    if line.correction_id is not None:
        item = f"correction:{line.correction_id}"
        more = {"receipt": line.correction, "corrects": line.receipt, "reason": line.reason}
        return {"item": item, **more, **told}
    if line.service_line_id is not None:
        return {"item": f"service:{line.service_line_id}", **told}
    return {"item": f"meal:{line.meal_id}", "receipt": line.receipt, **told}


def _of_grant(line: _Line, _shares: dict[str, int]) -> dict[str, Any]:
    return {"item": line.source, "rule": line.rule, "to_whom": "operator"}


_OF_KIND = {
    "share": _of_meal,
    "correction": _of_correction,
    "service": _of_service,
    "grant": _of_grant,
}
