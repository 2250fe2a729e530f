"""Claims as rows, sent and approved, for tests of the money that follows: no check, no signature asked.

How a claim is really drawn and sent is tested with `services.claim_drafts` and `services.claim_steps`."""

from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimCut, ClaimLine
from canteen.models.meals import Meal, Share
from canteen.models.sites import Canteen, Funder
from canteen.rules.postings import Posting
from canteen.services.swipes import record_swipe
from canteen.till import ledger
from tests.factories.rows import build_once
from tests.factories.world import TODAY, World, bind_scheme, make_swipe, make_world, shanghai

TWO_PAYERS = """
code = "two-payers"
name = "区级与爱心基金各半"
source = "test"
[payer.district]
name = "区级"
kind = "government"
[payer.fund]
name = "爱心基金"
kind = "charity"
[[rule]]
id = "shared"
payer = { district = 1, fund = 1 }
group = "layers"
amount = { fixed_fen = 500 }
who = { age_min = 60 }
quota = { day = 1 }
"""
#: every canteen's claims are submitted and approved by these
SUBMITTED_BY, APPROVED_BY = "staff:fin", "staff:boss"


def make_funded_world(session: Session) -> World:
    """The base world with a district and a fund that pay half of 5.00 each."""
    return build_once(session, _build_funded)


def _build_funded(session: Session) -> World:
    world = make_world(session, scheme=None)
    session.execute(
        insert(Funder).values(code="love", name="城南爱心基金", area_code="450702003", is_fund=True)
    )
    funders = {row.code: row.id for row in session.execute(select(Funder.code, Funder.id))}
    payers = {"district": funders["qinnan"], "fund": funders["love"]}
    bind_scheme(session, TWO_PAYERS, "450702", payers)
    return world


def eat(session: Session, world: World, *numbers: str, day: date = TODAY) -> None:
    """Each of these elders eats lunch at C1."""
    for number in numbers:
        asked = make_swipe(world, number, "11:30", f"{day} {number}", day=day)
        record_swipe(session, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)


def send_claim(
    session: Session,
    *,
    canteen: str = "C1",
    period: str = "2026-11",
    sent_at: datetime | None = None,
    is_approved: bool = True,
    cuts: dict[str, int] | None = None,
) -> str:
    """Claim every share not claimed yet; approved a minute later unless said otherwise. `cuts`: funder →
    fen taken off its first line. The claim's number."""
    at = sent_at or shanghai("20:00")
    shares = session.execute(
        select(Meal, Share)
        .join(Share, Share.meal_id == Meal.id)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(
            Canteen.code == canteen,
            Meal.voided_at.is_(None),
            Share.funder_id.is_not(None),
            ~select(ClaimLine.id)
            .where(ClaimLine.meal_id == Meal.id, ClaimLine.released_at.is_(None))
            .exists(),
        )
        .order_by(Meal.receipt, Share.payer)
    ).all()
    claim = _draft(session, canteen, period, [row.Share.fen for row in shares], at)
    lines = {
        n: _add_line(session, claim.id, n, row.Meal, row.Share)
        for n, row in enumerate(shares, start=1)
    }
    first_of = {row.Share.funder_id: n for n, row in reversed(list(enumerate(shares, start=1)))}
    claim.state, claim.sha256, claim.previous_sha256 = "submitted", "0" * 64, ""
    claim.submitted_at, claim.submitted_by = at, SUBMITTED_BY
    session.flush()
    if is_approved:
        _approve(session, claim, at + timedelta(minutes=1))
        for code, fen in (cuts or {}).items():
            funder_id = session.scalars(select(Funder.id).where(Funder.code == code)).one()
            _cut(session, claim, lines[first_of[funder_id]], funder_id, fen)
    return claim.number


def make_owed_claim(session: Session) -> None:
    """Two lunches claimed and approved: the district owes 5.00, the fund 5.00."""
    eat(session, make_funded_world(session), "P01", "P02")
    send_claim(session)


def _draft(session: Session, canteen: str, period: str, shares: list[int], at: datetime) -> Claim:
    canteen_id = session.scalars(select(Canteen.id).where(Canteen.code == canteen)).one()
    supplement = len(
        session.scalars(
            select(Claim.id).where(Claim.canteen_id == canteen_id, Claim.period == period)
        ).all()
    )
    first = date.fromisoformat(f"{period}-01")
    fen = sum(shares)
    claim = Claim(
        number=f"{canteen}-{period}" + (f"-S{supplement}" if supplement else ""),
        version=1,
        canteen_id=canteen_id,
        period=period,
        first_on=first,
        last_on=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1),
        supplement=supplement,
        state="draft",
        price_fen=fen,
        elder_fen=0,
        discount_fen=0,
        subsidy_fen=fen,
        services_fen=0,
        grants_fen=0,
        corrections_fen=0,
        total_fen=fen,
        meals=len(shares),
        persons=0,
        lines=len(shares),
        drawn_at=at,
        drawn_by=SUBMITTED_BY,
    )
    session.add(claim)
    session.flush()
    return claim


def _add_line(session: Session, claim_id: int, n: int, meal: Meal, share: Share) -> int:
    line_id: int = session.execute(
        insert(ClaimLine)
        .values(
            claim_id=claim_id,
            n=n,
            kind="share",
            source=f"share:{meal.id}:{share.rule}:{share.payer}",
            meal_id=meal.id,
            rule=share.rule,
            payer=share.payer,
            payer_name=share.payer_name,
            funder_id=share.funder_id,
            scheme_version_id=meal.scheme_version_id,
            served_on=meal.served_on,
            booked_on=meal.booked_on,
            fen=share.fen,
        )
        .returning(ClaimLine.id)
    ).scalar_one()
    return line_id


def _approve(session: Session, claim: Claim, at: datetime) -> None:
    session.execute(
        update(Claim)
        .where(Claim.id == claim.id)
        .values(state="approved", approved_at=at, approved_by=APPROVED_BY)
    )


def _cut(session: Session, claim: Claim, line_id: int, funder_id: int, fen: int) -> None:
    at = shanghai("20:02")
    session.execute(
        insert(ClaimCut).values(
            claim_line_id=line_id, claim_id=claim.id, fen=fen, reason="超标准", cut_at=at,
            cut_by=APPROVED_BY,
        )
    )  # fmt: skip
    ledger.post(
        session,
        kind="claim_cut",
        canteen_id=claim.canteen_id,
        booked_on=TODAY,
        cause=f"cut:{line_id}",
        postings=(
            Posting("receivable", fen, funder_id=funder_id),
            Posting("write_off", -fen),
        ),
        now=at,
    )
