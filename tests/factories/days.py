"""Signing days in tests, as a secretary would who has looked at everything."""

from datetime import date, datetime, timedelta
from typing import Any

from canteen.db.run import Database
from canteen.rules.days import local_date
from canteen.services.day_counts import write_remark
from canteen.services.day_sheets import show_day
from canteen.services.day_signing import reopen_day, sign_day
from tests.factories.world import shanghai

SECRETARY = "staff:wang"


def sign(database: Database, day: date, canteen: str = "C1", **given: Any) -> dict[str, Any]:
    """Sign one day at 20:00 of it, unless said otherwise; silent readers are excused."""
    given = {"remark": "读卡器没有联网", "now": shanghai("20:00", day), **given}
    return database.run(
        sign_day, canteen=canteen, day=day, by=SECRETARY, origin=None, **given
    )  # fmt: skip


def settle(database: Database, day: date, canteen: str = "C1", now: datetime | None = None) -> None:
    """A remark on each anomaly of a day."""
    at = now or shanghai("20:00", day)
    for anomaly in database.read(show_day, canteen=canteen, day=day, now=at).anomalies:
        database.run(
            write_remark, canteen=canteen, day=day, key=anomaly["key"], remark="看过了",
            by=SECRETARY, origin=None, now=at,
        )  # fmt: skip


def sign_before(database: Database, until: date, canteen: str = "C1") -> list[date]:
    """Settle and sign every day owed before `until`, in order; the days."""
    now = shanghai("20:00", until - timedelta(days=1))
    page = database.read(show_day, canteen=canteen, day=until, now=shanghai("20:00", until))
    assert local_date(now) < until
    for day in page.unsigned:
        settle(database, day, canteen, now)
        sign(database, day, canteen, now=now)
    return list(page.unsigned)


def reopen(database: Database, day: date, canteen: str = "C1", **given: Any) -> None:
    """The street opens a day again."""
    given = {"reason": "漏记了送餐", "now": shanghai("21:00", day), **given}
    database.run(reopen_day, canteen=canteen, day=day, by="staff:street", origin=None, **given)
