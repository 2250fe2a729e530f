"""How long a million rows take, and how much memory, beside the library that others use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.measuring import keep

ROWS = 1_000_000
#: openpyxl writes row after row, each at the same cost: a tenth of them tells
PART = 10
ROOT = Path(__file__).parents[2]


def _measure(writer: str, rows: int, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reports.long_writer", writer, str(rows), folder / "made"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_million_rows_are_written_in_a_quarter_of_the_time_and_little_memory(tmp_path: Path):
    other = _measure("openpyxl", ROWS // PART, tmp_path)
    other |= {"worked": other["worked"] * PART, "took": other["took"] * PART}
    made = {form: _measure(form, ROWS, tmp_path) for form in ("xlsx", "csv", "csv-gb18030")}
    lines = [
        f"| {name} | {one['worked']:.1f} | {one['took']:.1f} | {one['memory']:.0f} |"
        for name, one in {**made, f"openpyxl write-only ({PART} × {ROWS // PART:,})": other}.items()
    ]
    keep(
        "A claim of a million rows",
        f"By `tests/reports/test_long_speed.py`: {ROWS:,} rows of 明细表, 28 columns, from the file of"
        " rows to the file, each in a process of its own. Ours with formats and column widths, openpyxl"
        " without.\n\n| writer | processor s | clock s | most memory MB |\n|---|---|---|---|\n"
        + "\n".join(lines),
    )
    assert made["xlsx"]["worked"] * 4 <= other["worked"]
    assert max(one["memory"] for one in made.values()) <= 200
