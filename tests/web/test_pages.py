"""Pages: both languages, headers on every answer, the operators' addresses, the API's own page."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from canteen import app as factory
from canteen import clock
from canteen.db.release import read_head
from canteen.db.run import Database
from canteen.web import i18n
from canteen.web.admin.pages import READER_STATES
from canteen.web.door_page import TITLES
from canteen.web.reader.own_lists import STATES
from canteen.web.security import CONTENT_SECURITY_POLICY
from tests.factories.staff import make_account
from tests.web.conftest import Service, make_settings

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "canteen" / "locale"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def _language(client: FlaskClient, path: str = "/sign-in", **headers: str) -> str:
    page = client.get(path, headers=headers).get_data(as_text=True)
    found = re.search(r'<html lang="([^"]+)"', page)
    assert found
    return found[1]


def test_the_language_is_the_persons_then_the_browsers_then_the_settings(service: Service):
    client = service.app.test_client()

    assert _language(client) == "zh-CN"
    assert _language(client, **{"Accept-Language": "en-GB,zh;q=0.5"}) == "en"
    assert _language(client, **{"Accept-Language": "fr, zh-TW;q=0.8"}) == "zh-CN"
    assert _language(client, **{"Accept-Language": "de"}) == "zh-CN"
    client.set_cookie("canteen_locale", "en")
    assert _language(client, **{"Accept-Language": "zh"}) == "en"
    client.set_cookie("canteen_locale", "../../etc")
    assert _language(client, **{"Accept-Language": "zh"}) == "zh-CN"


def test_an_installation_may_speak_english_first(make_service: Callable[..., Service]):
    assert _language(make_service(locale="en").app.test_client()) == "en"


def test_a_chosen_language_is_kept_in_the_profile(service: Service):
    browser = service.browser("secretary1")

    answer = browser.post_form("/language", locale="en", next="/community")

    assert answer.headers["Location"] == "/community"
    assert "canteen_locale=en" in answer.headers["Set-Cookie"]
    elsewhere = service.browser("secretary1")
    assert _language(elsewhere.client, "/community", **{"Accept-Language": "zh"}) == "en"
    assert browser.post_form("/language", locale="xx").status_code == 303
    assert _language(browser.client, "/community") == "en"


def _read_sentences(catalogue: Catalog) -> dict[object, object]:
    """Plurals are tuples in one format and lists in the other; Chinese needs no second word."""

    def plain(words: str | Sequence[str]) -> object:
        return words if isinstance(words, str) else tuple(filter(None, words))

    return {plain(message.id): plain(message.string) for message in catalogue if message.id}


def test_every_sentence_is_in_both_catalogues_and_compiled():
    wanted = {
        message
        for _, _, message, _, _ in extract_from_dir(
            ROOT / "canteen",
            method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
        )
    }
    for locale in i18n.LOCALES:
        folder = LOCALE / locale / "LC_MESSAGES"
        with (folder / "messages.po").open("rb") as file:
            source = _read_sentences(read_po(file))
        with (folder / "messages.mo").open("rb") as file:
            compiled = _read_sentences(read_mo(file))
        assert set(source) == wanted, locale
        assert all(source.values()), locale
        assert compiled == source, f"{locale}: run `make messages`"
    assert set(TITLES.values()) <= wanted


def test_chinese_is_chinese_and_english_is_english():
    for locale, is_right in (("zh_CN", True), ("en", False)):
        with (LOCALE / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
            for message in read_po(file):
                if message.id:
                    has_chinese = bool(
                        re.search("[\u3001-\u9fff\uff01-\uff1f]", str(message.string))
                    )
                    assert has_chinese is is_right, message.id


def test_every_answer_carries_the_headers(service: Service):
    browser = service.browser("admin1")
    for path in (
        "/admin",
        "/sign-in",
        "/nothing",
        "/api/v1/nothing",
        "/static/app.css",
        "/healthz",
    ):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert "Strict-Transport-Security" not in headers, path
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


def test_pages_hold_no_inline_script_or_style_and_no_address_outside(service: Service):
    pages = {
        "admin1": ["/admin", "/api/v1/docs"],
        "secretary1": ["/community"],
        "cashier1": [f"/counter/{service.world.counters['C1-1']}", "/counter"],
        "auditor1": ["/auditor"],
    }
    for name, paths in pages.items():
        for path in paths:
            page = service.browser(name).get(path).get_data(as_text=True)
            assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", page), path
            assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", page), path


def test_what_is_static_may_be_kept(service: Service):
    answer = service.app.test_client().get("/static/app.css")

    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert answer.headers["ETag"] or answer.headers["Last-Modified"]


def test_o_088_a_name_with_markup_is_text(service: Service):
    evil = "<script>alert(1)</script>"
    service.database.run(make_account, "evil", ("cashier", "C1"), display_name=evil)

    page = service.browser("admin1").get("/admin").get_data(as_text=True)

    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_administrator_sees_the_accounts_and_readers_of_her_own_area(service: Service):
    mine = service.browser("admin1").get("/admin").get_data(as_text=True)
    chief = service.browser("chief").get("/admin").get_data(as_text=True)

    assert "cashier1" in mine
    assert "cashier2" not in mine
    assert "chief" not in mine
    assert "C1-R1" in mine
    assert "C2-R1" not in mine
    assert "cashier2" in chief
    assert "C2-R1" in chief


def test_an_administrator_reads_how_a_reader_is_in_words_and_since_when(service: Service):
    assert set(READER_STATES) == set(STATES)
    health = {"state": "busy", "since": clock.instant().isoformat()}
    assert service.agent().send("PUT", "/api/v1/readers/self/health", health).status_code == 204

    page = service.browser("admin1").get("/admin").get_data(as_text=True)

    assert "端口被其他程序占用" in page
    assert "2026-11-25 11:32" in page
    assert "还没有消息" in page


def test_the_bar_names_the_role_of_who_has_only_one(service: Service):
    both = service.database.run(make_account, "both", ("kitchen", "C1"), ("street", "450702"))
    service.staff.update(both=both)

    role = '<span class="wall__role">'
    assert f"{role}厨房</span>" in service.browser("kitchen1").get("/kitchen/C1").get_data(
        as_text=True
    )
    assert role not in service.browser("both").get("/kitchen/C1").get_data(as_text=True)


def test_who_has_several_roles_chooses_her_door_and_who_has_none_is_told(service: Service):
    both = service.database.run(
        make_account, "both", ("cashier", "C1"), ("secretary", "450702003005")
    )
    none = service.database.run(make_account, "none")
    service.staff.update(both=both, none=none)

    page = service.browser("both").get("/").get_data(as_text=True)
    assert 'href="/counter"' in page
    assert 'href="/community"' in page
    assert "还没有角色" in service.browser("none").get("/").get_data(as_text=True)


# ------------------------------------------------------------------------------------- operation


def test_it_is_alive_and_ready(service: Service):
    client = service.app.test_client()

    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    told = ready.get_json()
    assert told["revision"] == told["revision_wanted"] == read_head()
    assert re.fullmatch("[0-9a-f]{12}|unknown", told["commit"])
    assert told["oldest_open_day"] == "2020-01-01", "the day of the opening balances"


def test_it_is_not_ready_without_its_tables(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    client = factory.create_app(make_settings(tmp_path), database).test_client()
    try:
        answer = client.get("/readyz")
    finally:
        database.close()

    assert answer.status_code == 503
    assert answer.get_json()["status"] == "migrate"


def test_the_measures_and_the_description_are_for_this_machine(
    make_service: Callable[..., Service],
):
    service = make_service()
    client = service.app.test_client()

    for path in ("/metrics", "/api/v1/openapi.json", "/api/v1/docs"):
        assert client.get(path).status_code == 200, path
        assert client.get(path, environ_base=ELSEWHERE).status_code == 404, path
        through_proxy = client.get(path, headers={"X-Forwarded-For": "127.0.0.1"})
        assert through_proxy.status_code == 404, path
    signed_in = service.browser("cashier1")
    assert signed_in.get("/api/v1/docs", environ_base=ELSEWHERE).status_code == 200
    assert signed_in.get("/metrics", environ_base=ELSEWHERE).status_code == 404


def test_the_measures_can_be_opened(make_service: Callable[..., Service]):
    client = make_service(is_metrics_open=True).app.test_client()

    text = client.get("/metrics", environ_base=ELSEWHERE).get_data(as_text=True)

    assert "canteen_requests_total" in text
    assert "canteen_streams 0.0" in text


def test_measures_name_routes_and_never_addresses(service: Service):
    cashier = service.browser("cashier1")
    cashier.get(f"{service.counter()}/elders?find=huangguilan")

    text = cashier.get("/metrics").get_data(as_text=True)

    assert "/api/v1/counters/<number:counter_id>/elders" in text
    assert "huangguilan" not in text


def test_the_description_names_bodies_answers_and_doors(service: Service):
    told = service.app.test_client().get("/api/v1/openapi.json").get_json()

    swipe = told["paths"]["/api/v1/swipes"]["post"]
    assert swipe["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "SwipeBody"
    )
    assert set(swipe["responses"]) == {"200", "201", "default"}
    assert set(swipe["security"][0]) == {
        "X-Canteen-Reader",
        "X-Canteen-Time",
        "X-Canteen-Nonce",
        "X-Canteen-Signature",
    }
    sale = told["paths"]["/api/v1/counters/{counter_id}/sale"]
    assert set(sale) == {"put", "delete"}
    assert sale["put"]["security"] == [{"session": []}]
    display = told["paths"]["/api/v1/counters/{counter_id}/display"]["get"]
    assert display["security"] == [{"session": []}, {"display": []}]
    assert told["paths"]["/api/v1/session"]["post"]["security"] == []
    body = told["components"]["schemas"]["SwipeBody"]["properties"]
    assert body["id"] == {"type": "string", "format": "uuid"}
    assert body["read_at"] == {"type": "string", "format": "date-time"}


# ------------------------------------------------------------------------------------ the factory


def test_two_apps_live_in_one_process(make_service: Callable[..., Service], tmp_path: Path):
    service = make_service()
    second = factory.create_app(make_settings(tmp_path, locale="en"), service.database)

    assert _language(service.app.test_client()) == "zh-CN"
    assert _language(second.test_client()) == "en"


def test_the_factory_refuses_to_run_without_assertions():
    ended = subprocess.run(
        [sys.executable, "-O", "-c", "from canteen.app import create_app; create_app(None, None)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "start Python without -O" in ended.stderr


@pytest.mark.parametrize(
    ("path", "entry"),
    [("calendar/C1", "prices"), ("register-lists", "import"), ("elders", "elders")],
)
def test_a_page_stands_under_an_entry_of_the_bar(service: Service, path: str, entry: str):
    page = service.browser("secretary1").get(f"/community/{path}").get_data(as_text=True)

    assert f'<a href="/community/{entry}" aria-current="page">' in page


def test_the_prices_lead_to_the_calendar(service: Service):
    page = service.browser("secretary1").get("/community/prices/C1").get_data(as_text=True)

    assert 'href="/community/calendar/C1"' in page
