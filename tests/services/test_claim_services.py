"""What a claim asks for beside meals: services, what a correction takes back of them, grants by tier."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry
from canteen.models.claims import ClaimLine
from canteen.models.meals import Meal
from canteen.models.sites import Funder
from canteen.rules.errors import Conflict, Refused
from canteen.services import claim_drafts, claim_steps, receivables
from canteen.services.claim_steps import CutAsked
from canteen.services.schemes import bind_scheme
from canteen.till.claims import get_claim
from tests.factories.claims import (
    DAYS,
    FINANCE,
    NOW,
    NUMBER,
    SECOND,
    check_claim_books,
    draw_claim,
    make_month,
    refused,
    rows_of,
    sign,
    submit_claim,
)
from tests.factories.corrections import approve, approve_all, ask_back, judge_again
from tests.factories.deliveries import make_queue
from tests.factories.doors import meals_of, send_out, tell
from tests.factories.schemes import BESIDE, RULE_SET_A, SERVICE
from tests.factories.world import TODAY, World, close_day, shanghai
from tests.factories.world import bind_scheme as make_binding

#: P02 and P03 are over 80: each of twelve lunches 0.10, six of them 0.50 more
SERVICES_FEN, GRANTS_FEN = 12 * 10 + 6 * 50, 300000 + 1000
WHO: dict[str, Any] = {"by": FINANCE, "origin": None, "now": NOW}

#: a second payer, behind whom another office stands
CITY = """[payer.city]
name = "市级"
kind = "government"

[[rule]]"""


def _account_fen(session: Session, kind: str) -> int:
    fen: int = session.execute(
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(Account.kind == kind)
    ).scalar_one()
    return int(fen)


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_month, scheme=RULE_SET_A + BESIDE)


def test_services_and_grants_are_lines_of_their_own_and_money_once_submitted(
    database: Database, world: World
) -> None:
    drawn = database.run(draw_claim)
    claim = database.read(get_claim, number=NUMBER)
    assert (claim.services_fen, claim.grants_fen) == (SERVICES_FEN, GRANTS_FEN)
    assert drawn.total_fen == 5700 + SERVICES_FEN + GRANTS_FEN
    services = [row for row in rows_of(database) if row.kind == "service"]
    assert {(row.rule, row.elder) for row in services if row.rule == "running"} == {
        ("running", "P02"), ("running", "P03"),
    }  # fmt: skip
    assert {row.to_whom for row in services} == {"operator"}
    assert services[0].price_fen == 0
    tier = database.read(
        lambda s: s.scalars(select(ClaimLine.explanation).where(ClaimLine.rule == "tier")).one()
    )
    told = json.loads(tier or "")
    assert (told["meals"], told["open_days"], told["average"], told["tier"]) == (12, 3, "4.00", 4)
    assert "÷" in told["zh"]
    assert database.read(_account_fen, "grants") == 0
    database.run(submit_claim)
    assert database.read(_account_fen, "services") == SERVICES_FEN
    assert database.read(_account_fen, "grants") == GRANTS_FEN
    assert database.read(_account_fen, "receivable") == -drawn.total_fen
    check_claim_books(database)
    database.run(claim_steps.withdraw, number=NUMBER, reason="漏了", **WHO)
    assert database.read(_account_fen, "grants") == database.read(_account_fen, "services") == 0
    assert database.read(get_claim, number=NUMBER).total_fen == drawn.total_fen
    check_claim_books(database)


def test_services_and_grants_of_a_month_over_are_owed_until_a_claim_that_was_sent_asks_for_them(
    database: Database, world: World
) -> None:
    def owed(today: date = date(2026, 11, 2)) -> dict[str, tuple[str, str, int, date | None]]:
        found = database.read(receivables.list_receivables, canteens=["C1"], today=today)
        return {one.state: (one.funder, one.period, one.open_fen, one.due_on) for one in found}

    beside = ("qinnan", "2026-10", SERVICES_FEN + GRANTS_FEN, date(2026, 11, 20))
    assert owed()["unclaimed_services"] == beside
    assert owed()["unclaimed"][2] == 5700
    assert list(owed(date(2026, 10, 31))) == ["unclaimed"]  # the month still runs
    total_fen = database.run(draw_claim).total_fen
    assert owed()["unclaimed_services"] == beside
    database.run(submit_claim)
    assert {state: one[2] for state, one in owed().items()} == {"submitted": total_fen}
    database.run(claim_steps.withdraw, number=NUMBER, reason="漏了", **WHO)
    database.run(claim_drafts.discard, number=NUMBER, reason="以后再报", **WHO)
    assert owed()["unclaimed_services"] == beside
    of_funder = database.run(draw_claim, payer="qinnan").number
    database.run(submit_claim, of_funder)
    assert list(owed()) == ["submitted"]


def test_a_scheme_bound_later_for_the_same_days_gives_nothing_twice(
    database: Database, world: World
) -> None:
    database.run(draw_claim)
    database.run(submit_claim)
    again = (RULE_SET_A + BESIDE).replace('id = "', 'id = "new-').replace("rule-set-a", "again")
    database.run(
        bind_scheme, text=again, canteen=None, area="450702", from_on=DAYS[0].replace(day=1),
        payers={"gov": "qinnan"}, by=FINANCE, now=NOW, today=NOW.date(),
    )  # fmt: skip
    for period in ("2026-10", "2026-Q4"):
        refused(Conflict, "claim_nothing", lambda of=period: database.run(draw_claim, period=of))  # type: ignore[misc]
    database.run(claim_steps.withdraw, number=NUMBER, reason="重报", **WHO)
    claim = database.read(get_claim, number=NUMBER)
    assert (claim.services_fen, claim.grants_fen) == (SERVICES_FEN, GRANTS_FEN)
    assert {row.rule for row in rows_of(database) if row.kind == "grant"} == {
        "new-monthly", "new-tier",
    }  # fmt: skip
    check_claim_books(database)


def test_a_scheme_bound_later_takes_no_grant_from_the_funder_who_was_not_asked_yet(
    database: Database, world: World
) -> None:
    layers = (RULE_SET_A + BESIDE).replace("[[rule]]", CITY, 1)
    layers = layers.replace('id = "tier"\npayer = "gov"', 'id = "tier"\npayer = "city"')
    database.run(lambda s: s.add(Funder(code="city", name="市民政局", area_code="4507")))

    def bind(amount_fen: int) -> None:
        text = layers.replace("amount_fen = 300000", f"amount_fen = {amount_fen}")
        database.run(
            bind_scheme, text=text, canteen=None, area="450702", from_on=DAYS[0].replace(day=1),
            payers={"gov": "qinnan", "city": "city"}, by=FINANCE, now=NOW, today=NOW.date(),
        )  # fmt: skip

    bind(200000)
    of_gov = database.run(draw_claim, payer="qinnan").number
    database.run(submit_claim, of_gov)
    bind(250000)
    of_city = database.run(draw_claim, payer="city").number
    assert [(row.rule, row.asked_fen) for row in rows_of(database, of_city)] == [("tier", 1000)]
    refused(Conflict, "claim_nothing", lambda: database.run(draw_claim, payer="qinnan"))
    check_claim_books(database)


def test_a_month_in_which_nobody_ate_is_given_nothing(database: Database, world: World) -> None:
    drawn = database.run(draw_claim, period="2020-01")  # the opening balances' day is signed
    assert (drawn.lines, drawn.total_fen) == (0, 0)


def test_a_correction_that_takes_the_meal_back_takes_its_services_back(
    database: Database, world: World
) -> None:
    database.run(draw_claim)
    database.run(submit_claim)
    receipt = database.read(
        lambda s: s.scalars(
            select(Meal.receipt).where(Meal.elder_id == world.elders["P02"]).order_by(Meal.id)
        ).first()
    )
    november = NOW + timedelta(days=1)
    approve(database, ask_back(database, str(receipt), november), november)
    booked_on = DAYS[-1] + timedelta(days=1)  # the first day that nobody has signed
    database.run(sign, booked_on, now=november)
    for number in (f"{NUMBER}-S1", "C1-2026-11"):
        period = "2026-11" if number.endswith("11") else "2026-10"
        assert database.run(draw_claim, period=period).number == number
        corrected, *taken_back = rows_of(database, number)[:3]
        assert (corrected.corrects, corrected.asked_fen) == (receipt, -500)
        assert corrected.price_fen == (
            corrected.elder_fen + corrected.discount_fen + corrected.asked_fen + corrected.other_fen
        )
        assert {(row.rule, row.asked_fen) for row in taken_back} == {
            ("each", -10),
            ("running", -50),
        }
        assert {row.item for row in (corrected, *taken_back)} == {corrected.item}
        database.run(claim_drafts.discard, number=number, reason="另一种", **WHO)
    database.run(draw_claim, period="2026-11")
    item = rows_of(database, "C1-2026-11")[0].item
    database.run(
        claim_drafts.hold, number="C1-2026-11", items=[item], reason="等老人确认", **WHO
    )  # fmt: skip
    assert [row.kind for row in rows_of(database, "C1-2026-11")] == []
    check_claim_books(database)


def test_what_the_approval_cut_of_a_service_is_not_taken_back_as_well(
    database: Database, world: World
) -> None:
    """0.10 and 0.20 of 0.50 are cut: when nobody ate after all, 0.30 go back."""
    receipt = f"C1-{DAYS[0]:%Y%m%d}-0002"
    database.run(draw_claim)
    database.run(submit_claim)
    cuts = {row.rule: row.sources[0] for row in rows_of(database) if row.receipt == receipt}
    asked = [CutAsked(cuts["each"], 10, "不算"), CutAsked(cuts["running"], 20, "超标准")]
    approved = {"number": NUMBER, "cuts": asked, **WHO, "by": SECOND}
    database.run(claim_steps.approve, **approved)
    approve(database, ask_back(database, receipt, NOW), NOW)
    database.run(sign, DAYS[-1] + timedelta(1), now=NOW)
    number = database.run(draw_claim).number
    rows = rows_of(database, number)
    assert [(row.rule, row.asked_fen) for row in rows if row.kind == "service"] == [
        ("running", -30)
    ]

    def come_back() -> None:
        database.run(claim_steps.return_claim, number=NUMBER, reason="重报", remarks={}, **WHO)

    refused(Conflict, "claim_cut_corrected", come_back)
    check_claim_books(database)


def test_a_meal_that_no_scheme_split_earns_services_once_a_correction_gives_it_shares(
    database: Database,
) -> None:
    """Bound late, the scheme owes nothing for a meal that nobody ate after all, and no less."""

    def bind(session: Session) -> None:
        payers = {"gov": session.scalars(select(Funder.id)).one()}
        make_binding(session, RULE_SET_A + BESIDE, "450702", payers)

    database.run(make_month, scheme=None)
    database.run(bind)
    approve(database, ask_back(database, f"C1-{DAYS[0]:%Y%m%d}-0001", NOW), NOW)
    judge_again(database, "P02", DAYS[-1], NOW)
    approve_all(database, NOW)
    database.run(sign, DAYS[-1] + timedelta(1), now=NOW)
    database.run(draw_claim)
    services = [row for row in rows_of(database) if row.kind == "service"]
    assert [(row.elder, row.rule, row.asked_fen) for row in services] == [
        ("P02", "each", 10),
        ("P02", "running", 50),
    ]
    again = ask_back(database, f"C1-{DAYS[-1]:%Y%m%d}-0002", NOW)
    approve(database, again, NOW)
    database.run(sign, DAYS[-1] + timedelta(2), now=NOW)
    database.run(draw_claim)
    assert database.read(get_claim, number=NUMBER).services_fen == 0


def test_a_delivery_is_claimed_for_who_carried_it_and_taken_back_with_its_meal(
    database: Database,
) -> None:
    world, (carried,) = make_queue(database, ("P10",), scheme=RULE_SET_A + SERVICE)
    for day in range(1, 31):
        if day != TODAY.day:
            database.run(close_day, world.canteens["C1"], date(2026, 11, day))
    send_out(database, carried)
    tell(database, carried, "delivered")
    database.run(sign, date(2020, 1, 1), now=shanghai("20:00"))  # the purses' opening balances
    database.run(sign, TODAY)
    december = shanghai("09:00", date(2026, 12, 1))
    drawn = database.run(draw_claim, period="2026-11", now=december)
    meal, service = rows_of(database, drawn.number)
    assert (meal.proof, meal.asked_fen, service.asked_fen) == ("delivery", 800, 150)
    assert (service.volunteer, service.to_whom, service.elder) == ("V1", "deliverer", "P10")
    assert (service.mealtime, service.channel) == (meal.mealtime, meal.channel)
    database.run(submit_claim, drawn.number, december)
    assert database.read(_account_fen, "deliverers") == 150
    approve(
        database, ask_back(database, meals_of(database, carried)[0].receipt, december), december
    )
    database.run(sign, TODAY + timedelta(days=1), now=december)
    drawn = database.run(draw_claim, period="2026-11", now=december)
    assert [(row.kind, row.asked_fen) for row in rows_of(database, drawn.number)] == [
        ("correction", -800), ("service", -150),
    ]  # fmt: skip
    cut = CutAsked(service.sources[0], 1, "超标准")
    given = {**WHO, "by": SECOND, "number": "C1-2026-11", "cuts": [cut]}
    refused(Refused, "claim_cut_corrected", lambda: database.run(claim_steps.approve, **given))
    database.run(submit_claim, drawn.number, december)
    assert (
        database.read(_account_fen, "deliverers") == database.read(_account_fen, "receivable") == 0
    )
    check_claim_books(database)
