"""hledger, a program of others, adds our journal again and finds it balanced."""

import shutil
import subprocess
from pathlib import Path

import pytest

from canteen.db.run import Database
from canteen.services import ledger_export, swipes
from tests.factories.world import make_swipe, make_world

pytestmark = pytest.mark.judges


def _hledger(*words: str) -> str:
    program = shutil.which("hledger")
    assert program is not None, "hledger is missing: `make judges` installs it"
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def journal(sqlite_database: Database, tmp_path: Path) -> Path:
    def live(session: object) -> None:
        world = make_world(session)  # type: ignore[arg-type]
        for number in world.elders:
            asked = make_swipe(world, number, "11:30:00", f"judge {number}")
            swipes.record_swipe(
                session,  # type: ignore[arg-type]
                reader_id=world.readers["C1-R1"],
                asked=asked,
                now=asked.read_at,
            )

    sqlite_database.run(live)
    path = tmp_path / "books.journal"
    path.write_text(
        sqlite_database.read(ledger_export.export_text, form="hledger"), encoding="utf-8"
    )
    return path


def test_hledger_checks_it_strictly(journal: Path) -> None:
    _hledger("-f", str(journal), "check", "--strict")


def test_hledger_finds_the_same_sales_and_a_balance_of_zero(journal: Path) -> None:
    sales = _hledger("-f", str(journal), "balance", "Income:MealSales", "--depth", "2")
    assert "-120.00" in sales
    everything = _hledger("-f", str(journal), "balance").strip().splitlines()
    assert everything[-1].strip() == "0"
