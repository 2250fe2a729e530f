"""The volunteer's phone in a real browser: a round with a signal, without one, and after the day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen import clock
from canteen.db.run import Database
from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport, DeliveryStep
from canteen.models.encrypted import read_key_file
from canteen.rules.days import local_date
from canteen.services import person_links, sign_in
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES
from tests.e2e.live import Live, live_canteen
from tests.e2e.test_counter_screens import AXE, OVERFLOWS
from tests.factories.delivery_board import MadeBoard, make_board

pytestmark = pytest.mark.e2e

PHONE = (390, 844)
PIN = "246813"


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


@pytest.fixture
def carried(tmp_path: Path) -> Iterator[Round]:
    with live_canteen(tmp_path, elders=1) as live:
        data = live.folder / "data"
        database = Database(
            f"sqlite:///{data / 'canteen.db'}", key_ring=read_key_file(data / "data_keys.json")
        )
        now = clock.instant()
        board = database.run(lambda session: make_board(session, 1, day=local_date(now), now=now))
        live.start_server()
        yield Round(live, database, board)
        database.close()


@pytest.fixture
def open_phone(carried: Round, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def open_it(name: str = "何志平", lang: str = "zh") -> Screen:
        screen = make_screen(*PHONE)
        screen.context.add_cookies(
            [{"name": "canteen_locale", "value": LANGUAGES[lang], "url": carried.live.address}]
        )
        screen.page.goto(carried.link(name))
        expect(screen.page).to_have_url(f"{carried.live.address}/volunteer")
        return screen

    return open_it


def _door(page: Page) -> Any:
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


def _hold(page: Page, name: str, shots: Path) -> None:
    page.screenshot(path=shots / f"{name}.png", full_page=True)
    assert page.evaluate(OVERFLOWS) == []
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
