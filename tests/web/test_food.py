"""The page of food given, not charged: settled by the secretary of that canteen, one by one."""

from typing import Any

import pytest

from canteen import clock
from canteen.services import food_given, swipes
from tests.factories.world import event_id, make_swipe
from tests.web.conftest import Service


@pytest.fixture
def stray(service: Service) -> str:
    """A card nobody knew, taken while the counter was offline."""
    return _tap(service, "X", card="em4100:0A77777777", offline="taken")


def _tap(service: Service, elder: str, clock_at: str = "11:20", **given: Any) -> str:
    service.database.run(
        swipes.record_swipe,
        reader_id=service.world.readers["C1-R1"],
        asked=make_swipe(service.world, elder, clock_at, elder, **given),
        now=clock.instant(),
    )
    return event_id(elder)


def _decisions(service: Service) -> list[str | None]:
    lines = service.database.read(
        food_given.list_food, canteen_id=service.world.canteens["C1"], now=clock.instant()
    )
    return [line.decision for line in lines]


def test_a_meal_is_made_of_it_once_somebody_says_who_ate(service: Service, stray: str):
    browser = service.browser("secretary1")
    page = f"/community/food/C1/{stray}"
    assert "0A77777777" in browser.get("/community/food/C1").get_data(as_text=True)
    assert browser.get(page).status_code == 200

    unknown = browser.post_form(f"{page}/meal", reason="在场")
    made = browser.post_form(f"{page}/meal", number="P02", reason="在场")
    again = browser.post_form(f"{page}/meal", number="P02", reason="在场")

    assert unknown.status_code == 422
    assert "说不清是谁的" in unknown.get_data(as_text=True)
    assert (made.status_code, again.status_code) == (303, 422)
    assert _decisions(service) == ["meal"]
    assert "记成一餐" in browser.get("/community/food/C1").get_data(as_text=True)


def test_it_is_closed_with_a_reason(service: Service, stray: str):
    browser = service.browser("secretary1")
    page = f"/community/food/C1/{stray}"

    assert browser.post_form(f"{page}/close").status_code == 422
    assert browser.post_form(f"{page}/close", why_not="试卡").status_code == 303
    assert _decisions(service) == ["closed"]


def test_a_held_tap_asks_when_it_was(service: Service):
    held = _tap(service, "P02", clock_ok=False)
    browser = service.browser("secretary1")
    page = f"/community/food/C1/{held}"

    assert 'name="stated_on"' in browser.get(page).get_data(as_text=True)
    assert browser.post_form(f"{page}/meal", reason="在场").status_code == 422
    made = browser.post_form(
        f"{page}/meal", reason="在场", stated_on="2026-11-25", stated_at="11:20"
    )
    assert made.status_code == 303


def test_another_canteen_s_line_answers_as_if_it_were_not_there(service: Service, stray: str):
    other = service.browser("secretary2")
    mine = service.browser("secretary1")
    assert mine.get("/community/food").headers["Location"].endswith("/food/C1")
    for browser, where in (
        (other, f"C1/{stray}"),
        (other, f"C2/{stray}"),
        (mine, f"C1/{event_id('no')}"),
    ):
        page = f"/community/food/{where}"
        assert browser.get(page).status_code == 404
        assert browser.post_form(f"{page}/close", why_not="x").status_code == 404
        assert browser.post_form(f"{page}/meal", reason="x").status_code == 404
