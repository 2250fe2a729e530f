"""Signing in: one message for both errors, guesses slowed down, sessions that end when they must."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from canteen import clock
from canteen.models.audit import AuditLine
from canteen.models.staff import SignInAttempt
from canteen.services import sign_in, staff
from tests.factories.staff import PASSWORD
from tests.factories.world import shanghai
from tests.web.conftest import LUNCH, Service, set_clock

pytestmark = pytest.mark.both_databases

OFFICE = "203.0.113.9"
GUESSER = "198.51.100.7"


def _try(
    client: FlaskClient,
    user: str = "finance1",
    password: str = PASSWORD,
    *,
    peer: str = OFFICE,
    forwarded: str | None = None,
) -> TestResponse:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client.post(
        "/api/v1/session",
        json={"user": user, "password": password},
        headers=headers,
        environ_base={"REMOTE_ADDR": peer},
    )


def test_the_right_password_opens_a_session_of_twelve_hours(service: Service):
    client = service.app.test_client()

    answer = _try(client)

    assert answer.status_code == 201
    told = answer.get_json()
    assert told["roles"] == [{"role": "finance", "scope_kind": "area", "scope": "450702"}]
    cookie = answer.headers["Set-Cookie"]
    assert re.search(r"canteen_session=[\w-]{43};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/finance").status_code == 200
    set_clock(shanghai(LUNCH) + timedelta(hours=12, minutes=1))
    assert client.get("/finance").status_code == 303


def test_over_https_the_cookie_is_secure_and_the_browser_stays_there(service: Service):
    answer = service.app.test_client().post(
        "/api/v1/session",
        json={"user": "finance1", "password": PASSWORD},
        base_url="https://localhost",
    )

    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]


def test_the_database_holds_no_token(service: Service):
    client = service.app.test_client()
    _try(client)
    cookie = client.get_cookie("canteen_session")
    assert cookie is not None

    rows = service.database.read(_list_sessions)

    assert cookie.value not in repr(rows)


def _list_sessions(session: Session) -> list[Any]:
    return [vars(row) for row in session.scalars(select(sign_in.Session))]


def test_o_091_every_spelling_is_one_account(service: Service):
    for name in ("FINANCE1", " finance1 ", "ｆｉｎａｎｃｅ１", "Finance1\u200b"):
        assert _try(service.app.test_client(), name).status_code == 201, name


def test_o_091_spellings_share_their_wrong_tries(service: Service):
    client = service.app.test_client()
    for spelling in ("Finance1", "finance1 ", "ｆｉｎａｎｃｅ１", "FINANCE1", "finance1"):
        assert _try(client, spelling, "wrong").status_code == 401

    assert _try(client, "finance1").status_code == 429


def test_an_unknown_name_is_answered_like_a_wrong_password(service: Service):
    client = service.app.test_client()

    known = [_try(client, "finance1", "wrong").get_json() for _ in range(6)]
    unknown = [_try(client, "nobody-here", "wrong").get_json() for _ in range(6)]

    assert known == unknown
    assert [told["code"] for told in known] == ["sign_in_wrong"] * 5 + ["sign_in_wait"]
    assert [told["tries_left"] for told in known[:5]] == [4, 3, 2, 1, 0]


def test_an_unknown_name_costs_the_same_hash(service: Service):
    for name in ("finance1", "nobody-here"):
        tried = service.database.run(
            sign_in.begin_sign_in, name=name, origin=OFFICE, now=clock.instant()
        )
        assert tried.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert not sign_in.is_password(tried.password_hash, "wrong")


def test_o_090_a_forged_forwarded_address_is_no_address(service: Service):
    """200 wrong passwords, each with a new X-Forwarded-For; then the right one from the office."""
    client = service.app.test_client()

    statuses = [
        _try(
            client, password="wrong", peer=GUESSER, forwarded=f"10.0.{n // 250}.{n % 250}"
        ).status_code
        for n in range(200)
    ]
    office = _try(client, peer=OFFICE)

    assert statuses[:5] == [401] * 5
    assert set(statuses[5:]) == {429}
    assert office.status_code == 201


def test_o_090_many_addresses_slow_the_account_and_the_delay_is_announced(service: Service):
    client = service.app.test_client()
    for n in range(10):
        assert _try(client, password="wrong", peer=f"198.51.100.{n}").status_code == 401

    office = _try(client, peer=OFFICE)
    assert office.status_code == 429
    seconds = int(office.headers["Retry-After"])
    assert 0 < seconds <= 30
    assert str(seconds) in office.get_json()["detail"]

    set_clock(clock.instant() + timedelta(seconds=31))
    assert _try(client, peer=OFFICE).status_code == 201


def test_an_address_the_account_knows_is_not_held_up_by_guesses_from_elsewhere(service: Service):
    client = service.app.test_client()
    assert _try(client, peer=OFFICE).status_code == 201
    for n in range(12):
        _try(client, password="wrong", peer=f"198.51.100.{n}")

    assert _try(service.app.test_client(), peer=OFFICE).status_code == 201


def test_o_091_typing_errors_at_one_canteen_do_not_stop_the_others(service: Service):
    """Three canteens behind one public address: fifteen wrong tries of one cashier, then the others."""
    for _ in range(15):
        _try(service.app.test_client(), "cashier1", "wrong", peer=OFFICE)

    assert _try(service.app.test_client(), "cashier2", peer=OFFICE).status_code == 201
    assert service.agent().send("GET", "/api/v1/readers/self").status_code == 200


def test_the_wait_ends_and_grows_when_it_is_wrong_again(service: Service):
    client = service.app.test_client()
    for _ in range(5):
        _try(client, password="wrong")
    assert int(_try(client).headers["Retry-After"]) <= 60

    set_clock(clock.instant() + timedelta(seconds=62))
    again = _try(client, password="wrong")
    assert again.status_code == 401
    assert again.get_json()["wait_seconds"] == 120
    set_clock(clock.instant() + timedelta(seconds=125))
    assert _try(client).status_code == 201


def test_attempts_are_visible_to_the_auditor(service: Service):
    for _ in range(5):
        _try(service.app.test_client(), password="wrong", peer=GUESSER)

    attempts, lines = service.database.read(_list_attempts)

    assert attempts == [("finance1", GUESSER, False)] * 5
    assert ("sign_in_slowed", "finance1", GUESSER) in lines


def _list_attempts(session: Session) -> tuple[list[Any], list[Any]]:
    attempts = [
        (row.name_key, row.origin, row.succeeded)
        for row in session.scalars(select(SignInAttempt).order_by(SignInAttempt.id))
        if row.name_key == "finance1"
    ]
    lines = [
        (row.action, row.object_id, row.origin)
        for row in session.scalars(select(AuditLine).order_by(AuditLine.id))
    ]
    return attempts, lines


def test_only_a_trusted_proxy_may_say_who_asks(make_service: Callable[..., Service]):
    service = make_service(trusted_proxies=(ip_network("192.0.2.1/32"),))
    client = service.app.test_client()
    for n in range(6):
        _try(client, password="wrong", peer="192.0.2.1", forwarded=f"10.9.9.{n}, {GUESSER}")

    attempts, _ = service.database.read(_list_attempts)
    assert attempts == [("finance1", GUESSER, False)] * 5


def test_a_session_signed_out_is_worth_nothing_where_it_was_copied_to(service: Service):
    browser = service.browser("secretary1")
    copy = service.app.test_client()
    copy.set_cookie("canteen_session", browser.token)
    assert copy.get("/community").status_code == 200

    assert browser.post_form("/sign-out").status_code == 303

    assert copy.get("/community").status_code == 303
    assert copy.get("/api/v1/session").status_code == 401


def test_the_api_signs_out_too(service: Service):
    browser = service.browser("cashier1")

    assert browser.send("DELETE", "/api/v1/session").status_code == 204
    assert browser.get("/api/v1/session").status_code == 401
    assert browser.send("DELETE", "/api/v1/session").status_code == 401


def test_a_disabled_account_is_out_at_once(service: Service):
    browser = service.browser("cashier1")

    service.database.run(
        staff.disable_account, name="cashier1", actor="test", origin=None, now=clock.instant()
    )

    assert browser.get(service.counter()).status_code == 401
    assert _try(service.app.test_client(), "cashier1").status_code == 401


def test_a_role_taken_back_is_gone_at_the_next_request(service: Service):
    browser = service.browser("cashier1")
    assert browser.get(service.counter()).status_code == 200

    service.database.run(
        staff.revoke_role,
        name="cashier1",
        role="cashier",
        scope="C1",
        actor="test",
        origin=None,
        now=clock.instant(),
    )

    assert browser.get(service.counter()).status_code == 403


def test_o_093_pages_with_people_on_them_are_not_kept_by_the_browser(service: Service):
    for name, path in (
        ("secretary1", "/community"),
        ("cashier1", f"/counter/{service.world.counters['C1-1']}"),
        ("cashier1", service.counter()),
        ("cashier1", f"{service.counter()}/elders?find=hgl"),
        ("cashier1", f"{service.counter()}/events?after=0"),
        ("admin1", "/admin"),
    ):
        answer = service.browser(name).get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store", path


# ------------------------------------------------------------------------------------- the page


def _form_token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_page_signs_in_and_goes_where_one_wanted_to_go(service: Service):
    client = service.app.test_client()
    page = client.get("/sign-in?next=/community").get_data(as_text=True)

    answer = client.post(
        "/sign-in",
        data={
            "csrf": _form_token(page),
            "user": "secretary1",
            "password": PASSWORD,
            "next": "/community",
        },
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/community"
    assert client.get("/community").status_code == 200


def test_another_language_shows_the_same_page_with_all_that_was_asked_of_it(service: Service):
    secretary = service.browser("secretary1")
    asked = "/community/elders?q=%E9%BB%84&show=all"
    page = secretary.get(asked).get_data(as_text=True)
    wanted = [html.unescape(one) for one in re.findall(r'name="next" value="([^"]*)"', page)]
    assert wanted == [asked]
    answer = secretary.post_form("/language", next=asked, locale="en")
    assert answer.headers["Location"] == asked
    page = secretary.get("/community/elders").get_data(as_text=True)
    assert 'name="next" value="/community/elders"' in page


def test_the_page_tells_one_message_and_the_tries_left(service: Service):
    client = service.app.test_client()
    client.set_cookie("canteen_locale", "zh_CN")
    token = _form_token(client.get("/sign-in").get_data(as_text=True))

    told = [
        client.post("/sign-in", data={"csrf": token, "user": user, "password": "wrong"})
        for user in ("secretary1", "nobody-here")
    ]

    assert [answer.status_code for answer in told] == [401, 401]
    pages = [answer.get_data(as_text=True) for answer in told]
    assert all("账号或密码不对。再错 4 次后要等 1 分钟。" in page for page in pages)
    assert pages[0].replace("secretary1", "nobody-here") == pages[1]
    assert "wrong" not in re.sub(r"<[^>]*class=[^>]*>", "", pages[0])


def test_a_form_of_another_page_signs_nobody_in(service: Service):
    client = service.app.test_client()

    answer = client.post("/sign-in", data={"user": "secretary1", "password": PASSWORD})

    assert answer.status_code == 403
    assert client.get_cookie("canteen_session") is None


OTHER_SERVERS = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "/sign-out",
    "\n/x",
)


def test_the_way_on_leads_to_no_other_server(service: Service):
    for wanted in OTHER_SERVERS:
        client = service.app.test_client()
        token = _form_token(client.get("/sign-in").get_data(as_text=True))

        answer = client.post(
            "/sign-in",
            data={"csrf": token, "user": "secretary1", "password": PASSWORD, "next": wanted},
        )

        assert answer.headers["Location"] == "/"
