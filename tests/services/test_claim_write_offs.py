"""What a funder will never pay of a claim: asked for by one person, written off by another, and it may come
all the same."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.rules.funder_asked import PaymentAsked
from canteen.services import books, books_funders, claim_payments, claim_steps, claim_write_offs
from canteen.services.claim_write_offs import WriteOffLine
from canteen.till.claim_money import Owed
from tests.factories.sent_claims import make_owed_claim
from tests.factories.world import TODAY, event_id, shanghai

FIRST: dict[str, Any] = {"by": "staff:fin", "origin": None, "now": shanghai("21:00")}
SECOND: dict[str, Any] = {**FIRST, "by": "staff:boss"}
NUMBER = "C1-2026-11"


@pytest.fixture
def funded(database: Database) -> Database:
    database.run(make_owed_claim)
    return database


def _pay(database: Database, fen: int, name: str, **given: Any) -> None:
    uid = event_id(f"payment {name}")
    asked = PaymentAsked(uid, NUMBER, "qinnan", fen, "bank", TODAY, f"T{name}", **given)
    database.run(claim_payments.record_payment, asked=asked, **FIRST)


def _ask(database: Database, funder: str = "qinnan", **given: Any) -> int:
    plain = {
        "number": NUMBER,
        "reason": "不会再来",
        "uid": event_id(f"write-off {funder}"),
        **FIRST,
    }
    database.run(claim_write_offs.ask, funder=funder, **{**plain, **given})
    return _lines(database)[-1].id


def _decide(database: Database, write_off_id: int, is_approved: bool = True, **who: Any) -> None:
    given = {"write_off_id": write_off_id, "is_approved": is_approved, **(who or SECOND)}
    database.run(claim_write_offs.decide, **given)


def _lines(database: Database) -> list[WriteOffLine]:
    return database.read(claim_write_offs.list_write_offs, number=NUMBER)


def _owed(database: Database, funder: str = "qinnan") -> Owed:
    money = database.read(claim_payments.find_claim_money, number=NUMBER)
    assert money is not None
    return next(one for one in money.owed if one.funder == funder)


def _state(database: Database) -> str:
    money = database.read(claim_payments.find_claim_money, number=NUMBER)
    assert money is not None
    return money.state


def _check_books(database: Database, receivable_fen: int) -> None:
    def add(session: Session) -> int:
        lines = select(func.sum(LedgerEntry.fen)).join(Account)
        return int(session.execute(lines.where(Account.kind == "receivable")).scalar_one())

    assert database.read(books.check).breaches == []
    assert database.read(books_funders.check_funders)[0] == []
    assert -database.read(add) == receivable_fen


def test_a_difference_is_written_off_by_a_second_person_and_the_money_may_still_come(
    funded: Database,
) -> None:
    _pay(funded, 450, "a", note="银行扣手续费")
    (line,) = _lines(funded)
    assert (line.fen, line.reason, line.stands) == (50, "银行扣手续费", True)
    assert (_owed(funded).open_fen, _owed(funded).is_explained) == (50, True)
    with pytest.raises(Refused, match="claim_write_off_second_person"):
        _decide(funded, line.id, **FIRST)
    _check_books(funded, 550)
    _decide(funded, line.id)
    assert (_owed(funded).open_fen, _owed(funded).written_off_fen, _state(funded)) == (
        0, 50, "approved",
    )  # fmt: skip
    with pytest.raises(Conflict, match="claim_write_off_decided"):
        _decide(funded, line.id)
    _decide(funded, _ask(funded, "love"))
    assert _state(funded) == "paid"
    _check_books(funded, 0)
    with pytest.raises(Invalid, match="payment_note"):
        _pay(funded, 50, "b")
    _pay(funded, 50, "b", note="扣错的退回来了")
    assert (_state(funded), _owed(funded).open_fen) == ("approved", -50)
    _check_books(funded, -50)
    _decide(funded, _lines(funded)[-1].id)
    assert (_state(funded), _owed(funded).written_off_fen) == ("paid", 0)
    _check_books(funded, 0)


def test_money_that_comes_meanwhile_overtakes_what_was_asked(funded: Database) -> None:
    asked = _ask(funded)
    assert _ask(funded) == asked  # the same form again
    _pay(funded, 100, "a")
    assert (_owed(funded).is_explained, _lines(funded)[0].stands) == (False, False)
    with pytest.raises(Conflict, match="claim_write_off_overtaken"):
        _decide(funded, asked)
    _decide(funded, asked, is_approved=False)
    _pay(funded, 400, "b")
    with pytest.raises(Conflict, match="claim_write_off_nothing"):
        _ask(funded, uid=event_id("again"))
    with pytest.raises(Invalid, match="claim_words"):
        _ask(funded, "love", reason=" ")
    with pytest.raises(NotFound, match="claim_write_off_unknown"):
        _decide(funded, 77)
    _check_books(funded, 500)


def test_a_claim_that_comes_back_is_owed_whole_again(funded: Database) -> None:
    asked = _ask(funded), _ask(funded, "love")
    _decide(funded, asked[0])
    _check_books(funded, 500)
    back = {"number": NUMBER, "reason": "重报", "remarks": {}, **SECOND}
    funded.run(claim_steps.return_claim, **back)
    with pytest.raises(Conflict, match="claim_write_off_overtaken"):
        _decide(funded, asked[1])
    _check_books(funded, 1000)


def test_of_two_who_decide_while_the_money_comes_one_acts_and_the_books_hold(
    funded: Database,
) -> None:
    asked = _ask(funded)

    def act(n: int) -> str:
        try:
            _pay(funded, 500, "late") if n == 1 else _decide(funded, asked)
        except CanteenError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(3) as hands:
        told = list(hands.map(act, range(3)))
    assert told in (
        ["", "payment_note", "claim_write_off_decided"],
        ["claim_write_off_decided", "payment_note", ""],
        ["claim_write_off_overtaken", "", "claim_write_off_overtaken"],
    )
    assert _owed(funded).open_fen == 0
    _check_books(funded, 500)
