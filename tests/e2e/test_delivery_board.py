"""The board in a real browser: by keyboard alone, live beside another person, and fit for desk and hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from canteen import clock
from canteen.db.run import Database
from canteen.models.encrypted import read_key_file
from canteen.rules.days import local_date
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, hold
from tests.e2e.live import Live, live_canteen
from tests.factories.delivery_board import MadeBoard, make_board

pytestmark = pytest.mark.e2e


@dataclass
class Desk:
    """A served canteen with a lunch on its rounds, its database, and the secretary's cookies."""

    live: Live
    database: Database
    board: MadeBoard
    path: str
    cookies: list[Any]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Desk]:
    with live_canteen(tmp_path_factory.mktemp("board"), elders=1) as live:
        data = live.folder / "data"
        database = Database(
            f"sqlite:///{data / 'canteen.db'}", key_ring=read_key_file(data / "data_keys.json")
        )
        today = local_date(clock.instant())
        made = database.run(lambda session: make_board(session, 1, day=today, now=clock.instant()))
        live.start_server()
        context = browser.new_context()
        password = live.made["users"]["wang"]["password"]
        context.request.post(
            f"{live.address}/api/v1/session", data={"user": "wang", "password": password}
        )
        cookies = context.cookies()
        context.close()
        yield Desk(live, database, made, f"/community/deliveries/C1/{today}/lunch", cookies)
        database.close()


@pytest.fixture
def open_page(desk: Desk, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def open_it(path: str = "", lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": desk.live.address}
        screen.context.add_cookies([chosen, *desk.cookies])  # type: ignore[list-item]
        screen.page.goto(desk.live.address + (path or desk.path))
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
def test_board_and_stop_fit_and_are_accessible(
    lang: str, desk: Desk, open_page: Callable[..., Screen], shots: Path
):
    screen = open_page(lang=lang)
    hold(screen.page, f"{lang}-board", shots)
    screen.page.goto(f"{desk.live.address}/community/stops/{desk.board.uids['李茂林']}")
    hold(screen.page, f"{lang}-board-stop", shots)
    assert screen.complaints == []
