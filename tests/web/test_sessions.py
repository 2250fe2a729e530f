"""Sessions: opened by the right password, worth nothing once they ended, kept by no browser."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen import clock
from canteen.services import sign_in, staff
from tests.factories.requests import try_sign_in
from tests.factories.staff import PASSWORD
from tests.factories.world import shanghai
from tests.web.conftest import LUNCH, Service, set_clock

pytestmark = pytest.mark.both_databases


def test_the_right_password_opens_a_session_of_twelve_hours(service: Service):
    client = service.app.test_client()

    answer = try_sign_in(client)

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
    try_sign_in(client)
    cookie = client.get_cookie("canteen_session")
    assert cookie is not None

    rows = service.database.read(_list_sessions)

    assert cookie.value not in repr(rows)


def _list_sessions(session: Session) -> list[Any]:
    return [vars(row) for row in session.scalars(select(sign_in.Session))]


def test_o_091_every_spelling_is_one_account(service: Service):
    for name in ("FINANCE1", " finance1 ", "ｆｉｎａｎｃｅ１", "Finance1\u200b"):
        assert try_sign_in(service.app.test_client(), name).status_code == 201, name


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
    assert try_sign_in(service.app.test_client(), "cashier1").status_code == 401


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
