"""Filling an empty database with the demonstration community and days of its history."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from canteen.cli.database import prepare_database, prepare_files
from canteen.cli.setup import run_setup
from canteen.cli.shell import open_database
from canteen.config import Settings
from canteen.db.run import Database
from canteen.demo import claims, deliveries, desk, families, kitchen, prices, register
from canteen.demo.history import History, live_days
from canteen.demo.places import at, list_places
from canteen.demo.story import STORY_DAYS, cast
from canteen.demo.world import HABITS, Diner, make_world
from canteen.services import instances, seals

#: days before the first lunch on which the community was set up
PREPARED_DAYS = 3
#: histories at least this long have a price change in their middle
PRICE_CHANGE_DAYS = 6
SIGN_INS_NAME = "demo_sign_ins.json"
WORLD_NAME = "demo_world.toml"
MAKER = "demonstration"


@dataclass(frozen=True, slots=True)
class Community:
    """What was made: sign-ins (name → password), diners, meals booked."""

    sign_ins: dict[str, str]
    diners: list[Diner]
    meals: int


def fill_demonstration(
    settings: Settings,
    *,
    days: int,
    seed: int,
    elders: int,
    canteens: int,
    today: date,
    say: Callable[[str], None],
) -> Community:
    """Make the database if it is missing, mark it a demonstration (Refused when it holds anything),
    set up the community and live `days` days before `today`."""
    prepare_files(settings)
    prepare_database(settings, kind="demonstration")
    database = open_database(settings)
    try:
        first = today - timedelta(days=days)
        begins = at(first - timedelta(days=PREPARED_DAYS), time(9, 0))
        database.run(instances.make_demonstration, now=begins)
        return _fill(settings, database, days, seed, elders, canteens, today, say)
    finally:
        database.close()


def _fill(
    settings: Settings,
    database: Database,
    days: int,
    seed: int,
    elders: int,
    canteens: int,
    today: date,
    say: Callable[[str], None],
) -> Community:
    first = today - timedelta(days=days)
    begins = at(first - timedelta(days=PREPARED_DAYS), time(9, 0))
    world = make_world(seed=seed, elders=elders, canteens=canteens, today=today)
    path = settings.data_dir / WORLD_NAME
    path.write_text(world.text, encoding="utf-8")
    _, sign_ins = run_setup(database, path, write=True, by=MAKER, now=begins)
    _keep_sign_ins(settings.data_dir / SIGN_INS_NAME, sign_ins)
    places = database.read(list_places)
    database.run(register.enrol, diners=world.diners, seed=seed, now=begins + timedelta(hours=1))
    database.run(
        deliveries.begin,
        diners=world.diners,
        first=first,
        seed=seed,
        now=begins + timedelta(hours=3),
    )
    database.run(
        families.begin, diners=world.diners, places=places, now=begins + timedelta(hours=4)
    )
    database.run(kitchen.begin, places=places, first=first)
    database.run(desk.sign_beginning, places=places, day=begins.date())

    def before_day(day: date) -> None:
        if days >= PRICE_CHANGE_DAYS and day == first + timedelta(days=days // 2):
            database.run(prices.raise_prices, places=places, day=day)
        database.run(
            claims.live_morning,
            places=places,
            day=day,
            today=today,
            is_story=days >= STORY_DAYS,
        )

    parts = cast(world.diners, days=days, today=today)
    meals = live_days(
        database,
        History(world.diners, parts, seed, today),
        days=[first + timedelta(days=number) for number in range(days)],
        before_day=before_day,
        say=say,
    )
    database.run(deliveries.finish, diners=world.diners, parts=parts, seed=seed, today=today)
    database.run(kitchen.finish, places=places, today=today)
    if days:
        database.run(claims.finish, places=places, today=today)
    database.run(
        desk.lose_cards,
        numbers=[one.number for one in world.diners if one.habit == min(HABITS)][:2],
        now=at(today - timedelta(days=1), time(21, 40)),
    )
    database.run(seals.seal_committed, now=at(today - timedelta(days=1), time(23, 59)))
    return Community(sign_ins, world.diners, meals)


def _keep_sign_ins(path: Path, sign_ins: dict[str, str]) -> None:
    """The passwords of the invented staff, for the next start; only a demonstration keeps any."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(sign_ins, file, indent=1)


def read_sign_ins(settings: Settings) -> dict[str, str]:
    """The passwords kept by an earlier filling; empty when the file is gone."""
    path = settings.data_dir / SIGN_INS_NAME
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
