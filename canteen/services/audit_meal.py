"""One meal with everything it rests on and everything that came of it, for one page of the auditor's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine
from canteen.models.desk import FoodGiven
from canteen.models.meals import Meal, Share, Void
from canteen.models.sites import Canteen, Counter, Funder
from canteen.models.swipes import CounterAct
from canteen.models.tariffs import Price
from canteen.rules.errors import NotFound
from canteen.rules.roles import Place
from canteen.till.meal_evidence import (
    CardSeen,
    ElderSeen,
    ReasonSeen,
    Row,
    SchemeSeen,
    TapSeen,
    load_card,
    load_elder,
    load_reasons,
    load_scheme,
    load_tap,
    values_of,
)
from canteen.till.meal_proofs import (
    ClaimLineSeen,
    CorrectionSeen,
    DeliverySeen,
    EntrySeen,
    SheetSeen,
    load_claim_lines,
    load_corrections,
    load_delivery,
    load_entries,
    load_holds,
    load_sheets,
)
from canteen.trail.actors import names_of
from canteen.trail.seals import CoveringSeal, seals_of

#: what of a day's own lines tells of each of its meals
OF_THE_DAY = ("day.sign", "day.reopen")


@dataclass(frozen=True, slots=True, kw_only=True)
class MealEvidence:
    """All of it. Rows are given column by column as they are kept; `trail` are (line, its seal)."""

    meal: Row
    canteen: Row
    counter: Row | None
    elder: ElderSeen | None
    tap: TapSeen | None
    act: Row | None
    food_given: Row | None
    card: CardSeen | None
    scheme: SchemeSeen | None
    reasons: tuple[ReasonSeen, ...]
    shares: tuple[tuple[Row, str | None], ...]
    price: Row | None
    entries: tuple[EntrySeen, ...]
    delivery: DeliverySeen | None
    void: Row | None
    corrections: tuple[CorrectionSeen, ...]
    claim_lines: tuple[ClaimLineSeen, ...]
    holds: tuple[Row, ...]
    sheets: tuple[SheetSeen, ...]
    trail: tuple[tuple[Row, CoveringSeal | None], ...]
    #: actor → name
    names: Mapping[str, str]


def find_place(session: Session, *, receipt: str) -> Place | None:
    """Where the meal of a receipt was served; None: no meal has it."""
    row = session.execute(
        select(Canteen.area_code, Canteen.code)
        .join(Meal, Meal.canteen_id == Canteen.id)
        .where(Meal.receipt == receipt)
    ).one_or_none()
    return None if row is None else Place(row.area_code, row.code)


def show_meal(session: Session, *, receipt: str) -> MealEvidence:
    """The meal of a receipt; NotFound `meal_unknown`."""
    meal = session.scalars(select(Meal).where(Meal.receipt == receipt)).one_or_none()
    if meal is None:
        raise NotFound("meal_unknown", "没有这一餐", "No such meal")
    canteen = session.get_one(Canteen, meal.canteen_id)
    tap = None if meal.swipe_id is None else load_tap(session, meal.swipe_id)
    card_id = None if tap is None else tap.swipe["card_id"]
    scheme = load_scheme(session, meal, canteen)
    delivery = load_delivery(session, meal)
    corrections = load_corrections(session, meal)
    changes = [one.correction for one in corrections]
    food = session.scalars(select(FoodGiven).where(FoodGiven.meal_id == meal.id)).one_or_none()
    void = session.scalars(select(Void).where(Void.meal_id == meal.id)).one_or_none()
    claim_lines = load_claim_lines(session, meal, changes, delivery.services if delivery else ())
    evidence: dict[str, Any] = {
        "meal": values_of(meal),
        "canteen": values_of(canteen),
        "counter": _row(session, Counter, meal.counter_id),
        "elder": load_elder(session, meal),
        "tap": tap,
        "act": _row(session, CounterAct, meal.uid),
        "food_given": None if food is None else values_of(food),
        "card": None if card_id is None else load_card(session, card_id, meal.read_at),
        "scheme": scheme,
        "reasons": load_reasons(meal, scheme.version["body"] if scheme else None),
        "shares": _list_shares(session, meal),
        "price": _row(session, Price, meal.price_id),
        "entries": tuple(load_entries(session, meal, changes)),
        "delivery": delivery,
        "void": None if void is None else values_of(void),
        "corrections": tuple(corrections),
        "claim_lines": tuple(claim_lines),
        "holds": tuple(load_holds(session, meal, changes)),
        "sheets": tuple(load_sheets(session, meal)),
    }
    evidence["trail"] = _list_trail(session, canteen, evidence)
    evidence["names"] = names_of(session, _list_actors(evidence))
    return MealEvidence(**evidence)


def _row(session: Session, table: Any, key: object) -> Row | None:
    found = None if key is None else session.get(table, key)
    return None if found is None else values_of(found)


def _list_shares(session: Session, meal: Meal) -> tuple[tuple[Row, str | None], ...]:
    """Each share with the funder's name."""
    rows = session.execute(
        select(Share, Funder.name)
        .outerjoin(Funder, Funder.id == Share.funder_id)
        .where(Share.meal_id == meal.id)
        .order_by(Share.payer, Share.rule)
    )
    return tuple((values_of(share), funder) for share, funder in rows)


def _list_trail(
    session: Session, canteen: Canteen, evidence: Mapping[str, Any]
) -> tuple[tuple[Row, CoveringSeal | None], ...]:
    """The audit lines about the meal and all that hangs on it, each with the seal that covers it."""
    meal, delivery = evidence["meal"], evidence["delivery"]
    keys = [
        ("meal", meal["receipt"]),
        ("swipe", meal["swipe_id"] or meal["uid"]),
        ("day", f"{canteen.code}:{meal['booked_on']}"),
        *(("correction", one.correction["uid"]) for one in evidence["corrections"]),
        *(("claim", one.claim["number"]) for one in evidence["claim_lines"]),
    ]
    if evidence["food_given"] is not None:
        keys.append(("swipe", evidence["food_given"]["swipe_id"]))
    if delivery is not None:
        keys.append(("delivery", delivery.delivery["uid"]))
        if delivery.run is not None:
            keys.append(("delivery_run", delivery.run["uid"]))
    lines = session.scalars(
        select(AuditLine)
        .where(
            tuple_(AuditLine.object_kind, AuditLine.object_id).in_(list(dict.fromkeys(keys))),
            (AuditLine.object_kind != "day") | AuditLine.action.in_(OF_THE_DAY),
        )
        .order_by(AuditLine.id)
    ).all()
    seals = seals_of(session, [line.id for line in lines])
    return tuple((values_of(line), seals.get(line.id)) for line in lines)


def _list_actors(evidence: Mapping[str, Any]) -> Iterable[str]:
    """Everybody whom a row names as who did it."""
    rows: list[Row | None] = [evidence["meal"], evidence["act"], evidence["food_given"]]
    rows += [evidence["void"], evidence["price"], *(line for line, _ in evidence["trail"])]
    rows += [one.sheet for one in evidence["sheets"]] + list(evidence["holds"])
    rows += [one.correction for one in evidence["corrections"]]
    rows += [one.claim for one in evidence["claim_lines"]]
    if evidence["elder"] is not None:
        rows += [one.fact for one in evidence["elder"].facts]
    if evidence["card"] is not None:
        rows += [held for held, _, _, _ in evidence["card"].holders]
        rows += evidence["card"].blocks
    if evidence["scheme"] is not None:
        rows += [evidence["scheme"].version, evidence["scheme"].binding]
    if evidence["delivery"] is not None:
        rows += [*evidence["delivery"].reports, *evidence["delivery"].steps]
    for row in rows:
        for column, value in (row or {}).items():
            if value is not None and (column.endswith("_by") or column == "actor"):
                yield value
