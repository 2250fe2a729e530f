"""The auditor's door: every page is read only, within the granted areas, and shows no whole ID number."""

import io
import re
import zipfile
from dataclasses import replace

from sqlalchemy.orm import Session

from canteen import clock
from canteen.rules.days import local_time
from canteen.rules.four_way import Line
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.delivery_decisions import keep
from canteen.services.swipes import record_swipe
from canteen.trail.audit import append_audit
from canteen.web import audit_words
from tests.factories.claims import DAYS, NUMBER, draw_claim, serve_month
from tests.factories.deliveries import make_carried
from tests.factories.doors import meals_of, send_out, tell
from tests.factories.requests import Browser
from tests.factories.staff import make_account
from tests.factories.world import make_swipe
from tests.web.conftest import Service

DAY = "2026-11-25"
#: the forms that every page has
READS = {"/language", "/sign-out"}
OF_DAY = f"first={DAY}&last={DAY}"


def _tap(service: Service, elder: str, reader: str = "C1-R1") -> str:
    asked = make_swipe(service.world, elder, "11:32", elder)
    answer = service.database.run(
        record_swipe, reader_id=service.world.readers[reader], asked=asked, now=clock.instant()
    )
    receipt: str = answer.body["receipt"]
    return receipt


def _outsider(service: Service) -> Browser:
    """An auditor of the other community alone."""
    service.staff["auditor2"] = service.database.run(
        make_account, "auditor2", ("auditor", "450702003006")
    )
    return service.browser("auditor2")


def _text(browser: Browser, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.get_data(as_text=True)[:300])
    return answer.get_data(as_text=True)


def test_every_page_opens_and_shows_no_whole_id_number(service: Service) -> None:
    receipt = _tap(service, "P01")
    carried = service.database.run(make_carried, service.world, "P02")
    send_out(service.database, carried)
    tell(service.database, carried, "delivered")
    auditor = service.browser("auditor1")
    delivered = "C1-20261125-0002"
    pages = {
        "/auditor": "城南食堂",
        f"/auditor/samples?{OF_DAY}&seed=7&count=5": receipt,
        f"/auditor/meals/{receipt}": "黄桂兰",
        f"/auditor/meals/{delivered}": "陈姨",
        f"/auditor/closes/C1?{OF_DAY}": "收下的刷卡",
        f"/auditor/closes/C1/{DAY}": "送餐记的餐",
        f"/auditor/receipts/C1?{OF_DAY}": DAY,
        f"/auditor/receipts/C1/{DAY}": "读卡器 C1-R",
        "/auditor/trail?kind=delivery": "delivery.go_out",
        f"/auditor/elders/P01?{OF_DAY}": receipt,
        f"/auditor/days/C1/{DAY}": "城南食堂",
    }
    for address, expected in pages.items():
        text = _text(auditor, address)
        assert expected in text, address
        assert not re.search(r"4507\d{13}[\dX]", text), address
        assert set(re.findall(r'method="post" action="([^"]+)"', text)) <= READS, address
    found = auditor.get("/auditor/cards?q=" + service.world.cards["P01"])
    assert found.status_code == 303
    assert receipt in _text(auditor, found.headers["Location"] + "?" + OF_DAY)


def test_a_meal_without_a_tap_says_how_it_came_about(service: Service) -> None:
    by = {"counter_id": service.world.counters["C1-1"], "by": "cashier:li", "now": clock.instant()}
    asked = {
        "散客的餐，窗口卖的": MealAsked("g", guest=True, pay="cash"),
        "按姓名打饭 · 卡坏了": MealAsked("n", elder="P01", reason="card_broken"),
    }
    auditor = service.browser("auditor1")
    for told, meal in asked.items():
        answer = service.database.run(serve_meal, asked=meal, **by)
        assert told in _text(auditor, f"/auditor/meals/{answer.body['receipt']}")
    carried = service.database.run(make_carried, service.world, "P02")
    send_out(service.database, carried)
    tell(service.database, carried, "refused")
    told = {"reason": "前一天问过要的", "with_fee": False, "by": "staff:wang", "origin": None}
    service.database.run(keep, delivery=carried.uid, now=clock.instant(), **told)
    back, kept = meals_of(service.database, carried)
    text = _text(auditor, f"/auditor/meals/{kept.receipt}")
    assert "留下自付部分时记的账" in text
    assert f"/auditor/meals/{back.receipt}" in text
    split = text.partition('id="h-split"')[2].partition("</table>")[0]
    price, *parts = [
        int(fen.replace(".", "")) for fen in re.findall(r'class="num">([\d.]+)<', split)
    ]
    assert price == sum(parts) == kept.price_fen


def test_the_first_page_leads_to_a_meal_a_card_and_a_person(service: Service) -> None:
    auditor = service.browser("auditor1")
    for kind, ends in (
        ("meal", "/auditor/meals/X-1"), ("card", "/auditor/cards?q=X-1"),
        ("elder", "/auditor/elders/X-1"), ("", "/auditor/meals/X-1"),
    ):  # fmt: skip
        answer = auditor.get(f"/auditor/find?q=X-1&kind={kind}")
        assert answer.headers["Location"] == ends
    assert "没有" in _text(auditor, "/auditor/cards?q=none")


def test_what_lies_outside_the_granted_areas_does_not_exist(service: Service) -> None:
    receipt = _tap(service, "P01")
    card = service.browser("auditor1").get("/auditor/cards?q=" + service.world.cards["P01"])
    outside = _outsider(service)
    for address in (
        f"/auditor/meals/{receipt}", "/auditor/meals/C1-20261125-0099", "/auditor/closes/C1",
        f"/auditor/closes/C1/{DAY}", f"/auditor/closes/C1/{DAY}/print.xlsx",
        "/auditor/receipts/C1", f"/auditor/receipts/C1/{DAY}", "/auditor/elders/P01",
        f"/auditor/days/C1/{DAY}", card.headers["Location"], "/auditor/elders/nobody",
        "/auditor/cards/999",
    ):  # fmt: skip
        assert outside.get(address).status_code == 404, address
    assert "城南" not in _text(outside, "/auditor")
    asked = _text(outside, f"/auditor/samples?{OF_DAY}&seed=1&count=5&canteen=C1", 422)
    assert receipt not in asked
    assert receipt not in _text(outside, f"/auditor/samples?{OF_DAY}&seed=1&count=5")
    assert receipt not in _text(outside, "/auditor/trail")


def test_what_cannot_be_read_is_told_beside_its_field(service: Service) -> None:
    auditor = service.browser("auditor1")
    for address, words in (
        ("/auditor/samples?seed=&count=5", "请填写"),
        ("/auditor/samples?seed=1&count=0", "请写 1 到 500"),
        ("/auditor/samples?seed=1&count=5&by=age", "请选一项"),
        ("/auditor/closes/C1?first=2026-11-25&last=2026-11-01", "不能早于"),
        ("/auditor/closes/C1?first=2020-01-01&last=2026-11-25", "最多 100 天"),
        ("/auditor/receipts/C1?first=never&last=2026-11-25", "没有这一天"),
        ("/auditor/trail?kind=nothing", "请选一项"),
        ("/auditor/elders/P01?first=2026-13-01", "没有这一天"),
    ):
        assert words in _text(auditor, address, 422), address
    for address in (
        "/auditor/samples/print.pdf", "/auditor/samples/print.doc?seed=1&count=5",
        f"/auditor/closes/C1/{DAY}/print.csv", "/auditor/closes/C1/never",
    ):  # fmt: skip
        assert auditor.get(address).status_code == 404, address


def test_sample_and_close_are_printed_with_their_method(service: Service) -> None:
    receipt = _tap(service, "P01")
    auditor = service.browser("auditor1")
    for address, words in (
        (f"/auditor/samples/print.xlsx?{OF_DAY}&seed=审&count=5&by=both", (receipt, "sha256sum")),
        (f"/auditor/closes/C1/print.xlsx?{OF_DAY}", ("收下的刷卡", "核对人")),
        (f"/auditor/closes/C1/print.xlsx?first=2026-11-24&last={DAY}", ("逐日", "出餐减剩余")),
    ):
        answer = auditor.get(address)
        assert answer.status_code == 200, address
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            text = "".join(book.read(name).decode() for name in book.namelist())
        assert all(word in text for word in words), address
    paper = auditor.get(f"/auditor/closes/C1/{DAY}/print.pdf")
    assert paper.data.startswith(b"%PDF")


def test_the_trail_goes_on_to_its_next_page(service: Service) -> None:
    def write(session: Session) -> None:
        for number in range(101):
            append_audit(
                session, actor="staff:wang", origin=None, action="day.remark", object_kind="day",
                object_id=f"C1:{DAY}", after={"n": number}, now=clock.instant(),
            )  # fmt: skip

    service.database.run(write)
    auditor = service.browser("auditor1")
    first = _text(auditor, "/auditor/trail?what=day.remark")
    link = re.search(r'href="(/auditor/trail\?before=[^"]+)"', first)
    assert link
    assert first.count('class="told"') == 100
    second = _text(auditor, link[1].replace("&amp;", "&"))
    assert second.count('class="told"') == 1


def test_the_trail_is_read_in_words_and_keeps_its_evidence(service: Service) -> None:
    valid_from = clock.instant()

    def write(session: Session) -> None:
        old = {"name": "<b>套餐</b>", "price_fen": 123450, "unit": "portion"}
        new = {**old, "price_fen": 131000, "name_en": None, "valid_from": valid_from}
        append_audit(
            session, actor="staff:wang", origin=None, action="price_set", object_kind="price",
            object_id="1/lunch/a", before=old, after=new, now=clock.instant(),
        )  # fmt: skip
        append_audit(
            session, actor="staff:wang", origin=None, action="price_left_over", object_kind="price",
            object_id="1/lunch/b", after={"reason": "<i>旧</i>"}, now=clock.instant(),
        )  # fmt: skip

    service.database.run(write)
    auditor = service.browser("auditor1")
    text = _text(auditor, "/auditor/trail?what=price_set")
    assert '<option value="price_set" selected>改价格</option>' in text
    told, raw = re.findall(r"<table class=\"told\">.*?</details>", text, re.S)[0].split("<details")
    cells = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        for row in re.findall(r"<tr>.*?</tr>", told, re.S)
    ]
    local = local_time(valid_from).strftime("%Y-%m-%d %H:%M:%S")
    assert cells == [
        ["", "改前", "改后"],
        ["价格", "¥1,234.50", "¥1,310.00"],
        ["英文名称", "—", "—"],
        ["从何时起", "—", local],
    ]
    assert "&lt;b&gt;套餐" in raw
    assert "&#34;price_fen&#34;: 123450" in raw
    unknown = _text(auditor, "/auditor/trail?what=price_left_over")
    assert '<option value="price_left_over" selected>price_left_over</option>' in unknown
    assert "&lt;i&gt;旧" in unknown
    assert "<i>旧" not in unknown


def test_a_claim_line_leads_the_auditor_to_its_meal_and_nobody_else(service: Service) -> None:
    service.database.run(serve_month, service.world)
    service.database.run(draw_claim)
    receipt = f"C1-{DAYS[0]:%Y%m%d}-0001"
    rows = f"/finance/claims/{NUMBER}?by=row"
    assert f'href="/auditor/meals/{receipt}"' in _text(service.browser("auditor1"), rows)
    assert "/auditor/" not in _text(service.browser("finance1"), rows)
    evidence = _text(service.browser("auditor1"), f"/auditor/meals/{receipt}")
    assert f"/finance/claims/{NUMBER}" in evidence
    assert '生成草稿 <small class="cite">claim.draw' in evidence


def test_cash_of_no_counter_is_named_in_the_close() -> None:
    drawer = Line("money", "drawer", "", True, 10_000, None)
    assert audit_words.subject_names(drawer) == ("社区收的现金", "the desk’s cash")
    assert audit_words.subject_names(replace(drawer, subject="1")) == ("1", "1")
    meals = Line("portions", "portions", "lunch", False, 1, 1)
    assert audit_words.subject_names(meals)[0] == "午餐"
