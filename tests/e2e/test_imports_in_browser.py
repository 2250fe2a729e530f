"""A roster imported and a list matched as a secretary does it, in Chromium, and how the pages look."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, follow, hold, sign_in
from tests.e2e.live import Live, live_canteen
from tests.factories.files import csv_bytes, id_number

pytestmark = pytest.mark.e2e

ROSTERS = Path(__file__).parents[1] / "data" / "roster"
HEAD = ("序号", "姓名", "性别", "身份证号", "出生日期", "住址", "联系电话", "类别")
DEAD = id_number("19440301", 2)


def _roster(salt: int) -> bytes:
    """Twelve good rows, three that are wrong, one for a person to decide; another one for each salt."""
    births = [f"19{40 + salt}06{place}" for place in range(11, 23)]
    good = [
        (place, f"莫{name}", "女", id_number(born, 2), None, f"{place}栋", "13800002217", "低保")
        for place, (name, born) in enumerate(
            zip("桂兰英梅芳珍玉莲凤秀琼娣", births, strict=True), 1
        )
    ]
    broken = id_number(f"19{40 + salt}0905", 7)
    broken = broken[:-1] + ("1" if broken[-1] != "1" else "2")
    return csv_bytes(
        HEAD,
        *good,
        (13, "黄带娣", "女", f"450702{1940 + salt}02301234", None, "3栋", None, None),
        (14, "陆庆余", "男", broken, None, "4栋", None, None),
        (15, "梁仕忠", "男", id_number(f"19{40 + salt}1001", 9), None, "5栋", None, "低保户2"),
        (16, "苏文彬", "男", id_number(f"19{40 + salt}1102", 2), None, "6栋", None, None),
    )


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_canteen(tmp_path_factory.mktemp("imports"), elders=1) as canteen:
        canteen.start_server()
        yield canteen


@pytest.fixture(scope="module")
def session(live: Live, browser: Browser) -> list[Any]:
    """The cookies of the secretary."""
    return sign_in(live, browser, "wang")


@pytest.fixture
def open_page(
    live: Live, session: list[Any], make_screen: Callable[..., Screen]
) -> Callable[..., Screen]:
    def open_it(path: str, lang: str) -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *session])
        screen.page.goto(live.address + path)
        return screen

    return open_it


def _send(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )
    follow(page.locator("main form .btn--primary").first)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_roster_is_mended_written_and_changes_nothing_the_second_time(
    lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    salt = list(LANGUAGES).index(lang)
    data = _roster(salt)
    screen = open_page("/community/import", lang)
    page = screen.page
    hold(page, f"{lang}-import-1-file", shots)
    _send(page, "榕荫里 60 岁以上老人.csv", data)
    hold(page, f"{lang}-import-2-columns", shots)
    follow(page.locator("main form .btn--primary"))
    expect(page.locator(".fig b")).to_have_text("3")
    hold(page, f"{lang}-import-3-check", shots)

    page.locator("input[form=row-14]").fill(id_number(f"19{40 + salt}0201", 2))
    follow(page.locator("input[form=row-14]"), "Enter")
    expect(page.locator(".fig b")).to_have_text("2")
    page.locator("select[form=row-16]").select_option("低保")
    follow(page.locator("button[form=row-16][value=mend]"))
    expect(page.locator(".fig b")).to_have_text("1")
    follow(page.locator("button[form=row-17][value=skip]"))
    follow(page.locator(".imp .btn--primary"))
    page.locator(".imp__acts .btn").first.wait_for()
    hold(page, f"{lang}-import-4-done", shots)
    assert screen.complaints == []

    page.goto(page.url.partition("/community")[0] + "/community/import")
    _send(page, "又一次.csv", data)
    follow(page.locator("main form .btn--primary"))
    expect(page.locator(".imp .btn--primary")).to_have_count(0)
    hold(page, f"{lang}-import-again", shots)


def test_names_with_markup_run_nowhere(open_page: Callable[..., Screen]) -> None:
    """O-088: file 12 in the preview and in the list."""
    screen = open_page("/community/import", "zh")
    page = screen.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    _send(page, "12.csv", (ROSTERS / "12_roster_markup_names.csv").read_bytes())
    follow(page.locator("main form .btn--primary"))
    follow(page.locator(".imp .btn--primary"))
    page.locator(".imp__acts .btn").first.wait_for()
    page.goto(page.url.partition("/community")[0] + "/community/elders?q=script")
    expect(page.get_by_text("<script>alert(1)</script>", exact=True).first).to_be_visible()
    assert dialogs == []
    assert screen.complaints == []
    assert all("127.0.0.1" in address or "data:" in address for address in screen.addresses)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_of_another_register_is_decided(
    lang: str, live: Live, open_page: Callable[..., Screen], shots: Path
) -> None:
    salt = list(LANGUAGES).index(lang)
    numbers = [id_number(f"19{50 + salt}06{day}", 2) for day in (11, 12, 13)]
    screen = open_page("/community/import", lang)
    page = screen.page
    names = ("韦甲", "韦乙", "韦丙")
    people = [("姓名", "身份证号"), *zip(names, numbers, strict=True)]
    _send(page, "人.csv", csv_bytes(*people))
    follow(page.locator("main form .btn--primary"))
    follow(page.locator(".imp .btn--primary"))
    page.locator(".imp__acts .btn").first.wait_for()

    page.goto(f"{live.address}/community/register-lists")
    hold(page, f"{lang}-list-1-send", shots)
    page.locator("#f-source").select_option("police")
    rows = (
        ("姓名", "公民身份号码", "死亡日期", "迁出日期", "类别"),
        ("韦甲", numbers[0], "2026-01-02", None, None),
        ("韦一", numbers[1], None, "2026-01-03", None),
        ("韦丙", numbers[2], None, None, "特困"),
        ("别人", id_number("19330303", 3), "2026-01-02", None, None),
        ("无号", None, "2026-01-02", None, None),
    )
    _send(page, "注销名单.csv", csv_bytes(*rows))
    expect(page.locator(".fig b")).to_have_text("3")
    hold(page, f"{lang}-list-2-found", shots)
    first = page.locator("input[name=finding]").first.get_attribute("value")
    follow(page.locator("button[name=only]").first)
    expect(page.locator(".fig b")).to_have_text("2")
    page.locator("input[name=finding]").first.check()
    page.locator("#f-note").fill("还住在这里")
    follow(page.locator("button[value=decline]"))
    follow(page.locator("button[value=accept_all]"))
    expect(page.locator(".fig b")).to_have_text("0")
    hold(page, f"{lang}-list-3-decided", shots)
    page.goto(f"{page.url}/{first}")
    hold(page, f"{lang}-list-4-meals", shots)
    page.goto(f"{live.address}/community/register-lists")
    hold(page, f"{lang}-list-5-history", shots)
    assert screen.complaints == []
