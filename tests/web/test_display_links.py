"""The links of displays: made by whoever may, each opens its display alone, and goes dark when revoked."""

import re

from flask.testing import FlaskClient

from canteen import clock
from canteen.services import places
from tests.web.conftest import Service


def test_a_display_link_opens_its_display_and_nothing_else(service: Service):
    counter = service.world.counters["C1-1"]
    screen = service.app.test_client()
    token = _make_link(service, counter)

    entered = screen.get(f"/display/{token}")

    assert entered.headers["Location"] == f"/counter/{counter}/display"
    assert token not in entered.headers["Location"]
    assert screen.get(f"/counter/{counter}/display").status_code == 200
    assert screen.get(f"{service.counter()}/display").status_code == 200
    assert screen.get(f"{service.counter()}/events?view=display").status_code == 200
    for refused in (
        service.counter(),
        f"{service.counter()}/events",
        f"{service.counter()}/elders?find=hgl",
        f"{service.counter('C2-1')}/display",
        f"{service.counter('C1-2')}/events?view=display",
    ):
        assert screen.get(refused).status_code in (401, 404), refused
    assert screen.get(f"/counter/{counter}").status_code == 303


def test_a_revoked_display_link_goes_dark(service: Service):
    counter = service.world.counters["C1-1"]
    screen: FlaskClient = service.app.test_client()
    screen.get(f"/display/{_make_link(service, counter)}")
    secretary = service.browser("secretary1")
    link = service.database.read(places.list_display_links)[0]

    secretary.post_form(f"/community/displays/{link.id}/revoke")

    assert screen.get(f"{service.counter()}/display").status_code == 401
    assert screen.get(f"/counter/{counter}/display").status_code == 303


def test_a_secretary_makes_and_revokes_only_the_links_of_her_own_counters(service: Service):
    mine, other = service.browser("secretary1"), service.browser("secretary2")
    counter = service.world.counters["C1-1"]

    page = mine.post_form(f"/community/counters/{counter}/displays", name="大屏")
    link = service.database.read(places.list_display_links)[0]

    shown = re.search(r"http://localhost(/display/[\w-]+)", page.get_data(as_text=True))
    assert shown
    assert service.app.test_client().get(shown[1]).status_code == 303
    assert "大屏" in mine.get("/community").get_data(as_text=True)
    assert shown[1] not in mine.get("/community").get_data(as_text=True)
    assert "大屏" not in other.get("/community").get_data(as_text=True)
    assert other.post_form(f"/community/displays/{link.id}/revoke").status_code == 404
    assert other.post_form(f"/community/counters/{counter}/displays").status_code == 404
    assert service.app.test_client().get(shown[1]).status_code == 303


def _make_link(service: Service, counter_id: int) -> str:
    return service.database.run(
        places.create_display_link,
        counter_id=counter_id,
        name="大屏",
        by="test",
        origin=None,
        now=clock.instant(),
    )
