"""What every page must hold, as the browser measures it: accessible by axe's rules, and nothing runs over."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # what passed is thousands of lines on a long page
    "preload": False,  # loads each style sheet anew, for rules about sounds and films only
}
OVERFLOWS = (Path(__file__).parent / "layout_probe.js").read_text(encoding="utf-8")


def hold_rules(page: Page, *, axe: dict[str, Any] = AXE, tiny: bool = False) -> None:
    """The page as it stands fits and is accessible; `tiny` type is let pass where it is for paper."""
    size = page.viewport_size
    found = page.evaluate(OVERFLOWS)
    assert [one for one in found if not (tiny and one.startswith("tiny"))] == [], size
    judged = Axe().run(page, options=axe)
    assert judged.violations_count == 0, f"{size}: {judged.generate_report()}"
