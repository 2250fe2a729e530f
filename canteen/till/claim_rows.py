"""The rows of a claim (明细), read one after another: a claim may hold a million.

Beside the till because checks, hashes, exports and pages read the same rows. Age, category and 户籍 are
those of the service date, as known when the meal was booked.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, groupby
from operator import attrgetter
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
#: columns of any line; of its meal; and who ate it
_LINE = (
    ClaimLine.source, ClaimLine.payer_name, ClaimLine.fen, ClaimLine.served_on,
    ClaimLine.booked_on, ClaimLine.scheme_version_id,
)  # fmt: skip
_MEAL = (
    Meal.id.label("meal_id"), Meal.receipt, Meal.mealtime, Meal.channel, Meal.portion, Meal.read_at,
)  # fmt: skip
_ELDER = (Elder.id.label("elder_id"), Elder.number, Elder.name)


def load_rows(session: Session, claim_id: int) -> Iterator[ClaimRow]:
    """Every row of a claim, in its order: meals, corrections, services, grants; a meal's or correction's
    lines are one row."""
    reader = _Reader(session, claim_id)
    rows = chain(
        reader.list_meals(), reader.list_corrections(), reader.list_services(), reader.list_grants()
    )
    for n, row in enumerate(rows, start=1):
        yield ClaimRow(n=n, **row)


class _Reader:
    """Reads the lines of one claim in slices, with what is known of the people in them."""

    def __init__(self, session: Session, claim_id: int) -> None:
        self._session, self._claim_id = session, claim_id
        self._known = Known(session)
        self._areas: dict[str, str | None] = {}
        self._groups: dict[tuple[str, ...], str] = {}
        self._canteen: tuple[str, str] = session.execute(
            select(Canteen.code, Canteen.name)
            .join(Claim, Claim.canteen_id == Canteen.id)
            .where(Claim.id == claim_id)
        ).one()
        versions = session.execute(
            select(SchemeVersion.id, SchemeVersion.code, SchemeVersion.version)
        )
        self._schemes = {row.id: f"{row.code}@{row.version}" for row in versions}

    def list_meals(self) -> Iterator[dict[str, Any]]:
        """Lines of shares, a row for each meal."""
        lines = self._stream(
            select(
                *_LINE, *_MEAL, *_ELDER, Meal.price_fen, Meal.elder_fen, Meal.discount_fen,
                Meal.subsidy_fen, Meal.is_late, Meal.is_manual, Meal.booked_at.label("known_at"),
            )
            .join(Meal, Meal.id == ClaimLine.meal_id)
            .outerjoin(Elder, Elder.id == Meal.elder_id)
            .where(ClaimLine.kind == "share")
        )  # fmt: skip
        for meal_id, of_meal in groupby(lines, key=attrgetter("meal_id")):
            row, line = self._start("meal", f"meal:{meal_id}", of_meal)
            row["receipt"] = line.receipt
            row["proof"] = _prove(line)
            row["price_fen"], row["elder_fen"] = line.price_fen, line.elder_fen
            row["discount_fen"] = line.discount_fen
            row["other_fen"] = line.subsidy_fen - sum(row["shares"].values())
            yield row

    def list_corrections(self) -> Iterator[dict[str, Any]]:
        """Lines of corrections; the amounts are the differences. What the canteen bears of them is its
        discount here: the elder pays nothing of it, and no row may say that she did."""
        lines = self._stream(
            select(
                *_LINE, *_MEAL, *_ELDER, Correction.id, Correction.receipt.label("correction"),
                Correction.reason, Correction.price_fen, Correction.elder_fen,
                Correction.discount_fen, Correction.borne_fen, Correction.subsidy_fen,
                Meal.booked_at.label("known_at"),
            )
            .join(Correction, Correction.id == ClaimLine.correction_id)
            .join(Meal, Meal.id == ClaimLine.meal_id)
            .outerjoin(Elder, Elder.id == Meal.elder_id)
            .where(ClaimLine.kind == "correction")
        )  # fmt: skip
        for correction_id, of_correction in groupby(lines, key=attrgetter("id")):
            row, line = self._start("correction", f"correction:{correction_id}", of_correction)
            row |= {
                "receipt": line.correction,
                "corrects": line.receipt,
                "reason": line.reason,
                "price_fen": line.price_fen,
                "elder_fen": line.elder_fen - line.borne_fen,
                "discount_fen": line.discount_fen + line.borne_fen,
                "other_fen": line.subsidy_fen - sum(row["shares"].values()),
            }
            yield row

    def list_services(self) -> Iterator[dict[str, Any]]:
        """Services of meals and deliveries, also those that a correction took back, each a row."""
        lines = self._stream(
            select(
                *_LINE, *_MEAL, *_ELDER, ClaimLine.rule, ClaimLine.to_whom,
                ClaimLine.service_line_id, ClaimLine.correction_id,
                Correction.receipt.label("correction"), Correction.reason,
                ServiceLine.ground, Volunteer.number.label("volunteer"),
                Delivery.mealtime.label("carried_for"),
                func.coalesce(Meal.booked_at, ServiceLine.made_at).label("known_at"),
            )
            .outerjoin(Meal, Meal.id == ClaimLine.meal_id)
            .outerjoin(Correction, Correction.id == ClaimLine.correction_id)
            .outerjoin(ServiceLine, ServiceLine.id == ClaimLine.service_line_id)
            .outerjoin(Volunteer, Volunteer.id == ServiceLine.volunteer_id)
            .outerjoin(Delivery, Delivery.id == ServiceLine.delivery_id)
            .outerjoin(Elder, Elder.id == func.coalesce(Meal.elder_id, Delivery.elder_id))
            .where(ClaimLine.kind == "service")
        )  # fmt: skip
        for line in lines:
            item = f"meal:{line.meal_id}"
            if line.correction_id is not None:
                item = f"correction:{line.correction_id}"
            elif line.service_line_id is not None:
                item = f"service:{line.service_line_id}"
            row, _ = self._start("service", item, iter([line]))
            row |= {
                "receipt": line.correction or line.receipt,
                "corrects": line.receipt if line.correction else None,
                "reason": line.reason,
                "mealtime": line.mealtime or line.carried_for,
                "channel": line.channel or (line.carried_for and "delivery"),
                "rule": line.rule,
                "to_whom": line.to_whom,
                "ground": line.ground,
                "volunteer": line.volunteer,
            }
            yield row

    def list_grants(self) -> Iterator[dict[str, Any]]:
        """Grants to the operator, each a row."""
        for line in self._stream(select(*_LINE, ClaimLine.rule).where(ClaimLine.kind == "grant")):
            canteen, canteen_name = self._canteen
            yield {
                "kind": "grant",
                "item": line.source,
                "sources": (line.source,),
                "served_on": line.served_on,
                "booked_on": line.booked_on,
                "canteen": canteen,
                "canteen_name": canteen_name,
                "shares": {line.payer_name: line.fen},
                "scheme": self._schemes.get(line.scheme_version_id),
                "rule": line.rule,
                "to_whom": "operator",
            }

    def _stream(self, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
        """The lines that a query finds, in their order. Without objects of the mapper: a third faster."""
        of_claim = query.where(ClaimLine.claim_id == self._claim_id).order_by(ClaimLine.n)
        connection = self._session.connection()
        found = connection.execute(of_claim.execution_options(yield_per=ROWS_AT_ONCE))
        for some in found.partitions():
            if "elder_id" in some[0]._fields:
                self._known.load({line.elder_id for line in some if line.elder_id is not None})
            yield from some

    def _start(self, kind: str, item: str, lines: Iterator[Any]) -> tuple[dict[str, Any], Any]:
        """What every row of a meal says, and the first of its lines."""
        line = next(lines)
        sources, shares = [line.source], {line.payer_name: line.fen}
        for other in lines:
            sources.append(other.source)
            shares[other.payer_name] = shares.get(other.payer_name, 0) + other.fen
        canteen, canteen_name = self._canteen
        age, category, hukou = self._know(line.elder_id, line.known_at, line.served_on)
        return {
            "kind": kind,
            "item": item,
            "sources": tuple(sources),
            "served_on": line.served_on,
            "booked_on": line.booked_on,
            "canteen": canteen,
            "canteen_name": canteen_name,
            "elder": line.number,
            "name": line.name,
            "age": age,
            "category": category,
            "hukou": hukou,
            "mealtime": line.mealtime,
            "channel": line.channel,
            "portion": line.portion,
            "read_at": line.read_at,
            "shares": shares,
            "scheme": self._schemes.get(line.scheme_version_id),
        }, line

    def _know(
        self, elder_id: int | None, known_at: datetime, day: date
    ) -> tuple[int | None, str | None, str | None]:
        """Age, category group and name of the 户籍 area."""
        if elder_id is None:
            return None, None, None
        person = self._known.person(elder_id, known_at, day)
        codes = tuple(held.code for held in person.categories)
        group = self._groups.get(codes)
        if group is None:
            group = self._groups[codes] = category_of(codes)
        age = None if person.born is None else age_on(person.born, day)
        return age, group, self._name_area(person.hukou)

    def _name_area(self, code: str | None) -> str | None:
        if code is not None and code not in self._areas:
            self._areas[code] = self._session.execute(
                select(Area.name).where(Area.code == code)
            ).scalar_one_or_none()
        return None if code is None else self._areas[code]


def _prove(line: Any) -> str:
    if line.channel == "delivery":
        return "delivery"
    if line.is_late:
        return "late"
    return "manual" if line.is_manual else "card"
