"""Three schedulers at once, killed and started again around 18:00, the clock moved: each delivery once."""

import json
import random
import time
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine
from canteen.models.days import Instance
from canteen.models.deliveries import Delivery, DeliveryOrder
from tests.cli.conftest import (
    Installation,
    any_installation,
    bare,
    installation,
    installation_on_postgresql,
)
from tests.factories.delivery_orders import make_order
from tests.factories.people import make_elder
from tests.factories.world import TODAY, World, close_day, make_world, shanghai
from tests.faults.deliveries_by_hand import run
from tests.faults.processes import finish, kill, start

__all__ = ["any_installation", "bare", "installation", "installation_on_postgresql"]
pytestmark = pytest.mark.faults
ELDERS = 40
TOMORROW = TODAY + timedelta(days=1)


def _fill(session: Session) -> World:
    """Forty elders with lunch every day; tomorrow's is the list due at 18:00, Friday is closed."""
    world = make_world(session)
    for number in range(ELDERS):
        elder_id = make_elder(session, number=f"D{number:03d}", born=date(1940, 1, 1))
        make_order(session, elder_id, world.canteens["C1"], from_on=TOMORROW)
    close_day(session, world.canteens["C1"], TOMORROW + timedelta(days=1))
    session.execute(
        insert(Instance).values(id=1, kind="demonstration", created_at=shanghai("17:00"))
    )
    return world


def _finish(*ats: str) -> None:
    """Processes that start together and come to their end."""
    for process in [start(run, at) for at in ats]:
        finish(process)


def test_killed_schedulers_make_each_delivery_once(any_installation: Installation) -> None:
    database = any_installation.open()
    database.run(_fill)
    rng = random.Random(11)
    evening = "2026-11-25T18:00:{:02d}+08:00"
    for second in range(2):
        running = [start(run, evening.format(second)) for _ in range(3)]
        time.sleep(rng.uniform(0.02, 0.4))
        kill(running)
    # Started once more, one with its clock set back; then the next evening (Friday is closed).
    _finish(evening.format(30), "2026-11-25T17:30:00+08:00", evening.format(40))
    _finish("2026-11-26T18:00:10+08:00", "2026-11-26T18:00:11+08:00")

    rows = database.read(
        lambda s: s.execute(select(Delivery.elder_id, Delivery.day, Delivery.state)).all()
    )
    lines = database.read(
        lambda s: s.scalars(
            select(AuditLine.after).where(AuditLine.action == "deliveries.sync")
        ).all()
    )
    drafted = database.read(
        lambda s: s.scalars(
            select(DeliveryOrder.elder_id).where(DeliveryOrder.source == "birthday")
        ).all()
    )
    database.close()
    saturday = TOMORROW + timedelta(days=2)
    assert Counter((row.day, row.state) for row in rows) == {
        (TOMORROW, "queued"): ELDERS,
        (saturday, "queued"): ELDERS,
    }
    assert max(Counter((row.elder_id, row.day) for row in rows).values()) == 1
    made = [json.loads(line or "")["made"] for line in lines]
    assert sorted(map(len, made)) == [ELDERS, ELDERS]  # two lists, each made in one stroke
    assert len(drafted) == len(set(drafted))
