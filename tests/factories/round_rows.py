"""Writes what was carried to doors in a month of `canteen_months` as rows; and what is known by code of
all that was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryMeal, DeliveryOrder, DeliveryRun
from canteen.models.delivery_reports import DeliveryReport, ServiceLine
from canteen.models.volunteers import VolunteerAbsence
from canteen.rules.claim_checks.facts import MonthFacts, RoundFact
from canteen.rules.elders import Fact
from tests.factories.people import LONG_AGO
from tests.factories.world import World


@dataclass(slots=True)
class Written:
    """Ids by code of what is written: canteens, counters, elders, volunteers; funders by payer."""

    world: World = field(default_factory=World)
    volunteers: dict[str, int] = field(default_factory=dict)
    funders: dict[str, int] = field(default_factory=dict)
    #: register number → her facts as they are written
    facts: dict[str, Sequence[Fact]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)


def write_rounds(
    session: Session, written: Written, facts: MonthFacts, meals: Mapping[str, int]
) -> None:
    """The rounds, doors, reports and service lines; `meals`: receipt → id."""
    canteen_id = written.world.canteens[facts.canteen]
    runs = {one.run: _write_round(session, written, canteen_id, one) for one in facts.rounds}
    carried = {
        (meal.elder, meal.served_on): meals[meal.receipt]
        for meal in facts.meals
        if meal.channel == "delivery"
    }
    services = {(one.elder, one.served_on): one for one in facts.services}
    for door in facts.doors:
        elder_id = written.world.elders[door.elder]
        delivery_id = session.execute(
            insert(Delivery)
            .values(
                uid=f"{door.run}-{door.elder}", elder_id=elder_id, canteen_id=canteen_id,
                day=door.day, mealtime=door.mealtime, portions=door.portions,
                order_id=_order(session, written, door.elder, canteen_id), state="delivered",
                state_at=door.done_at, made_at=LONG_AGO, run_id=runs[door.run],
                done_at=door.done_at, ground="age",
            )
            .returning(Delivery.id)
        ).scalar_one()  # fmt: skip
        by = f"volunteer:{door.volunteer}" if door.is_own_report else "staff:desk"
        session.execute(
            insert(DeliveryReport).values(
                id=f"{door.run}-{door.elder}", delivery_id=delivery_id, kind="delivered",
                volunteer_id=written.volunteers[door.volunteer], reported_by=by,
                reported_at=door.done_at, received_at=door.done_at, outcome="applied", answer="{}",
            )
        )  # fmt: skip
        if (door.elder, door.day) in carried:
            session.execute(
                insert(DeliveryMeal).values(
                    meal_id=carried[door.elder, door.day], delivery_id=delivery_id, attempt=1
                )
            )
        if (door.elder, door.day) in services:
            session.execute(
                insert(ServiceLine).values(
                    canteen_id=canteen_id, delivery_id=delivery_id, attempt=1, service="carried",
                    scheme_version_id=written.versions[facts.canteen], payer="city",
                    payer_name="市级", funder_id=written.funders["city"], amount_fen=200,
                    to_whom="operator", ground="age", served_on=door.day, booked_on=door.day,
                    made_at=door.done_at,
                )
            )  # fmt: skip


def _order(session: Session, written: Written, elder: str, canteen_id: int) -> int:
    if elder not in written.orders:
        written.orders[elder] = session.execute(
            insert(DeliveryOrder)
            .values(
                uid=elder, elder_id=written.world.elders[elder], canteen_id=canteen_id,
                kind="standing", weekdays="1234567", mealtimes="lunch", from_on=date(2020, 1, 1),
                source="secretary", asked_at=LONG_AGO, asked_by="test", state="approved",
            )
            .returning(DeliveryOrder.id)
        ).scalar_one()  # fmt: skip
    return written.orders[elder]


def _write_round(session: Session, written: Written, canteen_id: int, one: RoundFact) -> int:
    volunteer_id = written.volunteers[one.volunteer]
    if one.is_away:
        session.execute(
            insert(VolunteerAbsence).values(
                volunteer_id=volunteer_id, from_on=one.day, to_on=one.day, recorded_at=LONG_AGO,
                recorded_by="test",
            )
        )  # fmt: skip
    run_id: int = session.execute(
        insert(DeliveryRun)
        .values(uid=one.run, canteen_id=canteen_id, day=one.day, mealtime=one.mealtime,
                volunteer_id=volunteer_id, trip=1, state="back")
        .returning(DeliveryRun.id)
    ).scalar_one()  # fmt: skip
    return run_id
