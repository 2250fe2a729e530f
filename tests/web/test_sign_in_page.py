"""The page to sign in on: its form, its one message, its language, and where it leads to."""

import html
import re

import pytest

from tests.factories.staff import PASSWORD
from tests.web.conftest import Service

pytestmark = pytest.mark.both_databases


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
