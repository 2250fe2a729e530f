"""A dead person's debt: one person asks to write it off, another decides (domain.md §2, Paying)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.accounts import WriteOff
from canteen.models.people import Elder
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.rules.postings import write_off_postings
from canteen.till import ledger
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.merging import lock_person
from canteen.till.persons import is_within
from canteen.till.places import first_unsigned
from canteen.till.purses import clear_if_above, get_last_canteen
from canteen.trail.audit import append_elder_line


@dataclass(frozen=True, slots=True)
class WriteOffLine:
    """A debt that somebody asked to write off and nobody has decided."""

    id: int
    number: str
    name: str
    amount_fen: int
    reason: str
    asked_at: datetime
    asked_by: str


def list_write_offs(session: Session, *, areas: tuple[str, ...]) -> tuple[WriteOffLine, ...]:
    """What waits for a second person in these areas."""
    rows = session.execute(
        select(WriteOff, Elder.number, Elder.name)
        .join(Elder, Elder.id == WriteOff.elder_id)
        .where(WriteOff.decided_at.is_(None), is_within(areas))
        .order_by(WriteOff.id)
    )
    return tuple(
        WriteOffLine(row.id, number, name, row.amount_fen, row.reason, row.asked_at, row.asked_by)
        for row, number, name in rows
    )


def find_number(session: Session, *, write_off_id: int) -> str | None:
    """Whose debt it is, to check the asker's scope."""
    found: str | None = session.execute(
        select(Elder.number)
        .join(WriteOff, WriteOff.elder_id == Elder.id)
        .where(WriteOff.id == write_off_id)
    ).scalar_one_or_none()
    return found


def ask_write_off(
    session: Session, *, number: str, reason: str, by: str, origin: str | None, now: datetime
) -> int:
    """Ask for it. Refused while she lives, and when she owes nothing."""
    held = lock_person(session, get_elder_id(session, number))
    _check_debt(session, held.elder_id, held.balance_fen, now)
    waiting = select(WriteOff.id).where(
        WriteOff.elder_id == held.elder_id, WriteOff.decided_at.is_(None)
    )
    if session.execute(waiting).first() is not None:
        raise Conflict(
            "write_off_asked",
            "已经提出过，等第二个人",
            "This was asked for already; a second person decides",
        )
    made: int = session.execute(
        insert(WriteOff)
        .values(
            elder_id=held.elder_id,
            amount_fen=-held.balance_fen,
            reason=reason,
            asked_at=now,
            asked_by=by,
        )
        .returning(WriteOff.id)
    ).scalar_one()
    append_elder_line(
        session,
        "write_off.ask",
        number,
        {"amount_fen": -held.balance_fen},
        by=by,
        origin=origin,
        now=now,
    )
    return made


def decide_write_off(
    session: Session,
    *,
    write_off_id: int,
    is_approved: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Another person approves (the debt as it stands then is borne by the canteen) or refuses."""
    asked = session.execute(
        select(WriteOff).where(WriteOff.id == write_off_id)
    ).scalar_one_or_none()
    if asked is None:
        raise NotFound("write_off_unknown", "没有这件事", "No such debt to write off")
    if asked.asked_by == by:
        raise Refused(
            "write_off_second_person",
            "提出的人不能自己批准，要另一个人",
            "Who asked does not decide: a second person does",
        )
    number = session.execute(select(Elder.number).where(Elder.id == asked.elder_id)).scalar_one()
    entry_id, fen = None, 0
    if is_approved:
        held = lock_person(session, asked.elder_id)
        _check_debt(session, held.elder_id, held.balance_fen, now)
        fen = -held.balance_fen
        entry_id = _book(session, held.elder_id, fen, write_off_id, now)
    decided = session.execute(
        update(WriteOff)
        .where(WriteOff.id == write_off_id, WriteOff.decided_at.is_(None))
        .values(decided_at=now, decided_by=by, is_approved=is_approved, journal_entry_id=entry_id)
        .returning(WriteOff.id)
        .execution_options(synchronize_session=False)
    ).first()
    if decided is None:
        raise Conflict("write_off_decided", "这件事已经办过了", "This has been decided already")
    action = "write_off.approve" if is_approved else "write_off.refuse"
    append_elder_line(session, action, number, {"amount_fen": fen}, by=by, origin=origin, now=now)


def _check_debt(session: Session, elder_id: int, balance_fen: int, now: datetime) -> None:
    if load_facts(session, elder_id, local_date(now)).status != "deceased":
        raise Refused(
            "write_off_living",
            "只有已故长者的欠款可以核销",
            "Only the debt of who has died is written off",
        )
    if balance_fen >= 0:
        raise Refused("write_off_no_debt", "没有欠款", "There is no debt")


def _book(session: Session, elder_id: int, fen: int, write_off_id: int, now: datetime) -> int:
    """On the canteen whose meals made the debt: that of her purse's last line."""
    canteen_id = get_last_canteen(session, elder_id)
    entry_id = ledger.post(
        session,
        kind="write_off",
        canteen_id=canteen_id,
        booked_on=first_unsigned(session, canteen_id, local_date(now)),
        cause=f"write_off:{write_off_id}",
        postings=write_off_postings(fen=fen, elder_id=elder_id),
        now=now,
    )
    clear_if_above(session, elder_id, 0)
    return entry_id
