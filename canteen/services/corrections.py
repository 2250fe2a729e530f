"""Correcting a booked meal: one person asks, another decides (domain.md §4). Nothing changes by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.corrections import Correction
from canteen.models.days import CanteenDay
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.corrections import REASON_LENGTH_MAX, Net, clean_reason
from canteen.rules.errors import NotFound, Refused
from canteen.rules.roles import Place
from canteen.till.corrections import (
    Asked,
    Decided,
    ask_back,
    book,
    hold_correction,
    hold_meals,
    load_waiting,
    refuse,
    stale,
)
from canteen.till.net_meals import list_net
from canteen.till.rejudging import rejudge
from canteen.trail.audit import append_correction_line


@dataclass(frozen=True, slots=True)
class MealNow:
    """A meal with what it has become, for the page on which a correction is asked for."""

    receipt: str
    canteen: str
    canteen_name: str
    place: Place
    elder: str | None
    name: str | None
    served_on: date
    booked_on: date
    mealtime: str
    channel: str
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    delivery_fee_fen: int
    is_voided: bool
    is_kept: bool
    is_signed: bool
    net: Net

    @property
    def may_be_taken_back(self) -> bool:
        """Whether a correction is the way: a void is not possible, and something is left of it."""
        is_open = not self.is_signed and not self.net.corrections
        return not self.is_voided and not is_open and not self.net.is_empty


def find_meal(session: Session, *, meal: str) -> MealNow | None:
    """The meal of a receipt; None when there is none."""
    row = session.execute(
        select(Meal, Canteen, Elder.number, Elder.name, CanteenDay.signed_at)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .outerjoin(
            CanteenDay,
            (CanteenDay.canteen_id == Meal.canteen_id) & (CanteenDay.day == Meal.booked_on),
        )
        .where(Meal.receipt == meal)
    ).one_or_none()
    if row is None:
        return None
    found, canteen = row.Meal, row.Canteen
    return MealNow(
        found.receipt,
        canteen.code,
        canteen.name,
        Place(canteen.area_code, canteen.code),
        row.number,
        row.name,
        found.served_on,
        found.booked_on,
        found.mealtime,
        found.channel,
        found.price_fen,
        found.elder_fen,
        found.subsidy_fen,
        found.discount_fen,
        found.delivery_fee_fen,
        found.voided_at is not None,
        found.is_kept,
        row.signed_at is not None,
        list_net(session, [found.id])[found.id],
    )


def ask_not_eaten(
    session: Session,
    *,
    uid: str,
    meal: str,
    reason: str,
    keeps_part: bool = False,
    keeps_fee: bool = False,
    by: str,
    origin: str | None,
    now: datetime,
) -> str:
    """Ask that a meal of a signed day be taken back: nobody ate it. The correction's uid.

    NotFound `meal_unknown`; Conflict `void_instead` while a void can undo it, `nothing_left`."""
    meal_id = session.execute(select(Meal.id).where(Meal.receipt == meal)).scalar_one_or_none()
    if meal_id is None:
        raise NotFound("meal_unknown", "没有这笔用餐", "No such meal")
    held = hold_meals(session, [meal_id])[meal_id]
    asked = Asked(uid, clean_reason(reason), "{}", by, now)
    correction = ask_back(
        session, held, asked, keeps_part=keeps_part, keeps_fee=keeps_part and keeps_fee
    )
    return _tell(session, "ask", correction, held, {"reason": asked.reason}, by, origin, now)


def decide(
    session: Session,
    *,
    uid: str,
    is_approved: bool,
    note: str = "",
    charge_reason: str = "",
    by: str,
    origin: str | None,
    now: datetime,
) -> str | None:
    """A second person approves (its receipt; `charge_reason`: her purse pays what rises) or refuses.

    NotFound `correction_unknown`, Refused `correction_second_person`, `purse_too_low`; Conflict
    `correction_decided`, `correction_stale`, `meal_voided`, `void_instead`, `correction_of_demand`."""
    correction, meal = hold_correction(session, uid)
    if correction.claw_back_id is not None:
        raise Refused(
            "claw_back_whole",
            "这是出资方追回的一笔，请在申报的追回里一起批",
            "This is of a funder's demand: it is decided as a whole, with its claim",
        )
    charge = charge_reason.strip()[:REASON_LENGTH_MAX]
    words = (note.strip()[:REASON_LENGTH_MAX], charge)
    decided = Decided("; ".join(filter(None, words)) or None, by, now, charges=bool(charge))
    if not is_approved:
        refuse(session, correction, decided)
        _tell(session, "refuse", correction, meal, {"note": decided.note}, by, origin, now)
        return None
    if correction.kind == "rejudged" and correction.decided_at is None:
        _check_still_due(session, correction, meal)
    receipt = book(session, correction, meal, decided)
    after = {"receipt": receipt, "charged": decided.charges, "note": decided.note}
    _tell(session, "approve", correction, meal, after, by, origin, now)
    return receipt


def _check_still_due(session: Session, correction: Correction, meal: Meal) -> None:
    """What re-judging proposes now is what was asked for: else somebody must look again."""
    assert meal.elder_id is not None, "guests are not judged again"
    first = date.fromisoformat(json.loads(correction.explanation)["first"])
    proposed = {one.meal.id: one.delta for one in rejudge(session, meal.elder_id, first)}
    now, asked = proposed.get(meal.id), load_waiting(session, correction)
    if now is None or (set(now.shares), now.elder_fen) != (set(asked.shares), asked.elder_fen):
        raise stale()


def _tell(
    session: Session,
    act: str,
    correction: Correction,
    meal: Meal,
    after: Mapping[str, object],
    by: str,
    origin: str | None,
    now: datetime,
) -> str:
    append_correction_line(
        session, act, correction.uid, meal.receipt, {"kind": correction.kind, **after},
        by=by, origin=origin, now=now,
    )  # fmt: skip
    return correction.uid
