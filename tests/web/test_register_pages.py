"""The register's pages: an elder found, shown, added and changed."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from canteen.models.people import ElderFact
from tests.factories.elder_pages import ID_NUMBER, PHONE, elder_page_of, give_numbers, list_trail
from tests.factories.people import make_elder
from tests.factories.requests import Browser
from tests.factories.world import CHENGNAN, HEDONG, TODAY
from tests.web.conftest import Service

MARKUP = "<script>alert(1)</script>"


def test_the_list_and_the_page_show_her_own_communitys_elders(
    service: Service, secretary: Browser
) -> None:
    listed = secretary.get("/community/elders").get_data(as_text=True)
    assert "黄桂兰" in listed
    assert "覃大山" not in listed
    text = secretary.get("/community/elders/P03").get_data(as_text=True)
    for told in ("陆秀珍", "低保", "¥50.00", "基础世界 A", "0001156548"):
        assert told in text


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
    give_numbers(service.database)
    for typed in (ID_NUMBER, PHONE, "4507 0219 4611 2599 20"):
        found = secretary.post_form("/community/elders", q=typed)
        assert found.headers["Location"].endswith("/community/elders/P01"), typed
    nobody = secretary.post_form("/community/elders", q="45070219460229995X")
    page = secretary.get("/community/elders/P01").get_data(as_text=True)
    spaced = " ".join((ID_NUMBER[:6], ID_NUMBER[6:14], ID_NUMBER[14:]))
    by_hand, sent_away = "", ""
    for typed in (ID_NUMBER, spaced):
        asked = {"q": typed}
        by_hand += secretary.get("/community/elders", query_string=asked).get_data(as_text=True)
        away = service.app.test_client().get("/community/elders", query_string=asked)
        sent_away += away.headers["Location"]

    assert sent_away == 2 * "/sign-in?next=/community/elders"
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
    give_numbers(service.database)
    secretary.post_form(
        "/community/elders/P01/contact", name="李小梅", relation="女儿", phone="13900000852"
    )
    shown = secretary.post_form("/community/elders/P01/unmask")
    text = shown.get_data(as_text=True)
    assert ID_NUMBER in text
    assert "tel:13900000852" in text
    assert shown.headers["Refresh"] == "30; url=/community/elders/P01"
    assert ("elder.unmask", "P01") in list_trail(service.database)
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
    assert elder_page_of(service.database, "E000001").person.canteen_code == "C1"


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


def test_what_is_kept_is_changed_in_place(service: Service, secretary: Browser) -> None:
    shown = secretary.get("/community/elders/P01/edit").get_data(as_text=True)
    assert 'value="黄桂兰"' in shown
    asked = {"name": "黄桂澜", "sex": "F", "address": "5栋301", "canteen": "C1", "speak": "1"}
    assert secretary.post_form("/community/elders/P01/edit", **asked).status_code == 303
    person = elder_page_of(service.database, "P01").person
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
    assert "<s>类别：低保</s>" in text
    assert "河东社区" in text


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


def test_the_pages_speak_english_too(service: Service, secretary: Browser) -> None:
    secretary.client.set_cookie("canteen_locale", "en")
    text = secretary.get("/community/elders/P03").get_data(as_text=True)
    assert "How the next meal is split" in text
    assert "minimum living allowance" in text
