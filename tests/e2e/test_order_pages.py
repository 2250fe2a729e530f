"""Orders of deliveries in a real browser: asked at the counter, decided by the secretary, paused at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, demonstration, follow, hold, sign_in
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e

HERS = "/community/elders/E002/deliveries"
#: page → its address
PAGES = {
    "delivery-order": f"{HERS}/order",
    "delivery-pause": f"{HERS}/pause",
    "delivery-exception": f"{HERS}/exception",
    "delivery-door": f"{HERS}/door",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with demonstration(tmp_path_factory.mktemp("orders"), days=3, elders=60) as demo:
        yield demo


@pytest.fixture(scope="module")
def secretary(live: Live, browser: Browser) -> list[Any]:
    return sign_in(live, browser, "demo-secretary")


@pytest.fixture(scope="module")
def cashier(live: Live, browser: Browser) -> list[Any]:
    return sign_in(live, browser, "demo-cashier")


@pytest.fixture
def open_page(live: Live, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def open_it(path: str, cookies: list[Any], lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *cookies])  # type: ignore[list-item]
        answer = screen.page.goto(live.address + path)
        assert answer is not None
        assert answer.status == 200
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_form_of_an_order_fits_and_is_accessible(
    name: str,
    lang: str,
    secretary: list[Any],
    open_page: Callable[..., Screen],
    shots: Path,
) -> None:
    screen = open_page(PAGES[name], secretary, lang)
    hold(screen.page, f"{lang}-{name}", shots)
    assert screen.complaints == []


def test_asked_at_the_counter_decided_by_the_secretary_and_paused(
    secretary: list[Any], cashier: list[Any], open_page: Callable[..., Screen], shots: Path
) -> None:
    shown = open_page("/community/elders/E005", secretary).page
    name = shown.locator("h1").inner_text()
    shown.close()  # a page behind another one is drawn late, or not at all
    counter = open_page("/counter/1/deliveries", cashier).page
    hold(counter, "zh-counter-delivery-find", shots)
    counter.get_by_label("姓名").fill(name)
    follow(counter.get_by_label("姓名"), "Enter")
    expect(counter.locator("a.act").first).to_be_visible()
    hold(counter, "zh-counter-delivery-found", shots)
    follow(counter.locator("a.act").first)
    expect(counter.get_by_label("谁提的")).to_be_visible()
    hold(counter, "zh-counter-delivery-form", shots)
    counter.get_by_label("谁提的").fill("女儿 来电")
    follow(counter.get_by_role("button", name="交给社区"))
    expect(counter.get_by_role("status")).to_contain_text(f"{name}：申请交给社区了")

    for lang in LANGUAGES:
        hold(open_page("/community/orders", secretary, lang).page, f"{lang}-orders", shots)
    page = open_page("/community/orders", secretary).page
    request = page.locator("section", has_text="女儿 来电").first
    request.get_by_label("理由").fill("家人出差")
    follow(request.get_by_role("button", name=f"同意 {name}", exact=True))
    expect(page.get_by_role("status")).to_contain_text("同意了")

    page = open_page("/community/elders/E005", secretary).page
    follow(page.get_by_role("link", name="订餐和停送"))
    expect(page.get_by_role("link", name="停送", exact=True).first).to_be_visible()
    hold(page, "zh-elder-delivery", shots)
    follow(page.get_by_role("link", name="停送", exact=True).first)
    page.get_by_label("为什么").fill("住院")
    follow(page.get_by_role("button", name="停送"))
    expect(page.get_by_role("button", name="今天起照送")).to_be_visible()
    hold(page, "zh-elder-delivery-paused", shots)
    expect(page.locator(".pill", has_text="停送").first).to_be_visible()
