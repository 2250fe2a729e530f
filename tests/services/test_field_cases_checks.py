"""Field cases of the claim's checks, by their ids, on both databases: from real rows to a submitted claim."""

import random
from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.models.meals import Meal
from canteen.models.people import Card, CardBlock, CardHolding
from canteen.rules.claim_findings import CheckResult
from canteen.services import claim_steps, delivery_going_out, delivery_reports
from canteen.services.claim_checks import write_remark
from canteen.services.claim_drafts import lift
from canteen.services.elder_facts import record_departure
from canteen.till.claim_judging import judge_claim
from canteen.till.claim_scope import key
from canteen.till.day_state import get_canteen_by_code, list_unsigned
from canteen.till.ledger import balance
from tests.factories.canteen_months import at, live_month, make_town
from tests.factories.claims import FINANCE, SECRETARY, draw_claim, eat, sign
from tests.factories.deliveries import make_carried
from tests.factories.frauds import FRAUDS, absent_lunches, add_meals, lunches_of
from tests.factories.month_rows import write_district, write_month, write_town
from tests.factories.world import World, event_id, make_world, shanghai

NOVEMBER = date(2026, 11, 1)
IN_JANUARY = shanghai("09:00", date(2027, 1, 4))


def _december(day: int) -> date:
    return date(2026, 12, day)


def _sign_openings(session: Session, on: date) -> None:
    """The day of the purses' opening balances, signed."""
    for day in list_unsigned(session, get_canteen_by_code(session, "C2"), on):
        sign(session, day, "C2", now=shanghai("20:00", on))


def _count_meals(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Meal)).scalar_one()


def _receipts(session: Session, number: str) -> set[date]:
    """The service days of the meals that the claim holds."""
    return set(
        session.scalars(
            select(ClaimLine.served_on)
            .join(Claim, Claim.id == ClaimLine.claim_id)
            .where(Claim.number == number, ClaimLine.kind == "share")
        )
    )


def _judge(session: Session, number: str) -> dict[str, CheckResult]:
    claim_id = session.execute(select(Claim.id).where(Claim.number == number)).scalar_one()
    return {one.code: one for one in judge_claim(session, claim_id, IN_JANUARY)}


def test_o_074_patterns_that_make_an_auditor_look(database: Database) -> None:
    """45 lunches on ten days running, 12 on a closed day, 47 meals by 45 persons, 31 taps in 40 s."""
    town = make_town("C2", persons=45)
    rng = random.Random("O-074")
    facts = live_month(town, NOVEMBER)
    first = [NOVEMBER + timedelta(days=number) for number in range(10)]
    for day in first:
        lacking = 45 - len(lunches_of(facts, day))
        facts = add_meals(facts, absent_lunches(town, facts, rng, day, lacking))
    day = NOVEMBER + timedelta(days=11)
    facts = add_meals(
        facts, absent_lunches(town, facts, rng, day, 45 - len(lunches_of(facts, day)))
    )
    second = [
        replace(meal, portion=2, subsidy_fen=0, rules=(), item=f"{meal.item}-2")
        for meal in lunches_of(facts, day)[:2]
    ]
    facts = add_meals(facts, second)
    day = NOVEMBER + timedelta(days=13)
    kept = [m for m in facts.meals if m.served_on != day or m.channel == "delivery"]
    fast = [
        replace(meal, read_at=at(day, time(10, 30)) + timedelta(milliseconds=1300 * number))
        for number, meal in enumerate(
            absent_lunches(town, replace(facts, meals=kept), rng, day, 31)
        )
    ]
    facts = FRAUDS["closed_day"](town, add_meals(replace(facts, meals=kept), fast), rng)

    def write(session: Session) -> None:
        written = write_district(session)
        write_town(session, written, town)
        write_month(session, written, town, facts)
        draw_claim(session, "C2", "2026-11", now=shanghai("09:00", _december(2)))

    database.run(write)
    before = database.read(_count_meals)
    asked = {"number": "C2-2026-11", "by": FINANCE, "origin": None}
    now = shanghai("10:00", _december(2))
    checked = database.run(claim_steps.check, **asked, now=now)
    found = {
        code: [len(finding.rows) for finding in result.findings]
        for result in checked.results
        if (code := result.code) in ("flat_counts", "closed_day", "above_register", "too_fast")
    }
    assert found == {
        "flat_counts": [10], "above_register": [47], "closed_day": [12], "too_fast": [31],
    }  # fmt: skip
    assert checked.state == "draft"
    for result in checked.results:
        for finding in result.waits:
            database.run(
                write_remark, canteen="C2", key=finding.key, text="已核实，见说明", by=FINANCE,
                origin=None, now=now,
            )  # fmt: skip
    assert database.run(claim_steps.check, **asked, now=now).state == "checked"
    assert database.run(claim_steps.submit, **asked, now=now)
    assert database.read(_count_meals) == before, "nothing is deleted"


def test_o_071_death_entered_three_days_late(database: Database) -> None:
    """P10 died on 2 December, entered on the 5th: lunches on 1 and 4, a delivery on the 3rd."""

    def deliver(session: Session) -> World:
        world = make_world(session)
        _sign_openings(session, date(2026, 11, 30))
        eat(session, world, "P10", _december(1), canteen="C2")
        carried = make_carried(session, world, "P10", canteen="C2", day=_december(3))
        out_at = shanghai("11:10", _december(3))
        delivery_going_out.go_out(
            session, run=carried.run_uid, by="volunteer:V1", origin=None, now=out_at
        )
        done_at = out_at + timedelta(minutes=9)
        delivery_reports.report(
            session,
            asked=delivery_reports.ReportAsked(
                event_id("O-071"), carried.uid, "delivered", done_at, volunteer="V1"
            ),
            by="volunteer:V1", now=done_at,
        )  # fmt: skip
        eat(session, world, "P10", _december(4), canteen="C2")
        record_departure(
            session, number="P10", status="deceased", from_on=_december(2), source="家属",
            document=None, by=SECRETARY, origin=None, now=shanghai("09:00", _december(5)),
        )  # fmt: skip
        for day in range(1, 5):
            sign(session, _december(day), "C2", now=shanghai("20:00", _december(5)))
        draw_claim(session, "C2", "2026-12", now=IN_JANUARY)
        return world

    world = database.run(deliver)
    elder_id = world.elders["P10"]
    assert database.read(_receipts, number="C2-2026-12") == {_december(1)}
    held = database.read(
        lambda session: session.execute(
            select(Meal.served_on, ClaimHold.check_code, ClaimHold.reason)
            .join(ClaimHold, ClaimHold.item == key("meal", Meal.id))
            .order_by(Meal.served_on)
        ).all()
    )
    assert [(row[0], row[1]) for row in held] == [
        (_december(3), "after_death"), (_december(4), "after_death"),
    ]  # fmt: skip
    assert "2026-12-02 去世" in held[0][2]
    result = database.read(_judge, number="C2-2026-12")["after_death"]
    assert len(result.findings[0].rows) == 2
    assert not result.stops, "what is held out waits for nobody's answer"
    assert database.read(_count_meals) == 3
    blocked = database.read(
        lambda session: session.scalars(
            select(CardBlock.from_at)
            .join(Card, Card.id == CardBlock.card_id)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .where(CardHolding.elder_id == elder_id)
        ).all()
    )
    assert blocked == [shanghai("09:00", _december(5))]
    assert database.read(lambda session: balance(session, elder_id)) > 0


def test_o_012_nothing_after_the_move_is_claimed_by_the_old_community(database: Database) -> None:
    """P07 is set to 迁出 on 30 November; a lunch of 1 December was booked before anybody knew."""

    def live(session: Session) -> None:
        world = make_world(session)
        _sign_openings(session, date(2026, 11, 29))
        for day in (date(2026, 11, 30), _december(1)):
            for elder in ("P07", "P10"):
                eat(session, world, elder, day, canteen="C2")
        record_departure(
            session, number="P07", status="moved", from_on=date(2026, 11, 30), source="来信",
            document=None, by=SECRETARY, origin=None, now=shanghai("15:00", _december(1)),
        )  # fmt: skip
        for day in (date(2026, 11, 30), _december(1)):
            sign(session, day, "C2", now=shanghai("20:00", _december(1)))
        for period in ("2026-11", "2026-12"):
            draw_claim(session, "C2", period, now=IN_JANUARY)

    database.run(live)

    def persons(session: Session) -> list[tuple[str, int]]:
        return [
            (number, count)
            for number, count in session.execute(
                select(Claim.number, func.count(ClaimLine.id))
                .join(ClaimLine, ClaimLine.claim_id == Claim.id)
                .group_by(Claim.number)
                .order_by(Claim.number)
            )
        ]

    assert dict(database.read(persons)) == {"C2-2026-11": 2, "C2-2026-12": 1}
    held = database.read(
        lambda session: session.execute(select(ClaimHold.item, ClaimHold.check_code)).one()
    )
    assert held.check_code == "after_moving"

    def decide(session: Session) -> None:
        lift(
            session, canteen="C2", item=held.item, reason="住到月底才走", by=FINANCE, origin=None,
            now=IN_JANUARY,
        )  # fmt: skip
        draw_claim(session, "C2", "2026-12", now=IN_JANUARY)

    database.run(decide)
    assert dict(database.read(persons))["C2-2026-12"] == 2, "a person's decision is not asked again"
