"""The addresses that others rely on are there, behind a door, and fail as problem documents."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from canteen.app import create_app
from canteen.config import Settings
from canteen.db.run import Database

#: (method, address) as the contract writes them; `{…}` stands for whatever converter is used.
ADDRESSES = (
    ("POST", "/api/v1/swipes"),
    ("POST", "/api/v1/swipes/batch"),
    ("GET", "/api/v1/readers/self"),
    ("PUT", "/api/v1/readers/self/health"),
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("GET", "/api/v1/counters/{}"),
    ("GET", "/api/v1/counters/{}/display"),
    ("GET", "/api/v1/counters/{}/events"),
    ("GET", "/api/v1/counters/{}/elders"),
    ("PUT", "/api/v1/counters/{}/sale"),
    ("DELETE", "/api/v1/counters/{}/sale"),
    ("POST", "/api/v1/counters/{}/meals"),
    ("POST", "/api/v1/counters/{}/swipes"),
    ("POST", "/api/v1/counters/{}/cards"),
    ("POST", "/api/v1/counters/{}/kept-cards"),
    ("POST", "/api/v1/meals/{}/void"),
    ("POST", "/api/v1/top-ups"),
    ("POST", "/api/v1/top-ups/{}/void"),
    ("POST", "/api/v1/pay-outs"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/docs"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
)


@pytest.fixture
def app(sqlite_database: Database, tmp_path: Path) -> Flask:
    secret = tmp_path / "secret.key"
    secret.write_text("00" * 32, encoding="ascii")
    settings = Settings(
        data_dir=tmp_path,
        database_url=str(sqlite_database.url),
        secret_key_file=secret,
        data_key_file=tmp_path / "data_keys.json",
        backup_dir=tmp_path / "backups",
        locale="zh_CN",
        timezone=ZoneInfo("Asia/Shanghai"),
        clock_offset_seconds=0,
        streams_max=None,
        is_metrics_open=False,
        trusted_proxies=(),
        log_level="error",
    )
    return create_app(settings, sqlite_database)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def test_the_addresses_of_the_contract_are_there(app: Flask):
    there = {
        (way, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for way in rule.methods or ()
    }

    assert not set(ADDRESSES) - there


def test_the_description_of_the_api_is_valid_and_names_every_route_under_api(
    app: Flask, client: FlaskClient
):
    document = client.get("/api/v1/openapi.json").get_json()

    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    described = {re.sub(r"\{[^}]+\}", "{}", path) for path in document["paths"]}
    served = {
        re.sub(r"<[^>]+>", "{}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert served - described <= {"/api/v1/openapi.json", "/api/v1/docs"}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/nothing-here", 404),
        ("POST", "/api/v1/swipes", 401),
        ("GET", "/api/v1/counters/1", 401),
        ("PATCH", "/api/v1/swipes", 405),
    ],
)
def test_a_failure_is_a_problem_document(
    client: FlaskClient, method: str, address: str, status: int
):
    answer = client.open(address, method=method)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(answer.get_json())
    assert answer.get_json()["status"] == status
    if status == 405:
        assert answer.headers["Allow"]


def test_the_documentation_page_fetches_nothing_from_outside(client: FlaskClient):
    page = client.get("/api/v1/docs")

    assert page.status_code == 200
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.get_data(as_text=True))
