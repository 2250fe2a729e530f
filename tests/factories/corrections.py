"""Correcting meals in tests: one person asks, another decides."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.services.correction_lists import list_waiting
from canteen.services.corrections import ask_not_eaten, decide
from canteen.services.rejudging import ask_changes
from canteen.services.swipes import record_swipe
from tests.factories.world import TODAY, World, event_id, make_swipe

ASKER, SECOND = "staff:wang", "staff:fan"


def eat(
    database: Database, world: World, elder: str, day: date = TODAY, clock: str = "11:30"
) -> str:
    """An elder's tap at C1-R1; the meal's receipt."""
    asked = make_swipe(world, elder, clock, f"{elder} {day} {clock}", day=day)
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at
    ).body
    receipt: str = body["receipt"]
    return receipt


def ask_back(database: Database, receipt: str, now: datetime, **given: Any) -> str:
    """Ask that a meal be taken back; the correction's uid."""
    given = {"uid": event_id(f"back {receipt} {now}"), "reason": "没有吃", "by": ASKER, **given}
    return database.run(ask_not_eaten, meal=receipt, origin=None, now=now, **given)


def judge_again(database: Database, elder: str, first: date, now: datetime) -> int:
    """Ask for everything that judging an elder's meals again would change."""
    return database.run(
        ask_changes, number=elder, first=first, reason="补登记", by=ASKER, origin=None, now=now
    )


def approve(database: Database, uid: str, now: datetime, **given: Any) -> str | None:
    """The second person says yes, unless told otherwise."""
    given = {"is_approved": True, "by": SECOND, **given}
    return database.run(decide, uid=uid, origin=None, now=now, **given)


def approve_all(database: Database, now: datetime) -> int:
    """Approve whatever waits; how many there were."""
    waiting = database.read(list_waiting, areas=("",))
    for one in waiting:
        approve(database, one.uid, now)
    return len(waiting)


def balance_of(database: Database, elder_id: int) -> int:
    """What her purse holds, in fen."""
    return database.read(
        lambda s: s.execute(select(Purse.balance_fen).where(Purse.elder_id == elder_id))
        .scalar_one()
    )  # fmt: skip
