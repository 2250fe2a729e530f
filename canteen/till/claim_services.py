"""What a claim asks for beside the meals' shares: services per delivery and per meal of an elder.

A service follows the meal or the delivery that earned it: when a correction takes that away, the claim of
the correction holds the service with the opposite sign.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from canteen.models.claims import ClaimCut, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.deliveries import DeliveryMeal
from canteen.models.delivery_reports import ServiceLine
from canteen.models.meals import IS_EATEN, Meal
from canteen.rules.entitlement import Occasion, find_who_obstacle
from canteen.rules.meal_facts import MealFacts
from canteen.rules.scheme import Service
from canteen.rules.workdays import PUBLISHED
from canteen.till.claim_scope import Scope, in_scope, is_owed, is_unclaimed, is_unheld, key
from canteen.till.known_then import Known
from canteen.till.net_meals import load_deltas
from canteen.till.places import CanteenPlace
from canteen.till.schemes_in_force import InForce, find_as_booked, find_in_force, load_schemes

#: the columns of a claim line, by name
Line = dict[str, Any]
MEALS_AT_ONCE = 500

_Other, _OtherCorrection = aliased(Meal), aliased(Correction)


def list_services(session: Session, scope: Scope, place: CanteenPlace) -> list[Line]:
    """Every line of a service, by booked day and source."""
    lines = [
        *_list_deliveries(session, scope),
        *_list_deliveries_taken_back(session, scope),
        *_MealServices(session, scope, place).list_lines(),
    ]
    return sorted(lines, key=lambda line: (line["booked_on"], line["source"]))


def make_line(kind: str, **values: object) -> Line:
    """A line with every column that an insert of many wants, the others empty."""
    names = ("meal_id", "correction_id", "service_line_id", "to_whom", "explanation")
    return {**dict.fromkeys(names), "kind": kind, **values}


def _list_deliveries(session: Session, scope: Scope) -> Iterator[Line]:
    itself = key("service", ServiceLine.id)
    rows = session.scalars(
        select(ServiceLine).where(
            ServiceLine.canteen_id == scope.canteen_id,
            ServiceLine.withdrawn_at.is_(None),
            in_scope(scope, ServiceLine.booked_on),
            is_owed(scope, ServiceLine.funder_id),
            is_unclaimed(itself),
            is_unheld(itself),
        )
    )
    for row in rows:
        yield _line_of_delivery(
            row, source=f"service:{row.id}", booked_on=row.booked_on, fen=row.amount_fen
        )


def _list_deliveries_taken_back(session: Session, scope: Scope) -> Iterator[Line]:
    """The opposite, when a correction says that nobody ate anything of the delivery."""
    rows = session.execute(
        select(ServiceLine, Correction)
        .join(DeliveryMeal, DeliveryMeal.delivery_id == ServiceLine.delivery_id)
        .join(Correction, Correction.meal_id == DeliveryMeal.meal_id)
        .where(
            Correction.canteen_id == scope.canteen_id,
            Correction.meals < 0,
            ServiceLine.withdrawn_at.is_(None),
            in_scope(scope, Correction.booked_on),
            is_owed(scope, ServiceLine.funder_id),
            is_unclaimed(key("service_change", Correction.id, ServiceLine.id)),
            is_unheld(*items_of_correction(), key("service", ServiceLine.id)),
            ~_another_was_eaten(),
        )
    ).all()
    cuts = _load_cuts(session, ClaimLine.service_line_id.in_([row.id for row, _ in rows]))
    for row, correction in rows:
        if left_fen := row.amount_fen - cuts.get(f"service:{row.id}", 0):
            yield _line_of_delivery(
                row,
                source=f"service_change:{correction.id}:{row.id}",
                booked_on=correction.booked_on,
                fen=-left_fen,
                meal_id=correction.meal_id,
                correction_id=correction.id,
            )


def _load_cuts(session: Session, which: ColumnElement[bool]) -> dict[str, int]:
    """Source → what approvals cut of these lines of services: no funder paid it, none gets it back."""
    cut = select(ClaimLine.source, ClaimCut.fen).join(
        ClaimCut, ClaimCut.claim_line_id == ClaimLine.id
    )
    asked = (ClaimLine.kind == "service", ClaimCut.fen > 0, ClaimLine.released_at.is_(None))
    return dict(session.execute(cut.where(which, *asked)).all())


def find_taken_back(session: Session, which: ColumnElement[bool]) -> str | None:
    """The receipt of a meal whose correction took a service back that one of these lines asks for."""
    taken = aliased(ClaimLine)
    is_same = or_(
        taken.service_line_id == ClaimLine.service_line_id,
        and_(taken.service_line_id.is_(None), taken.meal_id == ClaimLine.meal_id),
    )
    found: str | None = session.execute(
        select(Meal.receipt)
        .join(taken, taken.meal_id == Meal.id)
        .join(
            ClaimLine, (ClaimLine.rule == taken.rule) & (ClaimLine.payer == taken.payer) & is_same
        )
        .where(
            which,
            ClaimLine.kind == "service",
            ClaimLine.fen > 0,
            taken.kind == "service",
            taken.fen < 0,
            taken.released_at.is_(None),
        )
        .order_by(Meal.id)
        .limit(1)
    ).scalar_one_or_none()
    return found


def items_of_correction() -> tuple[Any, Any]:
    """What a hold may name to keep a correction out: itself, or the meal it changes."""
    return key("correction", Correction.id), key("meal", Correction.meal_id)


def _another_was_eaten() -> ColumnElement[bool]:
    """Whether another meal of the delivery still stood when the correction was booked."""
    of_other = aliased(DeliveryMeal)
    taken_back = exists().where(
        _OtherCorrection.meal_id == _Other.id,
        _OtherCorrection.meals < 0,
        _OtherCorrection.journal_entry_id < Correction.journal_entry_id,
    )
    return (
        select(_Other.id)
        .join(of_other, of_other.meal_id == _Other.id)
        .where(
            of_other.delivery_id == ServiceLine.delivery_id,
            _Other.id != Correction.meal_id,
            _Other.voided_at.is_(None),
            ~_Other.is_kept,
            ~taken_back,
        )
        .exists()
    )


def _line_of_delivery(row: ServiceLine, **values: object) -> Line:
    return make_line(
        "service",
        **{
            "service_line_id": row.id,
            "rule": row.service,
            "payer": row.payer,
            "payer_name": row.payer_name,
            "funder_id": row.funder_id,
            "scheme_version_id": row.scheme_version_id,
            "served_on": row.served_on,
            "to_whom": row.to_whom,
            **values,
        },
    )


class _MealServices:
    """The services per meal of one scope: an elder's first portion earns them by the scheme that split it,
    if the scheme's `who` holds of her by what was known when it was booked. Of a meal that none split, by
    the one in force on its service date now, once a correction gave it shares."""

    def __init__(self, session: Session, scope: Scope, place: CanteenPlace) -> None:
        self._session, self._scope, self._place = session, scope, place
        self._known = Known(session)
        self._tariffs: dict[tuple[date, int | None], tuple[InForce, list[Service]] | None] = {}

    def list_lines(self) -> Iterator[Line]:
        """What the meals of the period earned, and what corrections of it changed."""
        meals = _of_elders().where(
            Meal.canteen_id == self._scope.canteen_id, in_scope(self._scope, Meal.booked_on)
        )
        versions = self._session.scalars(
            meals.with_only_columns(Meal.scheme_version_id).distinct().order_by(None)
        )
        schemes = load_schemes(self._session, [one for one in versions if one is not None])
        paid = [
            version
            for version, scheme in schemes.items()
            if any(service.per != "delivery" for service in scheme.services)
        ]
        if paid:  # most schemes pay for deliveries or nothing beside the meal
            wanted = meals.where(Meal.scheme_version_id.in_(paid), is_unheld(key("meal", Meal.id)))
            found = self._session.scalars(wanted.execution_options(yield_per=MEALS_AT_ONCE))
            for some in found.partitions():
                yield from self._list_earned(some)
        yield from self._list_changed()

    def _list_earned(self, meals: Sequence[Meal]) -> Iterator[Line]:
        self._known.load({meal.elder_id for meal in meals if meal.elder_id is not None})
        claimed = set(
            self._session.scalars(
                select(ClaimLine.source).where(
                    ClaimLine.meal_id.in_([meal.id for meal in meals]),
                    ClaimLine.kind == "service",
                    ClaimLine.released_at.is_(None),
                )
            )
        )
        for meal in meals:
            for line in self._earn(meal, meal.subsidy_fen > 0):
                line["source"] = f"meal_service:{meal.id}:{_named(line)}"
                if line["source"] not in claimed:
                    yield line

    def _list_changed(self) -> Iterator[Line]:
        """A correction may take the meal back, or take away or give the subsidy that a service follows."""
        corrected = self._session.execute(
            select(Correction.id, Meal)
            .join(Meal, Meal.id == Correction.meal_id)
            .where(
                *_OF_ELDERS,
                Correction.canteen_id == self._scope.canteen_id,
                in_scope(self._scope, Correction.booked_on),
                is_unheld(*items_of_correction()),
            )
        ).all()
        self._known.load({row.Meal.elder_id for row in corrected})
        for correction_id, meal in corrected:
            for line in self._change(correction_id, meal):
                source = f"service_change:{correction_id}:{_named(line)}"
                is_new = self._session.execute(select(is_unclaimed(key(source)))).scalar_one()
                if is_new:
                    yield {**line, "source": source, "correction_id": correction_id}

    def _change(self, correction_id: int, meal: Meal) -> Iterator[Line]:
        is_earning, subsidy_fen = meal.scheme_version_id is not None, meal.subsidy_fen
        given: dict[str, str] = {}  # service → the line that last asked for it
        for correction, shares in load_deltas(self._session, [meal.id]):
            before = self._earn(meal, subsidy_fen > 0) if is_earning else []
            is_earning = (is_earning or bool(shares)) and correction.meals == 0
            subsidy_fen += correction.subsidy_fen
            after = self._earn(meal, subsidy_fen > 0) if is_earning else []
            lost = [line for line in before if line not in after]
            won = [line for line in after if line not in before]
            if correction.id == correction_id:
                cuts = _load_cuts(self._session, ClaimLine.meal_id == meal.id)
                for line in lost:
                    source = given.get(_named(line), f"meal_service:{meal.id}:{_named(line)}")
                    if left_fen := line["fen"] - cuts.get(source, 0):
                        yield {**line, "fen": -left_fen, "booked_on": correction.booked_on}
                for line in won:
                    yield {**line, "booked_on": correction.booked_on}
            for line in won:
                given[_named(line)] = f"service_change:{correction.id}:{_named(line)}"

    def _earn(self, meal: Meal, is_subsidised: bool) -> list[Line]:
        tariff = self._tariff(meal.served_on, meal.scheme_version_id)
        if tariff is None:
            return []
        in_force, services = tariff
        assert meal.elder_id is not None, "a guest earns nobody a service"
        person = self._known.person(meal.elder_id, meal.booked_at, meal.served_on)
        facts = MealFacts(
            meal.price_fen, meal.read_at, meal.served_on, meal.mealtime, meal.channel,
            self._place.area_code, meal.portion,
        )  # fmt: skip
        occasion = Occasion(in_force.scheme, person, facts, (), PUBLISHED)  # `who` asks no calendar
        return [
            make_line(
                "service",
                meal_id=meal.id,
                rule=service.id,
                payer=service.payer.code,
                payer_name=service.payer.name,
                funder_id=in_force.funders[service.payer.code],
                scheme_version_id=in_force.version_id,
                served_on=meal.served_on,
                booked_on=meal.booked_on,
                fen=service.amount_fen,
                to_whom=service.to_whom,
            )
            for service in services
            if (is_subsidised or service.per == "elder_meal")
            and (service.who is None or find_who_obstacle(service.who, occasion) is None)
        ]

    def _tariff(self, day: date, version_id: int | None) -> tuple[InForce, list[Service]] | None:
        """The scheme and its services per meal that the claim's funders owe; None: none."""
        of = day, version_id
        if of not in self._tariffs:
            in_force = (
                find_in_force(self._session, self._place, day)
                if version_id is None
                else find_as_booked(self._session, self._place, day, version_id)
            )
            services = [
                service
                for service in (in_force.scheme.services if in_force else ())
                if service.per != "delivery"
                and not service.payer.is_canteen
                and in_force is not None
                and self._scope.funder_id in (None, in_force.funders[service.payer.code])
            ]
            self._tariffs[of] = (in_force, services) if in_force and services else None
        return self._tariffs[of]


def _named(line: Line) -> str:
    """The service that a line is of, and who pays it."""
    return f"{line['rule']}:{line['payer']}"


_OF_ELDERS = (IS_EATEN, Meal.elder_id.is_not(None), Meal.portion == 1)


def _of_elders() -> Select[Meal]:
    return select(Meal).where(*_OF_ELDERS)
