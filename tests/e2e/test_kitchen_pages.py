"""Kitchen, prices, calendar, visits and food given, in a real browser: drawn, accessible, and used."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.people import Elder
from canteen.models.register import ElderDiet
from canteen.models.sites import Canteen, Reader
from canteen.rules.days import local_date
from canteen.rules.price_list import PriceAsked
from canteen.services import food_records, menus, prices, swipes, welfare
from canteen.services.swipes import SwipeAsked
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, demonstration, follow, hold, sign_in
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e

PEOPLE = ("demo-secretary", "demo-kitchen", "demo-admin")
#: page → who opens it, and its address; a canteen's pages lead to the only one in reach
PAGES = {
    "kitchen": ("demo-secretary", "/kitchen"),
    "prices": ("demo-secretary", "/community/prices"),
    "calendar": ("demo-secretary", "/community/calendar"),
    "visits": ("demo-secretary", "/community/welfare"),
    "food": ("demo-secretary", "/community/food"),
    "workdays": ("demo-admin", "/admin/workdays"),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Sixteen days of lunches; today pork is on the menu, three people eat apart, a visit is owed, and
    a card nobody knew was taken while the counter was offline."""
    with demonstration(tmp_path_factory.mktemp("kitchen"), days=16, elders=40) as made:
        database = Database(f"sqlite:///{made.folder}/data/canteen.db")
        database.run(_fill)
        database.close()
        yield made


def _fill(session: Session) -> None:
    now = datetime.now(UTC)
    who: dict[str, Any] = {"by": "staff:demo-kitchen", "origin": None, "now": now}
    canteen = session.scalars(select(Canteen)).one()
    here = {"canteen_id": canteen.id, **who}
    for asked in (
        PriceAsked("lunch", "dish", "红烧肉", 1200, "hsr", "Braised pork"),
        PriceAsked("lunch", "dish", "蒸鱼", 1640, "zy", "Steamed fish"),
        PriceAsked(
            "lunch", "dish", "卤牛肉", 3980, "lnr", "Braised beef", unit="weight", unit_grams=500
        ),
    ):
        prices.set_price(session, asked=asked, valid_from=now - timedelta(days=1), **here)
    menus.set_contents(session, dish="hsr", contents=["pork", "sugar"], **here)
    menus.set_contents(session, dish="zy", contents=["fish", "fish_bones"], **here)
    for days in range(3):
        day = local_date(now) + timedelta(days=days)
        menus.set_menu(session, day=day, mealtime="lunch", dishes=["hsr", "zy"], **here)
    elders = session.scalars(select(Elder).order_by(Elder.id).limit(6)).all()
    diets = ("no_pork", "no_pork", "soft", "low_sugar", "allergy_fish", "liquid")
    for elder, diet in zip(elders, diets, strict=True):
        row = {"elder_id": elder.id, "code": diet, "recorded_at": now, "recorded_by": "test"}
        session.execute(insert(ElderDiet).values(**row))
    food_records.take_sample(session, mealtime="lunch", dish="红烧肉", grams=100, **here)
    for kind, subject, tenths in (("hot_food", "红烧肉", 575), ("fridge", "1 号冰箱", 42)):
        food_records.read_temperature(
            session, kind=kind, subject=subject, celsius_tenths=tenths, **here
        )
    welfare.open_check(session, number=elders[0].number, **who)
    swipes.record_swipe(
        session,
        reader_id=session.scalars(select(Reader.id)).first() or 0,
        asked=SwipeAsked(
            str(uuid4()), "em4100:0A77777777", now - timedelta(hours=1), offline="taken"
        ),
        now=now,
    )


@pytest.fixture(scope="module")
def sessions(live: Live, browser: Browser) -> dict[str, list[Any]]:
    return {name: sign_in(live, browser, name) for name in PEOPLE if name in live.made["sign_ins"]}


@pytest.fixture
def open_page(
    live: Live, sessions: dict[str, list[Any]], make_screen: Callable[..., Screen]
) -> Callable[..., Screen]:
    def open_it(path: str, who: str = "demo-secretary", lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *sessions[who]])  # type: ignore[list-item]
        screen.page.goto(live.address + path)
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_and_is_accessible(
    name: str, lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    who, path = PAGES[name]
    screen = open_page(path, who, lang)

    hold(screen.page, f"{lang}-{name}", shots)
    assert screen.complaints == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_kitchen_s_other_pages_fit(
    lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    screen = open_page("/kitchen", "demo-kitchen", lang)
    follow(screen.page.locator(".chips a").nth(2))  # tomorrow's lunch
    hold(screen.page, f"{lang}-kitchen-tomorrow", shots)
    for number, name in ((1, "menu"), (2, "records")):
        follow(screen.page.locator(".tabs a").nth(number))
        hold(screen.page, f"{lang}-kitchen-{name}", shots)
    assert screen.complaints == []


def test_the_cook_overrules_the_estimate(open_page: Callable[..., Screen]) -> None:
    page = open_page("/kitchen", "demo-kitchen").page
    estimate = int(page.locator(".fig--kit b").inner_text())
    assert estimate > 0

    page.get_by_label("厨房定").fill(str(estimate + 5))
    follow(page.get_by_role("button", name="就做这么多"))

    expect(page.locator(".fig--kit b")).to_have_text(str(estimate + 5))
    expect(page.locator(".kit__how")).to_contain_text(f"厨房定 {estimate + 5} 份")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_visit_is_called_logged_and_closed(
    lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    """Both languages look; the first one writes, and closes only when the box is ticked."""
    page = open_page("/community/welfare", lang=lang).page
    follow(page.locator(".people .btn").first)
    hold(page, f"{lang}-visit", shots)
    if lang == "en":
        return
    page.get_by_label("情况怎样").select_option("not_reached")
    page.get_by_label("哪天再看").fill(str(local_date(datetime.now(UTC)) + timedelta(days=1)))
    follow(page.get_by_role("button", name="登记", exact=True))
    expect(page.locator(".page-head .pill--warn").first).to_contain_text("没联系上")

    page.get_by_label("情况怎样").select_option("not_reached")
    page.get_by_label("人已经有下落").check()
    follow(page.get_by_role("button", name="登记", exact=True))
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#f-found-err")).to_contain_text("不能办结")
    hold(page, f"{lang}-visit-refused", shots)


def test_food_given_is_settled_on_its_page(open_page: Callable[..., Screen], shots: Path) -> None:
    page = open_page("/community/food").page
    follow(page.locator(".people .btn").first)
    hold(page, "zh-food-settle", shots)
    page.get_by_label("原因").fill("试卡，没有打饭")
    follow(page.get_by_role("button", name="办结"))

    expect(page.locator(".log li").first).to_contain_text("试卡，没有打饭")


def test_a_fault_in_a_price_is_told_beside_its_field(
    open_page: Callable[..., Screen], shots: Path
) -> None:
    page: Page = open_page("/community/prices").page
    page.get_by_label("名称", exact=True).fill("豆腐")
    page.get_by_label("价格（元）").fill("2.305")
    follow(page.get_by_role("button", name="就按这个价"))

    expect(page.locator("#f-price-err")).to_contain_text("最多两位小数")
    expect(page.get_by_label("名称", exact=True)).to_have_value("豆腐")
    hold(page, "zh-price-fault", shots)
