"""The kitchen's pages: opened by cook and secretary, counts only, and written to by form."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.register import ElderDiet
from canteen.rules.price_list import PriceAsked
from canteen.services import menus, prices
from tests.factories.meals import make_meal
from tests.factories.people import LONG_AGO
from tests.factories.world import TODAY, shanghai
from tests.web.conftest import Service

WHO = {"by": "test", "origin": None, "now": shanghai("08:00")}


@pytest.fixture
def kitchen(service: Service) -> Service:
    """Four Wednesdays of two lunches; P01 eats no pork, and there is pork today."""

    def fill(session: Session) -> None:
        canteen_id = service.world.canteens["C1"]
        for weeks in range(1, 5):
            for elder in ("P01", "P02"):
                day = TODAY - timedelta(weeks=weeks)
                make_meal(session, canteen_id, service.world.elders[elder], day)
        session.execute(
            insert(ElderDiet).values(
                elder_id=service.world.elders["P01"], code="no_pork",
                recorded_at=LONG_AGO, recorded_by="test",
            )
        )  # fmt: skip
        pork = PriceAsked("lunch", "dish", "红烧肉", 1200, "hsr")
        prices.set_price(session, canteen_id=canteen_id, asked=pork, valid_from=LONG_AGO, **WHO)
        menus.set_contents(session, canteen_id=canteen_id, dish="hsr", contents=["pork"], **WHO)
        menus.set_menu(
            session, canteen_id=canteen_id, day=TODAY, mealtime="lunch", dishes=["hsr"], **WHO
        )

    service.database.run(fill)
    return service


def test_cook_and_secretary_see_counts_and_no_name(kitchen: Service):
    for name in ("kitchen1", "secretary1"):
        browser = kitchen.browser(name)
        assert browser.get("/kitchen").headers["Location"] == "/kitchen/C1"
        page = browser.get("/kitchen/C1").get_data(as_text=True)
        assert "近 4 个星期三 2–2，平均 2" in page
        assert "不吃猪肉 1" in page
        assert "黄桂兰" not in page.split("<main", maxsplit=1)[1]
    assert kitchen.browser("kitchen1").get("/kitchen/C2").status_code == 404


def test_the_cook_overrules_the_estimate_and_counts(kitchen: Service):
    browser = kitchen.browser("kitchen1")
    meal = {"day": str(TODAY), "mealtime": "lunch"}

    assert browser.post_form("/kitchen/C1/plan", **meal, portions="9").status_code == 303
    assert browser.post_form("/kitchen/C1/portions", **meal, cooked="9").status_code == 303
    page = browser.get(f"/kitchen/C1?day={TODAY}&meal=lunch").get_data(as_text=True)
    assert "厨房定 9 份" in page
    assert "做了 9 份" in page
    many = browser.post_form("/kitchen/C1/plan", **meal, portions="many")
    assert many.status_code == 422
    assert "整数" in many.get_data(as_text=True)
    left = browser.post_form("/kitchen/C1/portions", **meal, cooked="9", **{"left-lunch": "10"})
    assert left.status_code == 422
    assert "剩的比做的还多" in left.get_data(as_text=True)


def test_the_kitchen_s_sheet_and_the_week_s_menu_are_printed(kitchen: Service):
    browser = kitchen.browser("kitchen1")

    for path, words in (
        (f"/kitchen/C1/sheet.pdf?day={TODAY}&meal=lunch", ("备餐单", "不吃猪肉", "红烧肉")),
        ("/kitchen/C1/menu.pdf", ("一周菜单", "红烧肉", "12.00")),
    ):
        pdf = PdfReader(BytesIO(browser.get(path).data))
        text = "".join(page.extract_text() for page in pdf.pages)
        assert all(word in text for word in words), text
    assert browser.get("/kitchen/C1/menu.exe").status_code == 404


def test_menu_and_contents_are_written_by_form(kitchen: Service):
    browser = kitchen.browser("kitchen1")
    tomorrow = str(TODAY + timedelta(days=1))

    menu = browser.post_form("/kitchen/C1/menu", day=tomorrow, mealtime="dinner", dishes="hsr")
    held = browser.post_form("/kitchen/C1/contents", dish="hsr", contents="beef")
    wrong = browser.post_form("/kitchen/C1/menu", day=tomorrow, mealtime="dinner", dishes="x")
    strange = browser.post_form("/kitchen/C1/contents", dish="hsr", contents="gold")

    assert (menu.status_code, held.status_code) == (303, 303)
    assert (wrong.status_code, strange.status_code) == (422, 422)
    page = browser.get(f"/kitchen/C1/menu?day={tomorrow}&meal=dinner&dish=hsr")
    assert "牛肉" in page.get_data(as_text=True)
    assert browser.get("/kitchen/C1/menu?week=never").status_code == 200


def test_samples_and_temperatures_are_written_by_form(kitchen: Service):
    browser = kitchen.browser("kitchen1")
    assert "今天还没留样" in browser.get("/kitchen/C1/records").get_data(as_text=True)

    forms = (
        ("samples", {"mealtime": "lunch", "dish": "红烧肉", "grams": "120"}, 303),
        ("samples", {"mealtime": "lunch", "dish": "红烧肉", "grams": "0"}, 422),
        ("samples/1/discard", {}, 422),
        ("temperatures", {"kind": "hot_food", "subject": "红烧肉", "celsius": "58.5"}, 303),
        ("temperatures", {"kind": "fridge", "subject": "1 号", "celsius": "cold"}, 422),
    )
    for path, typed, status in forms:
        answer = browser.post_form(f"/kitchen/C1/{path}", **typed)
        assert answer.status_code == status, (path, typed)
    page = browser.get("/kitchen/C1/records").get_data(as_text=True)
    assert "太少" in page
    assert "超出 ≥ 60 °C" in page
    assert "今天还没留样" not in page


def test_on_a_closed_day_there_is_nothing_to_cook(kitchen: Service):
    browser = kitchen.browser("secretary1")
    for day in (TODAY, TODAY + timedelta(days=1)):
        browser.post_form("/community/calendar/C1/closed", closed_on=str(day), reason="停电")

    assert "今天明天都不供餐" in browser.get("/kitchen/C1").get_data(as_text=True)
    assert browser.get("/kitchen/C1/sheet.pdf").status_code == 404
