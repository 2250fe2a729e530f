"""Donations to a fund (基金捐一点): taken at a canteen against a receipt, taken back when mistaken."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.claim_money import Donation
from canteen.models.sites import Canteen, Funder
from canteen.rules.capitals import in_capitals
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused, id_reused
from canteen.rules.funder_postings import donation_postings
from canteen.rules.money import yuan_text
from canteen.till import ledger
from canteen.till.claim_money import get_funder
from canteen.till.day_state import get_canteen_by_code, hold_canteen
from canteen.till.money_back import need_reason, take_back
from canteen.till.receipts import draw_receipt
from canteen.trail.audit import append_audit
from reports.sheets import Book, Column, Kind, Sheet, Table

DONOR_LENGTH_MAX = 60
PAYS = {"cash": ("现金", "cash"), "external": ("转账", "transfer")}


@dataclass(frozen=True, slots=True)
class DonationAsked:
    """A donation as somebody takes it: canteen and fund by code; `is_named`: the giver's name may be
    published, masked."""

    uid: str
    canteen: str
    fund: str
    donor: str
    is_named: bool
    fen: int
    pay: str
    reference: str | None
    purpose: str | None
    given_on: date


@dataclass(frozen=True, slots=True)
class DonationLine:
    """A donation as its canteen's page lists it."""

    id: int
    receipt: str
    fund_name: str
    donor: str
    is_named: bool
    fen: int
    pay: str
    reference: str | None
    purpose: str | None
    given_on: date
    recorded_by: str
    reversed_at: datetime | None
    reversal_reason: str | None


def list_funds_of(session: Session, *, canteen: str) -> list[tuple[str, str]]:
    """(code, name) of the funds whose area the canteen lies in, or that lie in its area."""
    place = get_canteen_by_code(session, canteen)
    rows = session.execute(
        select(Funder.code, Funder.name, Funder.area_code)
        .where(Funder.is_fund)
        .order_by(Funder.code)
    )
    return [(row.code, row.name) for row in rows if _is_near(row.area_code, place.area_code)]


def _is_near(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def take_donation(
    session: Session, *, asked: DonationAsked, by: str, origin: str | None, now: datetime
) -> str:
    """Take a donation and return its receipt; the same uid again is the same donation.

    Cash lies in the canteen's drawer of the day that books it. Invalid names the field; Refused
    `fund_unknown` for a funder whose money does not lie with us, or of another area."""
    _check(asked, now)
    canteen = hold_canteen(session, asked.canteen)
    fund = get_funder(session, asked.fund)
    known = session.scalars(select(Donation).where(Donation.uid == asked.uid)).one_or_none()
    if known is not None:
        same = (known.funder_id, known.canteen_id, known.donor, known.fen)
        if same != (fund.id, canteen.id, asked.donor, asked.fen):
            raise id_reused()
        return known.receipt
    if not fund.is_fund or not _is_near(fund.area_code, canteen.area_code):
        raise Refused(
            "fund_unknown", "这里没有这个基金", "There is no such fund here", field="fund"
        )
    booked_on, receipt = draw_receipt(session, canteen, local_date(now))
    entry_id = ledger.post(
        session,
        kind="donation",
        canteen_id=canteen.id,
        booked_on=booked_on,
        cause=asked.uid,
        postings=donation_postings(
            fen=asked.fen, pay=asked.pay, funder_id=fund.id, booked_on=booked_on
        ),
        now=now,
    )
    session.execute(
        insert(Donation).values(
            uid=asked.uid,
            funder_id=fund.id,
            canteen_id=canteen.id,
            donor=asked.donor,
            is_named=asked.is_named,
            fen=asked.fen,
            pay=asked.pay,
            reference=asked.reference,
            purpose=asked.purpose,
            given_on=asked.given_on,
            booked_on=booked_on,
            receipt=receipt,
            journal_entry_id=entry_id,
            recorded_at=now,
            recorded_by=by,
        )
    )
    append_audit(
        session, actor=by, origin=origin, action="donation.take", object_kind="donation",
        object_id=receipt, after={"fund": fund.code, "fen": asked.fen, "pay": asked.pay}, now=now,
    )  # fmt: skip
    return receipt


def _check(asked: DonationAsked, now: datetime) -> None:
    if asked.fen <= 0:
        raise Invalid("donation_fen", "金额要大于零", "The amount must be above zero", field="fen")
    if not asked.donor:
        raise Invalid(
            "donor",
            "要写捐赠人，票据上要用",
            "Say who gives: the receipt names them",
            field="donor",
        )
    if asked.pay == "external" and not asked.reference:
        raise Invalid(
            "donation_reference",
            "转账要填流水号",
            "A transfer needs its reference",
            field="reference",
        )
    if asked.given_on > local_date(now):
        raise Invalid(
            "donation_not_yet", "日期还没到", "That day has not come yet", field="given_on"
        )


def reverse_donation(
    session: Session, *, receipt: str, reason: str, by: str, origin: str | None, now: datetime
) -> None:
    """Take a mistaken donation back, once. Cash leaves the drawer of the day that books it; a fund that
    has paid it out already stands below zero, and its page says so."""
    words = need_reason(reason)
    row = session.execute(
        select(Donation, Canteen.code)
        .join(Canteen, Canteen.id == Donation.canteen_id)
        .where(Donation.receipt == receipt)
    ).one_or_none()
    if row is None:
        raise NotFound("donation_unknown", "没有这笔捐赠", "No such donation")
    canteen = hold_canteen(session, row.code)
    gone = Conflict("donation_reversed", "这笔已经冲销过了", "It has been taken back already")
    take_back(session, row.Donation, canteen.id, words, otherwise=gone, by=by, now=now)
    append_audit(
        session, actor=by, origin=origin, action="donation.reverse", object_kind="donation",
        object_id=receipt, after={"reason": words}, now=now,
    )  # fmt: skip


def list_donations(session: Session, *, canteen: str) -> list[DonationLine]:
    """The canteen's donations, newest first."""
    place = get_canteen_by_code(session, canteen)
    rows = session.execute(
        select(Donation, Funder.name)
        .join(Funder, Funder.id == Donation.funder_id)
        .where(Donation.canteen_id == place.id)
        .order_by(Donation.given_on.desc(), Donation.id.desc())
    )
    return [
        DonationLine(
            row.Donation.id,
            row.Donation.receipt,
            row.name,
            row.Donation.donor,
            row.Donation.is_named,
            row.Donation.fen,
            row.Donation.pay,
            row.Donation.reference,
            row.Donation.purpose,
            row.Donation.given_on,
            row.Donation.recorded_by,
            row.Donation.reversed_at,
            row.Donation.reversal_reason,
        )
        for row in rows
    ]


def fill_receipt(session: Session, *, canteen: str, receipt: str, now: datetime) -> Book:
    """捐赠收据: who gave what to which fund, for what; NotFound for one taken back or none."""
    place = get_canteen_by_code(session, canteen)
    row = session.execute(
        select(Donation, Funder.name)
        .join(Funder, Funder.id == Donation.funder_id)
        .where(
            Donation.receipt == receipt,
            Donation.canteen_id == place.id,
            Donation.reversed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("donation_unknown", "没有这笔捐赠", "No such donation")
    given: Donation = row.Donation
    sheet = Sheet(
        title="捐赠收据",
        head=(f"编号：{given.receipt}", f"日期：{given.given_on}"),
        table=Table(
            columns=(Column("捐赠人"), Column("受赠基金"), Column("用途"), Column("方式"),
                     Column("金额（元）", Kind.MONEY)),
            rows=((given.donor, row.name, given.purpose or "长者助餐", PAYS[given.pay][0],
                   given.fen),),
        ),
        notes=(
            f"金额（大写）：人民币{in_capitals(given.fen)}（¥{yuan_text(given.fen)}）",
            *([f"流水号：{given.reference}"] if given.reference else []),
            "感谢您对长者助餐的支持。收支每月在食堂公示。",
        ),
        signatures=("经手人", "捐赠人", "受赠单位（盖章）"),
        foot=(place.name,),
    )  # fmt: skip
    return Book(title=f"捐赠收据 {given.receipt}", made_at=now, pages=(sheet,))
