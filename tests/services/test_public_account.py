"""The month's public account: the sources add up to the meals, names are masked, funds balance."""

from typing import Any

import pytest

from canteen.db.run import Database
from canteen.rules.funder_asked import PaymentAsked
from canteen.services import claim_payments, donations, public_account
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.donations import DonationAsked
from canteen.services.public_account import PublicAccount
from tests.factories.sent_claims import eat, make_funded_world, send_claim
from tests.factories.world import TODAY, event_id, shanghai

WHO: dict[str, Any] = {"by": "staff:wang", "origin": None, "now": shanghai("21:00")}


@pytest.fixture
def account(database: Database) -> PublicAccount:
    """Two elders and a guest ate; one neighbour gave by name, one without; the fund paid its part."""

    def live(session: Any) -> None:
        world = make_funded_world(session)
        eat(session, world, "P01", "P02")
        serve_meal(
            session, counter_id=world.counters["C1-1"],
            asked=MealAsked(event_id("guest"), guest=True, kind="set", pay="cash"),
            by="staff:c", now=shanghai("12:00"),
        )  # fmt: skip
        send_claim(session)
        for name, donor, is_named in (("a", "黄桂兰", True), ("b", "李大明", False)):
            asked = DonationAsked(
                event_id(name), "C1", "love", donor, is_named, 600, "cash", None, None, TODAY
            )
            donations.take_donation(session, asked=asked, **WHO)
        paid = PaymentAsked(event_id("p"), "C1-2026-11", "love", 500, "fund", TODAY, "")
        claim_payments.record_payment(session, asked=paid, **WHO)

    database.run(live)
    return database.read(public_account.add_account, canteen="C1", month=TODAY)


def test_the_five_sources_add_up_to_the_price_of_the_meals(account: PublicAccount) -> None:
    assert (account.meals, account.persons, account.price_fen) == (3, 2, 3600)
    sums = {source: account.sum_of(source) for source in public_account.SOURCES}
    assert sums == {
        "own": 1400, "government": 500, "charity": 500, "volunteers": 0, "business": 1200,
    }  # fmt: skip
    assert (account.deliveries, account.volunteers, account.fees_fen) == (0, 0, 0)


def test_givers_are_masked_or_not_named_and_the_fund_balances(account: PublicAccount) -> None:
    assert [(one.donor, one.fen) for one in account.given] == [("黄**", 600), (None, 600)]
    (fund,) = account.funds
    assert (fund.before_fen, fund.income_fen, fund.outlay_fen, fund.after_fen) == (
        0,
        1200,
        500,
        700,
    )


def test_the_paper_holds_no_full_name_and_no_category(
    database: Database, account: PublicAccount
) -> None:
    book = database.read(public_account.fill_account, canteen="C1", month=TODAY, now=WHO["now"])
    text = book.to_json().encode().decode("unicode_escape")
    assert "爱心人士" in text
    for secret in ("桂兰", "李大明", "低保", "特困", "P01"):
        assert secret not in text
    assert [table.caption for table in book.pages[0].tables] == ["餐费来源", "本月捐赠", "基金收支"]
