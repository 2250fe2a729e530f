"""The deep check: every meal split again, in booking order, by what was known when it was booked.

Slow on purpose and independent of the hot path's shortcuts: it folds one elder's meals at a time and
asks the rules with the facts, versions and standing meals of that moment.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.accounts import JournalEntry
from canteen.models.corrections import Correction, CorrectionShare
from canteen.models.meals import Meal, Share
from canteen.models.people import ElderFact
from canteen.models.register import ElderMerge
from canteen.models.sites import Canteen
from canteen.models.tariffs import SchemeVersion, WorkdayOverride
from canteen.rules.breaches import Breach
from canteen.rules.meal_facts import EarlierMeal, EarlierShare, Held, MealFacts, Person
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.split import split
from canteen.rules.workdays import PUBLISHED
from canteen.till.net_meals import load_deltas

BREACHES_MAX = 100
#: kept row → rows merged into it and since when
_Merges = dict[int, dict[int, datetime]]
#: a correction and its shares
Change = tuple[Correction, list[CorrectionShare]]


@dataclass(slots=True)
class _Ground:
    """What all meals share: parsed schemes, areas of the canteens, the calendar as entered when."""

    schemes: dict[int, Scheme]
    areas: dict[int, str]
    workdays: list[WorkdayOverride]


@dataclass(slots=True)
class _Life:
    """One elder's meals in booking order, her facts, and when what was voided."""

    facts: list[ElderFact] = field(default_factory=list)
    meals: list[Meal] = field(default_factory=list)
    #: meals of rows merged into hers: they count for her quotas from that instant on
    joined: list[tuple[Meal, datetime]] = field(default_factory=list)
    shares: dict[int, list[Share]] = field(default_factory=lambda: defaultdict(list))
    #: meal id → its booked corrections with their shares, in booking order
    changes: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    #: meal id → (journal id of the meal, journal id of its void)
    entries: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def split_all_again(session: Session) -> tuple[list[Breach], int]:
    """Every elder's meals, split again; the breaches (at most a hundred) and how many meals."""
    ground = _Ground(
        {
            row.id: parse_scheme(row.body)
            for row in session.execute(select(SchemeVersion.id, SchemeVersion.body))
        },
        {row.id: row.area_code for row in session.execute(select(Canteen.id, Canteen.area_code))},
        list(session.scalars(select(WorkdayOverride))),
    )
    elders = session.scalars(
        select(Meal.elder_id).where(Meal.elder_id.is_not(None)).distinct().order_by(Meal.elder_id)
    ).all()
    merges = _load_merges(session)
    breaches: list[Breach] = []
    count = 0
    for elder_id in elders:
        life = _load_life(session, elder_id, merges)
        count += len(life.meals)
        breaches += _judge_life(ground, life)
        session.expunge_all()
        if len(breaches) >= BREACHES_MAX:
            break
    return breaches[:BREACHES_MAX], count


def _load_merges(session: Session) -> _Merges:
    merges: _Merges = defaultdict(dict)
    for row in session.scalars(select(ElderMerge).order_by(ElderMerge.id)):
        merges[row.kept_id][row.merged_id] = row.merged_at
        # What was merged into that row before comes along with it.
        merges[row.kept_id] |= dict.fromkeys(merges.get(row.merged_id, {}), row.merged_at)
    return merges


def _load_life(session: Session, elder_id: int | None, merges: _Merges) -> _Life:
    since = merges.get(elder_id, {}) if elder_id is not None else {}
    meals = list(
        session.scalars(select(Meal).where(Meal.elder_id.in_([elder_id, *since])).order_by(Meal.id))
    )
    life = _Life(
        list(session.scalars(select(ElderFact).where(ElderFact.elder_id == elder_id))),
        [meal for meal in meals if meal.elder_id == elder_id],
        [(meal, since[meal.elder_id]) for meal in meals if meal.elder_id in since],
    )
    hers = Meal.elder_id.in_([elder_id, *since])
    for share in session.scalars(select(Share).join(Meal, Meal.id == Share.meal_id).where(hers)):
        life.shares[share.meal_id].append(share)
    for row in session.execute(
        select(JournalEntry.meal_id, JournalEntry.id)
        .join(Meal, Meal.id == JournalEntry.meal_id)
        .where(hers, JournalEntry.kind != "correction")
        .order_by(JournalEntry.id)
    ):
        life.entries[row.meal_id].append(row.id)
    for change in load_deltas(session, [meal.id for meal in meals]):
        life.changes[change[0].meal_id].append(change)
    return life


def _judge_life(ground: _Ground, life: _Life) -> Iterator[Breach]:
    for meal in life.meals:
        stored = {(share.rule, share.payer): share.fen for share in life.shares[meal.id]}
        scheme = ground.schemes.get(meal.scheme_version_id or 0)
        if scheme is None:
            if stored:
                yield Breach("share_without_scheme", f"meal {meal.receipt}", str(stored))
            continue
        again = split(
            scheme,
            _person(life.facts, meal.served_on, meal.booked_at),
            MealFacts(
                meal.price_fen,
                meal.read_at,
                meal.served_on,
                meal.mealtime,
                meal.channel,
                ground.areas[meal.canteen_id],
                meal.portion,
            ),
            _earlier(life, meal),
            PUBLISHED.with_days(
                {
                    row.day: row.is_workday
                    for row in ground.workdays
                    if row.recorded_at <= meal.booked_at
                },
                frozenset(row.day.year for row in ground.workdays),
            ),
        )
        wanted = {(share.rule, share.payer): share.fen for share in again.shares}
        if wanted != stored or again.elder_fen != meal.elder_fen:
            yield Breach(
                "split_differs",
                f"meal {meal.receipt}",
                f"booked {_show(stored)} elder {meal.elder_fen}, again {_show(wanted)}"
                f" elder {again.elder_fen}",
            )


def _person(facts: list[ElderFact], day: date, at: datetime) -> Person:
    """Who she was on `day`, as far as it was known at `at`."""
    known = [
        fact
        for fact in sorted(facts, key=lambda fact: (fact.recorded_at, fact.id))
        if fact.recorded_at <= at and (fact.withdrawn_at is None or at < fact.withdrawn_at)
    ]
    born: date | None = None
    single: dict[str, str | None] = {}
    held: list[Held] = []
    for fact in known:
        if fact.kind == "born":
            born = fact.born
        elif fact.kind == "category":
            held.append(Held(fact.code or "", fact.level, fact.from_on, fact.to_on))
        elif (fact.from_on or day) <= day <= (fact.to_on or day):
            single[fact.kind] = fact.code
    return Person(born, single.get("hukou"), single.get("residence"), tuple(held))


def _earlier(life: _Life, meal: Meal) -> list[EarlierMeal]:
    """Her meals booked before this one that stood when it was booked, as corrected by then, by the order
    of the journal."""
    booked = life.entries[meal.id][0] if life.entries[meal.id] else 0
    found = []
    joined = [other for other, since in life.joined if since <= meal.booked_at]
    for other in sorted([*life.meals, *joined], key=lambda one: one.id):
        if other.id >= meal.id:
            break
        entries = life.entries[other.id]
        if other.is_kept:
            continue
        if other.voided_at is not None and len(entries) > 1 and entries[1] < booked:
            continue
        known = [
            change for change in life.changes[other.id]
            if (change[0].journal_entry_id or 0) < booked
        ]  # fmt: skip
        if any(correction.meals for correction, _ in known):
            continue
        shares: dict[tuple[str, str], int] = {}
        given: list[Share | CorrectionShare] = [*life.shares[other.id]]
        given += [share for _, some in known for share in some]
        for share in given:
            key = (share.quota_scope, share.quota_group)
            shares[key] = shares.get(key, 0) + share.fen
        found.append(
            EarlierMeal(
                other.served_on,
                other.mealtime,
                other.portion,
                tuple(EarlierShare(scope, group, fen) for (scope, group), fen in shares.items()),
            )
        )
    return found


def _show(shares: Mapping[tuple[str, str], int]) -> str:
    return (
        ", ".join(f"{rule}/{payer} {fen}" for (rule, payer), fen in sorted(shares.items())) or "–"
    )
