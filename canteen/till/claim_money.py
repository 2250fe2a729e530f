"""Money of funders as it stands: what each owes of a claim, what its advance or fund holds.

Beside the till, because payments, bank statements, receivables and the claim's page must say the same.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claim_money import (
    Advance,
    ClaimPayment,
    ClaimWriteOff,
    ClawBack,
    StatementAside,
    StatementLine,
)
from canteen.models.claims import Claim, ClaimCut, ClaimLine
from canteen.models.corrections import IS_BOOKED, Correction, CorrectionShare
from canteen.models.sites import Funder
from canteen.rules import lifecycles
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.rules.money import yuan_text

NOTE_LENGTH_MAX = 500
#: claims of which money may still come: of a paid one only where some was written off
MAY_BE_PAID = or_(
    Claim.state == "approved",
    and_(
        Claim.state == "paid",
        exists().where(ClaimWriteOff.claim_id == Claim.id, ClaimWriteOff.is_approved == true()),
    ),
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What one funder owes of a claim: asked for, cut by the approval, demanded back since (`clawed_fen`,
    where it is paid back and not set off), paid, written off; `note`: why what is open, or was, is to be
    written off (`waiting_fen`: of which a second person has not decided)."""

    funder_id: int
    funder: str
    funder_name: str
    is_fund: bool
    asked_fen: int
    cut_fen: int = 0
    paid_fen: int = 0
    clawed_fen: int = 0
    written_off_fen: int = 0
    waiting_fen: int = 0
    note: str | None = None

    @property
    def approved_fen(self) -> int:
        return self.asked_fen - self.cut_fen

    @property
    def open_fen(self) -> int:
        """What is still to come; negative when we owe it back."""
        return self.approved_fen - self.clawed_fen - self.paid_fen - self.written_off_fen

    @property
    def is_explained(self) -> bool:
        """Whether a second person is asked to write off what is open."""
        return self.open_fen != 0 and self.waiting_fen == self.open_fen


def list_owed(session: Session, claim_ids: Collection[int]) -> dict[int, list[Owed]]:
    """What each funder owes of each of these claims, by the funder's code."""
    rows = session.execute(
        select(
            ClaimLine.claim_id,
            Funder.id,
            Funder.code,
            Funder.name,
            Funder.is_fund,
            func.sum(ClaimLine.fen),
            func.coalesce(func.sum(ClaimCut.fen), 0),
        )
        .join(Funder, Funder.id == ClaimLine.funder_id)
        .outerjoin(ClaimCut, ClaimCut.claim_line_id == ClaimLine.id)
        .where(ClaimLine.claim_id.in_(claim_ids))
        .group_by(ClaimLine.claim_id, Funder.id, Funder.code, Funder.name, Funder.is_fund)
        .order_by(ClaimLine.claim_id, Funder.code)
    )
    paid = _list_paid(session, claim_ids)
    clawed = _list_clawed(session, claim_ids)
    written_off = _list_written_off(session, claim_ids)
    owed: dict[int, list[Owed]] = defaultdict(list)
    for claim_id, funder_id, code, name, is_fund, asked_fen, cut_fen in rows:
        key = claim_id, funder_id
        written_off_fen, waiting_fen, note = written_off.get(key, (0, 0, None))
        owed[claim_id].append(
            Owed(
                funder_id,
                code,
                name,
                is_fund,
                int(asked_fen),
                int(cut_fen),
                paid.get(key, 0),
                clawed.get(key, 0),
                written_off_fen,
                waiting_fen,
                note,
            )
        )
    return owed


def owed_by(session: Session, claim_id: int, funder_id: int) -> Owed | None:
    """What one funder owes of a claim; None: it is asked for nothing."""
    owed = list_owed(session, [claim_id])[claim_id]
    return next((one for one in owed if one.funder_id == funder_id), None)


def _list_clawed(session: Session, claim_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """(claim, funder) → what is paid back of it by corrections of its shares."""
    rows = session.execute(
        select(ClawBack.claim_id, ClawBack.funder_id, func.sum(CorrectionShare.fen))
        .join(Correction, Correction.claw_back_id == ClawBack.id)
        .join(CorrectionShare, CorrectionShare.correction_id == Correction.id)
        .where(ClawBack.claim_id.in_(claim_ids), ClawBack.way == "pay_back", IS_BOOKED)
        .group_by(ClawBack.claim_id, ClawBack.funder_id)
    )
    return {(claim_id, funder_id): -int(fen) for claim_id, funder_id, fen in rows}


def _list_paid(session: Session, claim_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """(claim, funder) → what it paid that stands."""
    rows = session.execute(
        select(ClaimPayment.claim_id, ClaimPayment.funder_id, func.sum(ClaimPayment.fen))
        .where(ClaimPayment.claim_id.in_(claim_ids), ClaimPayment.reversed_at.is_(None))
        .group_by(ClaimPayment.claim_id, ClaimPayment.funder_id)
    )
    return {(claim_id, funder_id): int(fen) for claim_id, funder_id, fen in rows}


def _list_written_off(
    session: Session, claim_ids: Collection[int]
) -> dict[tuple[int, int], tuple[int, int, str]]:
    """(claim, funder) → what was written off, what was last asked and not decided, and why."""
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    for row in session.scalars(
        select(ClaimWriteOff)
        .where(
            ClaimWriteOff.claim_id.in_(claim_ids),
            or_(ClaimWriteOff.decided_at.is_(None), ClaimWriteOff.is_approved == true()),
        )
        .order_by(ClaimWriteOff.id)
    ):
        key = row.claim_id, row.funder_id
        fen, _, _ = found.get(key, (0, 0, ""))
        found[key] = (
            (fen + row.fen, 0, row.reason) if row.is_approved else (fen, row.fen, row.reason)
        )
    return found


def advance_fen(session: Session, canteen_id: int, funder_id: int) -> int:
    """What is left of the funder's advance at the canteen."""
    return _held(session, f"advance:{canteen_id}:{funder_id}")


def fund_fen(session: Session, funder_id: int) -> int:
    """What a fund holds here."""
    return _held(session, f"fund:{funder_id}")


def _held(session: Session, key: str) -> int:
    fen: int = session.execute(
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(Account.key == key)
    ).scalar_one()
    return int(fen)


def list_entries(session: Session, ids: Collection[int]) -> dict[int, list[JournalEntry]]:
    """Each of these journal entries, with the one that takes it back."""
    found: dict[int, list[JournalEntry]] = defaultdict(list)
    for entry in session.scalars(
        select(JournalEntry)
        .where(JournalEntry.id.in_(ids) | JournalEntry.reverses_id.in_(ids))
        .order_by(JournalEntry.id)
    ):
        found[entry.reverses_id or entry.id].append(entry)
    return found


def get_funder(session: Session, code: str) -> Funder:
    """The funder of a code; NotFound when there is none."""
    found = session.scalars(select(Funder).where(Funder.code == code)).one_or_none()
    if found is None:
        raise NotFound("funder_unknown", "没有这个出资方", "No such funder", funder=code)
    return found


def need_held(session: Session, source: str, canteen_id: int, funder_id: int, fen: int) -> None:
    """Refused `advance_short`, `fund_short` when less than `fen` lies there. The funder is held, so that its
    fund pays one claim after another; not so hard that a meal, whose shares only name it, would wait."""
    session.execute(select(Funder.id).where(Funder.id == funder_id).with_for_update(key_share=True))
    is_fund = source == "fund"
    held_fen = (
        fund_fen(session, funder_id) if is_fund else advance_fen(session, canteen_id, funder_id)
    )
    if fen > 0 and held_fen < fen:
        raise Refused(
            f"{source}_short",
            f"余额只有 {yuan_text(held_fen)} 元，不够付",
            f"It holds only {yuan_text(held_fen)} yuan",
            field="fen",
        )


def settle_claim(session: Session, claim: Claim, now: datetime) -> None:
    """Bring a held claim to `paid` when every funder's money has arrived or was written off, and back to
    `approved` when that no longer holds."""
    is_settled = not any(one.open_fen for one in list_owed(session, [claim.id])[claim.id])
    if is_settled != (claim.state == "paid"):
        act = "pay" if is_settled else "unpay"
        claim.state = lifecycles.move(lifecycles.CLAIM, claim.state, act)
        claim.paid_at = now if is_settled else None
        session.flush()


def check_movement(*, fen: int, arrived_on: date, reference: str, now: datetime) -> None:
    """What is said of money that moved; Invalid names the field."""
    if fen == 0:
        raise Invalid("payment_empty", "金额不能是零", "The amount must not be zero", field="fen")
    if arrived_on > local_date(now):
        raise Invalid(
            "payment_not_yet", "到账日期还没到", "It cannot have arrived yet", field="arrived_on"
        )
    if not reference:
        raise Invalid(
            "payment_reference",
            "银行到账要填流水号",
            "Money by bank needs the bank's reference",
            field="reference",
        )


def check_line(session: Session, line_id: int | None, canteen_id: int, fen: int) -> None:
    """The line of a bank statement that this is, or is a part of: no more than is left of it."""
    if line_id is None:
        return
    left_fen = need_left(session, get_line(session, line_id, canteen_id))
    if not (0 < fen <= left_fen or left_fen <= fen < 0):
        raise Conflict(
            "statement_line_differs",
            f"这笔流水只剩 {yuan_text(left_fen)} 元",
            f"Only {yuan_text(left_fen)} yuan of the movement are left",
            field="fen",
        )


def get_line(session: Session, line_id: int, canteen_id: int) -> StatementLine:
    """A movement of the canteen's account."""
    line = session.get(StatementLine, line_id)
    if line is None or line.canteen_id != canteen_id:
        raise NotFound("statement_line_unknown", "没有这笔流水", "No such movement of the account")
    return line


def need_left(session: Session, line: StatementLine) -> int:
    """What is left of a movement; Conflict `statement_line_taken` when that is nothing."""
    left_fen = line.fen - add_matched(session, [line.id]).get(line.id, 0)
    if not left_fen:
        raise Conflict(
            "statement_line_taken",
            "这笔流水已经认领，或另放一边了",
            "It is matched or set aside already",
        )
    return left_fen


def add_matched(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    """Line of a bank statement → what payments and an advance that stand take of it, and what of it is set
    aside."""
    paid = select(ClaimPayment.statement_line_id, ClaimPayment.fen).where(
        ClaimPayment.statement_line_id.in_(line_ids), ClaimPayment.reversed_at.is_(None)
    )
    advanced = select(Advance.statement_line_id, Advance.fen).where(
        Advance.statement_line_id.in_(line_ids)
    )
    aside = select(StatementAside.statement_line_id, StatementAside.fen).where(
        StatementAside.statement_line_id.in_(line_ids), StatementAside.taken_back_at.is_(None)
    )
    matched: dict[int, int] = defaultdict(int)
    for query in (paid, advanced, aside):
        for line_id, fen in session.execute(query):
            if line_id is not None:
                matched[line_id] += fen
    return matched
