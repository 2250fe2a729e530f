"""Money of funders as it stands: what each owes of a claim, what its advance or fund holds.

Beside the till, because payments, bank statements, receivables and the claim's page must say the same.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claim_money import Advance, ClaimPayment, ClawBack, StatementLine
from canteen.models.claims import Claim, ClaimCut, ClaimLine
from canteen.models.corrections import IS_BOOKED, Correction, CorrectionShare
from canteen.models.sites import Funder
from canteen.rules import lifecycles
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.money import yuan_text

NOTE_LENGTH_MAX = 500
#: claims of which something may be owed: of a paid one only where a difference was explained
MAY_BE_OPEN = or_(
    Claim.state.in_(("submitted", "approved")),
    and_(
        Claim.state == "paid",
        exists().where(
            ClaimPayment.claim_id == Claim.id,
            ClaimPayment.note.is_not(None),
            ClaimPayment.reversed_at.is_(None),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What one funder owes of a claim: asked for, cut by the approval, demanded back since (`clawed_fen`,
    where it is paid back and not set off), paid; `note`: why what it paid differs, which closes the
    claim for it."""

    funder_id: int
    funder: str
    funder_name: str
    is_fund: bool
    asked_fen: int
    cut_fen: int = 0
    paid_fen: int = 0
    note: str | None = None
    clawed_fen: int = 0

    @property
    def approved_fen(self) -> int:
        return self.asked_fen - self.cut_fen

    @property
    def open_fen(self) -> int:
        """What is still to come; negative when we owe it back."""
        return self.approved_fen - self.clawed_fen - self.paid_fen

    @property
    def is_settled(self) -> bool:
        # a word on a difference says nothing of what is demanded back afterwards
        is_demanded = self.clawed_fen > 0 and self.open_fen < 0
        return self.open_fen == 0 or (self.note is not None and not is_demanded)

    @property
    def due_fen(self) -> int:
        """What is waited for: nothing more where it is said why less came."""
        return 0 if self.is_settled else self.open_fen


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
    owed: dict[int, list[Owed]] = defaultdict(list)
    for claim_id, funder_id, code, name, is_fund, asked_fen, cut_fen in rows:
        one = Owed(funder_id, code, name, is_fund, int(asked_fen), int(cut_fen))
        paid_fen, note = paid.get((claim_id, funder_id), (0, None))
        clawed_fen = clawed.get((claim_id, funder_id), 0)
        owed[claim_id].append(replace(one, paid_fen=paid_fen, note=note, clawed_fen=clawed_fen))
    return owed


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


def _list_paid(
    session: Session, claim_ids: Collection[int]
) -> dict[tuple[int, int], tuple[int, str | None]]:
    """(claim, funder) → what it paid that stands, and its newest word on a difference."""
    found: dict[tuple[int, int], tuple[int, str | None]] = {}
    for row in session.execute(
        select(ClaimPayment.claim_id, ClaimPayment.funder_id, ClaimPayment.fen, ClaimPayment.note)
        .where(ClaimPayment.claim_id.in_(claim_ids), ClaimPayment.reversed_at.is_(None))
        .order_by(ClaimPayment.id)
    ):
        key = (row.claim_id, row.funder_id)
        fen, note = found.get(key, (0, None))
        found[key] = (fen + row.fen, row.note or note)
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


def get_funder(session: Session, code: str, *, is_held: bool = False) -> Funder:
    """The funder of a code; NotFound when there is none. Held, its fund pays one claim after another; not
    so hard that a meal, whose shares only name the funder, would wait."""
    query = select(Funder).where(Funder.code == code)
    found = session.scalars(
        query.with_for_update(key_share=True) if is_held else query
    ).one_or_none()
    if found is None:
        raise NotFound("funder_unknown", "没有这个出资方", "No such funder", funder=code)
    return found


def settle_claim(session: Session, claim: Claim, now: datetime) -> None:
    """Bring a held claim to `paid` when every funder's money has arrived or its difference is explained,
    and back to `approved` when that no longer holds."""
    is_settled = all(one.is_settled for one in list_owed(session, [claim.id])[claim.id])
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
    line = session.get(StatementLine, line_id)
    if line is None or line.canteen_id != canteen_id:
        raise NotFound("statement_line_unknown", "没有这笔流水", "No such movement of the account")
    left_fen = line.fen - add_matched(session, [line.id]).get(line.id, 0)
    if not left_fen:
        raise Conflict("statement_line_taken", "这笔流水已经认领", "It is matched already")
    if not (0 < fen <= left_fen or left_fen <= fen < 0):
        raise Conflict(
            "statement_line_differs",
            f"这笔流水只剩 {yuan_text(left_fen)} 元",
            f"Only {yuan_text(left_fen)} yuan of the movement are left",
            field="fen",
        )


def add_matched(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    """Line of a bank statement → what payments and an advance that stand take of it."""
    paid = select(ClaimPayment.statement_line_id, ClaimPayment.fen).where(
        ClaimPayment.statement_line_id.in_(line_ids), ClaimPayment.reversed_at.is_(None)
    )
    advanced = select(Advance.statement_line_id, Advance.fen).where(
        Advance.statement_line_id.in_(line_ids)
    )
    matched: dict[int, int] = defaultdict(int)
    for line_id, fen in session.execute(union_all(paid, advanced)):
        if line_id is not None:
            matched[line_id] += fen
    return matched
