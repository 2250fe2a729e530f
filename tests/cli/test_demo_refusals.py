"""The demonstration keeps its hands off a real canteen, and off a clock that somebody else moved."""

from pathlib import Path

import pytest

from canteen.config import load_settings
from canteen.db.run import Database
from canteen.demo.__main__ import Show, prepare
from canteen.demo.processes import Processes
from canteen.rules.errors import CanteenError, Conflict, Refused
from canteen.services import instances
from tests.cli.conftest import BASE_WORLD, Installation
from tests.factories.world import shanghai


def test_a_real_canteen_is_left_alone(installation: Installation):
    database = Database(installation.url)
    database.run(instances.mark_instance, kind="real", now=shanghai("11:00"))
    database.close()
    installation.run("setup", str(BASE_WORLD), "--apply")

    with pytest.raises(Refused) as refused:
        prepare(load_settings())

    assert refused.value.code == "real_database"


def test_the_demonstration_moves_its_own_clock(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CANTEEN_CLOCK_OFFSET", "60")

    with pytest.raises(Conflict) as refused:
        prepare(load_settings())

    assert refused.value.code == "clock_offset_given"


def test_a_demonstration_of_something_else_is_not_shown(installation: Installation):
    database = Database(installation.url)
    database.run(instances.make_demonstration, now=shanghai("11:00"))
    database.close()

    with pytest.raises(CanteenError) as refused:
        Show(load_settings(), 1, 4)

    assert refused.value.code == "not_the_demonstration"


def test_a_part_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path):
    processes = Processes(tmp_path)
    processes.start("agent", "card_reader", ["run", "--config", "none.toml"], {})
    processes._running[0][1].wait(timeout=30)

    with pytest.raises(Conflict) as ended:
        processes.check()
    processes.stop()

    assert ended.value.code == "demo_process_ended"
    assert "none.toml" in ended.value.en
