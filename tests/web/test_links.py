"""Links of volunteers and families: in by token or by PIN, out at the end of the day or when revoked."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from canteen import clock
from canteen.models.audit import AuditLine
from canteen.models.links import PersonLink
from canteen.rules.days import local_date
from canteen.services import person_links, sign_in
from canteen.services.person_links import NewLink
from tests.factories.deliveries import make_volunteer
from tests.factories.world import TODAY, shanghai
from tests.web.conftest import LUNCH, Service, set_clock

PIN = "246813"
WHO = {"by": "staff:wang", "origin": None}


def make_link(service: Service, kind: str = "volunteer", target: int | None = None) -> NewLink:
    """A link of today with `PIN`: of volunteer V1, or to the elder P02."""
    if target is None:
        target = (
            service.database.run(make_volunteer, "V1")
            if kind == "volunteer"
            else service.world.elders["P02"]
        )
    return service.database.run(
        person_links.create_link,
        kind=kind,
        target_id=target,
        pin_hash=sign_in.hash_password(PIN),
        valid_on=local_date(clock.instant()) if kind == "volunteer" else None,
        holder=None if kind == "volunteer" else "女儿 李小梅",
        shows=() if kind == "volunteer" else ("meals", "balance"),
        now=clock.instant(),
        **WHO,
    )


def _enter(client: FlaskClient, kind: str, number: str, pin: str) -> TestResponse:
    """Type a number and a PIN on the page of a door."""
    page = client.get(f"/{kind}").get_data(as_text=True)
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    return client.post(f"/{kind}", data={"csrf": token[1], "number": number, "pin": pin})


def _is_in(client: FlaskClient, kind: str = "volunteer") -> bool:
    """Does the door's page show something else than where to type the PIN?"""
    return 'name="pin"' not in client.get(f"/{kind}").get_data(as_text=True)


def test_a_link_opens_its_door_and_leaves_no_token_in_the_address(service: Service):
    made = make_link(service)
    client = service.app.test_client()

    answer = client.get(f"/link/{made.token}")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/volunteer")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert made.token not in cookie
    assert _is_in(client)
    assert not _is_in(client, "family")
    assert made.token not in repr(service.database.read(_rows))


def test_without_a_link_the_interface_says_so(service: Service):
    answer = service.app.test_client().get("/api/v1/volunteer/run")

    assert (answer.status_code, answer.get_json()["code"]) == (403, "link_needed")


def test_who_came_in_from_where_is_a_line_of_the_trail(service: Service):
    made = make_link(service)

    service.app.test_client().get(
        f"/link/{made.token}", environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )

    line = service.database.read(_last_line)
    assert (line.actor, line.action) == ("volunteer:V1", "person_link_opened")
    assert (line.object_id, line.origin) == (str(made.id), "203.0.113.9")


def _last_line(session: Session) -> AuditLine:
    return session.scalars(select(AuditLine).order_by(AuditLine.id.desc())).first()


def test_an_unknown_token_is_not_found(service: Service):
    client = service.app.test_client()

    assert client.get("/link/nobody").status_code == 404
    assert client.get(f"/link/{'x' * 300}").status_code == 404


def test_a_cookie_that_somebody_made_up_is_nobody(service: Service):
    made = make_link(service)
    client = service.app.test_client()
    for forged in (f"{made.id}.{'0' * 64}", f"{made.id}", "1.1", "é"):
        client.set_cookie("canteen_link", forged)
        assert not _is_in(client), forged


def test_a_volunteers_link_is_dead_the_day_after(service: Service):
    made = make_link(service)
    client = service.app.test_client()
    client.get(f"/link/{made.token}")
    set_clock(shanghai("23:59:50"))
    assert _is_in(client)

    set_clock(shanghai("00:00:01", TODAY + timedelta(days=1)))

    assert not _is_in(client)
    assert client.get(f"/link/{made.token}").status_code == 404
    assert _enter(service.app.test_client(), "volunteer", "V1", PIN).status_code == 401


def test_a_revoked_link_is_dead_at_the_next_request(service: Service):
    made = make_link(service, "family")
    client = service.app.test_client()
    client.get(f"/link/{made.token}")
    assert _is_in(client, "family")

    service.database.run(person_links.revoke_link, link_id=made.id, now=clock.instant(), **WHO)

    assert not _is_in(client, "family")
    assert client.get(f"/link/{made.token}").headers["Location"] == "/family"
    assert not _is_in(client, "family")


def test_a_new_link_of_the_day_ends_the_volunteers_older_one(service: Service):
    volunteer_id = service.database.run(make_volunteer, "V1")
    old = make_link(service, target=volunteer_id)
    new = make_link(service, target=volunteer_id)

    assert service.app.test_client().get(f"/link/{old.token}").status_code == 404
    assert service.app.test_client().get(f"/link/{new.token}").status_code == 303
    listed = service.database.read(
        person_links.list_links, kind="volunteer", target_ids=[volunteer_id], day=TODAY
    )
    assert [(line.id, line.revoked_at is None) for line in listed] == [
        (new.id, True),
        (old.id, False),
    ]


@pytest.mark.parametrize(
    ("kind", "number"), [("volunteer", "V1"), ("volunteer", " ｖ1 "), ("family", "p02")]
)
def test_a_number_and_its_pin_open_the_door(service: Service, kind: str, number: str):
    make_link(service, kind)
    client = service.app.test_client()

    answer = _enter(client, kind, number, PIN)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{kind}")
    assert _is_in(client, kind)


def test_a_wrong_pin_slows_down_and_the_right_one_must_wait_too(service: Service):
    make_link(service)
    client = service.app.test_client()

    answers = [_enter(client, "volunteer", "V1", "000000") for _ in range(6)]
    right = _enter(client, "volunteer", "V1", PIN)

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "编号或口令不对" in answers[0].get_data(as_text=True)
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 0
    set_clock(shanghai(LUNCH) + timedelta(minutes=6))
    assert _enter(client, "volunteer", "V1", PIN).status_code == 303


def test_a_number_nobody_has_is_told_as_a_wrong_pin(service: Service):
    make_link(service)

    known = _enter(service.app.test_client(), "volunteer", "V1", "000000")
    unknown = _enter(service.app.test_client(), "volunteer", "V9", "000000")

    assert known.status_code == unknown.status_code == 401
    assert "再错 4 次" in unknown.get_data(as_text=True)


def test_an_official_is_nobody_at_these_doors(service: Service):
    made = make_link(service)
    browser = service.browser("secretary1")

    browser.get(f"/link/{made.token}")

    assert "请先退出" in browser.get("/volunteer", headers={"Accept-Language": "zh"}).get_data(
        as_text=True
    )
    assert browser.post_form("/volunteer", number="V1", pin=PIN).status_code == 403
    assert browser.get("/community/days").status_code in (200, 303)


def test_leaving_makes_the_browser_nobody_and_the_link_goes_on(service: Service):
    made = make_link(service)
    client = service.app.test_client()
    client.get(f"/link/{made.token}")
    csrf = service.database.read(_rows)[0].csrf

    without = client.post("/leave")
    left = client.post("/leave", data={"csrf": csrf})

    assert without.status_code == 403
    assert left.headers["Location"] == "/volunteer"
    assert not _is_in(client)
    assert client.get(f"/link/{made.token}").status_code == 303


def _rows(session: Session) -> list[PersonLink]:
    return list(session.scalars(select(PersonLink)))
