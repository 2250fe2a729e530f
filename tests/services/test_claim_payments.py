"""Payments of claims: per funder, once whoever records them, paid when all of it came or was written off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from canteen.db.run import Database
from canteen.models.sites import Funder
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.rules.funder_asked import AdvanceAsked, PaymentAsked
from canteen.services import advances, books, books_funders, claim_payments, donations, funds
from canteen.services.claim_payments import ClaimMoney
from canteen.services.donations import DonationAsked
from tests.factories.sent_claims import eat, make_funded_world, make_owed_claim, send_claim
from tests.factories.world import TODAY, event_id, shanghai

WHO: dict[str, Any] = {"by": "staff:fin", "origin": None, "now": shanghai("21:00")}
NUMBER = "C1-2026-11"


def _payment(fen: int = 500, name: str = "a", **given: Any) -> PaymentAsked:
    plain = {
        "uid": event_id(f"payment {name}"),
        "claim": NUMBER,
        "funder": "qinnan",
        "fen": fen,
        "source": "bank",
        "arrived_on": TODAY,
        "reference": f"T{name}",
    }
    return PaymentAsked(**{**plain, **given})


def _pay(database: Database, *given: Any, **more: Any) -> ClaimMoney:
    database.run(claim_payments.record_payment, asked=_payment(*given, **more), **WHO)
    return _money(database)


def _money(database: Database) -> ClaimMoney:
    found = database.read(claim_payments.find_claim_money, number=NUMBER)
    assert found is not None
    return found


def _breaches(database: Database) -> list[str]:
    return [
        one.text
        for one in (
            *database.read(books.check).breaches,
            *database.read(books_funders.check_funders)[0],
        )
    ]


def _give(database: Database, fen: int, name: str = "d") -> str:
    return database.run(
        donations.take_donation,
        asked=DonationAsked(
            uid=event_id(f"donation {name}"), canteen="C1", fund="love", donor="黄桂兰",
            is_named=True, fen=fen, pay="cash", reference=None, purpose=None, given_on=TODAY,
        ),
        **WHO,
    )  # fmt: skip


def _advance(database: Database, fen: int, name: str = "v") -> None:
    asked = AdvanceAsked(
        event_id(f"advance {name}"), "C1", "qinnan", fen, "2026 年预拨", TODAY, f"V{name}"
    )
    database.run(advances.record_advance, asked=asked, **WHO)


@pytest.fixture
def funded(database: Database) -> Database:
    database.run(make_owed_claim)
    return database


def test_a_claim_is_paid_when_all_of_every_funder_has_come(funded: Database) -> None:
    money = _pay(funded, 200, "a")
    assert (money.state, [one.open_fen for one in money.owed]) == ("approved", [500, 300])
    money = _pay(funded, 300, "b")
    assert (money.state, [one.open_fen for one in money.owed]) == ("approved", [500, 0])
    _give(funded, 800)
    money = _pay(funded, 500, "c", funder="love", source="fund", reference="")
    assert (money.state, [one.open_fen for one in money.owed]) == ("paid", [0, 0])
    fund = funded.read(funds.find_fund, code="love")
    assert fund is not None
    assert (fund.income_fen, fund.outlay_fen, fund.balance_fen) == (800, 500, 300)
    assert [line.left_fen for line in fund.lines] == [800, 300]
    assert _breaches(funded) == []


def test_money_that_came_before_the_period_began_is_an_advance_and_no_payment(
    funded: Database,
) -> None:
    with pytest.raises(Invalid, match="payment_too_early"):
        _pay(funded, 200, "early", arrived_on=TODAY.replace(year=TODAY.year - 1))
    _pay(funded, 200, "first", arrived_on=TODAY.replace(day=1))


def test_a_mistaken_payment_is_taken_back_once_and_the_claim_waits_again(funded: Database) -> None:
    _give(funded, 500)
    _pay(funded, 500, "f", funder="love", source="fund")
    assert _pay(funded, 500).state == "paid"
    payment = _money(funded).payments[-1]
    again = {"payment_id": payment.id, "reason": "记错了食堂", **WHO}
    funded.run(claim_payments.reverse_payment, **again)
    money = _money(funded)
    assert (money.state, money.owed[1].open_fen) == ("approved", 500)
    with pytest.raises(Conflict, match="payment_reversed"):
        funded.run(claim_payments.reverse_payment, **again)
    with pytest.raises(Invalid, match="reason"):
        funded.run(claim_payments.reverse_payment, **{**again, "reason": " "})
    with pytest.raises(NotFound, match="payment_unknown"):
        funded.run(claim_payments.reverse_payment, **{**again, "payment_id": 77})
    assert _pay(funded, 500, "b").state == "paid"
    assert _breaches(funded) == []


def test_a_form_sent_twice_is_one_payment_and_two_people_record_it_once(funded: Database) -> None:
    with ThreadPoolExecutor(4) as hands:
        tries = [
            hands.submit(_try_payment, funded, _payment(500, name, reference="T1"))
            for name in ("x", "x", "y", "z")
        ]
    told = sorted(one.result() for one in tries)
    # the same form twice is answered alike, another's of the same money is told so
    assert told in (["", "", "payment_known", "payment_known"], ["", *["payment_known"] * 3])
    assert [one.fen for one in _money(funded).payments] == [500]
    assert _breaches(funded) == []


def test_two_at_once_never_spend_more_than_a_fund_or_an_advance_holds(funded: Database) -> None:
    _give(funded, 300)
    _advance(funded, 300)
    tried = [
        _payment(200, f"{source}{n}", funder=funder, source=source, reference=f"{n}")
        for funder, source in (("love", "fund"), ("qinnan", "advance"))
        for n in range(2)
    ]
    with ThreadPoolExecutor(4) as hands:
        told = sorted(hands.map(lambda asked: _try_payment(funded, asked), tried))
    assert told == ["", "", "advance_short", "fund_short"]
    assert _money(funded).held == {"love": 100, "qinnan": 100}
    assert _breaches(funded) == []


def test_an_id_is_of_one_payment(funded: Database) -> None:
    _pay(funded, 200)
    _pay(funded, 200)
    with pytest.raises(Conflict, match="id_reused"):
        _pay(funded, 300)
    assert [one.fen for one in _money(funded).payments] == [200]


def _try_payment(database: Database, asked: PaymentAsked) -> str:
    try:
        database.run(claim_payments.record_payment, asked=asked, **WHO)
    except CanteenError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"fen": 0}, Invalid, "payment_empty"),
        ({"arrived_on": TODAY + timedelta(days=1)}, Invalid, "payment_not_yet"),
        ({"reference": ""}, Invalid, "payment_reference"),
        ({"fen": 501}, Invalid, "payment_note"),
        ({"fen": -1}, Invalid, "payment_note"),
        ({"source": "fund"}, Refused, "payment_source"),
        ({"source": "advance"}, Refused, "advance_short"),
        ({"funder": "love", "source": "fund"}, Refused, "fund_short"),
        ({"funder": "nobody"}, NotFound, "funder_unknown"),
        ({"claim": "C1-2026-10"}, NotFound, "claim_unknown"),
        ({"statement_line_id": 7}, NotFound, "statement_line_unknown"),
    ],
)
def test_what_is_no_payment_of_the_claim_is_refused_and_leaves_nothing(
    funded: Database, given: dict[str, Any], error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        _pay(funded, **given)
    assert _money(funded).payments == []


def test_only_an_approved_claim_is_paid(database: Database) -> None:
    def live(session: Any) -> None:
        world = make_funded_world(session)
        eat(session, world, "P01")
        send_claim(session, is_approved=False)

    database.run(live)
    with pytest.raises(Conflict, match="state_step"):
        _pay(database, 250)


def test_a_funder_that_is_asked_for_nothing_pays_nothing(funded: Database) -> None:
    city = insert(Funder).values(code="city", name="市民政局", area_code="4507")
    funded.run(lambda session: session.execute(city) and None)
    with pytest.raises(Refused, match="funder_not_asked"):
        _pay(funded, 250, funder="city")


def test_what_came_whole_is_not_paid_again(funded: Database) -> None:
    _pay(funded, 500)
    with pytest.raises(Conflict, match="claim_paid"):
        _pay(funded, 500, "b")
    money = _pay(funded, -20, "c", note="多拨退回")
    assert money.owed[1].open_fen == 20
    assert _breaches(funded) == []


def test_a_cut_lowers_what_is_owed(database: Database) -> None:
    def live(session: Any) -> None:
        world = make_funded_world(session)
        eat(session, world, "P01", "P02")
        send_claim(session, cuts={"qinnan": 100})

    database.run(live)
    owed = _money(database).owed[1]
    assert (owed.asked_fen, owed.cut_fen, owed.approved_fen) == (500, 100, 400)
    assert _pay(database, 400).owed[1].open_fen == 0
    assert _breaches(database) == []


def test_claims_are_settled_out_of_an_advance_and_the_rest_goes_back(funded: Database) -> None:
    _advance(funded, 800)
    _advance(funded, 800)  # the same form again
    with pytest.raises(Conflict, match="id_reused"):
        _advance(funded, 900)
    money = _pay(funded, 500, source="advance", reference="清算 1 号")
    assert money.held == {"love": 0, "qinnan": 300}
    with pytest.raises(Refused, match="advance_short"):
        _advance(funded, -301, "w")
    _advance(funded, -300, "w")
    (account,) = funded.read(advances.list_advances, canteens=["C1", "C2"])
    assert (account.given_fen, account.settled_fen, account.back_fen) == (800, 500, 300)
    assert [line.left_fen for line in account.lines] == [800, 300, 0]
    book = funded.read(advances.fill_advance, canteen="C1", funder="qinnan", now=WHO["now"])
    assert book is not None
    assert "零元整" in book.pages[0].notes[0]
    assert funded.read(advances.find_advance, canteen="C2", funder="qinnan") is None
    assert _breaches(funded) == []


@pytest.mark.parametrize(("source", "funder"), [("advance", "qinnan"), ("fund", "love")])
def test_what_was_paid_back_and_is_spent_is_not_taken_back(
    funded: Database, source: str, funder: str
) -> None:
    _give(funded, 500)
    _advance(funded, 500)
    of: dict[str, Any] = {"source": source, "funder": funder}
    _pay(funded, 500, "a", **of)
    back = _pay(funded, -200, "b", note="多扣", **of).payments[-1]
    _pay(funded, 200, "c", **of)
    with pytest.raises(Refused, match=f"{source}_short"):
        funded.run(claim_payments.reverse_payment, payment_id=back.id, reason="错", **WHO)
    funded.run(claim_payments.reverse_payment, payment_id=back.id + 1, reason="错", **WHO)
    funded.run(claim_payments.reverse_payment, payment_id=back.id, reason="错", **WHO)
    assert _money(funded).held[funder] == 0
    assert _breaches(funded) == []


def test_the_payable_claim_is_the_oldest_open_one_by_a_funders_code_or_a_payers_word(
    funded: Database,
) -> None:
    def find(**given: str | None) -> tuple[str, str, int] | None:
        wanted = {"canteen": "C1", "period": "2026-11", **given}
        return funded.read(claim_payments.find_payable, **wanted)

    open_fen = {one.funder: one.open_fen for one in _money(funded).owed}["qinnan"]
    wanted = (NUMBER, "qinnan", open_fen)
    assert find(payer="qinnan") == find(payer="district") == wanted
    with pytest.raises(Invalid, match=r"payer_needed.*qinnan"):
        find(payer=None)
    assert find(payer="qinnan", period="2026-10") is None
    with pytest.raises(NotFound, match="funder_unknown"):
        find(payer="nobody")


def test_a_fund_is_paid_in_by_donations_and_never_in_advance(funded: Database) -> None:
    asked = AdvanceAsked(event_id("v"), "C1", "love", 5, "预拨", TODAY, "V")
    with pytest.raises(Refused, match="advance_of_fund"):
        funded.run(advances.record_advance, asked=asked, **WHO)
