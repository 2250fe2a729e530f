"""Writes the people and months of `canteen_months` as rows, in bulk, as no till would book them.

For tests of what reads many rows at once: the money of these meals is in no ledger.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.days import CanteenDay
from canteen.models.desk import DaySheet
from canteen.models.kitchen import FoodSupply
from canteen.models.meals import Meal, Share
from canteen.models.people import Elder, ElderFact
from canteen.models.register import ElderContact
from canteen.models.sites import Area, ClosedDay, Funder
from canteen.models.staff import RoleGrant, Staff
from canteen.models.swipes import Swipe
from canteen.models.tariffs import SchemeBinding
from canteen.models.volunteers import Volunteer
from canteen.rules.claim_checks.facts import MealFact, MonthFacts, PersonFact
from canteen.rules.day_lines import canonical, digest
from tests.factories.canteen_months import CAPACITY, Town, at, make_meal
from tests.factories.people import LONG_AGO
from tests.factories.round_rows import Written, write_rounds
from tests.factories.world import bind_scheme, make_canteen

LONG = timedelta(days=30)
RULES = {"age-60": ("city", "市级", 300), "dibao": ("district", "区级", 200)}


def write_district(session: Session) -> Written:
    """The areas above the canteens, and who pays."""
    written = Written()
    session.execute(
        insert(Area),
        [{"code": c, "name": c} for c in ("45", "4507", "450702", "450702003")],
    )
    for payer in ("city", "district"):
        made = insert(Funder).values(code=payer, name=payer, area_code="450702")
        written.funders[payer] = session.execute(made.returning(Funder.id)).scalar_one()
    return written


def write_town(session: Session, written: Written, town: Town) -> None:
    """A canteen with its people, who works there, and its scheme."""
    session.execute(insert(Area).values(code=town.area_code, name=town.canteen))
    make_canteen(
        session, written.world, town.canteen, f"{town.canteen} 食堂", town.area_code,
        (f"{town.canteen}-1",), 0, 10,
    )  # fmt: skip
    bind(session, written, town, date(2020, 1, 1))
    session.execute(
        insert(Elder),
        [
            {
                "number": one.number, "name": one.name, "pinyin": one.number.lower(),
                "initials": one.number.lower(), "sex": "F", "community_code": town.area_code,
                "canteen_id": written.world.canteens[town.canteen], "speak": True,
                "speak_balance": True, "created_at": LONG_AGO, "address": f"{one.number[-2:]}栋",
            }
            for one in town.persons
        ],
    )  # fmt: skip
    numbers = [one.number for one in town.persons]
    for row in session.execute(select(Elder.id, Elder.number).where(Elder.number.in_(numbers))):
        written.world.elders[row.number] = row.id
    write_people(session, written, town.persons)
    for volunteer in (1, 2, 9):
        number = f"{town.canteen}V{volunteer}"
        written.volunteers[number] = session.execute(
            insert(Volunteer)
            .values(number=number, name=f"志愿者{volunteer}", area_code=town.area_code,
                    capacity=CAPACITY)
            .returning(Volunteer.id)
        ).scalar_one()  # fmt: skip


def bind(session: Session, written: Written, town: Town, from_on: date) -> None:
    """Bind the town's scheme to its canteen from a day on."""
    text = town.scheme_text.replace('"measured"', f'"measured-{town.canteen}-{town.tier}"')
    binding_id = bind_scheme(
        session, text, canteen_id=written.world.canteens[town.canteen], from_on=from_on,
        payers=written.funders,
    )  # fmt: skip
    written.versions[town.canteen] = session.execute(
        select(SchemeBinding.scheme_version_id).where(SchemeBinding.id == binding_id)
    ).scalar_one()


def write_people(session: Session, written: Written, persons: Iterable[PersonFact]) -> None:
    """What is true of them now: new facts are added, those that were otherwise withdrawn."""
    for one in persons:
        elder_id, known = written.world.elders[one.number], written.facts.get(one.number, ())
        for fact in (fact for fact in known if fact not in one.facts):
            session.execute(
                update(ElderFact)
                .where(ElderFact.elder_id == elder_id, ElderFact.kind == fact.kind,
                       ElderFact.code == fact.code, ElderFact.withdrawn_at.is_(None))
                .values(withdrawn_at=LONG_AGO, withdrawn_by="test")
            )  # fmt: skip
        rows = [
            {
                "elder_id": elder_id, "kind": fact.kind, "code": fact.code, "level": fact.level,
                "born": fact.born, "from_on": fact.from_on, "to_on": fact.to_on,
                "recorded_at": LONG_AGO, "recorded_by": "test",
            }
            for fact in one.facts
            if fact not in known
        ]  # fmt: skip
        if rows:
            session.execute(insert(ElderFact), rows)
        written.facts[one.number] = one.facts
        for name, relation in one.contacts:
            session.execute(
                insert(ElderContact).values(elder_id=elder_id, name=name, relation=relation,
                                            recorded_at=LONG_AGO, recorded_by="test")
            )  # fmt: skip


def write_month(session: Session, written: Written, town: Town, facts: MonthFacts) -> None:
    """All that happened in the month, its days signed."""
    write_people(session, written, facts.persons.values())
    meals = write_meals(session, written, facts.meals)
    write_meals(session, written, facts.elsewhere)
    write_meals(session, written, _list_long_ago(town, facts))
    _write_staff(session, facts)
    _write_days(session, written, facts)
    write_rounds(session, written, facts, meals)
    _write_taps(session, written, facts)
    if facts.supplies:
        session.execute(
            insert(FoodSupply),
            [
                {
                    "canteen_id": written.world.canteens[town.canteen], "day": one.day,
                    "kind": one.kind, "item": one.item, "grams": one.grams,
                    "cost_fen": one.cost_fen, "supplier": "市场", "recorded_at": LONG_AGO,
                    "recorded_by": "test",
                }
                for one in facts.supplies
            ],
        )  # fmt: skip


def _list_long_ago(town: Town, facts: MonthFacts) -> list[MealFact]:
    """The last meals of those who had not come for long."""
    return [
        make_meal(
            town,
            one,
            at(one.ate_before, time(12)),
            rules=(),
            subsidy_fen=0,
            receipt=f"{town.canteen}-{one.ate_before:%Y%m%d}-{one.number}",
        )
        for one in facts.persons.values()
        if one.ate_before is not None and facts.first - one.ate_before > LONG
    ]


def elsewhere(written: Written, canteen: str, elder: str) -> str:
    """The canteen of that code; of one that is not written another than the elder's own."""
    codes = written.world.canteens
    return canteen if canteen in codes else next(c for c in codes if not elder.startswith(c))


def write_meals(session: Session, written: Written, meals: Iterable[MealFact]) -> Mapping[str, int]:
    """The meals with their shares; receipt → id."""
    rows, shares = [], []
    for meal in meals:
        canteen = elsewhere(written, meal.canteen, meal.elder or "")
        rows.append(_meal_row(written, meal, canteen))
        shares += [
            {"receipt": rows[-1]["receipt"], "rule": rule, "fen": RULES[rule][2]}
            for rule in meal.rules
        ]
    if not rows:
        return {}
    session.execute(insert(Meal), rows)
    first = min(row["booked_on"] for row in rows)
    found = session.execute(
        select(Meal.receipt, Meal.id).where(
            Meal.booked_on >= first, Meal.canteen_id.in_({row["canteen_id"] for row in rows})
        )
    )
    ids = dict(found.all())
    if shares:
        session.execute(
            insert(Share),
            [
                {
                    "meal_id": ids[share["receipt"]], "rule": share["rule"],
                    "payer": RULES[str(share["rule"])][0], "payer_kind": "government",
                    "payer_name": RULES[str(share["rule"])][1],
                    "funder_id": written.funders[RULES[str(share["rule"])][0]],
                    "quota_scope": "measured", "quota_group": RULES[str(share["rule"])][0],
                    "fen": share["fen"],
                }
                for share in shares
            ],
        )  # fmt: skip
    return ids


def _meal_row(written: Written, meal: MealFact, canteen: str) -> dict[str, Any]:
    subsidy_fen = sum(RULES[rule][2] for rule in meal.rules)
    elder_fen = meal.price_fen - subsidy_fen
    is_here = meal.receipt.startswith(f"{canteen}-")
    receipt = meal.receipt if is_here else f"{canteen}-{meal.booked_on:%Y%m%d}-{meal.receipt}"
    return {
        "uid": receipt, "elder_id": written.world.elders[meal.elder or ""], "is_guest": False,
        "canteen_id": written.world.canteens[canteen],
        "counter_id": written.world.counters[f"{canteen}-1"] if meal.counter else None,
        "served_on": meal.served_on, "booked_on": meal.booked_on, "mealtime": meal.mealtime,
        "portion": meal.portion, "channel": meal.channel, "read_at": meal.read_at,
        "booked_at": meal.read_at, "is_late": meal.is_late, "is_manual": meal.is_manual,
        "manual_reason": "no_card" if meal.is_manual else None, "booked_by": meal.by,
        "label_zh": "两菜一汤", "label_en": "2 dishes + soup", "price_fen": meal.price_fen,
        "elder_fen": elder_fen, "subsidy_fen": subsidy_fen, "discount_fen": 0, "purse_fen": 0,
        "cash_fen": elder_fen, "external_fen": 0, "rounding_fen": 0,
        "price_id": 1 if meal.is_listed_price else None,
        "scheme_version_id": written.versions[canteen], "explanation": "[]", "receipt": receipt,
        "below_floor": False, "delivery_fee_fen": 0, "is_kept": False,
    }  # fmt: skip


def _write_staff(session: Session, facts: MonthFacts) -> None:
    known = set(session.scalars(select(Staff.name_key)))
    for one in facts.staff:
        name = one.actor.removeprefix("staff:")
        if name not in known:
            session.execute(
                insert(Staff).values(name=name, name_key=name, display_name=one.name,
                                     password_hash="", created_at=LONG_AGO)
            )  # fmt: skip
        staff_id = session.execute(select(Staff.id).where(Staff.name_key == name)).scalar_one()
        held = session.scalars(select(RoleGrant.scope).where(RoleGrant.staff_id == staff_id)).all()
        if facts.canteen not in held:
            session.execute(
                insert(RoleGrant).values(
                    staff_id=staff_id, role="cashier", scope_kind="canteen", scope=facts.canteen,
                    granted_at=LONG_AGO, granted_by="test",
                )
            )  # fmt: skip


def _write_days(session: Session, written: Written, facts: MonthFacts) -> None:
    canteen_id = written.world.canteens[facts.canteen]
    signed_at = at(facts.last, time(20))
    session.execute(
        insert(CanteenDay),
        [
            {"canteen_id": canteen_id, "day": day, "receipt_serial": 1, "signed_at": signed_at,
             "signed_by": "test"}
            for day in _list_days(facts)
        ],
    )  # fmt: skip
    session.execute(
        insert(DaySheet),
        [
            {
                "canteen_id": canteen_id, "day": day, "version": 1, "lines": "{}",
                "figures": canonical({"payers": {"全部": {"kind": "government", "fen": fen}}}),
                "sha256": digest([facts.canteen, day]), "previous_sha256": "",
                "signed_at": signed_at, "signed_by": "test",
            }
            for day, (fen, _) in facts.sheets.items()
        ],
    )  # fmt: skip
    for day in _list_days(facts):
        if day not in facts.opened["lunch"]:
            session.execute(
                insert(ClosedDay).values(canteen_id=canteen_id, closed_on=day, reason="停业")
            )


def _list_days(facts: MonthFacts) -> list[date]:
    days = (facts.last - facts.first).days + 1
    return [facts.first + timedelta(days=number) for number in range(days)]


def _write_taps(session: Session, written: Written, facts: MonthFacts) -> None:
    for number, tap in enumerate(facts.refused):
        code = elsewhere(written, tap.canteen, tap.elder)
        session.execute(
            insert(Swipe).values(
                id=f"{facts.canteen}-{facts.first}-{number}", canteen_id=written.world.canteens[code],
                counter_id=written.world.counters[f"{code}-1"], card_uid="em4100:0A00000001",
                elder_id=written.world.elders[tap.elder], read_at=tap.read_at,
                raw_read_at=tap.read_at, received_at=tap.read_at, clock_ok=True,
                outcome=tap.outcome, answer="{}",
            )
        )  # fmt: skip


def instant_after(facts: MonthFacts) -> datetime:
    """The evening after the month."""
    return at(facts.last + timedelta(days=1), time(20))
