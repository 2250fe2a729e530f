"""Claw-backs: written down by one, decided by another, borne by the canteen; set off or paid back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.rules.funder_asked import PaymentAsked
from canteen.services import (
    books,
    books_claims,
    books_corrections,
    books_funders,
    claim_payments,
    claim_steps,
    claw_backs,
    correction_lists,
    corrections,
)
from canteen.services.claim_payments import ClaimMoney
from canteen.services.claim_steps import CutAsked
from canteen.services.claw_backs import ClawBackAsked, ClawBackLine
from canteen.services.elder_facts import add_fact
from tests.factories.claims import (
    DAYS,
    FINANCE,
    NOW,
    NUMBER,
    SECOND,
    approve_claim,
    draw_claim,
    make_claim,
    rows_of,
    sign,
    submit_claim,
)
from tests.factories.corrections import approve_all, judge_again
from tests.factories.schemes import RULE_SET_A
from tests.factories.world import event_id, shanghai

WHO: dict[str, Any] = {"by": FINANCE, "origin": None, "now": NOW}
BOSS: dict[str, Any] = {**WHO, "by": SECOND}
#: 5.00 and 8.00 of the district
RECEIPTS = ("C1-20261012-0002", "C1-20261012-0003")
DEMAND = ClawBackAsked(
    event_id("demand"), NUMBER, "qinnan", "set_off", "外区已享受", "追回函 7 号", RECEIPTS
)


@pytest.fixture
def paid(database: Database) -> Database:
    """October's 57.00… claimed, approved and paid."""

    def live(session: Any) -> None:
        make_claim(session)
        submit_claim(session)
        approve_claim(session)

    database.run(live)
    _pay(database, _money(database).owed[0].open_fen, "all")
    return database


def _pay(database: Database, fen: int, name: str) -> None:
    asked = PaymentAsked(event_id(name), NUMBER, "qinnan", fen, "bank", NOW.date(), f"T{name}")
    database.run(claim_payments.record_payment, asked=asked, **WHO)


def _money(database: Database) -> ClaimMoney:
    found = database.read(claim_payments.find_claim_money, number=NUMBER)
    assert found is not None
    return found


def _ask(database: Database, **given: Any) -> ClawBackLine:
    database.run(claw_backs.ask_claw_back, asked=replace(DEMAND, **given), **WHO)
    return database.read(claw_backs.list_claw_backs, number=NUMBER)[-1]


def _decide(database: Database, line: ClawBackLine, is_approved: bool = True) -> None:
    database.run(claw_backs.decide_claw_back, claw_back_id=line.id, is_approved=is_approved, **BOSS)


def _hold(database: Database) -> None:
    for look in (books_funders.check_funders, books_claims.check_claims):
        assert database.read(look)[0] == []
    assert database.read(books.check).breaches == []


def test_set_off_it_is_a_negative_line_of_the_next_claim(paid: Database) -> None:
    line = _ask(paid)
    assert (_ask(paid).id, line.receipts, line.fen) == (line.id, list(RECEIPTS), 1300)
    _decide(paid, line)
    assert _money(paid).state == "paid"
    paid.run(sign, date(2026, 10, 15), now=shanghai("20:00", date(2026, 11, 2)))
    supplement = paid.run(draw_claim)
    found = paid.read(claim_payments.find_claim_money, number=supplement.number)
    assert found is not None
    assert [(one.funder, one.asked_fen) for one in found.owed] == [("qinnan", -1300)]
    # the canteen bears it, and no row of the claim says that the elder pays it
    rows = rows_of(paid, supplement.number)
    assert {row.elder_fen for row in rows} == {0}
    assert sum(row.discount_fen for row in rows) == 1300
    _hold(paid)


def test_paid_back_it_is_a_negative_payment_of_the_claim_and_in_no_other(paid: Database) -> None:
    _decide(paid, _ask(paid, way="pay_back"))
    money = _money(paid)
    assert (money.state, money.owed[0].clawed_fen, money.owed[0].open_fen) == (
        "approved",
        1300,
        -1300,
    )
    _hold(paid)
    _pay(paid, -1300, "back")
    assert _money(paid).state == "paid"
    paid.run(sign, date(2026, 10, 15), now=shanghai("20:00", date(2026, 11, 2)))
    with pytest.raises(Conflict, match="claim_nothing"):
        paid.run(draw_claim)
    _hold(paid)


def test_of_a_claim_that_came_back_it_is_set_off_in_the_next_version(database: Database) -> None:
    def live(session: Any) -> None:
        make_claim(session)
        submit_claim(session)
        approve_claim(session)

    database.run(live)
    whole_fen = _money(database).owed[0].asked_fen
    _decide(database, _ask(database, way="pay_back"))
    database.run(sign, date(2026, 10, 15), now=shanghai("20:00", date(2026, 11, 2)))
    database.run(claim_steps.return_claim, number=NUMBER, reason="重报", remarks={}, **WHO)
    assert (_money(database).version, _money(database).owed[0].asked_fen) == (2, whole_fen - 1300)
    _hold(database)


def test_what_the_approval_cut_is_not_demanded_back_as_well(database: Database) -> None:
    database.run(make_claim)
    database.run(submit_claim)
    cuts = [CutAsked("share:2:80:gov", 500, "外区"), CutAsked("share:3:90:gov", 300, "超标准")]
    database.run(claim_steps.approve, number=NUMBER, cuts=cuts, **BOSS)
    with pytest.raises(Refused, match="claw_back_line"):  # none of it was ever paid
        _ask(database, receipts=RECEIPTS[:1])
    line = _ask(database, uid=event_id("partly"), receipts=RECEIPTS[1:], way="pay_back")
    assert line.fen == 500
    _decide(database, line)
    with pytest.raises(Refused, match="claw_back_line"):
        _ask(database, uid=event_id("more"), receipts=RECEIPTS[1:])
    with pytest.raises(Conflict, match="claim_cut_corrected"):
        database.run(claim_steps.return_claim, number=NUMBER, reason="重报", remarks={}, **WHO)
    _hold(database)


def test_of_a_meal_that_nobody_ate_a_funder_gets_back_what_it_approved_and_no_more(
    database: Database,
) -> None:
    """What the approval cut the funder never paid: 3.00 of 8.00 are cut, 5.00 go back."""
    database.run(make_claim)
    database.run(submit_claim)
    cuts = [CutAsked("share:3:90:gov", 300, "超标准")]
    early = _take_back(database, "early")
    database.run(claim_steps.approve, number=NUMBER, cuts=cuts, **BOSS)
    with pytest.raises(Conflict, match="correction_stale"):  # asked for before the cut
        database.run(corrections.decide, uid=early, is_approved=True, **BOSS)
    database.run(corrections.decide, uid=early, is_approved=False, note="已核减", **BOSS)
    database.run(corrections.decide, uid=_take_back(database, "late"), is_approved=True, **BOSS)
    database.run(sign, date(2026, 10, 15), now=shanghai("20:00", date(2026, 11, 2)))
    supplement = database.run(draw_claim)
    found = database.read(claim_payments.find_claim_money, number=supplement.number)
    assert found is not None
    assert [one.asked_fen for one in found.owed] == [-500]
    owed = _money(database).owed[0]
    assert owed.open_fen - 500 == owed.asked_fen - 800
    with pytest.raises(Conflict, match="claim_cut_corrected"):  # 3.00 would be asked for nothing
        database.run(claim_steps.return_claim, number=NUMBER, reason="重报", remarks={}, **WHO)
    assert database.read(books_corrections.check_corrections)[0] == []
    _hold(database)


def test_what_the_approval_cut_of_a_correction_is_not_taken_back_as_well(paid: Database) -> None:
    """Known late to be in hardship: 8.00 instead of 3.00; 2.00 of it are cut. Nobody ate: 6.00 go back."""
    paid.run(
        add_fact, number="P05", kind="category", code="dibao", from_on=date(2026, 10, 1),
        source="民政局", document=None, **WHO,
    )  # fmt: skip
    judge_again(paid, "P05", date(2026, 10, 12), NOW)
    approve_all(paid, NOW)
    paid.run(sign, date(2026, 10, 15), now=shanghai("20:00", date(2026, 11, 2)))
    number = paid.run(draw_claim).number
    paid.run(submit_claim, number)
    more = next(r for r in rows_of(paid, number) if r.asked_fen == 500)
    source = next(one for one in more.sources if ":hardship:" in one)
    cuts = [CutAsked(source, 200, "超标准")]
    paid.run(claim_steps.approve, number=number, cuts=cuts, **BOSS)
    uid = event_id("nobody")
    paid.run(corrections.ask_not_eaten, uid=uid, meal=str(more.corrects), reason="没来", **WHO)
    paid.run(corrections.decide, uid=uid, is_approved=True, **BOSS)
    paid.run(sign, date(2026, 10, 16), now=shanghai("20:00", date(2026, 11, 2)))
    assert [row.asked_fen for row in rows_of(paid, paid.run(draw_claim).number)] == [-600]
    with pytest.raises(Conflict, match="claim_cut_corrected"):
        paid.run(claim_steps.return_claim, number=number, reason="重报", remarks={}, **WHO)
    assert paid.read(books_corrections.check_corrections)[0] == []
    _hold(paid)


def test_what_the_approval_cut_still_counts_for_the_quota(database: Database) -> None:
    """Two subsidised meals a month: the first is cut whole, and the third gets nothing for it."""
    database.run(make_claim, scheme=RULE_SET_A.replace("mealtime = 1", "month = 2"))
    database.run(submit_claim)
    cuts = [CutAsked("share:2:80:gov", 500, "外区")]
    database.run(claim_steps.approve, number=NUMBER, cuts=cuts, **BOSS)
    for first in (DAYS[0], DAYS[-1]):
        with pytest.raises(Conflict, match="nothing_to_change"):
            judge_again(database, "P02", first, NOW)


def test_a_share_that_a_correction_gave_is_demanded_back_of_the_claim_that_asked_it(
    paid: Database,
) -> None:
    """Born earlier than known, 3.00 of October's claim became 5.00 of its supplement."""
    paid.run(
        add_fact, number="P05", kind="born", born=date(1945, 1, 1), source=None, document=None,
        **WHO,
    )  # fmt: skip
    judge_again(paid, "P05", DAYS[0], NOW)
    approve_all(paid, NOW)
    paid.run(sign, date(2026, 10, 15), now=shanghai("20:00", date(2026, 11, 2)))
    number = paid.run(draw_claim).number
    paid.run(submit_claim, number)
    paid.run(approve_claim, number)
    receipts = (f"C1-{DAYS[0]:%Y%m%d}-0004",)
    with pytest.raises(Refused, match="claw_back_line"):  # the supplement gives these 3.00 back
        _ask(paid, receipts=receipts)
    demand = replace(DEMAND, claim=number, receipts=receipts)
    paid.run(claw_backs.ask_claw_back, asked=demand, **WHO)
    (line,) = paid.read(claw_backs.list_claw_backs, number=number)
    assert line.fen == 500
    _decide(paid, line)
    _hold(paid)


def test_what_a_correction_took_back_is_not_cut_as_well(database: Database) -> None:
    database.run(make_claim)
    database.run(submit_claim)
    uid = _take_back(database, "before")
    database.run(corrections.decide, uid=uid, is_approved=True, **BOSS)
    cuts = [CutAsked("share:3:90:gov", 300, "没吃")]
    with pytest.raises(Refused, match="claim_cut_corrected"):
        database.run(claim_steps.approve, number=NUMBER, cuts=cuts, **BOSS)
    assert _money(database).state == "submitted"
    _hold(database)


def _take_back(database: Database, name: str) -> str:
    """Ask for the meal of 8.00 to be taken back."""
    uid = event_id(name)
    database.run(corrections.ask_not_eaten, uid=uid, meal=RECEIPTS[1], reason="没来", **WHO)
    return uid


def test_a_second_person_decides_once_and_the_whole_of_it(paid: Database) -> None:
    line = _ask(paid)
    with pytest.raises(Refused, match="claw_back_second_person"):
        paid.run(claw_backs.decide_claw_back, claw_back_id=line.id, is_approved=True, **WHO)
    waiting = paid.read(correction_lists.list_waiting, areas=("450702",))
    assert len(waiting) == 2
    with pytest.raises(Refused, match="claw_back_whole"):
        paid.run(corrections.decide, uid=waiting[0].uid, is_approved=True, **BOSS)
    _decide(paid, line, is_approved=False)
    with pytest.raises(Conflict, match="claw_back_decided"):
        _decide(paid, line)
    with pytest.raises(NotFound, match="claw_back_unknown"):
        paid.run(claw_backs.decide_claw_back, claw_back_id=77, is_approved=True, **BOSS)
    assert _money(paid).owed[0].open_fen == 0
    again = _ask(paid, uid=event_id("again"))
    _decide(paid, again)
    with pytest.raises(Refused, match="claw_back_line"):  # nothing is left of them
        _ask(paid, uid=event_id("thrice"))
    _hold(paid)


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"reason": " "}, Invalid, "claw_back_empty"),
        ({"receipts": ()}, Invalid, "claw_back_empty"),
        ({"receipts": ("C1-20261012-0099",)}, Refused, "claw_back_line"),
        ({"funder": "nobody"}, NotFound, "funder_unknown"),
        ({"claim": "C1-2026-09"}, NotFound, "claim_unknown"),
    ],
)
def test_what_is_no_demand_of_the_claim_leaves_nothing(
    paid: Database, given: dict[str, Any], error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        _ask(paid, **given)
    assert paid.read(claw_backs.list_claw_backs, number=NUMBER) == []


def test_of_a_claim_nobody_approved_nothing_is_demanded_back(database: Database) -> None:
    database.run(make_claim)
    with pytest.raises(Conflict, match="claw_back_unpaid"):
        _ask(database)
