"""The board's pages: five lanes in order, what waits for a person, and a version that costs little."""

import re

from sqlalchemy.orm import Session

from tests.factories.deliveries import make_delivery, make_run, make_volunteer
from tests.factories.world import World
from tests.web.conftest import Service

BOARD = "/community/deliveries/C1/2026-11-25/lunch"


def _main(page: str) -> str:
    return page.split("<main", maxsplit=1)[1]


def test_the_board_opens_at_the_running_mealtime(service: Service):
    browser = service.browser("secretary1")
    assert browser.get("/community/deliveries").headers["Location"].endswith("/C1")
    assert browser.get("/community/deliveries/C1").headers["Location"].endswith(BOARD)


def test_five_lanes_count_portions_and_group_rounds(service: Service):
    def fill(session: Session, world: World) -> None:
        c1 = world.canteens["C1"]
        run = make_run(session, c1, make_volunteer(session, name="何志平"), state="out")
        make_delivery(session, world.elders["P01"], c1, portions=2)
        make_delivery(session, world.elders["P02"], c1, run_id=run, place=1, state="delivered")
        make_delivery(session, world.elders["P03"], c1, run_id=run, place=2, state="out")

    service.database.run(fill, service.world)
    page = _main(service.browser("secretary1").get(BOARD).get_data(as_text=True))
    counts = re.findall(r"<h2 id=\"lane-(\w+)\">.*?<b>(\d+)</b>", page, re.DOTALL)
    assert counts == [
        ("queued", "2"),
        ("assigned", "0"),
        ("out", "1"),
        ("delivered", "1"),
        ("failed", "0"),
    ]
    assert "<b>3</b>" in page
    assert "何志平" in page
    assert "1/2" in page
