"""What people count by hand for a day, and what they write of its anomalies. Added, never edited.

Counting is blind: the answer never says what the books expected.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.desk import AnomalyRemark, CashCount, PortionCount
from canteen.models.sites import Counter
from canteen.rules.day_figures import add_up
from canteen.rules.days import local_date
from canteen.rules.errors import Invalid, NotFound
from canteen.till.day_lines import load_day_lines
from canteen.till.day_state import get_canteen_by_code, lock_unsigned_day
from canteen.till.places import CanteenPlace
from canteen.trail.audit import tell_of

REMARK_LENGTH_MAX = 500


def count_cash(
    session: Session,
    *,
    canteen: str,
    counter: str,
    day: date,
    counted_fen: int,
    note: str | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep what was counted in a counter's drawer, with what the books expected at that moment.

    Conflict `day_signed` after the sign-off; Invalid for a day that has not begun."""
    place = _get_canteen(session, canteen, day, now)
    counter_id = session.execute(
        select(Counter.id).where(Counter.canteen_id == place.id, Counter.code == counter)
    ).scalar_one_or_none()
    if counter_id is None:
        raise NotFound("counter_unknown", "没有这个窗口", "No such counter")
    lock_unsigned_day(session, place.id, day)
    drawers: list[dict[str, Any]] = add_up(load_day_lines(session, place.id, day))["drawers"]
    session.execute(
        insert(CashCount).values(
            canteen_id=place.id,
            counter_id=counter_id,
            day=day,
            counted_fen=counted_fen,
            expected_fen=sum(one["expected_fen"] for one in drawers if one["counter"] == counter),
            note=note,
            counted_at=now,
            counted_by=by,
        )
    )
    _keep(
        session, place, day, "cash_counted", {"counter": counter, "counted_fen": counted_fen},
        by=by, origin=origin, now=now,
    )  # fmt: skip


def count_portions(
    session: Session,
    *,
    canteen: str,
    mealtime: str,
    day: date,
    cooked: int,
    left: int | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep how many portions of a mealtime were cooked, and how many were left if somebody counted.

    Invalid when more is left than was cooked."""
    place = _get_canteen(session, canteen, day, now)
    if left is not None and left > cooked:
        raise Invalid(
            "portions_left",
            "剩的比做的还多",
            "More is left than was cooked",
            field=f"left-{mealtime}",
        )
    lock_unsigned_day(session, place.id, day)
    session.execute(
        insert(PortionCount).values(
            canteen_id=place.id,
            day=day,
            mealtime=mealtime,
            cooked=cooked,
            left_over=left,
            recorded_at=now,
            recorded_by=by,
        )
    )
    _keep(
        session, place, day, "portions_counted",
        {"mealtime": mealtime, "cooked": cooked, "left": left}, by=by, origin=origin, now=now,
    )  # fmt: skip


def write_remark(
    session: Session,
    *,
    canteen: str,
    day: date,
    key: str,
    remark: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep what was found out about an anomaly; it settles a `must`. Also after the sign-off: what
    somebody learns later is worth keeping, and changes no figure."""
    place = _get_canteen(session, canteen, day, now)
    text = remark.strip()[:REMARK_LENGTH_MAX]
    if not text:
        raise Invalid("remark", "写一句怎么处理的", "Write what was done about it", field="remark")
    session.execute(
        insert(AnomalyRemark).values(
            canteen_id=place.id, day=day, key=key, remark=text, written_at=now, written_by=by
        )
    )
    _keep(
        session, place, day, "anomaly_remarked", {"key": key, "remark": text},
        by=by, origin=origin, now=now,
    )  # fmt: skip


def _get_canteen(session: Session, canteen: str, day: date, now: datetime) -> CanteenPlace:
    place = get_canteen_by_code(session, canteen)
    if day > local_date(now):
        raise Invalid("day_not_begun", "这一天还没到", "This day has not begun", day=str(day))
    return place


def _keep(
    session: Session,
    place: CanteenPlace,
    day: date,
    action: str,
    after: dict[str, object],
    *,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    tell_of("day")(session, f"day.{action}", f"{place.code}:{day}", after, by, origin, now)
