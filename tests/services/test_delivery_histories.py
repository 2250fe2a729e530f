"""Whatever is reported, taken back, decided, kept and tapped in whatever order: the books hold."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.rules.delivery_reports import DECISIONS, KINDS
from canteen.rules.errors import CanteenError
from canteen.services.delivery_decisions import decide, give_back, keep
from canteen.services.delivery_going_out import go_out
from canteen.services.delivery_reports import ReportAsked, report
from canteen.services.swipes import SwipeAsked, record_swipe
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.deliveries import make_carried, make_volunteer
from tests.factories.doors import check_books
from tests.factories.schemes import RULE_SET_A, RULE_SET_B, SERVICE
from tests.factories.world import World, event_id, make_world, shanghai
from tests.services.test_random_histories import SEEDS

STAFF = {"by": "staff:wang", "origin": None}


class _Noon:
    """One random act after another at the doors, the desk and a counter."""

    def __init__(self, database: Database, world: World, seed: int) -> None:
        self.database, self.world, self.chance = database, world, random.Random(seed)
        self.now, self.number = shanghai("10:30"), 0
        self.carried = [
            database.run(make_carried, world, elder, portions=portions, ground=ground)
            for elder, portions, ground in (("P10", 1, "age"), ("P03", 2, "age"), ("P08", 1, None))
        ]
        database.run(make_volunteer, "V2")
        self.sent: list[tuple[ReportAsked, str]] = []
        self.eaten: list[str] = []

    def new_id(self) -> str:
        self.number += 1
        return event_id(f"noon-{self.number}")

    def act(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([1, 20, 60, 90]))
        acts: list[Callable[[], None]] = [self.set_off, self.set_off, *[self.tell] * 6, self.again]
        acts += [self.settle, self.settle, self.keep, self.give_back, self.tap, self.void]
        with suppress(CanteenError):  # refused: nothing may have changed, and the check proves it
            self.chance.choice(acts)()

    def run(self, use_case: Any, **asked: Any) -> Any:
        return self.database.run(use_case, now=self.now, **asked)

    def one(self) -> str:
        return self.chance.choice(self.carried).uid

    def set_off(self) -> None:
        self.run(go_out, deliveries=[self.one()], **STAFF)

    def tell(self) -> None:
        volunteer = self.chance.choice(["V1", "V2", None])
        back = timedelta(minutes=self.chance.randrange(0, 30))
        asked = ReportAsked(
            self.new_id(), self.one(), self.chance.choice(KINDS), self.now - back,
            volunteer=volunteer,
        )  # fmt: skip
        self.sent.append((asked, f"volunteer:{volunteer}" if volunteer else "staff:wang"))
        self.run(report, asked=asked, by=self.sent[-1][1])

    def again(self) -> None:
        if self.sent:
            asked, by = self.chance.choice(self.sent)
            first = self.run(report, asked=asked, by=by).body
            assert self.run(report, asked=asked, by=by).body == first

    def settle(self) -> None:
        query = select(DeliveryReport.id).where(
            DeliveryReport.outcome == "conflict", DeliveryReport.decided_at.is_(None)
        )
        waiting = self.database.read(lambda session: session.scalars(query).all())
        if waiting:
            decision = self.chance.choice(DECISIONS)
            self.run(decide, report=self.chance.choice(waiting), decision=decision, **STAFF)

    def keep(self) -> None:
        with_fee = self.chance.random() < 0.5
        self.run(keep, delivery=self.one(), reason="饭做好了", with_fee=with_fee, **STAFF)

    def give_back(self) -> None:
        self.run(give_back, delivery=self.one(), **STAFF)

    def tap(self) -> None:
        card = self.world.cards[self.chance.choice(["P10", "P03", "P08"])]
        asked = SwipeAsked(self.new_id(), card, self.now)
        body = self.run(record_swipe, reader_id=self.world.readers["C2-R1"], asked=asked).body
        if body["receipt"]:
            self.eaten.append(body["meal"]["id"])

    def void(self) -> None:
        if self.eaten:
            asked = VoidAsked(self.new_id(), self.chance.choice(self.eaten), "other")
            self.run(void_meal, asked=asked, may_void_any=True, **STAFF)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scheme", [RULE_SET_A + SERVICE, RULE_SET_B], ids=["A", "B"])
def test_after_any_noon_the_books_hold(database: Database, scheme: str, seed: int) -> None:
    world = database.run(make_world, scheme=scheme, balance_fen=1500)
    noon = _Noon(database, world, seed)
    for _ in range(80):
        noon.act()
    check_books(database)
    states = database.read(lambda session: set(session.scalars(select(Delivery.state))))
    assert states != {"assigned"}
