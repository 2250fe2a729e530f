"""The auditor's sample of a period's meals, drawn by a seed as `rules.sampling` says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.day_tables import CHANNEL_NAMES
from canteen.rules.errors import Invalid
from canteen.rules.sampling import Drawn, draw
from canteen.till.lots import in_lots
from canteen.till.net_meals import IS_CORRECTED

#: what the meals may be sorted into before they are drawn
STRATA = ("", "canteen", "channel", "both")
COUNT_MAX, SEED_LENGTH_MAX = 500, 64
#: receipts that one sample is drawn from at most; a district's quarter has less than half of it
RECEIPTS_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class SampleAsked:
    """Meals booked at these canteens from the first to the last day, voided ones too."""

    canteens: tuple[str, ...]
    first: date
    last: date
    seed: str
    count: int
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMeal:
    """A meal of the sample, as its list shows it."""

    receipt: str
    mark: str
    stratum: str
    canteen: str
    canteen_name: str
    served_on: date
    mealtime: str
    read_at: datetime
    channel: str
    elder: str | None
    name: str | None
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    is_voided: bool
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, and from how much."""

    asked: SampleAsked
    drawn: Drawn
    meals: tuple[SampleMeal, ...]


def draw_sample(session: Session, *, asked: SampleAsked) -> Sample:
    """Draw it. The same question always has the same answer, as long as no meal is booked in the period.

    Invalid `sample_too_wide` where there are more receipts than one can be drawn from."""
    of_meal = [
        Meal.canteen_id.in_(select(Canteen.id).where(Canteen.code.in_(asked.canteens))),
        Meal.booked_on.between(asked.first, asked.last),
    ]
    count = session.execute(select(func.count()).select_from(Meal).where(*of_meal)).scalar_one()
    if count > RECEIPTS_MAX:
        raise Invalid(
            "sample_too_wide",
            f"这段时间有 {count} 餐，请选短一些（最多 {RECEIPTS_MAX}）",
            f"{count} meals: choose a shorter period (at most {RECEIPTS_MAX})",
            field="last",
        )
    rows = session.execute(
        select(Meal.receipt, Canteen.code, Meal.channel)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(*of_meal)
        .execution_options(yield_per=RECEIPTS_MAX // 100)
    )
    drawn = draw(
        ((receipt, _stratum(asked.by, code, channel)) for receipt, code, channel in rows),
        seed=asked.seed,
        count=asked.count,
    )
    return Sample(asked, drawn, tuple(_list_meals(session, drawn)))


def _stratum(by: str, canteen: str, channel: str) -> str:
    parts = {"": (), "canteen": (canteen,), "channel": (channel,), "both": (canteen, channel)}
    return " ".join(parts[by])


def stratum_words(name: str) -> tuple[str, str]:
    """What a stratum is called: canteens by their codes, channels by their names."""
    parts = [CHANNEL_NAMES.get(part, (part, part)) for part in name.split()]
    return " ".join(zh for zh, _ in parts), " ".join(en for _, en in parts)


def _list_meals(session: Session, drawn: Drawn) -> Sequence[SampleMeal]:
    """In the order in which they were drawn."""
    found: dict[str, SampleMeal] = {}
    of = {one.receipt: one for one in drawn.chosen}
    for some in in_lots(of):
        for meal, code, canteen, number, name, is_corrected in session.execute(
            select(Meal, Canteen.code, Canteen.name, Elder.number, Elder.name, IS_CORRECTED)
            .join(Canteen, Canteen.id == Meal.canteen_id)
            .outerjoin(Elder, Elder.id == Meal.elder_id)
            .where(Meal.receipt.in_(some))
        ):
            found[meal.receipt] = SampleMeal(
                receipt=meal.receipt,
                mark=of[meal.receipt].mark,
                stratum=of[meal.receipt].stratum,
                canteen=code,
                canteen_name=canteen,
                served_on=meal.served_on,
                mealtime=meal.mealtime,
                read_at=meal.read_at,
                channel=meal.channel,
                elder=number,
                name=name,
                price_fen=meal.price_fen,
                elder_fen=meal.elder_fen,
                subsidy_fen=meal.subsidy_fen,
                discount_fen=meal.discount_fen,
                is_voided=meal.voided_at is not None,
                is_corrected=is_corrected,
            )
    return [found[receipt] for receipt in of]
