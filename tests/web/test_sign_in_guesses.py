"""Wrong tries to sign in: one message for both errors, guesses slowed down, by account and by address."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen import clock
from canteen.models.audit import AuditLine
from canteen.models.staff import SignInAttempt
from canteen.services import sign_in
from tests.factories.requests import GUESSER, OFFICE, try_sign_in
from tests.web.conftest import Service, set_clock

pytestmark = pytest.mark.both_databases


def test_o_091_spellings_share_their_wrong_tries(service: Service):
    client = service.app.test_client()
    for spelling in ("Finance1", "finance1 ", "ｆｉｎａｎｃｅ１", "FINANCE1", "finance1"):
        assert try_sign_in(client, spelling, "wrong").status_code == 401

    assert try_sign_in(client, "finance1").status_code == 429


def test_an_unknown_name_is_answered_like_a_wrong_password(service: Service):
    client = service.app.test_client()

    known = [try_sign_in(client, "finance1", "wrong").get_json() for _ in range(6)]
    unknown = [try_sign_in(client, "nobody-here", "wrong").get_json() for _ in range(6)]

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
        try_sign_in(
            client, password="wrong", peer=GUESSER, forwarded=f"10.0.{n // 250}.{n % 250}"
        ).status_code
        for n in range(200)
    ]
    office = try_sign_in(client, peer=OFFICE)

    assert statuses[:5] == [401] * 5
    assert set(statuses[5:]) == {429}
    assert office.status_code == 201


def test_o_090_many_addresses_slow_the_account_and_the_delay_is_announced(service: Service):
    client = service.app.test_client()
    for n in range(10):
        assert try_sign_in(client, password="wrong", peer=f"198.51.100.{n}").status_code == 401

    office = try_sign_in(client, peer=OFFICE)
    assert office.status_code == 429
    seconds = int(office.headers["Retry-After"])
    assert 0 < seconds <= 30
    assert str(seconds) in office.get_json()["detail"]

    set_clock(clock.instant() + timedelta(seconds=31))
    assert try_sign_in(client, peer=OFFICE).status_code == 201


def test_an_address_the_account_knows_is_not_held_up_by_guesses_from_elsewhere(service: Service):
    client = service.app.test_client()
    assert try_sign_in(client, peer=OFFICE).status_code == 201
    for n in range(12):
        try_sign_in(client, password="wrong", peer=f"198.51.100.{n}")

    assert try_sign_in(service.app.test_client(), peer=OFFICE).status_code == 201


def test_o_091_typing_errors_at_one_canteen_do_not_stop_the_others(service: Service):
    """Three canteens behind one public address: fifteen wrong tries of one cashier, then the others."""
    for _ in range(15):
        try_sign_in(service.app.test_client(), "cashier1", "wrong", peer=OFFICE)

    assert try_sign_in(service.app.test_client(), "cashier2", peer=OFFICE).status_code == 201
    assert service.agent().send("GET", "/api/v1/readers/self").status_code == 200


def test_the_wait_ends_and_grows_when_it_is_wrong_again(service: Service):
    client = service.app.test_client()
    for _ in range(5):
        try_sign_in(client, password="wrong")
    assert int(try_sign_in(client).headers["Retry-After"]) <= 60

    set_clock(clock.instant() + timedelta(seconds=62))
    again = try_sign_in(client, password="wrong")
    assert again.status_code == 401
    assert again.get_json()["wait_seconds"] == 120
    set_clock(clock.instant() + timedelta(seconds=125))
    assert try_sign_in(client).status_code == 201


def test_attempts_are_visible_to_the_auditor(service: Service):
    for _ in range(5):
        try_sign_in(service.app.test_client(), password="wrong", peer=GUESSER)

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
        try_sign_in(client, password="wrong", peer="192.0.2.1", forwarded=f"10.9.9.{n}, {GUESSER}")

    attempts, _ = service.database.read(_list_attempts)
    assert attempts == [("finance1", GUESSER, False)] * 5
