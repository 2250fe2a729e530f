"""What was printed of a list of deliveries, and how the list differs from its paper now.

Beside the till because the board tells it and the next print says it, too.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import PrintedList
from canteen.models.people import Elder
from canteen.models.volunteers import Volunteer
from canteen.rules.printed_lists import Content, Entry, compare
from canteen.till.delivery_stops import Stop

KINDS = ("run_sheets", "labels")


@dataclass(frozen=True, slots=True)
class Printed:
    """A list as it was printed last, and what changed since, by the names of people."""

    kind: str
    printed_at: datetime
    printed_by: str
    content: Content
    added: tuple[str, ...]
    taken_off: tuple[str, ...]
    #: name, portions on the paper, portions now
    portions: tuple[tuple[str, int, int], ...]
    #: name, volunteer on the paper, volunteer now; None: no round
    moved: tuple[tuple[str, str | None, str | None], ...]
    #: in another turn
    turned: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the paper is out of date."""
        return bool(self.added or self.taken_off or self.portions or self.moved or self.turned)


def content_of(stops: Iterable[Stop]) -> dict[str, Entry]:
    """What a paper of these stops says: those that were cancelled are not on it."""
    return {
        stop.uid: (
            stop.portions,
            None if stop.round is None else stop.round.volunteer_number,
            None if stop.round is None else stop.place,
        )
        for stop in stops
        if stop.state != "cancelled"
    }


def keep_printed(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    kind: str,
    content: Content,
    by: str,
    now: datetime,
) -> None:
    """Keep what a paper said."""
    session.execute(
        insert(PrintedList).values(
            canteen_id=canteen_id,
            day=day,
            mealtime=mealtime,
            kind=kind,
            content=json.dumps(content),
            printed_at=now,
            printed_by=by,
        )
    )


def find_printed(
    session: Session, canteen_id: int, day: date, mealtime: str, kind: str, stops: list[Stop]
) -> Printed | None:
    """The newest paper of this kind beside the list as its `stops` are now; None: never printed.

    Labels say neither volunteer nor turn, so these are no difference to them."""
    row = session.scalars(
        select(PrintedList)
        .where(
            PrintedList.canteen_id == canteen_id,
            PrintedList.day == day,
            PrintedList.mealtime == mealtime,
            PrintedList.kind == kind,
        )
        .order_by(PrintedList.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    printed: dict[str, Entry] = {
        uid: (portions, volunteer, turn)
        for uid, (portions, volunteer, turn) in json.loads(row.content).items()
    }
    names = {stop.uid: stop.name for stop in stops}
    names |= _list_elders(session, [uid for uid in printed if uid not in names])
    on_rounds = kind == "run_sheets"
    found = compare(printed, content_of(stops))
    volunteers = _list_names(session, found.moved) if on_rounds else {}
    return Printed(
        kind,
        row.printed_at,
        row.printed_by,
        printed,
        tuple(names[uid] for uid in found.added),
        tuple(names[uid] for uid in found.taken_off),
        tuple((names[uid], was, now) for uid, was, now in found.portions),
        tuple(
            (names[uid], volunteers.get(was or ""), volunteers.get(now or ""))
            for uid, was, now in found.moved
            if on_rounds
        ),
        tuple(names[uid] for uid in found.turned if on_rounds),
    )


def _list_elders(session: Session, uids: list[str]) -> dict[str, str]:
    """Whose these are: another canteen brings them now."""
    rows = session.execute(
        select(Delivery.uid, Elder.name)
        .join(Elder, Elder.id == Delivery.elder_id)
        .where(Delivery.uid.in_(uids))
    )
    return {row.uid: row.name for row in rows}


def _list_names(
    session: Session, moved: tuple[tuple[str, str | None, str | None], ...]
) -> dict[str, str]:
    numbers = {number for _, *both in moved for number in both if number is not None}
    rows = session.execute(
        select(Volunteer.number, Volunteer.name).where(Volunteer.number.in_(numbers))
    )
    return {row.number: row.name for row in rows}
