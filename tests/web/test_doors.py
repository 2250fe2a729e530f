"""Every address has its door: all routes are walked as nobody, as each role, by each link, and from outside
the scope."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from canteen import clock
from canteen.rules.roles import PERMISSIONS, STAFF_ROLES
from canteen.services import person_links
from canteen.services.person_links import NewLink
from tests.factories.deliveries import make_volunteer
from tests.factories.links import make_enrolment_link, make_family_link, make_volunteer_link
from tests.web.conftest import ACCOUNTS, Service
from tests.web.doors import (
    DISPLAY,
    ENROLMENT,
    FAMILY,
    HERE,
    LINKS,
    OPEN,
    OPENED_BY,
    SESSION,
    SIGNED,
    TOKEN,
    VOLUNTEER,
    WANTED,
)
from tests.web.walking import fill_address, list_routes, make_body, send


def test_every_route_names_its_door(service: Service):
    endpoints = {rule.endpoint for rule, _ in list_routes(service)}

    assert endpoints == set(WANTED), (
        "give every route its line in WANTED, and drop those that are gone"
    )
    asked = {word for want in WANTED.values() for word in want.split() if "." in word}
    assert asked <= {permission for held in PERMISSIONS.values() for permission in held}


def test_a_stranger_passes_no_door(service: Service):
    for rule, method in list_routes(service):
        want = WANTED[rule.endpoint]
        client = service.app.test_client()
        address = fill_address(rule, service.world.counters["C1-1"])
        answer = client.open(
            address, method=method, json=make_body(rule, 1) if method != "GET" else None
        )
        if want in (OPEN, HERE):
            continue
        if want in LINKS:
            _assert_no_link(answer, rule, method)
        elif want == TOKEN:
            assert answer.status_code == 404, address
        elif rule.rule.startswith("/api/"):
            assert answer.status_code == 401, (method, address)
            assert answer.mimetype == "application/problem+json"
        elif method == "GET":
            assert answer.status_code == 303, address
            assert answer.headers["Location"].startswith("/sign-in?next="), address
        else:
            assert answer.status_code == 403, (method, address)


def _assert_no_link(answer: TestResponse, rule: Rule, method: str) -> None:
    """A page leads to where the PIN is typed; all else is refused."""
    if method == "GET" and not rule.rule.startswith("/api/"):
        assert answer.status_code == 303, rule.rule
        assert answer.headers["Location"] in ("/volunteer", "/family", "/family/enrolment")
    else:
        assert answer.status_code == 403, (method, rule.rule)


def test_a_role_passes_the_doors_of_its_table_and_no_other(service: Service):
    for name, (role, _scope) in ACCOUNTS.items():
        if name not in (
            "cashier1",
            "kitchen1",
            "secretary1",
            "street1",
            "volunteer1",
            "finance1",
            "auditor1",
            "admin1",
        ):
            continue
        browser = service.browser(name)
        for rule, method in list_routes(service):
            want = WANTED[rule.endpoint]
            if want in (OPEN, HERE, SESSION, TOKEN):
                continue
            status = send(browser, rule, method, service.world.counters["C1-1"])
            where = f"{role} {method} {rule.rule}: {status}"
            if want == SIGNED:
                assert status == 401, where
            elif want in LINKS:  # an official is nobody there
                is_page = method == "GET" and not rule.rule.startswith("/api/")
                assert status == (303 if is_page else 403), where
            elif all(
                word in PERMISSIONS[role]
                for word in (want.split() if want != DISPLAY else ["counter.view"])
            ):
                assert status not in (401, 403), where
            else:
                assert status == 403, where


def test_what_lies_outside_the_scope_answers_as_if_it_did_not_exist(service: Service):
    for name in ("cashier1", "secretary1", "admin1"):
        browser, role = service.browser(name), ACCOUNTS[name][0]
        for rule, method in list_routes(service):
            want = WANTED[rule.endpoint]
            named = "counter_id" in rule.rule or rule.endpoint in (
                "acts.post_top_up",
                "acts.post_pay_out",
            )
            if want in (OPEN, HERE, SIGNED, SESSION, TOKEN, *LINKS) or not named:
                continue
            needed = want.split() if want != DISPLAY else ["counter.view"]
            if not all(word in PERMISSIONS[role] for word in needed):
                continue
            for counter_id in (service.world.counters["C2-1"], 999_999):
                status = send(browser, rule, method, counter_id)
                assert status == 404, f"{name} {method} {rule.rule}: {status}"


def test_an_outside_object_and_a_missing_one_answer_alike(service: Service):
    cashier = service.browser("cashier1")

    foreign = cashier.get(service.counter("C2-1"))
    missing = cashier.get("/api/v1/counters/999999")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.get_json() == missing.get_json()
    assert "河东" not in foreign.get_data(as_text=True)


ODD_ADDRESSES = (
    "/api/v1/counters/１２",
    "/api/v1/counters/0",
    "/api/v1/counters/-1",
    "/api/v1/counters/01",
    "/api/v1/counters/1%20OR%201=1",
    "/api/v1/counters/99999999999999999999",
    "/counter/１",
    "/static/../config.py",
    "/static/%2e%2e/%2e%2e/config.py",
    "/display/" + "x" * 5000,
    "/display/%00",
)


def test_an_odd_address_is_not_found(service: Service):
    cashier = service.browser("cashier1")
    for address in ODD_ADDRESSES:
        assert cashier.get(address).status_code == 404, address


def test_every_role_finds_its_door_from_the_first_page(service: Service):
    for name, (role, _scope) in ACCOUNTS.items():
        browser = service.browser(name)
        answer = browser.get("/", follow_redirects=True)
        assert answer.status_code == 200, name
        assert role in STAFF_ROLES


def _come_in(service: Service, kind: str) -> tuple[FlaskClient, str]:
    """A browser that came in by a live link of this kind, and the token of its forms."""
    making: dict[str, tuple[Callable[..., NewLink], int]] = {
        VOLUNTEER: (make_volunteer_link, service.database.run(make_volunteer, "V1")),
        FAMILY: (make_family_link, service.world.elders["P01"]),
        ENROLMENT: (make_enrolment_link, service.world.canteens["C1"]),
    }
    make, target = making[kind]
    link = service.database.run(make, target)
    client = service.app.test_client()
    assert client.get(f"/link/{link.token}").status_code == 303
    holder = service.database.read(person_links.find_holder, link_id=link.id, now=clock.instant())
    assert holder is not None
    return client, holder.csrf


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_passes_the_door_of_its_kind_and_no_other(service: Service, kind: str):
    client, csrf = _come_in(service, kind)
    for rule, method in list_routes(service):
        want = WANTED[rule.endpoint]
        is_page = not rule.rule.startswith("/api/")
        if want in (OPEN, HERE, TOKEN):
            continue
        answer = client.open(
            fill_address(rule, service.world.counters["C1-1"]),
            method=method,
            headers={"X-CSRF-Token": csrf},
            json=None if method == "GET" or is_page else make_body(rule, 1),
        )
        where = f"{kind} {method} {rule.rule}: {answer.status_code}"
        if kind in OPENED_BY.get(want, ()):
            assert answer.status_code not in (401, 403), where
            assert answer.headers.get("Location") not in ("/volunteer", "/family"), where
        elif want in LINKS:
            _assert_no_link(answer, rule, method)
        elif is_page and method == "GET":
            assert answer.headers["Location"].startswith("/sign-in?next="), where
        else:
            assert answer.status_code in (401, 403), where
