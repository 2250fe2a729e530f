"""Cards tapped at a reader, judged and booked."""

from datetime import datetime, timedelta
from typing import Any

from canteen.db.run import Database
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.factories.world import World, make_swipe


def tap(
    database: Database,
    world: World,
    asked: SwipeAsked,
    reader: str = "C1-R1",
    now: datetime | None = None,
) -> dict[str, Any]:
    """What the reader is answered; unless said otherwise it sends within a second."""
    return database.run(
        record_swipe,
        reader_id=world.readers[reader],
        asked=asked,
        now=now or asked.read_at + timedelta(seconds=1),
    ).body


def tap_at(
    database: Database,
    world: World,
    elder: str,
    clock: str,
    name: str,
    reader: str = "C1-R1",
    **given: Any,
) -> dict[str, Any]:
    """An elder's first card tapped at a wall clock of today and sent at once; `name` makes its id."""
    asked = make_swipe(world, elder, clock, name, **given)
    return tap(database, world, asked, reader, now=asked.read_at)
