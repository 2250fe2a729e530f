"""Every failure is told in its shape: problem documents for programs, a page in one's language for people."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from canteen.app import create_app
from canteen.db.run import Database
from canteen.rules.errors import Busy, CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.web import logs
from canteen.web.errors import status_of
from tests.web.conftest import Service, make_settings

SECRET = "身份证 450702194602309920 电话 13812342217 卡 em4100:62E3086CED"
RAISED: dict[str, tuple[Exception, int]] = {
    "missing": (NotFound("gone", "没有", "None", number=5), 404),
    "refused": (Refused("not_yours", "不行", "Not yours"), 403),
    "conflict": (Conflict("changed", "已变", "Changed", receipt="C1-1"), 409),
    "invalid": (Invalid("wrong", "不对", "Wrong", errors=({"field": "a"},)), 422),
    "busy": (Busy("queue_full", retry_seconds=7), 503),
    "crash": (RuntimeError(SECRET), 500),
    "assertion": (AssertionError(SECRET), 500),
    "memory": (MemoryError(), 500),
}


@pytest.fixture(scope="module")
def failing(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app with routes that fail in every way, under the interface and as pages. Made once: nothing
    that is asked of it changes it or its database."""
    folder = tmp_path_factory.mktemp("failing")
    database = Database(f"sqlite:///{shutil.copyfile(sqlite_template, folder / 'canteen.db')}")
    app = create_app(make_settings(folder), database)

    def make_view(name: str) -> Callable[[], str]:
        def view() -> str:
            raise RAISED[name][0]

        return view

    for name in RAISED:
        for prefix in ("/api/v1/fails", "/fails"):
            app.add_url_rule(f"{prefix}/{name}", f"{prefix}-{name}", make_view(name))
    yield app
    database.close()


@pytest.mark.parametrize("name", RAISED)
def test_the_interface_answers_a_problem_document(failing: Flask, name: str):
    error, status = RAISED[name]

    answer = failing.test_client().get(f"/api/v1/fails/{name}", headers={"Accept-Language": "en"})

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    told = answer.get_json()
    assert told["status"] == status
    assert {"type", "title", "detail", "code", "zh", "en"} <= set(told)
    assert "Traceback" not in answer.get_data(as_text=True)
    assert "450702194602309920" not in answer.get_data(as_text=True)
    if isinstance(error, CanteenError):
        assert (told["code"], told["detail"], told["zh"]) == (error.code, error.en, error.zh)
    else:
        assert told["code"] == "internal"


def test_facts_and_faults_are_told_too(failing: Flask):
    client = failing.test_client()

    assert client.get("/api/v1/fails/conflict").get_json()["receipt"] == "C1-1"
    assert client.get("/api/v1/fails/invalid").get_json()["errors"] == [{"field": "a"}]
    assert client.get("/api/v1/fails/busy").headers["Retry-After"] == "7"


@pytest.mark.parametrize("name", RAISED)
def test_a_page_answers_a_page_in_the_language_of_the_person(failing: Flask, name: str):
    error, status = RAISED[name]

    zh = failing.test_client().get(f"/fails/{name}", headers={"Accept-Language": "zh"})
    en = failing.test_client().get(f"/fails/{name}", headers={"Accept-Language": "en"})

    assert zh.status_code == en.status_code == status
    assert zh.mimetype == "text/html"
    assert '<html lang="zh-CN">' in zh.get_data(as_text=True)
    assert '<html lang="en">' in en.get_data(as_text=True)
    assert "Traceback" not in zh.get_data(as_text=True)
    if isinstance(error, CanteenError):
        assert error.zh in zh.get_data(as_text=True)
        assert error.en in en.get_data(as_text=True)


def test_every_kind_of_error_has_its_status():
    kinds = {
        Refused("x", "x", "x"): 403,
        Refused("signed_out", "x", "x"): 401,
        Refused("sign_in_wait", "x", "x"): 429,
        Invalid("body_too_large", "x", "x"): 413,
    }
    for error, status in kinds.items():
        assert status_of(error) == status


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v2/swipes", 404, "not_found"),
        ("GET", "/api/v1/swipes", 405, "method"),
        ("DELETE", "/api/v1/top-ups", 405, "method"),
        ("TRACE", "/api/v1/session", 405, "method"),
        ("BREW", "/api/v1/session", 405, "method"),
    ],
)
def test_the_routers_own_errors_are_problem_documents(
    failing: Flask, method: str, path: str, status: int, code: str
):
    answer = failing.test_client().open(path, method=method)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == code
    if status == 405:
        assert answer.headers["Allow"]


def test_a_page_that_is_not_there_is_a_page(failing: Flask):
    answer = failing.test_client().get("/nothing", headers={"Accept-Language": "zh"})

    assert answer.status_code == 404
    assert "没有找到" in answer.get_data(as_text=True)


def test_bodies_are_bounded(service: Service):
    cashier = service.browser("cashier1")

    answer = cashier.client.post(
        "/api/v1/top-ups",
        data=b'{"elder": "' + b"x" * 70_000 + b'"}',
        content_type="application/json",
        headers={"X-CSRF-Token": cashier.csrf},
    )
    page = cashier.client.post("/sign-in", data={"user": "x" * 70_000})

    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"
    assert page.status_code == 413


def test_o_032_only_one_exact_meal_can_be_voided(service: Service):
    """Patterns, lists, odd digits and another community's id: 404 or 400, and nothing changes."""
    mine, other = service.browser("cashier1"), service.browser("cashier2")
    meal = mine.send(
        "POST",
        f"{service.counter()}/meals",
        {
            "id": "0190a000-0000-7000-8000-000000000009",
            "elder": "P01",
            "reason": "no_card",
            "kind": "set",
        },
    ).get_json()
    receipt = meal["receipt"]
    assert receipt

    for number, wanted in enumerate(
        (
            "?",
            ".*",
            "%",
            "%25",
            "_",
            "0",
            "-1",
            "1 OR 1=1",
            "１２",
            "[1,2]",
            receipt[:-1] + "%25",
            receipt + " ",
        )
    ):
        body = {"id": f"0190a000-0000-7000-8000-0000000001{number:02d}", "reason": "other"}
        answer = mine.send("POST", f"/api/v1/meals/{wanted}/void", body)
        assert answer.status_code in (400, 404), wanted
    body = {
        "id": "0190a000-0000-7000-8000-000000000201",
        "reason": "other",
        "counter": service.world.counters["C1-1"],
    }
    for person in (other, service.browser("secretary2")):
        assert person.send("POST", f"/api/v1/meals/{receipt}/void", body).status_code == 404
    for odd in ([1, 2], {"id": receipt}, None, True, 12):
        wrong = mine.send("POST", f"/api/v1/meals/{receipt}/void", {**body, "id": odd})
        assert wrong.status_code == 422, odd

    voided = mine.send("POST", f"/api/v1/meals/{receipt}/void", body)
    assert voided.status_code == 201
    assert voided.get_json()["purse_fen"] == 700
    again = mine.send(
        "POST",
        f"/api/v1/meals/{receipt}/void",
        {**body, "id": "0190a000-0000-7000-8000-000000000202"},
    )
    assert again.status_code == 409
    assert again.get_json()["code"] == "already_voided"


def test_o_092_no_number_of_a_person_reaches_the_logs(failing: Flask, written: io.StringIO):
    client: FlaskClient = failing.test_client()

    client.get("/api/v1/fails/crash")
    client.get("/fails/crash?find=450702194602309920")
    client.post("/api/v1/nothing?phone=13812342217", json={"id_number": "450702194602309920"})

    told = written.getvalue()
    lines = [json.loads(line) for line in told.splitlines()]
    assert any(line["event"] == "unexpected" and "Traceback" in line["exception"] for line in lines)
    for number in ("450702194602309920", "13812342217", "62E3086CED"):
        assert number not in told
    assert "450702********9920" in told
    assert "138****2217" in told
    assert "em4100:****6CED" in told


def test_what_names_a_secret_is_not_written():
    event = logs.redact_event(
        None,
        "info",
        {
            "event": "x",
            "password": "p",
            "nested": {"csrf_token": "t", "count": 3},
            "list": ["13812342217"],
        },
    )

    assert event == {
        "event": "x",
        "password": "***",
        "nested": {"csrf_token": "***", "count": 3},
        "list": ["138****2217"],
    }


def test_a_database_out_of_reach_means_later_and_pages_are_still_drawn(tmp_path: Path):
    database = Database("postgresql+psycopg://nobody@/none?host=/no/such/folder&connect_timeout=1")
    client = create_app(make_settings(tmp_path), database).test_client()
    client.set_cookie("canteen_session", "x")
    try:
        swipe = client.post(
            "/api/v1/swipes",
            json={},
            headers={
                "X-Canteen-Reader": "r-1",
                "X-Canteen-Time": "1",
                "X-Canteen-Nonce": "1",
                "X-Canteen-Signature": "0",
            },
        )
        page = client.get("/community")
        ready = client.get("/readyz")
    finally:
        database.close()

    assert (swipe.status_code, swipe.get_json()["code"]) == (503, "database_out_of_reach")
    assert swipe.headers["Retry-After"]
    assert page.status_code == 503
    assert page.mimetype == "text/html"
    assert "请稍后再试" in page.get_data(as_text=True)
    assert (ready.status_code, ready.get_json()["status"]) == (503, "no database")
    assert client.get("/healthz").status_code == 200


def test_a_statement_of_ours_that_is_wrong_is_not_told_as_later(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    client = create_app(make_settings(tmp_path), database).test_client()
    client.set_cookie("canteen_session", "x")
    try:
        answer = client.get("/api/v1/session")
        page = client.get("/community")
    finally:
        database.close()

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert page.status_code == 500
    assert "no such table" not in answer.get_data(as_text=True) + page.get_data(as_text=True)


def test_a_nul_in_what_is_sent_is_refused_before_any_page(service: Service) -> None:
    browser = service.browser("secretary1")
    for address in (
        "/community/volunteers/%00",
        "/community/elders?q=%00",
        "/community/volunteers?%00",
    ):
        assert browser.get(address).status_code == 404, address
    posted = "/community/deliveries/C1/2026-11-25/lunch/seen"
    answer = browser.client.post(posted, data={"csrf": browser.csrf, "seen": "\x00"})
    assert answer.status_code == 422
    assert "有不能用的字符" in answer.get_data(as_text=True)
