"""What meals have become: as booked, their approved corrections, and what approvals cut of them. Nothing
is written here.

Beside the till because quotas, claims, checks and pages all reckon with the result and not the booked line.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from canteen.models.claims import ClaimCut, ClaimLine
from canteen.models.corrections import IS_BOOKED, Correction, CorrectionShare
from canteen.models.deliveries import DeliveryMeal
from canteen.models.meals import IS_EATEN, Meal, Share
from canteen.rules.corrections import Delta, Net, PayerShare
from canteen.till.lots import in_lots

#: what a share is, of a meal and of a correction
PAYER = (
    "rule", "payer", "payer_kind", "payer_name", "funder_id", "quota_scope", "quota_group", "fen",
)  # fmt: skip

#: a condition for queries of meals: a correction was approved
IS_CORRECTED = select(Correction.id).where(Correction.meal_id == Meal.id, IS_BOOKED).exists()
#: a condition for queries of meals: somebody ate it, and no correction has said otherwise since
IS_STILL_EATEN = and_(
    IS_EATEN,
    ~select(Correction.id)
    .where(Correction.meal_id == Meal.id, IS_BOOKED, Correction.meals < 0)
    .exists(),
)
#: of a line with a cut: a share, or one that a correction gave; it stands, in a claim that did not come back
IS_CUT_SHARE = and_(
    ClaimLine.kind.in_(("share", "correction")), ClaimCut.fen > 0, ClaimLine.released_at.is_(None)
)


def list_net(session: Session, meal_ids: Collection[int]) -> dict[int, Net]:
    """What each of these meals has become: as booked, its approved corrections in booking order, and
    what the approvals of claims cut of its shares."""
    found: dict[int, Net] = {}
    for some in in_lots(sorted(meal_ids)):
        shares = _load_shares(session, some)
        for meal in session.scalars(select(Meal).where(Meal.id.in_(some))):
            found[meal.id] = _as_booked(meal, shares[meal.id])
        for correction, changed in load_deltas(session, some):
            found[correction.meal_id] = found[correction.meal_id].after(
                delta_of(correction, changed)
            )
        for meal_id, taken in _load_cuts(session, some).items():
            found[meal_id] = found[meal_id].cut(taken)
    return found


def list_uneaten(session: Session, deliveries: Collection[int]) -> set[int]:
    """Of these deliveries those that were eaten as booked, and of which corrections say since that nobody
    ate any of it."""
    is_left = func.max(case((IS_STILL_EATEN, 1), else_=0))
    return set(
        session.scalars(
            select(DeliveryMeal.delivery_id)
            .join(Meal, Meal.id == DeliveryMeal.meal_id)
            .where(DeliveryMeal.delivery_id.in_(deliveries), IS_EATEN)
            .group_by(DeliveryMeal.delivery_id)
            .having(is_left == 0)
        )
    )


def count_cuts(session: Session, meal_id: int) -> int:
    """How many shares of the meal were cut when a claim was approved."""
    return session.execute(
        select(func.count())
        .select_from(ClaimLine)
        .join(ClaimCut, ClaimCut.claim_line_id == ClaimLine.id)
        .where(ClaimLine.meal_id == meal_id, IS_CUT_SHARE)
    ).scalar_one()


def load_deltas(
    session: Session, meal_ids: Sequence[int]
) -> list[tuple[Correction, list[CorrectionShare]]]:
    """The approved corrections of these meals with their shares, in booking order."""
    rows = session.execute(
        select(Correction, CorrectionShare)
        .outerjoin(CorrectionShare, CorrectionShare.correction_id == Correction.id)
        .where(Correction.meal_id.in_(meal_ids), IS_BOOKED)
        .order_by(
            Correction.journal_entry_id,
            CorrectionShare.rule,
            CorrectionShare.payer,
            CorrectionShare.scheme_version_id,
        )
    )
    found: dict[int, tuple[Correction, list[CorrectionShare]]] = {}
    for correction, share in rows:
        shares = found.setdefault(correction.id, (correction, []))[1]
        if share is not None:
            shares.append(share)
    return list(found.values())


def delta_of(correction: Correction, shares: Sequence[CorrectionShare]) -> Delta:
    """A correction's row as a difference."""
    return Delta(
        kind=correction.kind,
        price_fen=correction.price_fen,
        elder_fen=correction.elder_fen,
        subsidy_fen=correction.subsidy_fen,
        discount_fen=correction.discount_fen,
        purse_fen=correction.purse_fen,
        cash_fen=correction.cash_fen,
        borne_fen=correction.borne_fen,
        delivery_fee_fen=correction.delivery_fee_fen,
        meals=correction.meals,
        shares=tuple(_payer_share(share, share.scheme_version_id) for share in shares),
    )


def _as_booked(meal: Meal, shares: Sequence[Share]) -> Net:
    return Net(
        price_fen=meal.price_fen,
        elder_fen=meal.elder_fen,
        subsidy_fen=meal.subsidy_fen,
        discount_fen=meal.discount_fen,
        paid_fen=meal.purse_fen + meal.cash_fen + meal.external_fen,
        rounding_fen=meal.rounding_fen,
        delivery_fee_fen=meal.delivery_fee_fen,
        meals=0 if meal.is_kept else 1,
        shares=tuple(_payer_share(share, meal.scheme_version_id or 0) for share in shares),
    )


def _load_shares(session: Session, meal_ids: Sequence[int]) -> defaultdict[int, list[Share]]:
    found: defaultdict[int, list[Share]] = defaultdict(list)
    for share in session.scalars(
        select(Share).where(Share.meal_id.in_(meal_ids)).order_by(Share.rule, Share.payer)
    ):
        found[share.meal_id].append(share)
    return found


def _load_cuts(session: Session, meal_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], int]]:
    """Meal → (rule, payer) → what approvals cut of its shares; a claim that came back cuts nothing."""
    found: dict[int, dict[tuple[str, str], int]] = {}
    for line in session.execute(
        select(ClaimLine.meal_id, ClaimLine.rule, ClaimLine.payer, ClaimCut.fen)
        .join(ClaimCut, ClaimCut.claim_line_id == ClaimLine.id)
        .where(ClaimLine.meal_id.in_(meal_ids), IS_CUT_SHARE)
    ):
        of_meal, pair = found.setdefault(line.meal_id, {}), (line.rule, line.payer)
        of_meal[pair] = of_meal.get(pair, 0) + line.fen
    return found


def _payer_share(share: Share | CorrectionShare, version_id: int) -> PayerShare:
    return PayerShare(version_id=version_id, **{name: getattr(share, name) for name in PAYER})
