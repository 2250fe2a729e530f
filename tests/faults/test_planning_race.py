"""Planning from many places at once, while hands move stops: every stop is on one round, none is lost."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.people import Elder
from canteen.services import delivery_hands, delivery_planning
from tests.factories.deliveries import make_order, make_volunteer
from tests.factories.people import make_elder
from tests.factories.world import TODAY, make_world, shanghai

NOW = shanghai("09:00")
ELDERS = 24


def _build(session: Session) -> int:
    canteen_id = make_world(session).canteens["C1"]
    for number in range(ELDERS):
        elder_id = make_elder(session, number=f"E{number}")
        address = f"{number % 6 + 1}栋{number % 2 + 1}单元{number % 5 + 1}01"
        session.execute(update(Elder).where(Elder.id == elder_id).values(address=address))
        make_order(session, elder_id, canteen_id)
    for number in range(1, 5):
        make_volunteer(session, f"V{number}")
    return canteen_id


def test_every_stop_stays_on_one_round(database: Database) -> None:
    canteen_id = database.run(_build)
    asked = {
        "canteen_id": canteen_id,
        "day": TODAY,
        "mealtime": "lunch",
        "now": NOW,
        "origin": None,
    }

    def plan() -> None:
        database.run(delivery_planning.plan, by="staff:wang", **asked)

    def spread() -> None:
        database.run(delivery_planning.spread, volunteer="V2", by="staff:li", **asked)

    def give(uids: list[str]) -> Callable[[], None]:
        return lambda: database.run(
            delivery_hands.assign, delivery_uids=uids, volunteer="V4", by="staff:li", **asked
        )

    def run_all(acts: list[Callable[[], None]]) -> None:
        with ThreadPoolExecutor(len(acts)) as pool:
            for done in [pool.submit(act) for act in acts]:
                done.result()

    run_all([plan] * 6)
    uids = database.read(lambda s: list(s.scalars(select(Delivery.uid).order_by(Delivery.id))))
    run_all([plan, give(uids[:3]), spread, give(uids[3:5]), plan, give(uids[2:4])])

    rows = database.read(lambda s: s.scalars(select(Delivery)).all())
    runs = database.read(lambda s: {run.id: run for run in s.scalars(select(DeliveryRun))})
    assert len(rows) == ELDERS
    assert {row.state for row in rows} == {"assigned"}
    places = Counter((row.run_id, row.place) for row in rows)
    assert max(places.values()) == 1, "two stops with one turn"
    for run_id in runs:
        turns = sorted(row.place or 0 for row in rows if row.run_id == run_id)
        assert turns == list(range(1, len(turns) + 1)) != []
    pinned = {row.uid for row in rows if row.is_pinned}
    assert pinned == set(uids[:5])
    of_v4 = {run_id for run_id, run in runs.items() if run.trip == 1} & {
        row.run_id for row in rows if row.is_pinned
    }
    assert len(of_v4) == 1
