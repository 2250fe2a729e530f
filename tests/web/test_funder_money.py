"""The pages of money between funders and canteens: payments, advances, statements, funds, donations."""

import io
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen import clock
from canteen.models.sites import Funder
from canteen.services import books, books_funders, claim_steps
from tests.factories.requests import Browser
from tests.factories.sent_claims import eat, send_claim
from tests.factories.staff import make_account
from tests.factories.world import TODAY
from tests.web.conftest import Service

pytestmark = pytest.mark.both_databases

PAGE = "/finance/payments/C1-2026-11"
STATEMENT = "交易日期,贷方发生额,借方发生额,对方户名,摘要,流水号\n"


@pytest.fixture
def finance(service: Service) -> Browser:
    """Two lunches of C1 claimed and approved: the district owes 10.00. A fund's money lies here."""

    def live(session: Session) -> None:
        eat(session, service.world, "P01", "P02")
        send_claim(session)
        session.execute(
            insert(Funder).values(
                code="love", name="城南爱心基金", area_code="450702003", is_fund=True
            )
        )

    service.database.run(live)
    return service.browser("finance1")


def _payment(**given: str) -> dict[str, str]:
    plain = {
        "uid": str(uuid4()),
        "funder": "qinnan",
        "fen": "10.00",
        "way": "in",
        "source": "bank",
        "arrived_on": str(TODAY),
        "reference": "T1",
    }
    return {**plain, **given}


def _text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def _hold(service: Service) -> None:
    assert service.database.read(books.check).breaches == []
    assert service.database.read(books_funders.check_funders)[0] == []


def test_a_payment_is_recorded_taken_back_and_recorded_again(
    service: Service, finance: Browser
) -> None:
    assert "还没有到账" in _text(finance, PAGE)
    over = finance.post_form(PAGE, **_payment(fen="11"))
    assert over.status_code == 422
    assert "不一样就要写明为什么" in over.get_data(as_text=True)
    sent = _payment()
    assert [finance.post_form(PAGE, **sent).status_code for _ in range(2)] == [303, 303]
    assert "已拨付" in _text(finance, PAGE)
    ask = _text(finance, f"{PAGE}?reverse=1")
    assert "为什么记错" in ask
    assert finance.post_form(f"{PAGE}/1/reverse").status_code == 422
    assert finance.post_form(f"{PAGE}/1/reverse", reason="记错").status_code == 303
    assert finance.post_form(f"{PAGE}/2/reverse", reason="记错").status_code == 404
    again = finance.post_form(PAGE, **sent)  # from a page that was left open
    assert again.status_code == 422
    assert "已经冲销" in again.get_data(as_text=True)
    assert finance.post_form(PAGE, **_payment()).status_code == 303
    assert finance.post_form(PAGE, **_payment(fen="x", arrived_on="")).status_code == 422
    _hold(service)


def test_a_payment_of_a_claim_that_came_back_meanwhile_is_refused_in_words(
    service: Service, finance: Browser
) -> None:
    service.database.run(
        claim_steps.return_claim, number="C1-2026-11", reason="重报", remarks={},
        by="staff:district", origin=None, now=clock.instant(),
    )  # fmt: skip
    late = finance.post_form(PAGE, **_payment())
    assert late.status_code == 422
    assert "现在记不了到账" in late.get_data(as_text=True)


def test_who_is_owed_sees_it_and_whose_canteen_it_is_not_sees_nothing(
    service: Service, finance: Browser
) -> None:
    page = _text(finance, "/finance/receivables")
    assert "C1-2026-11" in page
    assert "¥10.00" in page
    assert finance.get("/finance/payments/C9-2026-11").status_code == 404
    printed = openpyxl.load_workbook(
        io.BytesIO(finance.get("/finance/receivables/print/xlsx").data)
    )
    *_, total = printed.worksheets[0].iter_rows(min_col=1, max_col=8)
    assert (total[0].value, total[7].value) == ("合计", "=SUM(H4)")
    assert finance.get("/finance/receivables/print/csv").status_code == 200
    auditor = service.browser("auditor1")
    assert "记一笔到账" not in _text(auditor, PAGE)
    assert auditor.post_form(PAGE, **_payment()).status_code == 403


def _join(service: Service) -> Browser:
    def join(session: Session) -> None:
        service.staff["finance2"] = make_account(
            session, "finance2", ("finance", "450702"), display_name="周敏"
        )

    service.database.run(join)
    return service.browser("finance2")


@pytest.mark.parametrize(("fen", "open_fen"), [("9", "1.00"), ("12", "2.00")])
def test_what_differs_with_its_reason_is_waited_for_until_a_second_person_writes_it_off(
    service: Service, finance: Browser, fen: str, open_fen: str
) -> None:
    awaited = ">已报、钱还没到</"
    second = _join(service)
    assert "¥10.00" in _text(finance, "/finance/receivables").split(awaited)[1][:90]
    assert finance.post_form(PAGE, **_payment(fen=fen, note="扣手续费")).status_code == 303
    owed = _text(finance, "/finance/receivables")
    assert f"{open_fen}</b>" in owed
    assert "差额等核销" in owed
    assert "扣手续费" in owed
    decide = f"{PAGE}/write-off/1"
    assert finance.post_form(decide, answer="approve").status_code == 422
    assert "等另一个人批准" in _text(second, PAGE)
    assert second.post_form(decide, answer="").status_code == 422
    assert second.post_form(f"{PAGE}/write-off/2", answer="approve").status_code == 404
    assert second.post_form(decide, answer="approve").status_code == 303
    for page in ("/finance/receivables", "/finance/claims", "/finance"):
        assert "¥0.00" in _text(finance, page).split(awaited)[1][:90], page
    assert "扣手续费" in _text(finance, "/finance/claims/C1-2026-11")
    _hold(service)


def test_what_will_never_come_is_written_off_by_a_second_person(
    service: Service, finance: Browser
) -> None:
    ask, given = f"{PAGE}/write-off", {"uid": str(uuid4()), "owing": "qinnan"}
    assert finance.post_form(ask, **given).status_code == 422
    assert [finance.post_form(ask, **given, why="单位撤销").status_code for _ in range(2)] == [
        303,
        303,
    ]
    second = _join(service)
    assert second.post_form(f"{ask}/1", answer="refuse").status_code == 303
    assert (
        finance.post_form(ask, **{**given, "uid": str(uuid4())}, why="单位撤销").status_code == 303
    )
    assert second.post_form(f"{ask}/2", answer="approve").status_code == 303
    page = _text(finance, PAGE)
    for words in ("已拨付", "核销", "未同意"):
        assert words in page, words
    nothing = finance.post_form(ask, **{**given, "uid": str(uuid4())}, why="再核一次")
    assert "没有差额可核销" in nothing.get_data(as_text=True)
    _hold(service)


def test_an_advance_settles_a_claim_and_has_its_paper(service: Service, finance: Browser) -> None:
    given = {
        **_payment(fen="2000012"),
        "canteen": "C1",
        "purpose": "2026 年预拨",
        "reference": "V1",
    }
    assert finance.post_form("/finance/advances", **given).status_code == 303
    assert finance.post_form("/finance/advances", **{**given, "fen": ""}).status_code == 422
    assert "钦南区民政局 在这里有 ¥2,000,012.00" in _text(finance, PAGE)
    assert finance.post_form(PAGE, **_payment(source="advance", reference="")).status_code == 303
    page = _text(finance, "/finance/advances")
    assert "余 ¥2,000,002.00" in page
    paper = finance.get("/finance/advances/C1/qinnan/csv")
    assert "清算,C1-2026-11" in paper.get_data(as_text=True)
    assert finance.get("/finance/advances/C2/qinnan/csv").status_code == 404
    _hold(service)


def _send(browser: Browser, text: str, **given: Any) -> tuple[int, str]:
    file = (io.BytesIO(text.encode("gb18030")), "11.csv")
    answer = browser.client.post(
        "/finance/statements/C1",
        data={"csrf": browser.csrf, "file": file, **given},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.get_data(as_text=True)


def test_a_statement_is_looked_at_then_kept_and_its_movements_matched(
    service: Service, finance: Browser
) -> None:
    text = (
        f"{STATEMENT}{TODAY},10.00,,钦南区民政局,补贴,A1\n{TODAY},50.00,,财政局,预拨,A2\n"
        f"{TODAY},5,,,利息,\n昨天,1,,,,A4\n"
    )
    status, said = _send(finance, text)
    assert status == 200
    for words in ("还没有保存", "C1-2026-11 钦南区民政局", "第 5 行读不出来"):
        assert words in said
    page = "/finance/statements/C1"
    status, said = _send(finance, text, take="1")
    assert (status, "有 1 行读不出来" in said) == (422, True)
    assert "没有对上的：0" in _text(finance, page)  # not a movement is missed in silence
    assert _send(finance, text[: text.index("昨天")], take="1")[0] == 303
    assert _send(finance, "姓名\n甲\n")[0] == 422
    assert "文件里没有流水" in _send(finance, STATEMENT)[1]
    assert "没有对上的：3" in _text(finance, page)
    assert "它付的是申报" in _text(finance, f"{page}?line=1")
    assert finance.get(f"{page}?line=77").status_code == 404
    for odd in (f"{page}?line={'9' * 5000}", f"{PAGE}?reverse={'9' * 5000}"):
        assert finance.get(odd).status_code == 404
    match = {"uid": str(uuid4()), "claim": "C1-2026-11 qinnan", "fen": "10"}
    assert finance.post_form(f"{page}/77/payment", **match).status_code == 404
    assert finance.post_form(f"{page}/1/payment", **match, note="x" * 501).status_code == 422
    assert finance.post_form(f"{page}/1/payment", **match).status_code == 303
    assert finance.post_form(f"{page}/1/payment", **match).status_code == 303  # pressed twice
    late = finance.post_form(f"{page}/1/payment", **{**match, "uid": str(uuid4())})
    assert "已经记过了" in late.get_data(as_text=True)
    gone = finance.post_form(f"{page}/2/payment", **{**match, "claim": "C9-2026-11 qinnan"})
    assert "没有这份申报" in gone.get_data(as_text=True)
    advance = {"uid": str(uuid4()), "funder": "qinnan", "purpose": "2027 年预拨"}
    assert finance.post_form(f"{page}/2/advance", **{**advance, "funder": ""}).status_code == 422
    assert finance.post_form(f"{page}/2/advance", **advance).status_code == 303
    assert "没有对上的：1" in _text(finance, page)
    assert finance.post_form(f"{page}/3/aside").status_code == 422
    assert finance.post_form(f"{page}/77/aside", reason="利息").status_code == 404
    assert finance.post_form(f"{page}/3/aside", reason="银行利息").status_code == 303
    kept = _text(finance, page)
    for words in ("没有对上的：0", "放到一边的：1", "银行利息"):
        assert words in kept
    assert finance.post_form(f"{page}/aside/2/back").status_code == 404
    assert finance.post_form(f"{page}/aside/1/back").status_code == 303
    assert "没有对上的：1" in _text(finance, page)
    _hold(service)


def test_a_demand_is_written_down_decided_by_another_and_paid_back(
    service: Service, finance: Browser
) -> None:
    second = _join(service)
    assert finance.post_form(PAGE, **_payment()).status_code == 303
    page = "/finance/claw-backs/C1-2026-11"
    assert "没有出资方要求追回" in _text(finance, page)
    demand = {"uid": str(uuid4()), "funder": "qinnan", "way": "pay_back", "reason": "外区已享受",
              "document": "函 7", "receipts": f"C1-{TODAY:%Y%m%d}-0001"}  # fmt: skip
    assert finance.post_form(page, **{**demand, "receipts": " "}).status_code == 422
    assert finance.post_form(page, **{**demand, "receipts": "C1-1"}).status_code == 422
    assert finance.post_form(page, **demand).status_code == 303
    decide = f"{page}/1/decide"
    assert "等另一个人批准" in _text(finance, page)
    assert finance.post_form(decide, answer="approve").status_code == 422
    assert second.post_form(decide, answer="").status_code == 422
    assert second.post_form(f"{page}/2/decide", answer="approve").status_code == 404
    assert second.post_form(decide, answer="approve").status_code == 303
    assert "<dd>周敏</dd>" in _text(finance, page)
    assert "要退" in _text(finance, PAGE)
    assert "要退给对方" in _text(finance, "/finance/receivables")
    claim = _text(finance, "/finance/claims/C1-2026-11")
    # the only funder's part is the whole, and what is demanded back stands beside what was approved
    assert (claim.count("¥10.00</td>"), claim.count('<td class="num">¥5.00</td>')) == (8, 1)
    assert "追回</th>" in claim
    back = _payment(fen="5", way="back", reference="B1")
    assert finance.post_form(PAGE, **back).status_code == 303
    assert "已拨付" in _text(finance, PAGE)
    _hold(service)


def test_a_donation_is_taken_receipted_published_masked_and_taken_back(
    service: Service, finance: Browser
) -> None:
    secretary = service.browser("secretary1")
    page = "/community/donations/C1"
    given = {"uid": str(uuid4()), "fund": "love", "donor": "黄桂兰", "fen": "100", "pay": "cash",
             "given_on": str(TODAY)}  # fmt: skip
    assert secretary.post_form(page, **{**given, "pay": "external"}).status_code == 422
    assert [secretary.post_form(page, **given).status_code for _ in range(2)] == [303, 303]
    receipt = f"C1-{TODAY:%Y%m%d}-0003"
    assert receipt in _text(secretary, page)
    assert "（不在窗口钱箱里）：¥100.00" in _text(secretary, f"/community/days/C1/{TODAY}")
    paper = secretary.get(f"{page}/{receipt}/receipt")
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    account = _text(secretary, f"/community/accounts/C1/{TODAY:%Y-%m}")
    assert "黄**" in account
    assert "桂兰" not in account
    assert "¥24.00" in account
    assert secretary.get("/community/accounts/C1").status_code == 303
    assert secretary.get("/community/accounts/C1/2026-11/xlsx").status_code == 200
    assert secretary.get("/community/donations/C2").status_code == 404
    assert _text(finance, "/finance/funds").count("城南爱心基金") == 1
    assert "¥100.00" in _text(finance, "/finance/funds/love")
    assert "黄**" in _text(finance, "/finance/accounts/C1/2026-11")
    assert secretary.post_form(f"{page}/{receipt}/reverse").status_code == 422
    assert secretary.post_form(f"{page}/{receipt}/reverse", reason="记错").status_code == 303
    assert secretary.post_form(f"{page}/X/reverse", reason="记错").status_code == 404
    assert "没有捐赠" in _text(secretary, f"/community/accounts/C1/{TODAY:%Y-%m}")
    _hold(service)
