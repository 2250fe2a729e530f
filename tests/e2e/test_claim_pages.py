"""A claim in a real browser: drawn, checked, submitted by one and approved by another, printed; every state
fits and is accessible in both languages, at a desk and in a hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from canteen.cli.shell import open_database
from canteen.config import load_settings
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, follow, hold, sign_in
from tests.e2e.live import Live, copy_of
from tests.factories.claims import NUMBER, PERIOD, make_month
from tests.factories.staff import PASSWORD, make_account

pytestmark = pytest.mark.e2e

PATH = f"/finance/claims/{NUMBER}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A served canteen with a signed month, and two people of finance."""
    served = copy_of("a signed month", tmp_path_factory.mktemp("claims"), _make)
    try:
        served.start_server()
        yield served
    finally:
        served.stop()


def _make(making: Live) -> Any:
    assert making.canteen("init", "--json").returncode == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANTEEN_DATA_DIR", making.environment["CANTEEN_DATA_DIR"])
        database = open_database(load_settings(None))
    database.run(_fill)
    database.close()
    return {"sign_ins": {"wu": PASSWORD}}


def _fill(session: Session) -> None:
    make_month(session)
    for name, display_name in (("wu", "吴静"), ("zhou", "周敏")):
        make_account(session, name, ("finance", "450702"), display_name=display_name)


@pytest.fixture(scope="module")
def cookies(live: Live, browser: Browser) -> list[Any]:
    return sign_in(live, browser, "wu")


@pytest.fixture
def open_page(
    live: Live, cookies: list[Any], make_screen: Callable[..., Screen]
) -> Callable[..., Page]:
    def open_it(path: str, lang: str = "zh") -> Page:
        screen = make_screen(1366, 768)
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([*cookies, chosen])
        screen.page.goto(live.address + path)
        return screen.page

    return open_it


def _hold_both(open_page: Callable[..., Page], path: str, name: str, shots: Path) -> None:
    for lang in LANGUAGES:
        hold(open_page(path, lang), f"{lang}-{name}", shots)


def test_a_claim_goes_its_way_by_keyboard_and_every_state_fits(
    live: Live, open_page: Callable[..., Page], shots: Path
) -> None:
    _hold_both(open_page, "/finance", "finance", shots)
    _hold_both(open_page, "/finance/claims", "claims", shots)
    page = open_page("/finance/claims")
    page.locator("#f-of_period").fill(PERIOD)
    page.locator("#f-of_whom").focus()
    page.locator("#f-of_whom").select_option("canteen:C1")
    page.locator("#f-of_whom").press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("草稿").first).to_be_visible()
    _hold_both(open_page, PATH, "claim", shots)
    for by in ("day", "tier", "row"):
        hold(open_page(f"{PATH}?by={by}", "en"), f"en-claim-{by}", shots)

    page = open_page(f"{PATH}?by=row")
    page.locator("input[name=item]").first.check()
    follow(page.get_by_role("button", name="留下不报…"), "Enter")
    page.locator("#f-words").fill("等社区回话")
    hold(page, "zh-claim-hold", shots)
    follow(page.locator("#f-words"), "Enter")
    expect(page.locator("#out")).to_contain_text("等社区回话")

    while page.locator(".ck--bad details, .ck--warn details").count():
        waiting = page.locator(".ck details:not(:has-text('再写一句'))")
        if not waiting.count():
            break
        waiting.first.locator("summary").press("Enter")
        waiting.first.locator("input[name=answer]").fill("核实过")
        follow(waiting.first.locator("input[name=answer]"), "Enter")
    follow(page.get_by_role("button", name="核对通过"), "Enter")
    follow(page.get_by_role("link", name="提交", exact=True), "Enter")
    hold(page, "zh-claim-submit", shots)
    follow(page.locator("#f-words"), "Enter")
    expect(page.locator(".steps .now")).to_contain_text("已提交")
    expect(page.locator("#why-no")).to_contain_text("要另一个人")
    _hold_both(open_page, PATH, "claim-submitted", shots)

    done = live.canteen("claim", "approve", "--canteen", "C1", "--period", PERIOD, "--as", "zhou")
    assert done.returncode == 0, done.stderr
    _hold_both(open_page, PATH, "claim-approved", shots)
    _hold_both(open_page, f"{PATH}/return?item=meal:1", "claim-return", shots)
    _hold_both(open_page, f"{PATH}/print", "claim-paper-form", shots)
    _hold_both(open_page, f"/finance/pictures?month={PERIOD}", "pictures", shots)
    _pay(open_page, shots)


def _pay(open_page: Callable[..., Page], shots: Path) -> None:
    """The money of the approved claim comes, one part is demanded back."""
    path = f"/finance/payments/{NUMBER}"
    _hold_both(open_page, path, "claim-money", shots)
    _hold_both(open_page, "/finance/receivables", "receivables", shots)
    page = open_page(path)
    page.locator("#f-reference").fill("20261103-0071")
    follow(page.locator("#f-reference"), "Enter")
    expect(page.locator("#payments-h")).to_contain_text("1")
    expect(page.get_by_text("到齐").first).to_be_visible()
    follow(page.get_by_role("link", name="冲销"), "Enter")
    hold(page, "zh-claim-money-reverse", shots)
    page = open_page(f"/finance/claw-backs/{NUMBER}")
    page.locator("#f-receipts").fill("C1-20261012-0002")
    page.locator("#f-reason").fill("外区已享受")
    follow(page.locator("#f-reason"), "Enter")
    expect(page.get_by_text("等另一个人批准")).to_be_visible()
    _hold_both(open_page, f"/finance/claw-backs/{NUMBER}", "claim-demands", shots)


def test_high_contrast_holds_on_claims_and_pictures(
    live: Live, open_page: Callable[..., Page], shots: Path
) -> None:
    page = open_page("/finance/claims")
    page.get_by_role("button", name="高对比").click()
    for name in ("claims", "pictures"):
        page.goto(f"{live.address}/finance/{name}")
        expect(page.locator("html")).to_have_attribute("data-contrast", "high")
        hold(page, f"hc-zh-{name}", shots)
