"""The volunteer's phone in a real browser: a round with a signal, without one, and after the day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen import clock
from canteen.db.run import Database
from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport, DeliveryStep
from canteen.models.encrypted import read_key_file
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.register import ElderContact
from canteen.rules.days import local_date
from canteen.services import person_links, sign_in
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, hold
from tests.e2e.live import Live, live_canteen, wait_until
from tests.e2e.test_counter_screens import AXE, OVERFLOWS
from tests.factories.delivery_board import MadeBoard, make_board

pytestmark = pytest.mark.e2e

SIZE = (390, 844)
PIN = "246813"
PHONE, SON = "13800000066", "13800000077"
KEPT = "localStorage.getItem('canteen.volunteer')"
LAID_BY = """async () => navigator.serviceWorker.controller
  && (await (await caches.open("canteen.volunteer")).keys()).length === 5"""
WAITING = "(JSON.parse(localStorage.getItem('canteen.volunteer'))?.queue ?? []).length"


@dataclass
class Round:
    """A served canteen whose lunch is being carried, and a way to the page of one who carries."""

    live: Live
    database: Database
    board: MadeBoard

    def link(self, name: str) -> str:
        """The address of a new link of today for a volunteer of the board."""
        made = self.database.run(
            person_links.create_link,
            kind="volunteer",
            target_id=self.board.volunteers[name],
            pin_hash=sign_in.hash_password(PIN),
            valid_on=local_date(clock.instant()),
            by="test",
            origin=None,
            now=clock.instant(),
        )
        return f"{self.live.address}/link/{made.token}"

    def state(self, elder: str) -> str:
        return str(self.database.read(_find, self.board.uids[elder]).state)

    def reports(self, elder: str) -> list[tuple[str, str]]:
        """(kind, outcome) of what came in about an elder's delivery, as tapped."""
        return self.database.read(_reports, self.board.uids[elder])


def _find(session: Session, uid: str) -> Delivery:
    return session.execute(select(Delivery).where(Delivery.uid == uid)).scalar_one()


def _reports(session: Session, uid: str) -> list[tuple[str, str]]:
    rows = session.scalars(
        select(DeliveryReport)
        .join(Delivery, Delivery.id == DeliveryReport.delivery_id)
        .where(Delivery.uid == uid)
        .order_by(DeliveryReport.reported_at, DeliveryReport.received_at)
    )
    return [(row.kind, row.outcome) for row in rows]


def _describe(session: Session, elder_id: int, now: datetime) -> None:
    """Her phone and her son's; and when what is on its way went out."""
    ring = key_ring_of(session.info)
    number = session.get_one(Elder, elder_id).number
    session.execute(
        update(Elder)
        .where(Elder.id == elder_id)
        .values(**sealed_columns(ring, "elders", number, None, PHONE))
    )
    session.add(
        ElderContact(
            elder_id=elder_id,
            name="李伟",
            relation="儿子",
            recorded_at=now,
            recorded_by="test",
            phone_box=ring.seal(SON, f"elder_contacts:{number}:phone"),
        )
    )
    session.execute(update(Delivery).where(Delivery.state == "out").values(out_at=now))


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Reports are sent and answered behind the page: on a busy machine that takes its time."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def carried(tmp_path: Path) -> Iterator[Round]:
    with live_canteen(tmp_path, elders=1) as live:
        data = live.folder / "data"
        database = Database(
            f"sqlite:///{data / 'canteen.db'}", key_ring=read_key_file(data / "data_keys.json")
        )
        now = clock.instant()
        board = database.run(lambda session: make_board(session, 1, day=local_date(now), now=now))
        database.run(_describe, board.elders["李炳坤"], now)
        live.start_server()
        yield Round(live, database, board)
        database.close()


@pytest.fixture
def open_phone(carried: Round, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def open_it(name: str = "何志平", lang: str = "zh") -> Screen:
        screen = make_screen(*SIZE)
        screen.context.add_cookies(
            [{"name": "canteen_locale", "value": LANGUAGES[lang], "url": carried.live.address}]
        )
        screen.page.goto(carried.link(name))
        expect(screen.page).to_have_url(f"{carried.live.address}/volunteer")
        wait_until(lambda: screen.page.evaluate(KEPT) is not None, "the phone keeps the round")
        return screen

    return open_it


def _door(page: Page) -> Locator:
    """The current door's number."""
    return page.locator("#s-now b")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_as_drawn_and_accessible(
    lang: str, open_phone: Callable[..., Screen], shots: Path
):
    screen = open_phone(lang=lang)
    page = screen.page
    expect(_door(page)).to_have_text("601")
    expect(page.locator(".ptop__n b")).to_have_text("3")
    _hold(page, f"{lang}-volunteer", shots)
    page.get_by_role("link", name="不在家" if lang == "zh" else "Not at home").click()
    expect(page.locator("#aw")).to_be_focused()
    _hold(page, f"{lang}-volunteer-away", shots)
    assert screen.complaints == []


def _tap(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


def test_a_round_without_a_signal_in_its_middle_loses_nothing_and_doubles_nothing(
    carried: Round, open_phone: Callable[..., Screen], shots: Path
):
    screen = open_phone("刘春燕")
    page = screen.page
    _tap(page, "取餐出发")
    expect(_door(page)).to_have_text("202")
    page.get_by_label("2", exact=True).check()
    _tap(page, "送到了")
    expect(_door(page)).to_have_text("304")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")

    screen.context.set_offline(True)
    _tap(page, "送到了")
    expect(_door(page)).to_have_text("203")
    _tap(page, "点错了")
    expect(_door(page)).to_have_text("304")
    _tap(page, "不要了")
    _tap(page, "送到了")
    expect(page.locator(".note--ok")).to_contain_text("都送完了")
    expect(page.locator(".pfoot")).to_contain_text("还有 4 条没报上")
    page.screenshot(path=shots / "zh-volunteer-offline.png", full_page=True)
    assert carried.state("苏春桃") == "out"

    screen.context.set_offline(False)
    page.reload()
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    expect(page.locator(".ptop__n b")).to_have_text("0")
    page.reload()
    expect(page.locator(".donerow")).to_have_count(3)

    page.wait_for_function(f"{WAITING} === 0")
    assert carried.reports("周秀兰") == [("delivered", "applied")]
    assert carried.reports("苏春桃") == [
        ("delivered", "applied"),
        ("undo", "applied"),
        ("refused", "applied"),
    ]
    assert carried.reports("周玉兰") == [("delivered", "applied")]
    assert (carried.state("苏春桃"), carried.state("周玉兰")) == ("failed", "delivered")
    assert carried.database.read(_standing_meals) == 2


def _standing_meals(session: Session) -> int:
    return len(session.scalars(select(Meal).where(Meal.voided_at.is_(None))).all())


def test_the_signal_coming_back_sends_what_waits_by_itself(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone("刘春燕")
    page = screen.page
    screen.context.set_offline(True)
    _tap(page, "取餐出发")
    _tap(page, "送到了")
    expect(page.locator(".pfoot")).to_contain_text("还有 2 条没报上")

    screen.context.set_offline(False)

    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.state("周秀兰") == "delivered"
    assert carried.state("苏春桃") == "out"


def test_a_tab_thrown_away_opens_again_without_a_signal(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone("刘春燕")
    page = screen.page
    _tap(page, "取餐出发")
    expect(_door(page)).to_have_text("202")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    wait_until(lambda: page.evaluate(LAID_BY), "the empty page is laid by")
    screen.context.set_offline(True)
    _tap(page, "送到了")
    page.close()

    again = screen.context.new_page()
    again.goto(f"{carried.live.address}/volunteer")
    expect(_door(again)).to_have_text("304")
    expect(again.locator(".ptop__t")).to_contain_text("刘春燕")
    expect(again.locator(".pfoot")).to_contain_text("还有 1 条没报上")
    _tap(again, "送到了")
    screen.context.set_offline(False)

    expect(again.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.reports("周秀兰") == [("delivered", "applied")]
    assert carried.reports("苏春桃") == [("delivered", "applied")]


def test_nobody_opens_two_calls_then_the_community_looks(
    carried: Round, open_phone: Callable[..., Screen]
):
    page = open_phone().page
    page.get_by_role("link", name="不在家").click()
    calls = page.locator(".awaybox a.pbtn--call")
    expect(calls).to_have_text(["打给本人", "打给儿子 李伟"])
    assert calls.nth(1).get_attribute("href") == f"tel:{SON}"
    _tap(page, "没人接")
    expect(page.locator(".awaybox .ck")).to_contain_text("本人，没人接")
    _tap(page, "没人接")
    expect(page.locator(".awaybox .ck")).to_have_count(2)

    _tap(page, "都没接，报社区上门看")

    expect(_door(page)).to_have_text("502")
    expect(page.locator(".donerow").last).to_contain_text("不在家")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.state("李炳坤") == "failed"
    assert carried.database.read(_steps) == ["call_contact", "call_elder"]


def _steps(session: Session) -> list[str]:
    taken = session.scalars(select(DeliveryStep).where(DeliveryStep.done_by == "volunteer:V1"))
    return sorted(step.step for step in taken)


def test_a_neighbour_takes_it_for_her(carried: Round, open_phone: Callable[..., Screen]):
    page = open_phone().page
    page.get_by_role("link", name="不在家").click()
    page.get_by_text("说好了，放邻居家").click()
    page.get_by_label("放谁家").fill("对门 陈姨")

    _tap(page, "送到了")

    expect(page.locator(".donerow").last).to_contain_text("对门 陈姨")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    row = carried.database.read(_find, carried.board.uids["李炳坤"])
    assert (row.state, row.receiver) == ("delivered", "对门 陈姨")


def test_a_report_that_cannot_be_read_holds_up_no_other(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone()
    page = screen.page
    expect(_door(page)).to_have_text("601")
    screen.context.set_offline(True)
    page.get_by_role("link", name="不在家").click()
    page.get_by_text("说好了，放邻居家").click()
    page.get_by_label("放谁家").evaluate("field => { field.value = 'x\\u0001' }")
    _tap(page, "送到了")
    _tap(page, "送到了")
    expect(page.locator(".pfoot")).to_contain_text("还有 2 条没报上")

    screen.context.set_offline(False)

    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    expect(page.locator(".note--warn")).to_contain_text("有不能用的字符")
    expect(_door(page)).to_have_text("601")
    assert (carried.state("李炳坤"), carried.state("陆世昌")) == ("out", "delivered")


def test_she_may_take_another_door_first(open_phone: Callable[..., Screen]):
    page = open_phone().page

    page.get_by_role("link", name="5 栋 3 单元 101").click()

    expect(_door(page)).to_have_text("101")
    expect(page.locator("#s-now")).to_be_focused()


def test_after_the_day_the_page_and_the_phone_are_empty(open_phone: Callable[..., Screen]):
    screen = open_phone()
    page = screen.page
    expect(_door(page)).to_have_text("601")
    page.clock.install()
    page.reload()
    expect(_door(page)).to_have_text("601")
    screen.context.set_offline(True)

    page.clock.fast_forward("24:00:00")

    expect(page.locator("main")).to_contain_text("这个链接已经过期")
    assert "李炳坤" not in page.locator("body").inner_text()
    assert page.evaluate(KEPT) is None


def test_a_revoked_link_empties_the_page_but_keeps_what_was_tapped(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone()
    page = screen.page
    expect(_door(page)).to_have_text("601")
    screen.context.set_offline(True)
    _tap(page, "送到了")
    new = carried.link("何志平")  # ends the older one

    screen.context.set_offline(False)

    expect(page.locator("main")).to_contain_text("这个链接已经过期")
    assert "李炳坤" not in page.evaluate(KEPT)
    page.goto(new)
    expect(_door(page)).to_have_text("502")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.reports("李炳坤") == [("delivered", "applied")]


def test_signing_out_leaves_nothing_and_waits_for_what_is_not_sent(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone()
    page = screen.page
    expect(_door(page)).to_have_text("601")
    screen.context.set_offline(True)
    _tap(page, "送到了")
    _tap(page, "退出")
    expect(page.locator(".note--warn")).to_contain_text("还有 1 条没报上")
    screen.context.set_offline(False)
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")

    _tap(page, "退出")

    expect(page.get_by_label("口令")).to_be_visible()
    assert page.evaluate(KEPT) is None
    assert carried.state("李炳坤") == "delivered"


def test_the_pin_opens_the_round_and_a_wrong_one_slows_down(
    carried: Round, make_screen: Callable[..., Screen], shots: Path
):
    carried.link("何志平")
    chosen = [{"name": "canteen_locale", "value": "zh_CN", "url": carried.live.address}]
    page = make_screen(*SIZE).page
    page.context.add_cookies(chosen)
    page.goto(f"{carried.live.address}/volunteer")

    def enter(pin: str) -> None:
        page.get_by_label("编号").fill("v1")
        page.get_by_label("口令").fill(pin)
        _tap(page, "打开")

    enter("000000")
    expect(page.get_by_role("alert")).to_contain_text("编号或口令不对。再错 4 次")
    _hold(page, "zh-volunteer-pin", shots)
    enter(PIN)
    expect(_door(page)).to_have_text("601")
    page.context.clear_cookies()
    page.context.add_cookies(chosen)
    page.goto(f"{carried.live.address}/volunteer")
    for _ in range(6):
        enter("000000")
    expect(page.get_by_role("alert")).to_contain_text("试得太多了")
    enter(PIN)
    expect(page.get_by_role("alert")).to_contain_text("试得太多了")


def _hold(page: Page, name: str, shots: Path) -> None:
    page.screenshot(path=shots / f"{name}.png", full_page=True)
    assert page.evaluate(OVERFLOWS) == []
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_secretary_gives_everybody_a_link(
    lang: str, carried: Round, make_screen: Callable[..., Screen], shots: Path
):
    screen = make_screen(1366, 768)
    address = carried.live.address
    password = carried.live.made["users"]["wang"]["password"]
    screen.context.request.post(
        f"{address}/api/v1/session", data={"user": "wang", "password": password}
    )
    screen.context.add_cookies(
        [{"name": "canteen_locale", "value": LANGUAGES[lang], "url": address}]
    )
    page = screen.page
    page.goto(f"{address}/community/volunteers/links")

    page.locator("main .btn--primary").click()

    expect(page.locator(".passnotes a")).to_have_count(3)
    hold(page, f"{lang}-volunteer-links-given", shots)
    given = page.locator(".passnotes a").first.inner_text()
    phone = make_screen(*SIZE).page
    phone.goto(given)
    expect(phone).to_have_url(f"{address}/volunteer")
    assert screen.complaints == []
