"""Re-judging (domain.md §4): one person's standing meals split anew by what is known now, in booking order.

Beside the till because asking, approving and the lists of affected meals fold alike. Changes nothing: a
proposal is the difference to what a meal has become, so that a second run finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.meals import IS_EATEN, Meal
from canteen.rules.corrections import Delta, Net, PayerShare, change_split
from canteen.rules.meal_facts import EarlierMeal, EarlierShare, MealFacts, Person
from canteen.rules.split import Reason, Split, full_price, split
from canteen.till.facts import load_life
from canteen.till.merging import find_kept
from canteen.till.net_meals import list_net
from canteen.till.persons import rows_of_person
from canteen.till.places import CanteenPlace, get_canteen
from canteen.till.schemes_in_force import InForce, find_in_force, workday_calendar

DAYS_OF_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A meal that would be split otherwise now: what it has become, and the difference."""

    meal: Meal
    net: Net
    delta: Delta
    reasons: tuple[Reason, ...]

    @property
    def after(self) -> Net:
        """What it would be with the correction."""
        return self.net.after(self.delta)


@dataclass(slots=True)
class _Places:
    """Canteens, and the schemes in force at them by day, each asked for once."""

    session: Session
    canteens: dict[int, CanteenPlace]
    schemes: dict[tuple[int, date], InForce | None]

    def canteen(self, canteen_id: int) -> CanteenPlace:
        if canteen_id not in self.canteens:
            self.canteens[canteen_id] = get_canteen(self.session, canteen_id)
        return self.canteens[canteen_id]

    def scheme(self, canteen_id: int, day: date) -> InForce | None:
        if (canteen_id, day) not in self.schemes:
            found = find_in_force(self.session, self.canteen(canteen_id), day)
            self.schemes[canteen_id, day] = found
        return self.schemes[canteen_id, day]


def rejudge(session: Session, elder_id: int, first: date) -> list[Proposal]:
    """Fold the person's standing meals in booking order: those served from `first` on are split anew and
    see the re-judged ones before them, earlier ones as they have become."""
    person = find_kept(session, elder_id) or elder_id
    # No quota counts beyond a year or a week.
    start = min(first.replace(month=1, day=1), first - DAYS_OF_WEEK)
    meals = session.scalars(
        select(Meal)
        .where(Meal.elder_id.in_(rows_of_person(person)), Meal.served_on >= start, IS_EATEN)
        .order_by(Meal.id)
    ).all()
    nets = list_net(session, [meal.id for meal in meals])
    life = load_life(session, person)
    places = _Places(session, {}, {})
    earlier: list[EarlierMeal] = []
    found: list[Proposal] = []
    for meal in meals:
        net = nets[meal.id]
        if not net.meals:
            continue
        if meal.served_on >= first:
            made, in_force = _split(places, life, meal, earlier)
            delta = change_split(
                net,
                elder_fen=made.elder_fen,
                discount_fen=made.discount_fen,
                shares=_payer_shares(made, in_force),
            )
            if delta is not None:
                found.append(Proposal(meal, net, delta, made.reasons))
                net = net.after(delta)
        earlier.append(_as_earlier(meal, net))
    return found


def list_differing(session: Session, elder_id: int, voided: Meal) -> list[str]:
    """Receipts of the person's standing meals booked after a meal that was voided, whose split would
    differ now that its quota is given back."""
    later = select(Meal.id).where(
        Meal.elder_id.in_(rows_of_person(elder_id)), Meal.id > voided.id, IS_EATEN
    )
    if session.execute(later.limit(1)).first() is None:
        return []  # as most voids are: of what was eaten last
    again = rejudge(session, elder_id, voided.served_on.replace(day=1))
    return [one.meal.receipt for one in again if one.meal.id > voided.id]


def _split(
    places: _Places,
    life: Callable[[date], tuple[Person, str | None]],
    meal: Meal,
    earlier: list[EarlierMeal],
) -> tuple[Split, InForce | None]:
    """The meal's split by what is known now: the scheme, the person, the calendar."""
    person, status = life(meal.served_on)
    if status is not None:
        return full_price(meal.price_fen, "gone"), None
    in_force = places.scheme(meal.canteen_id, meal.served_on)
    if in_force is None:
        return full_price(meal.price_fen, "no_scheme"), None
    facts = MealFacts(
        meal.price_fen,
        meal.read_at,
        meal.served_on,
        meal.mealtime,
        meal.channel,
        places.canteen(meal.canteen_id).area_code,
        meal.portion,
    )
    calendar = workday_calendar(places.session, in_force.scheme)
    return split(in_force.scheme, person, facts, earlier, calendar), in_force


def _payer_shares(made: Split, in_force: InForce | None) -> list[PayerShare]:
    if in_force is None:
        return []
    payers = in_force.scheme.payers
    return [
        PayerShare(
            rule=share.rule,
            payer=share.payer,
            version_id=in_force.version_id,
            payer_kind=share.payer_kind,
            payer_name=payers[share.payer].name,
            funder_id=None if payers[share.payer].is_canteen else in_force.funders[share.payer],
            quota_scope=in_force.scheme.quota_scope,
            quota_group=share.group,
            fen=share.fen,
        )
        for share in made.shares
    ]


def _as_earlier(meal: Meal, net: Net) -> EarlierMeal:
    shares: dict[tuple[str, str], int] = {}
    for share in net.counted:
        counter = share.quota_scope, share.quota_group
        shares[counter] = shares.get(counter, 0) + share.fen
    return EarlierMeal(
        meal.served_on,
        meal.mealtime,
        meal.portion,
        tuple(EarlierShare(scope, group, fen) for (scope, group), fen in shares.items()),
    )
