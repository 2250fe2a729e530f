"""Bank statements: what a file would bring, taken once; each movement matched to a claim by a person.

A movement that stands in two statements is one (its fingerprint), and the same file twice is one statement.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.claim_money import (
    Advance,
    BankStatement,
    ClaimPayment,
    StatementAside,
    StatementLine,
)
from canteen.models.claims import Claim
from canteen.models.sites import Funder
from canteen.rules.bank_statement import Movement, fingerprints
from canteen.rules.errors import Conflict
from canteen.rules.funder_asked import AdvanceAsked, PaymentAsked
from canteen.rules.payment_matching import Candidate, Proposal, propose
from canteen.till.advances import book_advance
from canteen.till.claim_money import MAY_BE_PAID, add_matched, get_line, list_owed
from canteen.till.claim_paying import book_payment
from canteen.till.claims import claim_unknown, get_claim
from canteen.till.day_state import get_canteen_by_code, hold_canteen
from canteen.till.lots import in_lots
from canteen.trail.audit import append_audit

#: a movement without the bank's number is known by the first signs of its fingerprint
REFERENCE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class TriedLine:
    """A movement of a file: whether it is new, and what it may pay."""

    movement: Movement
    is_new: bool
    proposals: list[Proposal]


@dataclass(frozen=True, slots=True)
class AsideLine:
    """What of a movement concerns no claim: how much, why, who says so."""

    id: int
    fen: int
    reason: str
    set_by: str


@dataclass(frozen=True, slots=True)
class MovementLine:
    """A movement of the account that was brought in, what it is, or what it may be."""

    id: int
    moved_on: date
    fen: int
    counterparty: str
    reference: str
    remark: str
    #: what of it is neither matched nor set aside
    left_fen: int
    #: (claim's number or advance's purpose, funder's name), each of a part of it or of all
    matched: list[tuple[str, str]]
    asides: list[AsideLine]
    proposals: list[Proposal]


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a statement made."""

    new: int
    known: int


def try_statement(
    session: Session, *, canteen: str, movements: Sequence[Movement]
) -> list[TriedLine]:
    """What the movements would be; nothing is written."""
    place = get_canteen_by_code(session, canteen)
    marks = fingerprints(movements)
    known = _known(session, place.id, marks)
    candidates = _list_candidates(session, place.id)
    return [
        TriedLine(
            one, mark not in known, propose(one.fen, one.counterparty, one.remark, candidates)
        )
        for one, mark in zip(movements, marks, strict=True)
    ]


def take_statement(
    session: Session,
    *,
    canteen: str,
    name: str,
    data: bytes,
    movements: Sequence[Movement],
    by: str,
    origin: str | None,
    now: datetime,
) -> Taken:
    """Keep the movements that no statement brought before. The same file again brings nothing."""
    place = hold_canteen(session, canteen)
    marks = fingerprints(movements)
    known = _known(session, place.id, marks)
    fresh = [(one, mark) for one, mark in zip(movements, marks, strict=True) if mark not in known]
    taken = Taken(len(fresh), len(movements) - len(fresh))
    sha256 = hashlib.sha256(data).hexdigest()
    brought = session.execute(
        select(BankStatement.canteen_id).where(BankStatement.sha256 == sha256)
    ).scalar_one_or_none()
    if brought is not None:
        if brought != place.id:
            raise Conflict(
                "statement_of_another",
                "这份流水已经导入到另一个食堂",
                "This statement was brought in for another canteen",
                field="file",
            )
        return taken
    statement_id = session.execute(
        insert(BankStatement)
        .values(canteen_id=place.id, name=name, sha256=sha256, brought_at=now, brought_by=by)
        .returning(BankStatement.id)
    ).scalar_one()
    if fresh:
        session.execute(
            insert(StatementLine),
            [
                {
                    "bank_statement_id": statement_id,
                    "canteen_id": place.id,
                    "row": one.row,
                    "fingerprint": mark,
                    "moved_on": one.moved_on,
                    "fen": one.fen,
                    "counterparty": one.counterparty,
                    "reference": one.reference,
                    "remark": one.remark,
                }
                for one, mark in fresh
            ],
        )
    append_audit(
        session, actor=by, origin=origin, action="statement.take", object_kind="statement",
        object_id=f"{place.code}:{statement_id}", now=now,
        after={"name": name, "sha256": sha256, "new": taken.new, "known": taken.known},
    )  # fmt: skip
    return taken


def list_movements(session: Session, *, canteen: str) -> list[MovementLine]:
    """Every movement brought in, newest first, matched or with what it may be."""
    place = get_canteen_by_code(session, canteen)
    rows = session.scalars(
        select(StatementLine)
        .where(StatementLine.canteen_id == place.id)
        .order_by(StatementLine.moved_on.desc(), StatementLine.id.desc())
    ).all()
    matched = _list_what(session, place.id)
    asides = _list_asides(session, place.id)
    taken = add_matched(session, [*matched, *asides])
    candidates = _list_candidates(session, place.id)
    found = []
    for row in rows:
        left_fen = row.fen - taken.get(row.id, 0)
        proposals = propose(left_fen, row.counterparty, row.remark, candidates) if left_fen else []
        found.append(
            MovementLine(
                row.id,
                row.moved_on,
                row.fen,
                row.counterparty,
                row.reference,
                row.remark,
                left_fen,
                matched[row.id],
                asides[row.id],
                proposals,
            )
        )
    return found


def list_candidates(session: Session, *, canteen: str) -> list[Candidate]:
    """What is still owed of the canteen's approved claims, to choose from by hand."""
    place = get_canteen_by_code(session, canteen)
    return [one for one in _list_candidates(session, place.id) if one.open_fen]


def match_payment(
    session: Session,
    *,
    canteen: str,
    line_id: int,
    claim: str,
    funder: str,
    fen: int,
    note: str | None,
    uid: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A person says that the movement, or `fen` of it, pays the claim."""
    line = get_line(session, line_id, get_canteen_by_code(session, canteen).id)
    if get_claim(session, claim).canteen_id != line.canteen_id:
        raise claim_unknown()
    book_payment(
        session,
        asked=PaymentAsked(
            uid=uid,
            claim=claim,
            funder=funder,
            fen=fen,
            source="bank",
            arrived_on=line.moved_on,
            reference=_reference(line),
            note=note,
            statement_line_id=line.id,
        ),
        by=by,
        origin=origin,
        now=now,
    )


def match_advance(
    session: Session,
    *,
    canteen: str,
    line_id: int,
    funder: str,
    purpose: str,
    uid: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A person says that the rest of the movement is an advance, or one given back."""
    line = get_line(session, line_id, get_canteen_by_code(session, canteen).id)
    book_advance(
        session,
        asked=AdvanceAsked(
            uid=uid,
            canteen=canteen,
            funder=funder,
            # of a line that is matched already the booking says so
            fen=line.fen - add_matched(session, [line.id]).get(line.id, 0) or line.fen,
            purpose=purpose,
            arrived_on=line.moved_on,
            reference=_reference(line),
            statement_line_id=line.id,
        ),
        by=by,
        origin=origin,
        now=now,
    )


def _reference(line: StatementLine) -> str:
    return line.reference or line.fingerprint[:REFERENCE_LENGTH]


def _known(session: Session, canteen_id: int, marks: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for some in in_lots(marks):
        known |= set(
            session.scalars(
                select(StatementLine.fingerprint).where(
                    StatementLine.canteen_id == canteen_id,
                    StatementLine.fingerprint.in_(some),
                )
            )
        )
    return known


def _list_candidates(session: Session, canteen_id: int) -> list[Candidate]:
    rows = session.execute(
        select(Claim.id, Claim.number)
        .where(Claim.canteen_id == canteen_id, MAY_BE_PAID)
        .order_by(Claim.first_on, Claim.id)
    ).all()
    owed = list_owed(session, [row.id for row in rows])
    return [
        Candidate(row.number, one.funder, one.funder_name, one.open_fen + one.written_off_fen)
        for row in rows
        for one in owed[row.id]
        if not one.is_fund
    ]


def _list_what(session: Session, canteen_id: int) -> dict[int, list[tuple[str, str]]]:
    """Line → what it pays and who paid."""
    paid = session.execute(
        select(ClaimPayment.statement_line_id, Claim.number, Funder.name)
        .join(Claim, Claim.id == ClaimPayment.claim_id)
        .join(Funder, Funder.id == ClaimPayment.funder_id)
        .where(
            Claim.canteen_id == canteen_id,
            ClaimPayment.statement_line_id.is_not(None),
            ClaimPayment.reversed_at.is_(None),
        )
    )
    advanced = session.execute(
        select(Advance.statement_line_id, Advance.purpose, Funder.name)
        .join(Funder, Funder.id == Advance.funder_id)
        .where(Advance.canteen_id == canteen_id, Advance.statement_line_id.is_not(None))
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for rows in (paid, advanced):
        for line, what, name in rows:
            if line is not None:
                found[line].append((what, name))
    return found


def _list_asides(session: Session, canteen_id: int) -> dict[int, list[AsideLine]]:
    found: dict[int, list[AsideLine]] = defaultdict(list)
    for row in session.scalars(
        select(StatementAside)
        .join(StatementLine, StatementLine.id == StatementAside.statement_line_id)
        .where(StatementLine.canteen_id == canteen_id, StatementAside.taken_back_at.is_(None))
        .order_by(StatementAside.id)
    ):
        found[row.statement_line_id].append(AsideLine(row.id, row.fen, row.reason, row.set_by))
    return found
