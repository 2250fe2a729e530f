"""Donations: a receipt for each, cash in the day's drawer, taken back once, and never lost by a day sheet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services import books, books_days, books_funders, day_sheets, donations, funds
from canteen.services.donations import DonationAsked
from tests.factories.days import settle, sign, sign_before
from tests.factories.sent_claims import eat, make_funded_world
from tests.factories.world import TODAY, event_id, shanghai

WHO: dict[str, Any] = {"by": "staff:wang", "origin": None, "now": shanghai("15:00")}
GIVEN = DonationAsked(
    uid=event_id("donation"), canteen="C1", fund="love", donor="黄桂兰", is_named=True, fen=10_000,
    pay="cash", reference=None, purpose="添置餐具", given_on=TODAY,
)  # fmt: skip


@pytest.fixture
def funded(database: Database) -> Database:
    def live(session: Any) -> None:
        eat(session, make_funded_world(session), "P01")

    database.run(live)
    return database


def _take(database: Database, **given: Any) -> str:
    return database.run(donations.take_donation, asked=replace(GIVEN, **given), **WHO)


def _breaches(database: Database) -> list[str]:
    found = [
        *database.read(books.check).breaches,
        *database.read(books_funders.check_funders)[0],
        *database.read(books_days.recount_days)[0],
    ]
    return [one.text for one in found]


def test_each_has_a_receipt_of_the_days_row_and_one_form_is_one_donation(funded: Database) -> None:
    assert _take(funded) == _take(funded) == "C1-20261125-0002"
    with pytest.raises(Conflict, match="id_reused"):
        _take(funded, fen=1)
    other = _take(
        funded, uid=event_id("b"), pay="external", reference="WX1", is_named=False, donor="李四"
    )
    lines = funded.read(donations.list_donations, canteen="C1")
    assert [(line.receipt, line.pay) for line in lines] == [
        (other, "external"),
        ("C1-20261125-0002", "cash"),
    ]
    book = funded.read(
        donations.fill_receipt, canteen="C1", receipt="C1-20261125-0002", now=WHO["now"]
    )
    assert "壹佰元整" in book.pages[0].notes[0]
    assert _breaches(funded) == []


def test_the_day_sheet_counts_the_cash_and_what_is_taken_back_later_leaves_the_later_day(
    funded: Database,
) -> None:
    receipt = _take(funded)
    sign_before(funded, TODAY)
    settle(funded, TODAY)
    sign(funded, TODAY)
    again = {
        **WHO,
        "receipt": receipt,
        "reason": "记错",
        "now": shanghai("9:00", TODAY + timedelta(1)),
    }
    funded.run(donations.reverse_donation, **again)
    with pytest.raises(Conflict, match="donation_reversed"):
        funded.run(donations.reverse_donation, **again)

    def drawer(days: int) -> list[int]:
        day = TODAY + timedelta(days=days)
        page = funded.read(day_sheets.show_day, canteen="C1", day=day, now=shanghai("20:00", day))
        return [one["expected_fen"] for one in page.figures["drawers"]]

    page = funded.read(day_sheets.show_day, canteen="C1", day=TODAY, now=shanghai("20:00"))
    whose = [one["who"] for one in page.anomalies if one["key"] == "cash_uncounted:"]
    assert [tuple(one) for one in whose] == [("社区收的现金", "the desk’s cash")]
    assert (drawer(0), drawer(1)) == ([10_000], [-10_000])
    fund = funded.read(funds.find_fund, code="love")
    assert fund is not None
    assert (fund.balance_fen, [line.kind for line in fund.lines]) == (
        0,
        ["donation", "donation_back"],
    )
    with pytest.raises(NotFound, match="donation_unknown"):
        funded.read(donations.fill_receipt, canteen="C1", receipt=receipt, now=WHO["now"])
    assert _breaches(funded) == []


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"fen": 0}, Invalid, "donation_fen"),
        ({"donor": ""}, Invalid, "donor"),
        ({"pay": "external"}, Invalid, "donation_reference"),
        ({"given_on": TODAY + timedelta(days=1)}, Invalid, "donation_not_yet"),
        ({"fund": "qinnan"}, Refused, "fund_unknown"),
    ],
)
def test_what_is_no_donation_to_a_fund_here_is_refused(
    funded: Database, given: dict[str, Any], error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        _take(funded, **given)
    assert funded.read(donations.list_donations, canteen="C1") == []


def test_a_donation_nobody_made_is_not_taken_back(funded: Database) -> None:
    with pytest.raises(NotFound, match="donation_unknown"):
        funded.run(donations.reverse_donation, receipt="C1-1", reason="x", **WHO)
    with pytest.raises(Invalid, match="reason"):
        funded.run(donations.reverse_donation, receipt=_take(funded), reason="", **WHO)


def test_a_canteen_offers_the_funds_of_its_own_area(funded: Database) -> None:
    assert funded.read(donations.list_funds_of, canteen="C1") == [("love", "城南爱心基金")]
    assert [one.code for one in funded.read(funds.list_funds)] == ["love"]
