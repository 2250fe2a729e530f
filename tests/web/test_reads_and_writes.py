"""Over all routes: reading changes nothing, and no write gets in by a GET, without its token or as a form."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from canteen.models.metadata import metadata
from tests.web.conftest import Service
from tests.web.doors import SIGNED, WANTED
from tests.web.walking import fill_address, list_routes, make_body


def test_no_route_that_reads_takes_a_write(service: Service):
    """O-089: a state-changing address answers GET with 405, also to the signed-in cashier."""
    browser = service.browser("cashier1")
    ways: dict[str, set[str]] = {}
    for rule, method in list_routes(service):
        ways.setdefault(rule.rule, set()).add(method)
    for rule, method in list_routes(service):
        if "GET" not in ways[rule.rule]:
            answer = browser.get(fill_address(rule, service.world.counters["C1-1"]))
            assert answer.status_code == 405, rule.rule
            assert method in answer.headers["Allow"], rule.rule


@pytest.mark.both_databases
def test_reading_changes_nothing(service: Service):
    browsers = [service.browser(name) for name in ("cashier1", "secretary1", "admin1", "auditor1")]
    before = service.database.read(_all_rows)

    for rule, method in list_routes(service):
        if method == "GET":
            for browser in browsers:
                browser.get(fill_address(rule, service.world.counters["C1-1"]))

    assert service.database.read(_all_rows) == before


def _all_rows(session: Session) -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(repr, session.execute(table.select())))
        for table in metadata.sorted_tables
    }


def test_a_write_without_its_token_books_nothing(service: Service):
    """O-089: neither an image nor a self-posting form of another page can top up, void or sell."""
    browser = service.browser("cashier1")
    before = service.database.read(_all_rows)

    for rule, method in list_routes(service):
        if method == "GET" or WANTED[rule.endpoint] in (SIGNED,):
            continue
        address = fill_address(rule, service.world.counters["C1-1"])
        body = make_body(rule, service.world.counters["C1-1"])
        for csrf in (None, "", "wrong"):
            answer = browser.send(method, address, body, csrf=csrf)
            assert answer.status_code == 403, (method, address, csrf)
        form = browser.client.open(
            address, method=method, data={"csrf": "wrong", **{k: str(v) for k, v in body.items()}}
        )
        assert form.status_code == 403, (method, address)

    assert service.database.read(_all_rows) == before


def test_a_form_body_with_a_right_token_is_still_no_json(service: Service):
    browser = service.browser("cashier1")

    answer = browser.client.post(
        "/api/v1/top-ups",
        data={"csrf": browser.csrf, "counter": "1", "elder": "P01", "amount": "50"},
    )

    assert answer.status_code == 415
