"""Two rows that are one person: found in pairs, and merged with the history of both kept.

The merged row keeps its meals, facts and papers, to be read; its cards, purse and quotas are the
other's from then on. Nothing is merged by name alone, and never by itself.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from canteen.models.people import Elder
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.register import ElderMerge, ElderMove
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.till import ledger
from canteen.till.delivery_days import sync_elder
from canteen.till.facts import load_facts
from canteen.till.holdings import hand_over, list_held_uids, take_back
from canteen.till.merging import move_balance
from canteen.till.persons import births_of, is_listed, is_within
from canteen.trail.audit import append_elder_line

PAIRS_MAX = 100


@dataclass(frozen=True, slots=True)
class PairSide:
    """One of two rows that may be one person."""

    number: str
    name: str
    born: date | None
    address: str | None
    has_id: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows of one community, and why: same_name_born, same_sound_born, same_sound_address."""

    first: PairSide
    second: PairSide
    why: str


def list_pairs(session: Session, *, areas: tuple[str, ...]) -> tuple[Pair, ...]:
    """Rows that sound alike and share the birth date or the address, in one community. Two different
    ID numbers are two persons, whatever they are called (O-046)."""
    other = aliased(Elder)
    rows = session.execute(
        select(Elder, other)
        .join(
            other,
            (other.pinyin == Elder.pinyin)
            & (other.community_code == Elder.community_code)
            & (other.id > Elder.id),
        )
        .where(
            is_listed(),
            is_within(areas),
            other.merged_into_id.is_(None),
            other.pending_import_id.is_(None),
        )
        .order_by(Elder.pinyin, Elder.id, other.id)
    ).all()
    births = births_of(session, [one.id for row in rows for one in row])
    pairs = []
    for first, second in rows:
        both_known = first.id_number_index is not None and second.id_number_index is not None
        same_born = births.get(first.id, first.id) == births.get(second.id, second.id)
        same_address = first.address is not None and first.address == second.address
        if both_known or not (same_born or same_address):
            continue
        sound = "same_name_born" if first.name == second.name else "same_sound_born"
        why = sound if same_born else "same_sound_address"
        pairs.append(Pair(_side(first, births), _side(second, births), why))
    return tuple(pairs[:PAIRS_MAX])


def _side(elder: Elder, births: dict[int, date]) -> PairSide:
    has_id = elder.id_number_index is not None
    return PairSide(elder.number, elder.name, births.get(elder.id), elder.address, has_id)


def merge_elders(
    session: Session,
    *,
    kept: str,
    merged: str,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Let `kept` go on for both. Refused for two ID numbers, for two communities (a move comes first),
    and while a move is asked for; Conflict when one of them was merged before."""
    into, away = _get(session, kept), _get(session, merged)
    for elder_id in sorted((into.id, away.id)):
        ledger.lock(session, elder_id)
    for elder in (into, away):
        session.refresh(elder)  # another merge may have ended while this one waited for the purses
    _check(session, into, away)
    session.execute(
        update(Elder)
        .where((Elder.id == away.id) | (Elder.merged_into_id == away.id))
        .values(merged_into_id=into.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(ElderMerge).values(
            kept_id=into.id, merged_id=away.id, reason=reason, merged_at=now, merged_by=by
        )
    )
    fen = move_balance(session, from_id=away.id, to_id=into.id, cause=f"merge:{away.id}", now=now)
    _move_numbers(session, into, away)
    _move_cards(session, into, away, by, origin, now)
    sync_elder(session, into.id, by=by, now=now)
    told = {"kept": kept, "merged": merged, "reason": reason, "moved_fen": fen}
    for number, action in ((kept, "elder.merge"), (merged, "elder.merged")):
        append_elder_line(session, action, number, told, by=by, origin=origin, now=now)


def _get(session: Session, number: str) -> Elder:
    elder = session.execute(select(Elder).where(Elder.number == number)).scalar_one_or_none()
    if elder is None:
        raise NotFound("elder_unknown", "没有这位长者", "No such elder")
    return elder


def _check(session: Session, into: Elder, away: Elder) -> None:
    if into.id == away.id:
        raise Invalid("merge_same", "这是同一份档案", "This is one and the same row")
    if into.merged_into_id is not None or away.merged_into_id is not None:
        raise Conflict("merge_done", "其中一份已经合并过了", "One of them has been merged already")
    if into.community_code != away.community_code:
        raise Refused(
            "merge_two_communities",
            "两份档案在不同社区，先转社区再合并",
            "The rows are in two communities: move one first",
        )
    if into.id_number_index is not None and away.id_number_index is not None:
        raise Refused(
            "merge_two_ids",
            "两份档案有不同的身份证号，是两个人",
            "The rows have two different ID numbers: they are two persons",
        )
    asked = select(ElderMove.id).where(
        ElderMove.elder_id.in_((into.id, away.id)), ElderMove.state == "asked"
    )
    if session.execute(asked).first() is not None:
        raise Conflict(
            "merge_while_moving", "还有转社区没有确认，先办完", "A move is waiting: decide it first"
        )


def _move_numbers(session: Session, into: Elder, away: Elder) -> None:
    """The ID number, and a phone that the kept row lacks, go to the row that goes on."""
    ring = key_ring_of(session.info) if away.id_number_box or away.phone_box else None
    if ring is None:
        return
    id_number = phone = None
    if away.id_number_box is not None:
        id_number = ring.open(away.id_number_box, f"elders:{away.number}:id_number")
        session.execute(
            update(Elder)
            .where(Elder.id == away.id)
            .values(id_number_box=None, id_number_index=None, id_last4_index=None)
        )
    if away.phone_box is not None and into.phone_box is None:
        phone = ring.open(away.phone_box, f"elders:{away.number}:phone")
    columns = sealed_columns(ring, "elders", into.number, id_number, phone)
    if columns:
        session.execute(update(Elder).where(Elder.id == into.id).values(**columns))


def _move_cards(
    session: Session, into: Elder, away: Elder, by: str, origin: str | None, now: datetime
) -> None:
    is_gone = load_facts(session, into.id, local_date(now)).status is not None
    for card_id, uid in list_held_uids(session, away.id):
        take_back(session, card_id, by=by, origin=origin, now=now)
        if not is_gone:
            hand_over(session, into.id, uid, by=by, origin=origin, now=now)
