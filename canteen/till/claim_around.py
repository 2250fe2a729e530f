"""What stands around a canteen's month: its sheets and open days, its neighbours, its kitchen's purchases,
the scheme's floors and tiers, and what a claim says of itself.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from canteen.models.claims import Claim, ClaimLine
from canteen.models.desk import DaySheet
from canteen.models.kitchen import FoodSupply
from canteen.models.meals import IS_EATEN, Meal, Share
from canteen.models.sites import Canteen
from canteen.rules.claim_checks.facts import ClaimFact, PeerFact, SupplyFact, TierFact
from canteen.rules.claim_periods import list_grant_periods, month_of
from canteen.rules.days import MEALTIMES
from canteen.rules.scheme import Scheme
from canteen.till.claim_grants import count_attendance
from canteen.till.day_state import list_open_days
from canteen.till.places import CanteenPlace

#: before the month, for what is usual
MONTHS_BEFORE = timedelta(days=61)
DISTRICT_DIGITS = 6


def load_opened(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> dict[str, frozenset[date]]:
    """Mealtime → the days on which the canteen serves it."""
    return {
        mealtime: frozenset(list_open_days(session, canteen, first, last, mealtime))
        for mealtime in MEALTIMES
    }


def load_sheets(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> dict[date, tuple[int, int]]:
    """Signed day → government and charity shares on its sheet, and of its standing lines."""
    lines = dict(
        session.execute(
            select(Meal.booked_on, func.sum(Share.fen))
            .join(Share, Share.meal_id == Meal.id)
            .where(
                Meal.canteen_id == canteen.id,
                Meal.booked_on.between(first, last),
                Meal.voided_at.is_(None),
                Share.payer_kind != "canteen",
            )
            .group_by(Meal.booked_on)
        ).all()
    )
    sheets = session.execute(
        select(DaySheet.day, DaySheet.figures).where(
            DaySheet.canteen_id == canteen.id,
            DaySheet.day.between(first, last),
            DaySheet.reopened_at.is_(None),
        )
    )
    return {day: (_on_sheet(figures), int(lines.get(day, 0))) for day, figures in sheets}


def _on_sheet(figures: str) -> int:
    payers: Mapping[str, Mapping[str, object]] = json.loads(figures)["payers"]
    return sum(int(str(one["fen"])) for one in payers.values() if one["kind"] != "canteen")


def load_peers(session: Session, canteen: CanteenPlace, first: date, last: date) -> list[PeerFact]:
    """The other canteens of the district in the same days."""
    rows = session.execute(
        select(
            Canteen.name,
            func.count(Meal.booked_on.distinct()),
            func.count(Meal.id),
            func.count(Meal.elder_id.distinct()),
        )
        .join(Meal, Meal.canteen_id == Canteen.id)
        .where(
            Canteen.id != canteen.id,
            Canteen.area_code.startswith(canteen.area_code[:DISTRICT_DIGITS], autoescape=True),
            Meal.booked_on.between(first, last),
            Meal.subsidy_fen > 0,
            IS_EATEN,
        )
        .group_by(Canteen.id, Canteen.name)
        .order_by(Canteen.name)
    )
    return [
        PeerFact(name=name, days=days, meals=meals, persons=persons)
        for name, days, meals, persons in rows
    ]


def list_floors(scheme: Scheme | None) -> frozenset[int]:
    """The lowest subsidised prices of a scheme."""
    return frozenset(
        fen
        for rule in (scheme.rules if scheme else ())
        if rule.floor is not None
        for fen in (rule.floor.min_fen, (rule.floor.above_fen or -1) + 1)
        if fen
    )


def count_before(
    session: Session, canteen: CanteenPlace, first: date, floors_fen: frozenset[int]
) -> tuple[int, int]:
    """Of the two months before: meals keyed exactly at a floor, and all meals."""
    before = (
        Meal.canteen_id == canteen.id,
        Meal.booked_on.between(first - MONTHS_BEFORE, first - timedelta(days=1)),
        IS_EATEN,
    )
    at_floor = and_(Meal.price_id.is_(None), Meal.price_fen.in_(floors_fen))
    count = select(func.count()).select_from(Meal).where(*before)
    return (
        session.execute(count.where(at_floor)).scalar_one() if floors_fen else 0,
        session.execute(count).scalar_one(),
    )


def load_supplies(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> list[SupplyFact]:
    """The food that came in on these days."""
    rows = session.execute(
        select(
            FoodSupply.day,
            FoodSupply.kind,
            FoodSupply.item,
            FoodSupply.grams,
            FoodSupply.cost_fen,
        )
        .where(FoodSupply.canteen_id == canteen.id, FoodSupply.day.between(first, last))
        .order_by(FoodSupply.day, FoodSupply.id)
    )
    return [
        SupplyFact(day=row.day, kind=row.kind, item=row.item, grams=row.grams,
                   cost_fen=row.cost_fen)
        for row in rows
    ]  # fmt: skip


def load_tiers(
    session: Session, canteen: CanteenPlace, last: date, scheme: Scheme | None
) -> list[TierFact]:
    """The tiers of the grants whose period ends with this month, by what is signed of it up to `last`."""
    found = []
    for grant in scheme.grants if scheme else ():
        for period in list_grant_periods(grant.per, month_of(last)) if grant.tiers else ():
            came = count_attendance(session, canteen, replace(period, last=last))
            found += [
                TierFact(grant=grant.id, payer=grant.payer.name, min=tier.min, first=period.first,
                         last=last, meals=came.meals, days=came.open_days)
                for tier in grant.tiers
            ]  # fmt: skip
    return found


def load_claim(session: Session, claim: Claim) -> ClaimFact:
    """What a claim says, and the lines that do not say what their shares say, or stand elsewhere too."""
    of_claim = (ClaimLine.claim_id == claim.id, ClaimLine.kind == "share")
    shares_fen = session.execute(
        select(func.coalesce(func.sum(ClaimLine.fen), 0)).where(*of_claim)
    ).scalar_one()
    share = and_(
        Share.meal_id == ClaimLine.meal_id,
        Share.rule == ClaimLine.rule,
        Share.payer == ClaimLine.payer,
    )
    wrong = session.execute(
        select(ClaimLine.source, func.coalesce(Share.fen, 0))
        .outerjoin(Share, share)
        .where(*of_claim, func.coalesce(Share.fen, 0) != ClaimLine.fen)
        .order_by(ClaimLine.n)
    ).all()
    other, holder = aliased(ClaimLine), aliased(Claim)
    elsewhere = session.execute(
        select(ClaimLine.source, holder.number)
        .join(other, and_(other.source == ClaimLine.source, other.claim_id != claim.id))
        .join(holder, holder.id == other.claim_id)
        .where(ClaimLine.claim_id == claim.id, other.released_at.is_(None))
        .order_by(ClaimLine.n)
    ).all()
    return ClaimFact(
        number=claim.number,
        meals=claim.meals,
        persons=claim.persons,
        subsidy_fen=claim.subsidy_fen,
        shares_fen=shares_fen,
        wrong=dict(wrong),
        elsewhere=dict(elsewhere),
    )
