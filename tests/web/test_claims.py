"""Claims in finance's browser: drawn, looked at, every step with its form; two tabs that never mix."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from canteen.services import claim_view
from canteen.services.claim_view import ClaimPage
from tests.factories.claims import DAYS, NUMBER, PERIOD, answer, eat, serve_month, sign
from tests.factories.days import reopen
from tests.factories.requests import Browser
from tests.factories.staff import make_account
from tests.factories.world import TODAY, shanghai
from tests.web.conftest import Service

PAGE = f"/finance/claims/{NUMBER}"


@pytest.fixture
def finance(service: Service) -> Browser:
    """October is signed at C1; two people of finance, and one who signed in."""

    def live(session: Session) -> None:
        serve_month(session, service.world)
        service.staff["finance2"] = make_account(
            session, "finance2", ("finance", "450702"), display_name="周敏"
        )

    service.database.run(live)
    return service.browser("finance1")


def _text(browser: Browser, path: str) -> str:
    got = browser.get(path)
    assert got.status_code == 200, (path, got.status_code)
    return got.get_data(as_text=True)


def _draw(finance: Browser, period: str = PERIOD, whom: str = "canteen:C1") -> str:
    sent = finance.post_form("/finance/claims", of_period=period, of_whom=whom)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return str(sent.headers["Location"])


def _take(browser: Browser, step: str, query: str = "", **fields: str) -> int:
    """Open the step's form, fill it in and send it."""
    form = _text(browser, f"{PAGE}/{step}{query}")
    seen = re.search(r'name="seen" value="([^"]+)"', form)
    assert seen is not None
    return browser.post_form(f"{PAGE}/{step}{query}", seen=seen.group(1), **fields).status_code


def _show(service: Service) -> ClaimPage:
    return service.database.read(claim_view.show_claim, number=NUMBER, now=shanghai("12:00", TODAY))


def _submit(service: Service, finance: Browser) -> None:
    _draw(finance)
    for finding in [one for check in _show(service).checks for one in check.waits]:
        sent = finance.post_form(f"{PAGE}/answer", key=finding.key, answer="核实过")
        assert sent.status_code == 303
    assert finance.post_form(f"{PAGE}/check").status_code == 303
    assert _take(finance, "submit", words="国庆放假") == 303
    assert _show(service).head.state == "submitted"


def test_a_draft_is_drawn_from_the_list_and_says_what_it_is_made_of(
    service: Service, finance: Browser
) -> None:
    assert "签结了还没申报" in _text(finance, "/finance/claims")
    location = _draw(finance)
    assert location == f"/finance/claims?period={PERIOD}&canteen=C1"
    listed = _text(finance, location)
    assert "¥57.00" in listed
    assert "草稿" in listed
    page = _text(finance, PAGE)
    assert "人民币伍拾柒元整" in page
    assert "12 人次，4 位老人" in page
    for by, words in (("day", "2026-10-13"), ("tier", "80–89 岁"), ("row", "2026-10-14")):
        assert words in _text(finance, f"{PAGE}?by={by}")
    assert "共 1 页" not in page
    assert finance.get(f"{PAGE}?by=month").status_code == 404
    assert finance.get(f"{PAGE}?page=x").status_code == 404
    assert finance.get(f"{PAGE}?by=row&day=2026-13-01").status_code == 404
    assert finance.get(f"{PAGE}?version=9").status_code == 404
    rows = _text(finance, f"{PAGE}?by=row&elder=P03")
    assert "3 笔合计" in rows
    assert "¥24.00" in rows
    paper = _text(finance, f"{PAGE}/print")
    for words in (
        "老年助餐补贴资金申报表（草稿）",
        "人民币伍拾柒元整",
        "不作签字盖章之用",
        "陆秀珍",
    ):
        assert words in paper
    assert "街道办事处意见" not in paper, "nobody signs a draft"
    assert "提交：（还没提交）" in paper, "in the same words as the form in the PDF"


def test_a_whole_district_is_drawn_at_once_and_one_that_cannot_be_is_named(
    service: Service, finance: Browser
) -> None:
    sent = finance.post_form("/finance/claims", of_period=PERIOD, of_whom="area:450702")
    assert sent.status_code in (303, 422)
    assert "¥57.00" in _text(finance, "/finance/claims?area=450702")
    for fields in (
        {"of_period": "2026-13", "of_whom": "canteen:C1"},
        {"of_period": PERIOD, "of_whom": "canteen:C9"},
        {"of_period": PERIOD, "of_whom": "canteen:C1", "of_funder": "nobody"},
    ):
        refused = finance.post_form("/finance/claims", **fields)
        assert refused.status_code == 422, fields
    assert "没有生成" in refused.get_data(as_text=True)
    assert finance.get("/finance/claims?area=99").status_code == 404


@pytest.mark.both_databases
def test_who_submits_is_told_before_that_a_second_person_approves(
    service: Service, finance: Browser
) -> None:
    _submit(service, finance)
    page = _text(finance, PAGE)
    assert "要另一个人来登记批准" in page
    assert 'aria-disabled="true" aria-describedby="why-no"' in page
    assert _take(finance, "approve") == 422  # claim_four_eyes, whatever the button says
    second = service.browser("finance2")
    assert "登记批准" in _text(second, PAGE)
    source = _show(service)
    row = _text(second, f"{PAGE}?by=row&elder=P03")
    item = re.search(r'value="(meal:\d+)"', row)
    assert item is not None
    query = f"?item={item.group(1)}"
    form = _text(second, f"{PAGE}/approve{query}")
    name = re.search(r'name="(cut-\d+)"', form)
    assert name is not None
    line = name.group(1).removeprefix("cut-")
    assert _take(second, "approve", query, **{f"cut-{line}": "1.50"}) == 422  # a cut says why
    too_much = {f"cut-{line}": "90", f"why-{line}": "重复"}
    seen = re.findall(r'name="seen" value="([^"]+)"', form)[0]
    sent = second.post_form(f"{PAGE}/approve{query}", seen=seen, **too_much)
    said = sent.get_data(as_text=True)
    assert re.search(r"最多 \d\.00 元", said)  # beside the cut, without the key of the line
    assert "share:" not in said
    cut = {f"cut-{line}": "1.50", f"why-{line}": "外区也吃了"}
    assert _take(second, "approve", query, **cut) == 303
    page = _text(second, PAGE)
    assert "¥55.50" in page
    assert "外区也吃了" in page
    receipt = re.search(r"C1-\d{8}-\d{4}", row)
    assert receipt is not None
    meal = _text(second, f"/finance/corrections/meal?receipt={receipt.group()}")
    # what was cut is not the elder's to pay
    assert re.search(r"其中食堂承担</th><td[^>]*>0.00</td><td[^>]*>1.50</td>", meal)
    assert source.head.state == "submitted"
    assert _show(service).head.state == "approved"


def test_a_returned_claim_comes_back_as_the_next_version_with_its_reasons(
    service: Service, finance: Browser
) -> None:
    _submit(service, finance)
    assert _take(finance, "return") == 422
    item = re.search(r'value="(meal:\d+)"', _text(finance, f"{PAGE}?by=row&elder=P03"))
    assert item is not None
    query = f"?item={item.group(1)}"
    name = re.search(r'name="(why-\d+)"', _text(finance, f"{PAGE}/return{query}"))
    assert name is not None
    assert _take(finance, "return", query, words="表格不全", **{name.group(1): "重复"}) == 303
    page = _text(finance, PAGE)
    assert "上一版被退回：表格不全" in page
    assert re.search(r"第 1 版 · \S+ 2026-10-12 C1-20261012-\d{4}：重复", page)  # not share:1:…
    assert "重复" in _text(finance, f"{PAGE}?by=row")
    assert "退回" in _text(finance, f"{PAGE}?version=1")
    assert [state for _, state in _show(service).versions] == ["returned", "draft"]


def test_a_claim_is_withdrawn_remarked_and_its_draft_discarded(
    service: Service, finance: Browser
) -> None:
    _submit(service, finance)
    assert _take(finance, "withdraw", words="数字要再核") == 303
    assert _take(finance, "remark", words="等社区回话") == 303
    assert "等社区回话" in _text(finance, PAGE)
    assert _take(finance, "discard", words="不报了") == 303
    assert "这份已经结束" in _text(finance, PAGE)
    assert _take(finance, "discard", words="再来") == 422  # state_step


def test_rows_are_held_out_and_let_in_again_and_a_day_opened_again_makes_the_draft_stale(
    service: Service, finance: Browser
) -> None:
    _draw(finance)
    assert _take(finance, "hold", words="要查") == 422
    item = re.search(r'value="(meal:\d+)"', _text(finance, f"{PAGE}?by=row&elder=P03"))
    assert item is not None
    assert _take(finance, "hold", f"?item={item.group(1)}", words="要查") == 303
    page = _text(finance, PAGE)
    assert "¥49.00" in page
    assert "要查" in page
    assert "生成以后有变动" not in page  # it was drawn anew with the hold
    assert _take(finance, "lift", f"?item={item.group(1)}", words="查过了") == 303
    assert _take(finance, "lift", f"?item={item.group(1)}", words="再放") == 422
    assert finance.post_form(f"{PAGE}/redraw").status_code == 303
    assert "¥57.00" in _text(finance, PAGE)
    night = shanghai("20:00", TODAY - timedelta(days=1))
    reopen(service.database, DAYS[-1], now=night)

    def more(session: Session) -> None:
        eat(session, service.world, "P01", DAYS[-1], "11:50")
        sign(session, DAYS[-1], now=night)

    service.database.run(more)
    page = _text(finance, PAGE)
    assert "生成以后有变动" in page
    assert "重新签结（第 2 版）：漏记了送餐" in page
    assert finance.post_form(f"{PAGE}/check").status_code == 303
    assert "¥60.00" in _text(finance, PAGE)


def test_a_check_that_stops_names_the_days_it_waits_for(service: Service, finance: Browser) -> None:
    reopen(service.database, DAYS[-1], now=shanghai("20:00", TODAY - timedelta(days=1)))
    _draw(finance)
    stopping = _text(finance, PAGE).partition("每天都签结了")[2].partition("</li>")[0]
    assert "有 1 天还没签结" in stopping
    # the form that is printed says so too: nobody signs it unknowing
    assert "每天都签结了：没过，发现 1 处，已说明 0 处。" in _text(finance, f"{PAGE}/print")
    assert str(DAYS[-1]) in stopping


@pytest.mark.both_databases
def test_two_tabs_with_different_months_never_influence_each_other(
    service: Service, finance: Browser
) -> None:
    """O-080: what a page is about stands in its address alone; a form acts on what it was drawn over."""

    def september(session: Session) -> None:
        answer(session, service.world.canteens["C1"], "after_death:2026-10:P03")

    service.database.run(september)
    _draw(finance)
    first, second = finance, service.browser("finance1")
    assert PERIOD in _text(first, f"/finance/claims?period={PERIOD}")
    assert 'value="2026-10" selected' not in _text(second, "/finance/claims")
    assert "2026-11" in _text(second, "/finance/pictures")
    assert "2026-09" in _text(first, "/finance/pictures?month=2026-09")
    form = _text(first, f"{PAGE}/discard")
    seen = re.search(r'name="seen" value="([^"]+)"', form)
    assert seen is not None
    item = re.search(r'value="(meal:\d+)"', _text(second, f"{PAGE}?by=row"))
    assert item is not None
    assert _take(second, "hold", f"?item={item.group(1)}", words="另一个窗口") == 303
    late = first.post_form(f"{PAGE}/discard", seen=seen.group(1), words="旧的")
    assert late.status_code == 422
    assert "这份申报刚才变了" in late.get_data(as_text=True)


def test_the_auditor_reads_all_of_it_and_another_districts_finance_nothing(
    service: Service, finance: Browser
) -> None:
    _draw(finance)
    auditor = service.browser("auditor1")
    for path in ("/finance", "/finance/claims", PAGE, f"{PAGE}/print", "/finance/pictures"):
        forms = re.findall('method="post" action="(/finance[^"]+)"', _text(auditor, path))
        assert all("export" in form for form in forms), (path, forms)
    assert auditor.get(f"{PAGE}/approve").status_code == 403
    assert auditor.post_form(f"{PAGE}/check").status_code == 403

    def elsewhere(session: Session) -> None:
        service.staff["finance9"] = make_account(session, "finance9", ("finance", "450702003006"))

    service.database.run(elsewhere)
    stranger = service.browser("finance9")
    assert stranger.get(PAGE).status_code == stranger.get("/finance/claims/C9-2026-10").status_code
    assert stranger.get(PAGE).status_code == 404
    assert stranger.post_form(f"{PAGE}/check").status_code == 404
    assert NUMBER not in _text(stranger, "/finance/claims")
    assert stranger.get("/finance/claims?canteen=C1").status_code == 404
    assert date(2026, 10, 12) in DAYS
