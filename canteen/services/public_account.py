"""The month's public account (公示): where the money of the meals came from, by the five sources (个人出一点,
政府补一点, 基金捐一点, 志愿帮一点, 经营筹一点), what was given, and what the funds hold.

Public: sums and masked names, never a category or a full name.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claim_money import Donation
from canteen.models.claims import Claim, ClaimLine
from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.sites import Funder
from canteen.rules.capitals import in_capitals
from canteen.rules.elders import mask_name
from canteen.rules.money import yuan_text
from canteen.till.claims import SENT
from canteen.till.day_state import get_canteen_by_code
from canteen.till.month_sources import MonthSources
from canteen.till.places import CanteenPlace
from reports.sheets import Book, Column, Kind, Notice, Table

#: the five sources: kind → (zh, en)
SOURCES = {
    "own": ("个人出一点", "The elders’ own part"),
    "government": ("政府补一点", "The government’s part"),
    "charity": ("基金捐一点", "The funds’ part"),
    "volunteers": ("志愿帮一点", "The volunteers’ part"),
    "business": ("经营筹一点", "The canteen’s own part"),
}
#: lines below a source that are no payer's name: code → (zh, en)
WORDS = {
    "own": ("长者自付餐费", "Paid by elders"),
    "guests": ("其他客人餐费", "Paid by other guests"),
    "discount": ("食堂让利", "The canteen’s discount"),
    "borne": ("食堂承担", "Borne by the canteen"),
    "rounding": ("抹零", "Let go in rounding"),
}
NO_NAME = ("爱心人士", "A kind person")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """An amount under a source; `word` of `WORDS`, or a payer's name."""

    source: str
    word: str
    fen: int


@dataclass(frozen=True, slots=True)
class GivenLine:
    """A donation as the public sees it; `donor` masked, None when no name is wished."""

    given_on: date
    donor: str | None
    fund_name: str
    fen: int


@dataclass(frozen=True, slots=True)
class FundMonth:
    """A fund's month: what it held before, income, outlay, what it holds after."""

    name: str
    before_fen: int
    income_fen: int
    outlay_fen: int

    @property
    def after_fen(self) -> int:
        return self.before_fen + self.income_fen - self.outlay_fen


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """The account of a canteen's month. The lines add up to the price of the meals; what was claimed
    beside the meals (operation, delivery) and delivery fees stand apart."""

    canteen: str
    canteen_name: str
    first: date
    last: date
    meals: int
    persons: int
    price_fen: int
    lines: list[SourceLine]
    beside: list[SourceLine]
    fees_fen: int
    deliveries: int
    volunteers: int
    given: list[GivenLine]
    funds: list[FundMonth]

    def sum_of(self, source: str) -> int:
        """What one source gave for the meals."""
        return sum(line.fen for line in self.lines if line.source == source)


def add_account(session: Session, *, canteen: str, month: date) -> PublicAccount:
    """The account of the month that `month` lies in, by the booked days as they stand."""
    place = get_canteen_by_code(session, canteen)
    first = month.replace(day=1)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    paid = MonthSources(session, place.id, first, last)
    deliveries, volunteers = _count_carried(session, place.id, first, last)
    return PublicAccount(
        place.code,
        place.name,
        first,
        last,
        paid.meals,
        paid.persons,
        paid.price_fen,
        _list_sources(paid),
        _list_beside(session, place.id, first, last),
        paid.fees_fen,
        deliveries,
        volunteers,
        _list_given(session, place.id, first, last),
        _list_funds(session, place, first, last),
    )


def _list_sources(paid: MonthSources) -> list[SourceLine]:
    """By source and size."""
    return [
        SourceLine(source, word, fen)
        for source in SOURCES
        for (of, word), fen in sorted(paid.fen.items(), key=lambda one: (-one[1], one[0]))
        if of == source and fen
    ]


def _list_beside(session: Session, canteen_id: int, first: date, last: date) -> list[SourceLine]:
    """What funders were asked for beside the meals, in the claims of the month that were sent."""
    rows = session.execute(
        select(ClaimLine.payer_name, func.sum(ClaimLine.fen))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.canteen_id == canteen_id,
            Claim.state.in_(SENT),
            Claim.last_on.between(first, last),
            ClaimLine.kind.in_(("service", "grant")),
        )
        .group_by(ClaimLine.payer_name)
        .order_by(ClaimLine.payer_name)
    )
    return [SourceLine("government", name, int(fen)) for name, fen in rows]


def _count_carried(session: Session, canteen_id: int, first: date, last: date) -> tuple[int, int]:
    """Meals carried to the door, and by how many volunteers."""
    row = session.execute(
        select(func.count(Delivery.id), func.count(func.distinct(DeliveryRun.volunteer_id)))
        .join(DeliveryRun, DeliveryRun.id == Delivery.run_id)
        .where(
            Delivery.canteen_id == canteen_id,
            Delivery.day.between(first, last),
            Delivery.state == "delivered",
        )
    ).one()
    return row[0], row[1]


def _list_given(session: Session, canteen_id: int, first: date, last: date) -> list[GivenLine]:
    rows = session.execute(
        select(Donation, Funder.name)
        .join(Funder, Funder.id == Donation.funder_id)
        .where(
            Donation.canteen_id == canteen_id,
            Donation.booked_on.between(first, last),
            Donation.reversed_at.is_(None),
        )
        .order_by(Donation.given_on, Donation.id)
    )
    return [
        GivenLine(
            row.Donation.given_on,
            mask_name(row.Donation.donor) if row.Donation.is_named else None,
            row.name,
            row.Donation.fen,
        )
        for row in rows
    ]


def _list_funds(session: Session, place: CanteenPlace, first: date, last: date) -> list[FundMonth]:
    """The funds of the canteen's area with what moved in the month, wherever it moved."""
    funds = [
        fund
        for fund in session.scalars(select(Funder).where(Funder.is_fund).order_by(Funder.code))
        if place.area_code.startswith(fund.area_code) or fund.area_code.startswith(place.area_code)
    ]
    undone = aliased(JournalEntry)
    moved: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for funder_id, kind, booked_on, fen in session.execute(
        select(
            Account.funder_id,
            func.coalesce(undone.kind, JournalEntry.kind),
            JournalEntry.booked_on,
            LedgerEntry.fen,
        )
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .outerjoin(undone, undone.id == JournalEntry.reverses_id)
        .where(
            Account.kind == "fund",
            Account.funder_id.in_([fund.id for fund in funds]),
            JournalEntry.booked_on <= last,
        )
    ):
        if funder_id is not None:
            moved[funder_id][kind if booked_on >= first else "before"] += fen
    return [
        FundMonth(
            fund.name,
            moved[fund.id]["before"],
            moved[fund.id]["donation"],
            -moved[fund.id]["claim_payment"],
        )
        for fund in funds
    ]


def fill_account(session: Session, *, canteen: str, month: date, now: datetime) -> Book:
    """收支公示: the account as a notice for the wall."""
    account = add_account(session, canteen=canteen, month=month)
    month_zh = f"{account.first.year} 年 {account.first.month} 月"
    notice = Notice(
        title=f"{account.canteen_name} {month_zh}收支公示",
        name="收支公示",
        head=(
            f"本月就餐 {account.meals} 人次（长者 {account.persons} 人），餐费合计"
            f" {yuan_text(account.price_fen)} 元（{in_capitals(account.price_fen)}），来源如下表。",
            f"志愿帮一点：{account.volunteers} 位志愿者送餐 {account.deliveries} 份。",
            *(f"餐费之外已申报：{line.word} {yuan_text(line.fen)} 元。" for line in account.beside),
            *([f"另收送餐费 {yuan_text(account.fees_fen)} 元。"] if account.fees_fen else []),
            "如有疑问，请向社区反映。",
        ),
        tables=tuple(_tables(account)),
        foot=(account.canteen_name,),
    )
    title = f"{account.first:%Y-%m} {account.canteen_name} 收支公示"
    return Book(title=title, made_at=now, pages=(notice,))


def _tables(account: PublicAccount) -> list[Table]:
    money = Column("金额（元）", Kind.MONEY)
    tables = [
        Table(
            caption="餐费来源",
            columns=(Column("来源"), Column("项目"), money),
            rows=tuple(
                (SOURCES[line.source][0], WORDS.get(line.word, (line.word,))[0], line.fen)
                for line in account.lines
            ),
            totals=("合计", None, account.price_fen),
        )
    ]
    if account.given:
        tables.append(
            Table(
                caption="本月捐赠",
                columns=(Column("日期", Kind.DATE), Column("捐赠人"), Column("受赠基金"), money),
                rows=tuple(
                    (line.given_on, line.donor or NO_NAME[0], line.fund_name, line.fen)
                    for line in account.given
                ),
                totals=("合计", None, None, sum(line.fen for line in account.given)),
            )
        )
    if account.funds:
        names = ("上月结余", "本月收入", "本月支出", "结余")
        tables.append(
            Table(
                caption="基金收支",
                columns=(Column("基金"), *(Column(name, Kind.MONEY) for name in names)),
                rows=tuple(
                    (fund.name, fund.before_fen, fund.income_fen, fund.outlay_fen, fund.after_fen)
                    for fund in account.funds
                ),
            )
        )
    return tables
