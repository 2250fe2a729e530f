"""What every page must hold, as the browser measures it: accessible by axe's rules, and nothing runs over."""

from pathlib import Path

AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # what passed is thousands of lines on a long page
}
OVERFLOWS = (Path(__file__).parent / "layout_probe.js").read_text(encoding="utf-8")
