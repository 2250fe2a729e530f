"""An elder's way from one community's register to another's: one side asks, the other confirms.

Nobody is made a second time: her purse, history and ID number go with her (O-012).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from canteen.models.people import Elder
from canteen.models.register import ElderMove
from canteen.models.sites import Area, Canteen
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.rules.identity import parse_id_number
from canteen.till.delivery_cutoffs import Changing
from canteen.till.delivery_moves import hand_over_orders
from canteen.till.facts import get_elder_id
from canteen.till.register_facts import Period, Recorded, add_period, end_status
from canteen.till.register_rows import find_id_owners
from canteen.trail.audit import append_elder_line

SIDES = {"from": "to", "to": "from"}


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move that waits: whose turn it is (`turn_code`), and who she is as far as both may know."""

    id: int
    number: str
    name: str
    from_code: str
    from_name: str
    to_code: str
    to_name: str
    moves_on: date
    reason: str
    asked_side: str
    asked_at: datetime
    turn_code: str


def list_moves(session: Session, *, areas: tuple[str, ...]) -> tuple[MoveLine, ...]:
    """The moves asked for that leave or join these areas."""
    left, joined = aliased(Area), aliased(Area)
    rows = session.execute(
        select(ElderMove, Elder.number, Elder.name, left.name, joined.name)
        .join(Elder, Elder.id == ElderMove.elder_id)
        .join(left, left.code == ElderMove.from_code)
        .join(joined, joined.code == ElderMove.to_code)
        .where(
            ElderMove.state == "asked",
            or_(
                ElderMove.id.is_(None),
                *(
                    code.startswith(area, autoescape=True)
                    for area in areas
                    for code in (ElderMove.from_code, ElderMove.to_code)
                ),
            ),
        )
        .order_by(ElderMove.id)
    )
    return tuple(
        MoveLine(
            move.id,
            number,
            name,
            move.from_code,
            left_name,
            move.to_code,
            joined_name,
            move.moves_on,
            move.reason,
            move.asked_side,
            move.asked_at,
            move.to_code if move.asked_side == "from" else move.from_code,
        )
        for move, number, name, left_name, joined_name in rows
    )


def get_sides(session: Session, *, move_id: int) -> tuple[str, str]:
    """The communities of the side that asked and of the side whose turn it is."""
    move = _get(session, move_id)
    codes = {"from": move.from_code, "to": move.to_code}
    return codes[move.asked_side], codes[SIDES[move.asked_side]]


def ask_to_leave(
    session: Session,
    *,
    number: str,
    to_code: str,
    moves_on: date,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """The community she leaves asks the one she joins."""
    elder_id = get_elder_id(session, number)
    return _ask(session, elder_id, to_code, moves_on, reason, "from", by, origin, now)


def ask_to_join(
    session: Session,
    *,
    id_number: str,
    to_code: str,
    moves_on: date,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """The community she has come to asks for her by her ID number, instead of making her again."""
    number = parse_id_number(id_number).number
    owner = find_id_owners(session, [number]).get(number)
    if owner is None:
        raise NotFound("id_number_unknown", "名册上没有这个身份证号", "Nobody has this ID number")
    return _ask(session, owner.elder_id, to_code, moves_on, reason, "to", by, origin, now)


def confirm_move(
    session: Session, *, move_id: int, by: str, origin: str | None, now: datetime
) -> str:
    """The other side agrees: from the day of the move she belongs to the new community. Returns her
    register number. A 迁出 of the old community ends the day before; her cards stay as they are."""
    move = _get(session, move_id)
    if move.moves_on > local_date(now):
        raise Refused(
            "move_too_early",
            f"{move.moves_on} 那天起才能确认",
            f"This can be confirmed from {move.moves_on} on",
        )
    number = _decide(session, move, "done", None, by, now)
    how = Recorded(f"move {move.id}", None, by, origin, now)
    end_status(session, move.elder_id, "moved", move.moves_on - timedelta(days=1), how)
    add_period(
        session,
        move.elder_id,
        Period("residence", move.to_code, from_on=move.moves_on),
        how,
    )
    canteen = (
        select(Canteen.id)
        .where(Canteen.area_code == move.to_code)
        .order_by(Canteen.id)
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        update(Elder)
        .where(Elder.id == move.elder_id)
        .values(community_code=move.to_code, canteen_id=canteen)
    )
    hand_over_orders(session, move.elder_id, move.moves_on, Changing(True, by, origin, now))
    _tell(session, "move.confirm", number, move, by, origin, now)
    return number


def refuse_move(
    session: Session, *, move_id: int, note: str, by: str, origin: str | None, now: datetime
) -> None:
    """Either side ends what was asked for; nothing has changed."""
    move = _get(session, move_id)
    number = _decide(session, move, "refused", note, by, now)
    _tell(session, "move.refuse", number, move, by, origin, now)


def _ask(
    session: Session,
    elder_id: int,
    to_code: str,
    moves_on: date,
    reason: str,
    side: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    elder = session.execute(select(Elder).where(Elder.id == elder_id)).scalar_one()
    if session.execute(select(Area.code).where(Area.code == to_code)).first() is None:
        raise Invalid("area_unknown", "没有这个行政区划代码", "No such area code", field="to_code")
    if elder.community_code == to_code:
        raise Invalid(
            "move_same",
            "她已经在这个社区",
            "She belongs to this community already",
            field="to_code",
        )
    waiting = select(ElderMove.id).where(ElderMove.elder_id == elder_id, ElderMove.state == "asked")
    if session.execute(waiting).first() is not None:
        raise Conflict(
            "move_asked",
            "已经提出过，等对方确认",
            "This was asked for already; the other side decides",
        )
    move_id: int = session.execute(
        insert(ElderMove)
        .values(
            elder_id=elder_id,
            from_code=elder.community_code,
            to_code=to_code,
            moves_on=moves_on,
            reason=reason,
            state="asked",
            asked_at=now,
            asked_side=side,
            asked_by=by,
        )
        .returning(ElderMove.id)
    ).scalar_one()
    move = _get(session, move_id)
    _tell(session, "move.ask", elder.number, move, by, origin, now)
    return move_id


def _get(session: Session, move_id: int) -> ElderMove:
    move = session.execute(select(ElderMove).where(ElderMove.id == move_id)).scalar_one_or_none()
    if move is None:
        raise NotFound("move_unknown", "没有这件事", "No such move")
    return move


def _decide(
    session: Session, move: ElderMove, state: str, note: str | None, by: str, now: datetime
) -> str:
    """Close it, once; her register number."""
    decided = session.execute(
        update(ElderMove)
        .where(ElderMove.id == move.id, ElderMove.state == "asked")
        .values(state=state, note=note, decided_at=now, decided_by=by)
        .returning(ElderMove.id)
        .execution_options(synchronize_session=False)
    ).first()
    if decided is None:
        raise Conflict("move_decided", "这件事已经办过了", "This has been decided already")
    return session.execute(select(Elder.number).where(Elder.id == move.elder_id)).scalar_one()


def _tell(
    session: Session,
    action: str,
    number: str,
    move: ElderMove,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    told = {"from": move.from_code, "to": move.to_code, "moves_on": move.moves_on}
    append_elder_line(session, action, number, told, by=by, origin=origin, now=now)
