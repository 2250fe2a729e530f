"""Writes what was carried to doors in a month of `canteen_months` as rows; and what is known by code of
all that was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryMeal
from canteen.models.delivery_reports import DeliveryReport, ServiceLine
from canteen.rules.claim_checks.facts import MonthFacts, RoundFact
from canteen.rules.elders import Fact
from tests.factories.deliveries import make_absence, make_order, make_run
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
    #: the last id given to one
    deliveries: int = 0


def write_rounds(
    session: Session, written: Written, facts: MonthFacts, meals: Mapping[str, int]
) -> None:
    """The rounds, doors, reports and service lines, each table at once; `meals`: receipt → id."""
    canteen_id = written.world.canteens[facts.canteen]
    runs = {one.run: _write_round(session, written, canteen_id, one) for one in facts.rounds}
    carried = {
        (meal.elder, meal.served_on): meals[meal.receipt]
        for meal in facts.meals
        if meal.channel == "delivery"
    }
    owed = {(one.elder, one.served_on) for one in facts.services}
    rows: dict[type, list[dict[str, Any]]] = {
        table: [] for table in (Delivery, DeliveryReport, DeliveryMeal, ServiceLine)
    }
    for number, door in enumerate(facts.doors, start=written.deliveries + 1):
        uid, meal_id = f"{door.run}-{door.elder}", carried.get((door.elder, door.day))
        rows[Delivery].append(
            {
                "id": number, "uid": uid, "elder_id": written.world.elders[door.elder],
                "canteen_id": canteen_id, "day": door.day, "mealtime": door.mealtime,
                "portions": door.portions, "state": "delivered", "state_at": door.done_at,
                "order_id": _order(session, written, door.elder, canteen_id), "ground": "age",
                "made_at": LONG_AGO, "run_id": runs[door.run], "done_at": door.done_at,
            }
        )  # fmt: skip
        rows[DeliveryReport].append(
            {
                "id": uid, "delivery_id": number, "kind": "delivered", "outcome": "applied",
                "volunteer_id": written.volunteers[door.volunteer], "answer": "{}",
                "reported_by": f"volunteer:{door.volunteer}" if door.is_own_report else "staff:a",
                "reported_at": door.done_at, "received_at": door.done_at,
            }
        )  # fmt: skip
        if meal_id is not None:
            rows[DeliveryMeal].append({"meal_id": meal_id, "delivery_id": number, "attempt": 1})
        if (door.elder, door.day) in owed:
            rows[ServiceLine].append(
                {
                    "canteen_id": canteen_id, "delivery_id": number, "attempt": 1,
                    "service": "carried", "scheme_version_id": written.versions[facts.canteen],
                    "payer": "city", "payer_name": "市级", "funder_id": written.funders["city"],
                    "amount_fen": 200, "to_whom": "operator", "ground": "age",
                    "served_on": door.day, "booked_on": door.day, "made_at": door.done_at,
                }
            )  # fmt: skip
    written.deliveries += len(facts.doors)
    for table, values in rows.items():
        if values:
            session.execute(insert(table), values)


def _order(session: Session, written: Written, elder: str, canteen_id: int) -> int:
    if elder not in written.orders:
        elder_id = written.world.elders[elder]
        written.orders[elder] = make_order(session, elder_id, canteen_id)
    return written.orders[elder]


def _write_round(session: Session, written: Written, canteen_id: int, one: RoundFact) -> int:
    volunteer_id = written.volunteers[one.volunteer]
    if one.is_away:
        make_absence(session, volunteer_id, one.day)
    return make_run(
        session, canteen_id, volunteer_id, day=one.day, mealtime=one.mealtime, state="back"
    )
