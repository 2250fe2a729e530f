"""Advances (预拨) and their settlement (清算): what a funder paid before any claim, the claims settled out
of it, and what went back; the statement of it on paper.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.claim_money import Advance, ClaimPayment
from canteen.models.claims import Claim
from canteen.models.sites import Canteen, Funder
from canteen.rules.capitals import in_capitals
from canteen.rules.days import local_date
from canteen.rules.funder_asked import AdvanceAsked
from canteen.rules.roles import Place
from canteen.till.advances import book_advance
from canteen.till.claim_money import list_entries
from reports.sheets import Book, Column, Kind, Sheet, Table

KINDS = {
    "advance": ("预拨到账", "Advance"),
    "settled": ("清算", "Settled"),
    "taken_back": ("冲销清算", "Settlement taken back"),
    "given_back": ("退回", "Given back"),
}


@dataclass(frozen=True, slots=True)
class AdvanceLine:
    """A movement of an advance, with what was left after it."""

    kind: str
    moved_on: date
    what: str
    reference: str
    fen: int
    left_fen: int


@dataclass(frozen=True, slots=True)
class AdvanceAccount:
    """A funder's advance at a canteen: its movements in the order they were recorded, what is left."""

    canteen: str
    canteen_name: str
    place: Place
    funder: str
    funder_name: str
    lines: list[AdvanceLine]

    @property
    def given_fen(self) -> int:
        return sum(line.fen for line in self.lines if line.kind == "advance")

    @property
    def settled_fen(self) -> int:
        return -sum(line.fen for line in self.lines if line.kind in ("settled", "taken_back"))

    @property
    def back_fen(self) -> int:
        return -sum(line.fen for line in self.lines if line.kind == "given_back")

    @property
    def left_fen(self) -> int:
        return self.lines[-1].left_fen if self.lines else 0


def record_advance(
    session: Session, *, asked: AdvanceAsked, by: str, origin: str | None, now: datetime
) -> None:
    """Record money that came, or went back, before any claim; see `till.advances.book_advance`."""
    book_advance(session, asked=asked, by=by, origin=origin, now=now)


def list_funders(session: Session) -> list[tuple[str, str]]:
    """(code, name) of who can pay in advance: every funder but the funds."""
    rows = session.execute(
        select(Funder.code, Funder.name).where(~Funder.is_fund).order_by(Funder.code)
    )
    return [(row.code, row.name) for row in rows]


def list_advances(session: Session, *, canteens: Collection[str]) -> list[AdvanceAccount]:
    """The advances at these canteens, by canteen and funder."""
    rows = session.execute(
        select(Canteen.code, Funder.code)
        .select_from(Advance)
        .join(Canteen, Canteen.id == Advance.canteen_id)
        .join(Funder, Funder.id == Advance.funder_id)
        .where(Canteen.code.in_(canteens))
        .distinct()
        .order_by(Canteen.code, Funder.code)
    ).all()
    found = (find_advance(session, canteen=canteen, funder=funder) for canteen, funder in rows)
    return [account for account in found if account is not None]


def find_advance(session: Session, *, canteen: str, funder: str) -> AdvanceAccount | None:
    """The advance of a funder at a canteen; None when there is none."""
    place = session.scalars(select(Canteen).where(Canteen.code == canteen)).one_or_none()
    giver = session.scalars(select(Funder).where(Funder.code == funder)).one_or_none()
    if place is None or giver is None:
        return None
    moved = sorted(
        [*_list_given(session, place.id, giver.id), *_list_settled(session, place.id, giver.id)],
        key=lambda one: one[0],
    )
    lines: list[AdvanceLine] = []
    for _, kind, moved_on, what, reference, fen in moved:
        left_fen = fen + (lines[-1].left_fen if lines else 0)
        lines.append(AdvanceLine(kind, moved_on, what, reference, fen, left_fen))
    if not lines:
        return None
    where = Place(place.area_code, place.code)
    return AdvanceAccount(place.code, place.name, where, giver.code, giver.name, lines)


Moved = tuple[int, str, date, str, str, int]


def _list_given(session: Session, canteen_id: int, funder_id: int) -> list[Moved]:
    rows = session.scalars(
        select(Advance)
        .where(Advance.canteen_id == canteen_id, Advance.funder_id == funder_id)
        .order_by(Advance.id)
    )
    return [
        (row.journal_entry_id, "advance" if row.fen > 0 else "given_back", row.arrived_on, row.purpose,
         row.reference, row.fen)
        for row in rows
    ]  # fmt: skip


def _list_settled(session: Session, canteen_id: int, funder_id: int) -> list[Moved]:
    rows = session.execute(
        select(ClaimPayment, Claim.number)
        .join(Claim, Claim.id == ClaimPayment.claim_id)
        .where(
            Claim.canteen_id == canteen_id,
            ClaimPayment.funder_id == funder_id,
            ClaimPayment.source == "advance",
        )
    ).all()
    entries = list_entries(session, [row.ClaimPayment.journal_entry_id for row in rows])
    return [
        (entry.id, "taken_back" if entry.reverses_id else "settled",
         entry.booked_on if entry.reverses_id else row.ClaimPayment.arrived_on, row.number,
         row.ClaimPayment.reference,
         row.ClaimPayment.fen if entry.reverses_id else -row.ClaimPayment.fen)
        for row in rows
        for entry in entries[row.ClaimPayment.journal_entry_id]
    ]  # fmt: skip


def fill_advance(session: Session, *, canteen: str, funder: str, now: datetime) -> Book | None:
    """预拨清算表: every movement, what is left, for both sides to sign."""
    account = find_advance(session, canteen=canteen, funder=funder)
    if account is None:
        return None
    table = Table(
        columns=(
            Column("序号", Kind.COUNT, is_summed=False),
            Column("日期", Kind.DATE),
            Column("事项"),
            Column("说明"),
            Column("凭证号", Kind.ID),
            Column("金额（元）", Kind.MONEY),
            Column("余额（元）", Kind.MONEY, is_summed=False),
        ),
        rows=tuple(
            (n, line.moved_on, KINDS[line.kind][0], line.what, line.reference, line.fen,
             line.left_fen)
            for n, line in enumerate(account.lines, start=1)
        ),
        totals=("合计", None, None, None, None, account.left_fen, account.left_fen),
    )  # fmt: skip
    sheet = Sheet(
        title="预拨资金清算表",
        name="清算表",
        head=(
            f"单位：{account.canteen_name}",
            f"出资方：{account.funder_name}",
            f"截至：{local_date(now)}",
        ),
        table=table,
        notes=(f"结余（大写）：人民币{in_capitals(account.left_fen)}",),
        signatures=("制表", "复核", "单位负责人", "出资方经办"),
    )
    title = f"{account.canteen_name} {account.funder_name} 预拨清算"
    return Book(title=title, made_at=now, pages=(sheet,))
