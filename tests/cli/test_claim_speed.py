"""How long a canteen's month takes from asking for its file to having it."""

import time
from datetime import date
from pathlib import Path

import pytest

from canteen.config import load_settings
from canteen.demo.community import fill_demonstration
from canteen.models.claims import Claim
from tests.cli.conftest import Installation
from tests.measuring import keep

FORMS = ("xlsx", "csv", "csv-gb18030", "pdf")


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_month_of_3500_lines_is_there_while_one_waits(bare: Installation, tmp_path: Path) -> None:
    fill_demonstration(
        load_settings(),
        days=34,
        seed=3,
        elders=230,
        canteens=1,
        today=date(2026, 11, 2),
        say=lambda _: None,
    )
    bare.run("claim", "draft", "--canteen", "C1", "--period", "2026-10", "--as", "demo-finance")
    database = bare.open()
    lines = database.read(
        lambda s: max(claim.lines for claim in s.query(Claim).where(Claim.period == "2026-10"))
    )
    took: dict[str, float] = {}
    for form in FORMS:
        began = time.perf_counter()
        words = ("--canteen", "C1", "--period", "2026-10", "--format", form)
        path = tmp_path / f"claim.{form}"
        bare.run("claim", "export", *words, "-o", str(path), "--as", "demo-finance")
        took[form] = time.perf_counter() - began
    keep(
        "A canteen's month exported",
        f"By `tests/cli/test_claim_speed.py`: a claim of {lines:,} lines in SQLite, from asking to the"
        " file on the disk.\n\n| form | s |\n|---|---|\n"
        + "\n".join(f"| {form} | {seconds:.2f} |" for form, seconds in took.items()),
    )
    assert max(took.values()) <= 3
