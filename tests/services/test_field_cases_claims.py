"""Field cases of claims by their ids, on both databases: the last day, what is counted, a death learnt
late, a meal in two claims, a card that changes hands."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.claims import Claim
from canteen.models.meals import Meal
from canteen.rules.claim_totals import add_rows
from canteen.rules.errors import Conflict
from canteen.services import claim_drafts, claim_steps
from canteen.services.card_desk import CardAsked, issue
from canteen.services.claim_view import show_claim
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.day_sheets import show_day
from canteen.services.elder_facts import record_departure
from canteen.services.voids import VoidAsked, void_meal
from canteen.till.claims import SENT, get_claim
from tests.factories.claims import (
    FINANCE,
    answer,
    check_claim_books,
    draw_claim,
    eat,
    rows_of,
    sign,
    submit_claim,
)
from tests.factories.deliveries import make_carried
from tests.factories.doors import send_out, tell
from tests.factories.people import make_elder
from tests.factories.world import (
    CHENGNAN,
    TODAY,
    World,
    close_day,
    event_id,
    make_world,
    shanghai,
)

LAST = date(2026, 11, 30)
WHO: dict[str, Any] = {"by": FINANCE, "origin": None}
NOVEMBER = "C1-2026-11"


def _close_all_but(session: Session, world: World, *days: date, canteen: str = "C1") -> None:
    """November and the first days of December have no other open days; the opening balances are signed."""
    for offset in range(35):
        if (day := date(2026, 11, 1) + timedelta(offset)) not in days:
            close_day(session, world.canteens[canteen], day)
    sign(session, date(2020, 1, 1), canteen, now=shanghai("06:00", days[0]))


def test_o_072_the_dinners_of_the_last_evening_are_in_the_month(
    database: Database, world: World
) -> None:
    """O-072: a month that ends on the 30th holds the 30th until its end."""
    database.run(_close_all_but, world, LAST)
    database.run(eat, world, "P01", LAST, "16:30:00")
    database.run(eat, world, "P02", LAST, "18:29:59.700")
    database.run(sign, LAST)
    drawn = database.run(draw_claim, period="2026-11", now=shanghai("21:00", LAST))
    assert {row.read_at for row in rows_of(database, drawn.number)} == {
        shanghai("16:30:00", LAST), shanghai("18:29:59.700", LAST),
    }  # fmt: skip
    with pytest.raises(Conflict, match="claim_nothing"):  # the quarter is one of its months by now
        database.run(draw_claim, period="2026-Q4", now=shanghai("21:00", LAST))


def test_o_084_a_claim_sent_before_the_last_dinner_is_refused_and_nothing_is_in_two(
    database: Database, world: World
) -> None:
    """O-084: on the afternoon of the 30th the month is not over; later v2 replaces v1, and what comes
    after a submission is a supplement."""
    day = LAST - timedelta(1)
    database.run(_close_all_but, world, day, LAST)
    database.run(eat, world, "P01", day)
    database.run(sign, day)
    database.run(eat, world, "P02", LAST)
    afternoon = shanghai("15:00", LAST)
    assert database.run(draw_claim, period="2026-11", now=afternoon).lines == 1
    checked = database.run(claim_steps.check, number=NOVEMBER, now=afternoon, **WHO)
    assert [one.code for one in checked.stopping] == ["unsigned_days"]
    with pytest.raises(Conflict, match="state_step"):
        database.run(claim_steps.submit, number=NOVEMBER, now=afternoon, **WHO)
    database.run(eat, world, "P02", LAST, "17:10")
    database.run(sign, LAST)
    evening = shanghai("21:00", LAST)
    database.run(claim_drafts.draft, canteen="C1", period="2026-11", now=evening, **WHO)
    database.run(
        claim_drafts.hold, number=NOVEMBER, items=[rows_of(database, NOVEMBER)[0].item], reason="待查",
        now=evening, **WHO,
    )  # fmt: skip
    database.run(submit_claim, NOVEMBER, evening)
    database.run(claim_steps.withdraw, number=NOVEMBER, reason="漏了晚饭", now=evening, **WHO)
    database.run(submit_claim, NOVEMBER, evening)
    item = database.read(show_claim, number=NOVEMBER, now=evening).holds[0].item
    database.run(
        claim_drafts.lift, canteen="C1", item=item, reason="查清", now=evening, **WHO
    )  # fmt: skip
    supplement = database.run(draw_claim, period="2026-11", now=evening)
    database.run(submit_claim, supplement.number, evening)
    assert (supplement.number, supplement.supplement) == (f"{NOVEMBER}-S1", 1)
    with pytest.raises(Conflict, match="claim_nothing"):
        database.run(draw_claim, period="2026-11", now=evening)
    december = shanghai("09:00", LAST + timedelta(1))
    assert database.run(draw_claim, period="2026-12", now=december).lines == 0
    claimed = Counter(
        row.receipt for number in database.read(_sent) for row in rows_of(database, number)
    )
    subsidised = database.read(
        lambda s: s.scalars(select(Meal.receipt).where(Meal.subsidy_fen > 0)).all()
    )
    assert claimed == Counter(subsidised)
    check_claim_books(database)


def _sent(session: Session) -> list[str]:
    return list(
        session.scalars(select(Claim.number).where(Claim.state.in_(SENT)).order_by(Claim.id))
    )


def test_o_071_meals_after_a_death_learnt_late_are_kept_and_held_out(database: Database) -> None:
    """O-071: what P10 "ate" after he died stays booked, waits outside the claim for a decision, and no
    row is gone."""
    world = database.run(make_world)
    days = [date(2026, 11, 25) + timedelta(number) for number in range(4)]
    database.run(_close_all_but, world, *days)
    for day in (days[0], days[3]):
        database.run(eat, world, "P10", day)
        database.run(eat, world, "P02", day)
    for day in days:
        database.run(sign, day)
    now = shanghai("21:00", days[3])
    database.run(draw_claim, period="2026-11", now=now)
    assert database.read(get_claim, number=NOVEMBER).meals == 4
    database.run(
        record_departure, number="P10", status="deceased", from_on=days[1], source="死亡证明",
        document=None, now=now, **WHO,
    )  # fmt: skip
    database.run(draw_claim, period="2026-11", now=now)
    page = database.read(show_claim, number=NOVEMBER, now=now)
    held = [hold for hold in page.holds if hold.check_code == "after_death"]
    assert (page.head.figures["meals"], len(held)) == (3, 1)
    assert {
        row.elder: row.served_on for row in rows_of(database, NOVEMBER) if row.elder == "P10"
    } == {"P10": days[0]}
    submitted = database.run(_answer_and_submit, world, now)
    assert len(submitted) == 64
    assert database.read(lambda s: len(s.scalars(select(Meal)).all())) == 4
    # a person decides: the date was wrong, it is to be claimed; it is not held out again
    database.run(
        claim_drafts.lift, canteen="C1", item=held[0].item, reason="日期登记错", now=now, **WHO
    )  # fmt: skip
    assert database.run(draw_claim, period="2026-11", now=now).lines == 1
    check_claim_books(database)


def _answer_and_submit(session: Session, world: World, now: Any) -> str:
    checked = claim_steps.check(session, number=NOVEMBER, now=now, **WHO)
    for result in checked.results:
        for finding in result.findings:
            answer(session, world.canteens["C1"], finding.key, now)
    return submit_claim(session, NOVEMBER, now)


def test_o_073_each_number_is_the_length_of_its_list_and_the_claim_has_the_same(
    database: Database, world: World
) -> None:
    """O-073: a tenth of the case's crowd: lunches with voided, young, second; deliveries; dinners."""
    database.run(_feed, world)
    database.run(_close_all_but, world, TODAY)
    carried = database.run(make_carried, world, "P10")
    send_out(database, carried)
    tell(database, carried, "delivered")
    database.run(sign, TODAY)
    counts = database.read(show_day, canteen="C1", day=TODAY, now=shanghai("21:00")).figures
    assert counts["counts"]["people"] == 10 - 1 + 1 + 1 + 3
    assert counts["counts"]["subsidised"] == 10 - 1 - 2 + 1 + 3
    drawn = database.run(draw_claim, period="2026-11", now=shanghai("21:00"))
    rows = rows_of(database, drawn.number)
    assert len(rows) == drawn.meals == counts["counts"]["subsidised"]
    claim = database.read(get_claim, number=drawn.number)
    assert claim.persons == len({row.elder for row in rows}) == add_rows(rows).persons == 8
    assert claim.subsidy_fen == counts["money"]["subsidy_fen"]
    assert Counter(row.mealtime for row in rows) == {"lunch": 8, "dinner": 3}
    assert Counter(row.proof for row in rows) == {"card": 10, "delivery": 1}


def _feed(session: Session, world: World) -> None:
    """Ten lunches: one voided, two of people under 60; one second portion; three of them dine again."""
    numbers = [f"E{number}" for number in range(10)]
    for number, name in enumerate(numbers):
        card = f"em4100:{0x0A00C00000 + number:010X}"
        born = date(1980, 1, 1) if number >= 8 else date(1946, 1, 1)
        world.elders[name] = make_elder(
            session, number=name, name=f"老人{number}", sex="F", born=born, community=CHENGNAN,
            canteen_id=world.canteens["C1"], categories=(), card=card, balance_fen=9000,
        )  # fmt: skip
        world.cards[name] = card
        eat(session, world, name, TODAY, f"11:{30 + number}")
    voided = session.scalars(select(Meal.uid).where(Meal.elder_id == world.elders["E7"])).one()
    void_meal(
        session, asked=VoidAsked(event_id("void"), voided, "swiped_twice"), may_void_any=True,
        now=shanghai("12:00"), **WHO,
    )  # fmt: skip
    second = MealAsked(event_id("second"), elder="E0", reason="no_card", pay="cash", second=True)
    serve_meal(
        session, asked=second, counter_id=world.counters["C1-1"], by=FINANCE,
        now=shanghai("12:01"),
    )  # fmt: skip
    for name in numbers[:3]:
        eat(session, world, name, TODAY, "17:00")


def test_o_085_meals_stay_with_who_held_the_card_then(database: Database, world: World) -> None:
    """O-085: card 0000781718 was P04's until the 20th and is P09's, who is 60 on the 25th; the claim too
    knows whose each meal was."""
    before, after = date(2026, 11, 20), date(2026, 11, 25)
    database.run(_close_all_but, world, before, after)
    database.run(eat, world, "P04", before)
    database.run(sign, before)
    database.run(
        issue, number="P09", asked=CardAsked(typed="0000781718", from_other=True), areas=("45",),
        now=shanghai("08:00", after), **WHO,
    )  # fmt: skip
    database.run(eat, world, "P09", after, card=world.cards["P04"])
    database.run(sign, after)
    drawn = database.run(draw_claim, period="2026-11", now=shanghai("21:00", after))
    assert [(row.elder, row.served_on) for row in rows_of(database, drawn.number)] == [
        ("P04", before), ("P09", after),
    ]  # fmt: skip
