"""An elder's card and purse at the desk: issued, lost, topped up, paid out, and their statement."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Reader
from tests.factories.elder_pages import card_id_of, elder_page_of
from tests.factories.people import make_elder, make_fact
from tests.factories.requests import Browser
from tests.factories.world import TODAY
from tests.web.conftest import Service


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
    assert elder_page_of(service.database, "P01").person.balance_fen == 0
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
    assert elder_page_of(service.database, "P01").person.balance_fen == 15_000
    much = secretary.post_form(path, **{**asked, "id": "u", "amount": "1000.01"})
    assert "最多" in much.get_data(as_text=True)


def test_a_lost_card_is_blocked_replaced_and_listed(service: Service, secretary: Browser) -> None:
    path, card = "/community/elders/P01", card_id_of(service.database, service.world, "P01")
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
    assert (
        secretary.post_form(
            f"{path}/cards/{card_id_of(service.database, service.world, 'P04')}/return"
        ).status_code
        == 303
    )


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
