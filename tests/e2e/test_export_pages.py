"""A claim's file in a real browser: downloaded at once under its name; the page of a large one says how far
it is, notices its end by itself, and stops it."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from canteen import clock
from canteen.cli.shell import open_database
from canteen.config import load_settings
from canteen.services import claim_choosing, claim_exports
from tests.e2e.live import Live
from tests.e2e.test_claim_pages import NUMBER, PATH, PERIOD, _hold_both, cookies, live, open_page

__all__ = ["cookies", "live", "open_page"]
pytestmark = pytest.mark.e2e


def test_a_file_comes_under_its_name_and_a_large_one_has_its_page(
    live: Live,
    open_page: Callable[..., Page],
    shots: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_claim = ("--canteen", "C1", "--period", PERIOD, "--as", "wu")
    assert live.canteen("claim", "draft", *of_claim).returncode == 0
    page = open_page(PATH)
    with page.expect_download() as coming:
        page.get_by_role("button", name="XLSX").click()
    assert coming.value.suggested_filename == "2026年10月助餐补贴明细表（草稿）.xlsx"

    monkeypatch.setenv("CANTEEN_DATA_DIR", str(live.folder / "data"))
    database = open_database(load_settings(None))
    uid, now = str(uuid4()), clock.instant()
    chosen = database.read(claim_choosing.choose_claim, number=NUMBER)
    database.run(
        claim_exports.ask,
        uid=uid,
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form="xlsx",
        by="staff:wu",
        now=now,
    )
    _hold_both(open_page, f"/finance/exports/{uid}", "export", shots)
    page = open_page(f"/finance/exports/{uid}")
    box = page.locator("[data-export]")
    box.evaluate("drawn => { drawn.isTheFirst = true }")
    for _ in range(2):  # when it looks a second time, what the first look found is drawn
        with page.expect_response(page.url):
            pass
    assert box.evaluate("drawn => drawn.isTheFirst"), "drawn anew though nothing is new"
    database.run(claim_exports.begin, uid=uid, now=clock.instant())
    database.run(claim_exports.beat, uid=uid, lines=6, now=clock.instant())
    expect(page.get_by_text("已做 6 行")).to_be_visible()
    database.close()
    page.get_by_role("button", name="不做了").click()
    expect(page.get_by_text("已停")).to_be_visible()


def test_a_page_that_is_printed_as_it_stands_keeps_its_last_columns(
    live: Live, open_page: Callable[..., Page]
) -> None:
    of_claim = ("--canteen", "C1", "--period", PERIOD, "--as", "wu")
    assert live.canteen("claim", "draft", *of_claim).returncode == 0
    page = open_page(PATH)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 between its margins
    cut = page.evaluate(
        """[...document.querySelectorAll(".scroll")].filter(
            (one) => getComputedStyle(one).overflowX !== "visible"
                || one.scrollWidth > one.clientWidth + 1
        ).map((one) => one.getAttribute("aria-labelledby"))"""
    )
    assert cut == []
