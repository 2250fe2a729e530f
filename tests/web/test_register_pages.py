"""The register's pages: what they show, what they take, and what lies outside the scope."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen import clock
from canteen.models.audit import AuditLine
from canteen.models.people import Card, ElderFact
from canteen.models.sites import Reader
from canteen.services import elder_desk, elder_page
from canteen.services.elder_desk import ElderChanges
from canteen.services.elder_page import ElderPage
from tests.factories.people import make_elder, make_fact
from tests.factories.requests import Browser
from tests.factories.world import CHENGNAN, HEDONG, TODAY
from tests.web.conftest import Service

ID_NUMBER, PHONE = "450702194611259920", "13800000001"
MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def secretary(service: Service) -> Browser:
    return service.browser("secretary1")


def _page(service: Service, number: str) -> ElderPage:
    return service.database.read(elder_page.get_elder_page, number=number, now=clock.instant())


def _card(service: Service, elder: str) -> int:
    uid = service.world.cards[elder]
    return service.database.read(
        lambda s: s.execute(select(Card.id).where(Card.uid == uid)).scalar_one()
    )


def _give_numbers(service: Service) -> None:
    service.database.run(
        elder_desk.change_elder,
        number="P01",
        asked=ElderChanges("黄桂兰", "F", ID_NUMBER, PHONE, canteen="C1"),
        by="test",
        origin=None,
        now=clock.instant(),
    )


def _actions(service: Service) -> list[tuple[str, str]]:
    rows = service.database.read(
        lambda s: list(s.execute(select(AuditLine.action, AuditLine.object_id)))
    )
    return [tuple(row) for row in rows]


def test_the_list_and_the_page_show_her_own_communitys_elders(
    service: Service, secretary: Browser
) -> None:
    listed = secretary.get("/community/elders").get_data(as_text=True)
    assert "黄桂兰" in listed
    assert "覃大山" not in listed
    text = secretary.get("/community/elders/P03").get_data(as_text=True)
    for told in ("陆秀珍", "低保", "¥50.00", "基础世界 A", "0001156548"):
        assert told in text


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/edit",
        "/statement",
        "/statement/csv",
        "/facts/new",
        "/gone",
        "/consent",
        "/contact",
        "/diet",
        "/cards/new",
        "/cards/{card}/lost",
        "/cards/{card}/replace",
        "/move",
        "/top-up",
        "/pay-out",
        "/write-off",
    ],
)
def test_O_087_the_secretary_of_a_sees_nothing_of_b_and_her_try_is_recorded(
    service: Service, secretary: Browser, path: str
) -> None:
    path = path.format(card=_card(service, "P10"))
    outside = secretary.get(f"/community/elders/P10{path}")
    missing = secretary.get(f"/community/elders/P999{path}")

    assert outside.status_code == missing.status_code == 404
    assert outside.get_data(as_text=True).replace("P10", "") == missing.get_data(
        as_text=True
    ).replace("P999", "")
    assert "覃大山" not in outside.get_data(as_text=True)
    assert [line for line in _actions(service) if line[0] == "elder.outside"] == [
        ("elder.outside", "P10")
    ]


def test_O_087_no_form_reaches_an_elder_of_another_community(
    service: Service, secretary: Browser
) -> None:
    card = _card(service, "P10")
    for path in (
        "edit", "facts/new", "facts/1/withdraw", "gone", "consent", "contact", "diet", "unmask",
        "notes/diet/1/off", "cards/new", f"cards/{card}/lost", f"cards/{card}/replace",
        f"cards/{card}/found", f"cards/{card}/return", "move", "top-up", "pay-out", "write-off",
    ):  # fmt: skip
        assert secretary.post_form(f"/community/elders/P10/{path}").status_code == 404, path
    both = {"kept": "P01", "merged": "P10", "reason": "x"}
    assert secretary.post_form("/community/merges", **both).status_code == 404


def test_O_088_markup_in_a_name_is_shown_as_it_was_written(
    service: Service, secretary: Browser
) -> None:
    service.database.run(make_elder, number="P88", name=MARKUP)
    for path in ("/community/elders", "/community/elders/P88", "/community/elders/P88/edit"):
        text = secretary.get(path).get_data(as_text=True)
        assert MARKUP not in text, path
        assert "&lt;script&gt;alert(1)" in text, path


def test_O_092_a_search_by_number_leads_to_her_and_leaves_the_number_nowhere(
    service: Service, secretary: Browser, written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    _give_numbers(service)
    for typed in (ID_NUMBER, PHONE, "4507 0219 4611 2599 20"):
        found = secretary.post_form("/community/elders", q=typed)
        assert found.headers["Location"].endswith("/community/elders/P01"), typed
    nobody = secretary.post_form("/community/elders", q="45070219460229995X")
    page = secretary.get("/community/elders/P01").get_data(as_text=True)
    by_hand = secretary.get(f"/community/elders?q={ID_NUMBER}").get_data(as_text=True)

    assert "/community/elders" in written.getvalue()
    told = nobody.get_data(as_text=True) + page + by_hand
    told += written.getvalue() + "".join(capsys.readouterr())
    assert not re.search(r"450702\d{11}[\dX]", told)
    assert PHONE not in told
    assert "4507********9920" in page


def test_a_search_by_name_comes_back_as_an_address(service: Service, secretary: Browser) -> None:
    found = secretary.post_form("/community/elders", q="hgl", f="all")
    assert found.status_code == 303
    text = secretary.get(found.headers["Location"]).get_data(as_text=True)
    assert "黄桂兰" in text
    assert "韦德胜" not in text
    assert secretary.get("/community/elders?f=nothing&page=x").status_code == 200


def test_the_full_numbers_are_shown_for_thirty_seconds_and_leave_a_trace(
    service: Service, secretary: Browser
) -> None:
    _give_numbers(service)
    secretary.post_form(
        "/community/elders/P01/contact", name="李小梅", relation="女儿", phone="13900000852"
    )
    shown = secretary.post_form("/community/elders/P01/unmask")
    text = shown.get_data(as_text=True)
    assert ID_NUMBER in text
    assert "tel:13900000852" in text
    assert shown.headers["Refresh"] == "30; url=/community/elders/P01"
    assert ("elder.unmask", "P01") in _actions(service)
    assert "看了完整号码" in secretary.get("/community/elders/P01").get_data(as_text=True)


def test_an_elder_is_added_after_a_look_at_who_is_alike(
    service: Service, secretary: Browser
) -> None:
    asked = {"name": "黄桂岚", "born": "1946-11-25", "community": CHENGNAN, "canteen": "C1"}
    first = secretary.post_form("/community/elders/new", **asked)
    assert first.status_code == 422
    assert "P01" in first.get_data(as_text=True)
    made = secretary.post_form("/community/elders/new", **asked, is_new="1")
    assert made.headers["Location"].endswith("/community/elders/E000001")
    assert _page(service, "E000001").person.canteen_code == "C1"


def test_faults_of_a_new_elder_stand_beside_their_fields(
    service: Service, secretary: Browser
) -> None:
    wrong = secretary.post_form(
        "/community/elders/new", name="陈志明", id_number="450702194809099986", community=CHENGNAN
    )
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'id="f-id_number-err"' in text
    assert "校验位" in text
    assert secretary.post_form("/community/elders/new", community=CHENGNAN).status_code == 422
    elsewhere = secretary.post_form("/community/elders/new", name="陈志明", community=HEDONG)
    assert elsewhere.status_code == 404


def test_O_012_a_known_id_number_asks_the_other_community_and_both_agree(
    service: Service, secretary: Browser
) -> None:
    _give_numbers(service)
    other = service.browser("secretary2")
    asked = {"name": "黄桂兰", "id_number": ID_NUMBER, "community": HEDONG}
    known = other.post_form("/community/elders/new", **asked)
    assert known.status_code == 422
    assert "城南社区" in known.get_data(as_text=True)
    assert "P01" not in known.get_data(as_text=True)
    own = secretary.post_form("/community/elders/new", **{**asked, "community": CHENGNAN})
    assert "/community/elders/P01" in own.get_data(as_text=True)

    joined = other.post_form(
        "/community/moves/join", id_number=ID_NUMBER, community=HEDONG, moves_on=f"{TODAY}"
    )
    assert joined.status_code == 303
    assert "黄桂兰" in secretary.get("/community/moves").get_data(as_text=True)
    assert other.post_form("/community/moves/1/confirm").status_code == 404
    assert secretary.post_form("/community/moves/1/confirm").status_code == 303
    assert other.get("/community/elders/P01").status_code == 200
    assert secretary.get("/community/elders/P01").status_code == 404


def test_a_move_is_asked_for_and_refused_with_a_reason(
    service: Service, secretary: Browser
) -> None:
    assert secretary.get("/community/elders/P01/move").status_code == 200
    asked = {"to_code": HEDONG, "moves_on": f"{TODAY}", "reason": "搬家"}
    assert secretary.post_form("/community/elders/P01/move", **asked).status_code == 303
    again = secretary.post_form("/community/elders/P01/move", **asked)
    assert "等对方确认" in again.get_data(as_text=True)
    other = service.browser("secretary2")
    assert other.post_form("/community/moves/1/refuse").status_code == 422
    assert other.post_form("/community/moves/1/refuse", note="不住这里").status_code == 303
    assert other.post_form("/community/moves/1/else", note="x").status_code == 404
    late = other.post_form("/community/moves/1/confirm")
    assert "已经办过了" in late.get_data(as_text=True)


def test_an_id_number_of_nobody_is_asked_of_nobody(service: Service, secretary: Browser) -> None:
    asked = {"id_number": ID_NUMBER, "community": CHENGNAN, "moves_on": f"{TODAY}"}
    answer = secretary.post_form("/community/moves/join", **asked)
    assert answer.status_code == 422
    assert "名册上没有" in answer.get_data(as_text=True)


def test_what_is_kept_is_changed_in_place(service: Service, secretary: Browser) -> None:
    shown = secretary.get("/community/elders/P01/edit").get_data(as_text=True)
    assert 'value="黄桂兰"' in shown
    asked = {"name": "黄桂澜", "sex": "F", "address": "5栋301", "canteen": "C1", "speak": "1"}
    assert secretary.post_form("/community/elders/P01/edit", **asked).status_code == 303
    person = _page(service, "P01").person
    assert (person.name, person.address, person.speak_balance) == ("黄桂澜", "5栋301", False)
    wrong = secretary.post_form("/community/elders/P01/edit", **{**asked, "sex": ""})
    assert wrong.status_code == 422


def test_a_period_is_added_withdrawn_and_struck_through(
    service: Service, secretary: Browser
) -> None:
    path = "/community/elders/P01/facts"
    assert secretary.get(f"{path}/new").status_code == 200
    asked = {"kind": "category", "code": "dibao", "from_on": "2026-11-01", "source": "民政"}
    assert secretary.post_form(f"{path}/new", **asked).status_code == 303
    twice = secretary.post_form(f"{path}/new", **asked)
    assert 'id="f-from_on-err"' in twice.get_data(as_text=True)
    assert secretary.post_form(f"{path}/new", kind="category").status_code == 422
    born = {"kind": "born", "born": "1946-11-26", "source": "户口本"}
    assert secretary.post_form(f"{path}/new", **born).status_code == 303
    home = {"kind": "hukou", "area": HEDONG, "from_on": "2026-11-02", "source": "户口本"}
    assert secretary.post_form(f"{path}/new", **home).status_code == 303
    fact = service.database.read(
        lambda s: s.execute(
            select(ElderFact.id).where(
                ElderFact.code == "dibao", ElderFact.elder_id == service.world.elders["P01"]
            )
        ).scalar_one()
    )
    assert secretary.post_form(f"{path}/{fact}/withdraw").status_code == 303
    text = secretary.get("/community/elders/P01").get_data(as_text=True)
    assert "<s>类别: 低保</s>" in text
    assert "河东社区" in text


def test_a_death_blocks_the_card_and_the_balance_is_to_be_paid_out(
    service: Service, secretary: Browser
) -> None:
    path = "/community/elders/P01"
    assert secretary.get(f"{path}/gone").status_code == 200
    asked = {"status": "deceased", "from_on": f"{TODAY}", "source": "家属"}
    assert secretary.post_form(f"{path}/gone", **asked).status_code == 303
    text = secretary.get(path).get_data(as_text=True)
    assert "已故" in text
    assert "还有 ¥50.00 要退" in text
    assert not re.search(f'"{path}/(cards/new|cards/[0-9]+/(found|replace)|move)"', text)
    assert secretary.post_form(f"{path}/gone", **asked).status_code == 422
    assert "P01" in secretary.get("/community/purses").get_data(as_text=True)

    form = secretary.get(f"{path}/pay-out").get_data(as_text=True)
    found = re.search(r'name="id" value="([^"]+)"', form)
    assert found
    counter = str(service.world.counters["C1-1"])
    paid = {"id": found[1], "amount": "50", "paid_to": "李小梅（女儿）", "counter": counter}
    done = secretary.post_form(f"{path}/pay-out", **paid)
    assert done.status_code == 303
    assert "已退款" in secretary.get(done.headers["Location"]).get_data(as_text=True)
    twice = secretary.post_form(f"{path}/pay-out", **paid)
    assert twice.headers["Location"] == done.headers["Location"]
    assert _page(service, "P01").person.balance_fen == 0
    more = secretary.post_form(f"{path}/pay-out", **{**paid, "id": "x"})
    assert "不能多退" in more.get_data(as_text=True)
    abroad = {**paid, "counter": str(service.world.counters["C2-1"])}
    assert secretary.post_form(f"{path}/pay-out", **abroad).status_code == 404


def test_money_is_taken_at_the_desk_once(service: Service, secretary: Browser) -> None:
    path = "/community/elders/P01/top-up"
    assert secretary.get(path).status_code == 200
    counter = str(service.world.counters["C1-1"])
    asked = {"id": "t", "amount": "100", "pay": "external", "counter": counter}
    assert 'id="f-reference-err"' in secretary.post_form(path, **asked).get_data(as_text=True)
    asked["reference"] = "WX-1"
    done = secretary.post_form(path, **asked)
    assert "已充值" in secretary.get(done.headers["Location"]).get_data(as_text=True)
    secretary.post_form(path, **asked)
    assert _page(service, "P01").person.balance_fen == 15_000
    much = secretary.post_form(path, **{**asked, "id": "u", "amount": "1000.01"})
    assert "最多" in much.get_data(as_text=True)


def test_a_lost_card_is_blocked_replaced_and_listed(service: Service, secretary: Browser) -> None:
    path, card = "/community/elders/P01", _card(service, "P01")
    assert secretary.get(f"{path}/cards/{card}/lost").status_code == 200
    lost = secretary.post_form(f"{path}/cards/{card}/lost", reported_by="本人")
    assert lost.status_code == 303
    assert "3 个窗口已有 0 个知道" in secretary.get(path).get_data(as_text=True)
    assert secretary.post_form(f"{path}/cards/{card}/found").status_code == 303
    assert secretary.get(f"{path}/cards/{card}/replace").status_code == 200
    wrong = secretary.post_form(f"{path}/cards/{card}/replace", typed="12")
    assert 'id="f-typed-err"' in wrong.get_data(as_text=True)
    made = secretary.post_form(f"{path}/cards/{card}/replace", typed="0020000001")
    assert made.status_code == 303
    text = secretary.get(path).get_data(as_text=True)
    assert "0020000001" in text
    listed = secretary.get("/community/cards").get_data(as_text=True)
    assert "0020000001" in listed
    assert "0011583954" not in listed
    gone = secretary.get(f"{path}/cards/{card}/lost")
    assert gone.status_code == 404


def test_a_card_is_issued_and_taken_back(service: Service, secretary: Browser) -> None:
    path = "/community/elders/P08"
    assert secretary.get(f"{path}/cards/new").status_code == 200
    held = secretary.post_form(f"{path}/cards/new", typed="0000781718")
    assert "请先收回" in held.get_data(as_text=True)
    given_on = secretary.post_form(f"{path}/cards/new", typed="0000781718", from_other="1")
    assert given_on.status_code == 303
    assert secretary.post_form(f"{path}/cards/{_card(service, 'P04')}/return").status_code == 303


def test_notes_are_added_and_taken_off(service: Service, secretary: Browser) -> None:
    path = "/community/elders/P01"
    for name, asked in (
        ("consent", {"given_on": f"{TODAY}"}),
        ("contact", {"name": "李小梅", "relation": "女儿"}),
        ("diet", {"code": "soft"}),
    ):
        assert secretary.get(f"{path}/{name}").status_code == 200
        assert secretary.post_form(f"{path}/{name}", **asked).status_code == 303
        assert secretary.post_form(f"{path}/{name}").status_code == 422
        assert secretary.post_form(f"{path}/notes/{name}/1/off").status_code == 303
    odd = secretary.post_form(f"{path}/contact", name="a", relation="b", phone="nobody")
    assert 'id="f-phone-err"' in odd.get_data(as_text=True)
    tomorrow = secretary.post_form(f"{path}/consent", given_on=f"{TODAY + timedelta(days=1)}")
    assert tomorrow.status_code == 422


def test_two_rows_of_one_person_are_merged_and_the_old_address_leads_on(
    service: Service, secretary: Browser
) -> None:
    service.database.run(make_elder, number="P91", name="黄桂岚")
    assert "P91" in secretary.get("/community/merges").get_data(as_text=True)
    assert secretary.post_form("/community/merges", kept="P01", merged="P91").status_code == 422
    both = {"kept": "P01", "merged": "P91", "reason": "同一个人"}
    assert secretary.post_form("/community/merges", **both).status_code == 303
    moved = secretary.get("/community/elders/P91")
    assert moved.headers["Location"].endswith("/community/elders/P01")
    again = secretary.post_form("/community/merges", **both)
    assert "已经合并过" in again.get_data(as_text=True)


def test_a_debt_is_written_off_by_a_second_person(service: Service, secretary: Browser) -> None:
    def owe(session: Session) -> None:
        number = make_elder(session, number="P77", name="李欠", balance_fen=0)
        make_fact(session, number, "status", "deceased", from_on=TODAY)

    service.database.run(owe)
    assert secretary.get("/community/elders/P77/write-off").status_code == 200
    none = secretary.post_form("/community/elders/P77/write-off", reason="无继承人")
    assert "没有欠款" in none.get_data(as_text=True)
    assert secretary.post_form("/community/write-offs/1/approve").status_code == 404
    assert secretary.post_form("/community/write-offs/1/else").status_code == 404


def test_a_statement_is_drawn_and_downloaded(service: Service, secretary: Browser) -> None:
    path = "/community/elders/P01/statement"
    text = secretary.get(f"{path}?from=2020-01-01&to={TODAY}").get_data(as_text=True)
    assert "原有余额" in text
    assert "期末 ¥50.00" in text
    assert secretary.get(path).status_code == 200
    printed = secretary.get(f"{path}/csv?from=2020-01-01&to={TODAY}")
    assert printed.mimetype == "text/csv"
    assert "50.00" in printed.get_data(as_text=True)
    assert "450702" not in printed.headers["Content-Disposition"]
    assert secretary.get(f"{path}/doc").status_code == 404
    cards = secretary.get("/community/cards/print/csv")
    assert "0011583954" in cards.get_data(as_text=True)
    assert secretary.get("/community/cards/print/doc").status_code == 404


def test_a_reader_that_fetches_its_list_is_noted_once(service: Service) -> None:
    def noted() -> Any:
        return service.database.read(
            lambda s: s.execute(
                select(Reader.lists_etag, Reader.lists_fetched_at).where(
                    Reader.id == service.reader.id
                )
            ).one()
        )

    assert noted().lists_etag is None
    first = service.agent().send("GET", "/api/v1/readers/self")
    seen = noted()
    assert seen.lists_etag == first.headers["ETag"].strip('"')
    service.agent().send("GET", "/api/v1/readers/self")
    assert noted() == seen


def test_the_pages_speak_english_too(service: Service, secretary: Browser) -> None:
    secretary.client.set_cookie("canteen_locale", "en")
    text = secretary.get("/community/elders/P03").get_data(as_text=True)
    assert "How the next meal is split" in text
    assert "minimum living allowance" in text
