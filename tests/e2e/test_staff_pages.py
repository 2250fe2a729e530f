"""The staff's pages in a real browser: each is drawn, fits, is accessible, and needs no mouse."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from canteen.web.sign_in import DOORS
from tests.e2e.conftest import Screen
from tests.e2e.live import Live, live_canteen
from tests.e2e.page_rules import hold_rules

pytestmark = pytest.mark.e2e

SIZES = ((1366, 768), (390, 844))
LANGUAGES = {"zh": "zh_CN", "en": "en"}
SECOND_CANTEEN = """
[[canteen]]
code = "C2"
name = "河东社区长者食堂暨老年人助餐服务中心"
area = "450702003005"
scheme = "nanning-2022"
scheme_from = 2022-08-01
payers = { gov = "gov" }
[[canteen.counter]]
code = "C2-1"
[[canteen.reader]]
code = "C2-R1"
counter = "C2-1"
profile = "rdm6300"
"""
#: one person of every role, so that one session opens every door
USER = """
[[user]]
name = "zhoumin"
display_name = "周敏"
role = "{role}"
scope = "{scope}"
"""
VOLUNTEER = """
[[volunteer]]
number = "V01"
name = "何志平"
phone = "13800000091"
area = "450702003005"
capacity = 10
floors_max = 6
buildings = "3栋、5栋"
team = "榕荫里志愿服务队"
duties = ["135 lunch", "6 dinner"]
"""
SCOPES = {**dict.fromkeys(DOORS, "450702003005"), "cashier": "C1", "kitchen": "C1"}
#: page → its address, and the status it comes with
PAGES = {
    "home": ("/", 200),
    **{role: (address, 200) for role, address in DOORS.items()},
    "family": ("/family", 200),
    "volunteers": ("/community/volunteers", 200),
    "volunteers-links": ("/community/volunteers/links", 200),
    "volunteers-add": ("/community/volunteers/add", 200),
    "volunteer": ("/community/volunteers/V01", 200),
    "delivery-month": ("/community/deliveries/C1/months/2026-11", 200),
    "deliveries": ("/community/deliveries", 200),
    "delivery-board": ("/community/deliveries/C1", 200),
    "orders": ("/community/orders", 200),
    "elder-deliveries": ("/community/elders/E001/deliveries", 200),
    "counter-deliveries": ("/counter/1/deliveries", 200),
    "receivables": ("/finance/receivables", 200),
    "advances": ("/finance/advances", 200),
    "statements": ("/finance/statements/C1", 200),
    "exports": ("/finance/exports", 200),
    "funds": ("/finance/funds", 200),
    "donations": ("/community/donations/C1", 200),
    "account": ("/finance/accounts/C1/2026-11", 200),
    "audit-samples": ("/auditor/samples?seed=7&count=5", 200),
    "audit-corrections": ("/auditor/corrections", 200),
    "audit-refused": ("/auditor/closes/C1?first=2026-11-25&last=2026-11-01", 422),
    "checks": ("/community/checks/C1", 200),
    "check-policies": ("/finance/checks", 200),
    "supplies": ("/kitchen/C1/supplies", 200),
    "claims": ("/finance/claims", 200),
    "pictures": ("/finance/pictures", 200),
    "corrections": ("/finance/corrections", 200),
    "corrections-again": ("/finance/corrections/again?canteen=C1&first=2026-11-01", 200),
    "docs": ("/api/v1/docs", 200),
    "missing": ("/nothing-is-here", 404),
}
#: what the focus is on: its words, and whether a person sees it, sees its outline, and nothing covers it
FOCUSED = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const above = document.elementFromPoint(box.x + Math.min(box.width / 2, 20), box.y + box.height / 2);
  return {
    name: e.id || e.textContent.trim(),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3,
    seen: box.width > 0 && (above === e || e.contains(above)),
  };
}"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    users = [USER.format(role=role, scope=scope) for role, scope in SCOPES.items()]
    users.append(USER.format(role="cashier", scope="C2"))
    more = SECOND_CANTEEN + VOLUNTEER + "".join(users)
    with live_canteen(tmp_path_factory.mktemp("staff"), elders=1, more=more) as canteen:
        canteen.start_server()
        yield canteen


@pytest.fixture(scope="module")
def session(live: Live, browser: Browser) -> list[Any]:
    """The cookies of her who has every role."""
    context = browser.new_context()
    password = live.made["users"]["zhoumin"]["password"]
    answer = context.request.post(
        f"{live.address}/api/v1/session", data={"user": "zhoumin", "password": password}
    )
    assert answer.status == 201
    cookies = context.cookies()
    context.close()
    return cookies


@pytest.fixture
def open_page(live: Live, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def open_it(path: str, lang: str, cookies: list[Any], status: int = 200) -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *cookies])
        answer = screen.page.goto(live.address + path)
        assert answer is not None
        assert answer.status == status
        return screen

    return open_it


def _hold(page: Page, name: str, shots: Path) -> None:
    """The page fits and is accessible at a desk and in a hand."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{name}-{width}x{height}.png")
        hold_rules(page)


def _walk(page: Page) -> list[str]:
    """What Tab goes through from where the focus is; every stop is seen and outlined."""
    names: list[str] = []
    while stop := page.evaluate(FOCUSED):
        assert stop["seen"], stop
        assert stop["outlined"], stop
        names.append(stop["name"])
        page.keyboard.press("Tab")
    return names


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_and_is_accessible_in_both_languages(
    name: str,
    lang: str,
    live: Live,
    session: list[Any],
    open_page: Callable[..., Screen],
    shots: Path,
) -> None:
    path, status = PAGES[name]
    screen = open_page(path, lang, session, status)
    _hold(screen.page, f"{lang}-staff-{name}", shots)
    assert len(screen.complaints) == (status >= 400), screen.complaints
    assert all(address.startswith((live.address, "data:")) for address in screen.addresses)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_display_link_is_shown_once_and_fits(
    lang: str, session: list[Any], open_page: Callable[..., Screen], shots: Path
) -> None:
    page = open_page("/community", lang, session).page
    page.locator("input[name=name]").first.fill("一号窗口的屏")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(re.compile("/display/[A-Za-z0-9_-]{20,}"))
    _hold(page, f"{lang}-staff-display-link", shots)
    page.goto(page.url)
    expect(page.get_by_role("status")).to_have_count(0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sign_in_fits_and_so_does_its_refusal(
    lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    page = open_page("/sign-in", lang, []).page
    _hold(page, f"{lang}-staff-sign-in", shots)
    page.locator("#user").fill(f"nobody-{lang}")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#user")).to_have_value(f"nobody-{lang}")
    expect(page.locator("#password")).to_be_focused()
    _hold(page, f"{lang}-staff-sign-in-refused", shots)


@pytest.mark.parametrize("size", SIZES)
def test_signing_in_needs_no_mouse(
    size: tuple[int, int], live: Live, open_page: Callable[..., Screen]
) -> None:
    page = open_page("/sign-in?next=/kitchen", "zh", []).page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    assert _walk(page) == ["user", "password", "看", "登录", "English", "高对比"]
    page.keyboard.press("Tab")
    page.keyboard.type("zhoumin")
    page.keyboard.press("Tab")
    page.keyboard.type(live.password("zhoumin"))
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.address}/kitchen**")


@pytest.mark.parametrize("name", ["home", "secretary", "admin"])
def test_every_stop_of_the_tab_key_is_seen_and_outlined(
    name: str, session: list[Any], open_page: Callable[..., Screen]
) -> None:
    page = open_page(PAGES[name][0], "zh", session).page
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("Tab")
        assert _walk(page)[:2] == ["跳到正文", "长者食堂"]


def test_high_contrast_is_kept_and_holds_too(
    session: list[Any], open_page: Callable[..., Screen], shots: Path
) -> None:
    page = open_page("/", "zh", session).page
    page.get_by_role("button", name="高对比").click()
    for name in ("home", "admin"):
        page.goto(page.url.removesuffix("/") + PAGES[name][0])
        expect(page.locator("html")).to_have_attribute("data-contrast", "high")
        _hold(page, f"hc-zh-staff-{name}", shots)
