"""Village and charity funds whose money lies with us: what came in, what their shares cost, what is left."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimPayment, Donation
from canteen.models.claims import Claim
from canteen.models.sites import Canteen, Funder
from canteen.rules.roles import Place
from canteen.till.claim_money import fund_fen, list_entries


@dataclass(frozen=True, slots=True)
class FundLine:
    """A movement of a fund by the day that books it: a donation or its reversal, a claim paid or taken
    back."""

    kind: str
    booked_on: date
    canteen_name: str
    #: the donation's receipt or the claim's number
    what: str
    donor: str | None
    fen: int
    left_fen: int


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund with its movements in the order of booking, and what it holds by the books."""

    code: str
    name: str
    place: Place
    lines: list[FundLine]
    balance_fen: int

    @property
    def income_fen(self) -> int:
        return sum(line.fen for line in self.lines if line.donor is not None)

    @property
    def outlay_fen(self) -> int:
        return -sum(line.fen for line in self.lines if line.donor is None)


def list_funds(session: Session) -> list[Fund]:
    """Every fund; the caller shows those within its scope."""
    funds = session.scalars(select(Funder).where(Funder.is_fund).order_by(Funder.code))
    return [_fund(session, fund) for fund in funds.all()]


def find_fund(session: Session, *, code: str) -> Fund | None:
    """The fund of a code; None when there is none."""
    fund = session.scalars(select(Funder).where(Funder.code == code, Funder.is_fund)).one_or_none()
    return None if fund is None else _fund(session, fund)


Moved = tuple[int, str, date, str, str, str | None, int]


def _fund(session: Session, fund: Funder) -> Fund:
    lines: list[FundLine] = []
    for _, kind, day, canteen, what, donor, fen in sorted(
        [*_list_given(session, fund.id), *_list_paid(session, fund.id)], key=lambda one: one[0]
    ):
        left_fen = fen + (lines[-1].left_fen if lines else 0)
        lines.append(FundLine(kind, day, canteen, what, donor, fen, left_fen))
    place = Place(fund.area_code)
    return Fund(fund.code, fund.name, place, lines, fund_fen(session, fund.id))


def _list_given(session: Session, fund_id: int) -> list[Moved]:
    rows = session.execute(
        select(Donation, Canteen.name)
        .join(Canteen, Canteen.id == Donation.canteen_id)
        .where(Donation.funder_id == fund_id)
    ).all()
    entries = list_entries(session, [row.Donation.journal_entry_id for row in rows])
    return [
        (entry.id, "donation_back" if entry.reverses_id else "donation", entry.booked_on, row.name,
         row.Donation.receipt, row.Donation.donor,
         -row.Donation.fen if entry.reverses_id else row.Donation.fen)
        for row in rows
        for entry in entries[row.Donation.journal_entry_id]
    ]  # fmt: skip


def _list_paid(session: Session, fund_id: int) -> list[Moved]:
    rows = session.execute(
        select(ClaimPayment, Claim.number, Canteen.name)
        .join(Claim, Claim.id == ClaimPayment.claim_id)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(ClaimPayment.funder_id == fund_id, ClaimPayment.source == "fund")
    ).all()
    entries = list_entries(session, [row.ClaimPayment.journal_entry_id for row in rows])
    return [
        (entry.id, "payment_back" if entry.reverses_id else "payment", entry.booked_on, row.name,
         row.number, None, row.ClaimPayment.fen if entry.reverses_id else -row.ClaimPayment.fen)
        for row in rows
        for entry in entries[row.ClaimPayment.journal_entry_id]
    ]  # fmt: skip
