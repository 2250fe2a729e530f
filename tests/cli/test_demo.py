"""`canteen demo`: an invented community whose books hold, whose people are the seed's, only when empty."""

from datetime import date

import pytest
from sqlalchemy import func, select

from canteen import clock
from canteen.cli.setup_reading import read_setup_file
from canteen.db.run import Database
from canteen.demo.community import WORLD_NAME
from canteen.demo.queue import Queue, make_queue
from canteen.demo.world import make_world
from canteen.models.audit import AuditLine
from canteen.models.days import Instance
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.swipes import Swipe
from tests.cli.conftest import BASE_WORLD, Installation

SMALL = ("demo", "--days", "2", "--elders", "24", "--seed", "3")
TODAY = date(2026, 11, 25)


def test_its_history_is_made_by_the_real_services_and_its_books_hold(bare: Installation) -> None:
    answer = bare.run(*SMALL, "--json").json
    assert answer["elders"] == 24
    wanted = {"demo-cashier", "demo-secretary", "demo-street", "demo-finance", "demo-kitchen"}
    assert set(answer["sign_ins"]) >= wanted
    database = bare.open()
    kind, meals, outcomes, told_last = database.read(
        lambda session: (
            session.scalar(select(Instance.kind)),
            session.scalar(select(func.count(Meal.id)).where(Meal.voided_at.is_(None))),
            set(session.scalars(select(Swipe.outcome))),
            session.scalar(select(func.max(AuditLine.at))),
        )
    )
    database.close()
    assert told_last <= clock.instant()
    assert kind == "demonstration"
    assert meals == answer["meals"] > 20
    assert {"subsidised", "unknown_card", "outside_mealtime"} <= outcomes
    assert bare.run("check", "--deep").code == 0


def test_it_fills_only_an_empty_database(installation: Installation) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    assert "CANTEEN_DATA_DIR" in installation.run(*SMALL, code=2).err  # not_empty
    database = installation.open()
    elders = database.read(lambda session: session.scalar(select(func.count(Elder.id))))
    database.close()
    assert elders == 10


def test_a_price_change_lies_in_the_middle_of_a_longer_history(
    bare: Installation, lived: Database
) -> None:
    prices = lived.read(lambda session: set(session.scalars(select(Meal.price_fen))))
    assert {1250, 1260} <= prices
    assert bare.run("check", "--deep").code == 0


def test_the_same_seed_invents_the_same_people() -> None:
    words = {"elders": 50, "canteens": 2, "today": TODAY}
    first, again, other = (make_world(seed=seed, **words) for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert first.text == again.text != other.text


@pytest.mark.parametrize("canteens", [1, 3, 18])
def test_its_set_up_file_is_faultless_at_every_size(
    installation: Installation, canteens: int
) -> None:
    world = make_world(seed=1, elders=400, canteens=canteens, today=TODAY)
    path = installation.folder / WORLD_NAME
    path.write_text(world.text, encoding="utf-8")
    database = installation.open()
    read = read_setup_file(database, path, TODAY)
    database.close()
    assert len(read.file.canteens) == canteens
    assert len(read.file.elders) == 400
    delivered = [diner for diner in world.diners if diner.is_delivered]
    assert len(delivered) >= 16


def test_about_one_tap_in_fifteen_is_not_plain(bare: Installation) -> None:
    bare.run("demo", "--days", "1", "--elders", "160", "--seed", "1")
    database = bare.open()
    tomorrow = date(2096, 11, 26)
    queue: Queue = database.read(make_queue, day=tomorrow, canteen="C1", seed=1)
    database.close()
    assert len(queue.waiting) >= 100
    assert len(queue.lost) == 2
    plain = set(queue.waiting)
    taps = []
    while not queue.is_over:
        taps.append(queue.next_card())
    odd = [card for number, card in enumerate(taps) if card not in plain or card in taps[:number]]
    assert len(taps) // 25 <= len(odd) <= len(taps) // 12
    assert set(queue.lost) & set(taps)
