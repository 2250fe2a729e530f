"""Random histories: whatever is done in whatever order, every invariant of the books holds."""

import random
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.rules.errors import CanteenError
from canteen.services.books import check
from canteen.services.books_again import split_all_again
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.counter_sales import SaleAsked, put_sale
from canteen.services.swipes import SwipeAsked, record_swipe
from canteen.services.top_ups import (
    PayOutAsked,
    TopUpAsked,
    TopUpVoidAsked,
    take_top_up,
    void_top_up,
)
from canteen.services.top_ups import pay_out as give_back
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.schemes import RULE_SET_A, RULE_SET_B
from tests.factories.world import World, event_id, make_world, shanghai

#: one in every run of the suite, the others in the long one
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 12))]
LAYERED = """
code = "layered"
name = "三级按比例，每周五次，食堂再让一成"
source = "test"
[payer.district]
name = "区级"
kind = "government"
[payer.street]
name = "街道"
kind = "government"
[payer.fund]
name = "慈善"
kind = "charity"
[payer.canteen]
name = "食堂让利"
kind = "canteen"
[[rule]]
id = "shared"
payer = { district = 1, street = 1, fund = 1 }
group = "layers"
amount = { fixed_fen = 500 }
who = { age_min = 60 }
quota = { day = 1, week = 5, month_fen = 4000 }
[[rule]]
id = "off"
payer = "canteen"
stage = 2
amount = { elder_pays_percent = "90" }
who = { age_min = 60 }
quota = { mealtime = 2 }
"""


class Day:
    """Does one random act after another, as a lunch room would, and remembers what there is to undo."""

    def __init__(self, database: Database, world: World, seed: int) -> None:
        self.database, self.world, self.chance = database, world, random.Random(seed)
        self.now = shanghai("06:00", date(2026, 11, 20))
        self.number = 0
        self.meals: list[str] = []
        self.top_ups: list[str] = []
        self.swipes: list[SwipeAsked] = []

    def new_id(self) -> str:
        self.number += 1
        return event_id(f"random-{self.number}")

    def any_elder(self) -> str:
        return self.chance.choice(sorted(self.world.elders)[:5])

    def act(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([2, 15, 70, 1800, 3600, 7200]))
        acts = [self.swipe] * 6 + [self.again, self.late, self.by_hand, self.by_hand, self.sale]
        acts += [self.void, self.top_up, self.void_top_up, self.pay_out]
        with suppress(CanteenError):  # a refusal: nothing may have changed, and check() proves it
            self.chance.choice(acts)()

    def _record(self, asked: SwipeAsked) -> None:
        self.swipes.append(asked)
        reader = self.world.readers[self.chance.choice(["C1-R1", "C1-R2", "C2-R1"])]
        body = self._run(record_swipe, reader_id=reader, asked=asked).body
        if body["receipt"] and body["outcome"] != "repeat":
            self.meals.append(body["meal"]["id"])

    def _run(self, use_case: Any, **args: Any) -> Any:
        return self.database.run(use_case, now=self.now, **args)

    def swipe(self) -> None:
        self._record(SwipeAsked(self.new_id(), self.world.cards[self.any_elder()], self.now))

    def late(self) -> None:
        back = timedelta(minutes=self.chance.randrange(1, 3000))
        card = self.world.cards[self.any_elder()]
        self._record(SwipeAsked(self.new_id(), card, self.now - back, offline="taken"))

    def again(self) -> None:
        if self.swipes:
            self._record(self.chance.choice(self.swipes))

    def by_hand(self) -> None:
        keyed = self.chance.random() < 0.5
        asked = MealAsked(
            self.new_id(),
            elder=self.any_elder(),
            reason="no_card",
            kind="amount" if keyed else "set",
            amount_fen=self.chance.randrange(0, 3000) if keyed else None,
            pay=self.chance.choice(["purse", "purse_then_cash", "cash"]),
            second=self.chance.random() < 0.5,
            channel=self.chance.choice([None, "take_away"]),
        )
        counter = self.world.counters[self.chance.choice(["C1-1", "C2-1"])]
        body = self._run(serve_meal, counter_id=counter, asked=asked, by="staff:li").body
        if body["receipt"]:
            self.meals.append(body["meal"]["id"])

    def sale(self) -> None:
        asked = SaleAsked(
            self.new_id(), "amount", amount_fen=self.chance.randrange(100, 2500),
            second=self.chance.random() < 0.3, pay=self.chance.choice(["purse", "cash"]),
        )  # fmt: skip
        self._run(put_sale, counter_id=self.world.counters["C1-1"], asked=asked, by="staff:li")

    def void(self) -> None:
        if self.meals:
            asked = VoidAsked(self.new_id(), self.chance.choice(self.meals), "other")
            self._run(void_meal, asked=asked, may_void_any=True, by="staff:wang", origin=None)

    def top_up(self) -> None:
        asked = TopUpAsked(
            self.new_id(), self.world.counters["C1-1"], self.any_elder(),
            self.chance.randrange(1, 5000),
        )  # fmt: skip
        self._run(take_top_up, asked=asked, by="staff:li", origin=None)
        self.top_ups.append(asked.id)

    def void_top_up(self) -> None:
        if self.top_ups:
            first = self.chance.choice([None, "staff:li"])
            asked = TopUpVoidAsked(
                self.new_id(), self.chance.choice(self.top_ups), "other", debt_asked_by=first
            )
            self._run(void_top_up, asked=asked, may_void_any=True, by="staff:wang", origin=None)

    def pay_out(self) -> None:
        asked = PayOutAsked(
            self.new_id(), self.world.counters["C1-1"], self.any_elder(),
            self.chance.randrange(1, 3000), "家人",
        )  # fmt: skip
        self._run(give_back, asked=asked, by="staff:wang", origin=None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("scheme", "payers"),
    [(RULE_SET_A, ("gov",)), (RULE_SET_B, ("gov",)), (LAYERED, ("district", "street", "fund"))],
    ids=["A", "B", "layered"],
)
def test_after_any_history_every_invariant_holds(
    database: Database, scheme: str, payers: tuple[str, ...], seed: int
) -> None:
    world = database.run(
        make_world, scheme=scheme, payers=payers, balance_fen=2000, overdraft_fen=500,
        cash_unit_fen=50,
    )  # fmt: skip
    day = Day(database, world, seed)
    for _ in range(120):
        day.act()
    assert database.read(check).breaches == []
    found, _ = database.read(split_all_again)
    assert found == []
    assert len(day.meals) >= 5
