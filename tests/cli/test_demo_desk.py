"""The demonstration's community desk: days signed, visits owed, papers, departures, cards, the kitchen."""

from datetime import date, timedelta

from sqlalchemy import func, select

from canteen.db.run import Database
from canteen.demo.history import CUT_DAYS
from canteen.demo.story import DAYS_MIN, NEW_CARD, NEW_CARD_UID, ROLES, Role, cast
from canteen.demo.world import community_of, make_world
from canteen.models.meals import Meal
from canteen.models.people import Elder, ElderFact
from canteen.models.register import ElderConsent, ElderContact, ElderDiet
from canteen.models.sites import Canteen
from canteen.models.swipes import Swipe
from canteen.services import (
    card_desk,
    day_sheets,
    food_records,
    menus,
    merges,
    purse_lists,
    welfare_list,
)
from tests.cli.conftest import DAYS, ELDERS, SEED, Installation
from tests.factories.world import TODAY, shanghai

NOW = shanghai("11:00")
HERE = (community_of(0),)


def _find(role: Role) -> tuple[str, date]:
    """Whose part of the story this is, by register number, and from which day on."""
    diners = make_world(seed=SEED, elders=ELDERS, canteens=1, today=TODAY).diners
    found = [one for one in cast(diners, days=DAYS, today=TODAY) if one.role == role]
    return found[0].diner.number, found[0].begins_on


def test_the_secretary_signed_every_day_and_settled_what_she_found(
    bare: Installation, lived: Database
) -> None:
    remarked = 0
    for days in range(1, DAYS + 1):
        at = {"canteen": "C1", "day": TODAY - timedelta(days=days), "now": NOW}
        page = lived.read(day_sheets.show_day, **at)
        assert page.state == "signed", page.day
        assert page.signed is not None
        assert page.signed.signed_by == "staff:demo-secretary"
        assert all(line["left"] is not None for line in page.figures["portions"])
        assert all(drawer["counted_fen"] is not None for drawer in page.figures["drawers"])
        musts = {one["key"] for one in page.anomalies if one["level"] == "must"}
        assert musts <= set(page.remarks)
        remarked += len(page.remarks)
    assert remarked
    assert lived.read(day_sheets.show_day, **{**at, "day": TODAY}).state == "open"
    assert bare.run("check", "--deep").code == 0


def test_a_counter_cut_off_sends_its_taps_the_next_morning(lived: Database) -> None:
    cut = TODAY - timedelta(days=CUT_DAYS)
    page = lived.read(day_sheets.show_day, canteen="C1", day=cut, now=NOW)
    assert page.late_people > 0
    assert page.signed is not None
    assert page.signed.remark is not None


def test_who_has_not_come_is_looked_after(lived: Database) -> None:
    here = {"areas": HERE, "now": NOW}
    owed = {check.number: check for check in lived.read(welfare_list.list_checks, **here)}
    closed = lived.read(welfare_list.list_checks, **here, is_open=False)
    assert _find("absent")[0] in owed
    (note,) = owed[_find("unreached")[0]].notes
    assert note.found == "not_reached"
    ill = _find("in_hospital")[0]
    assert [[one.found for one in check.notes] for check in closed if check.number == ill] == [
        ["in_hospital"]
    ]


def test_the_register_has_its_papers_its_departures_and_a_possible_duplicate(
    lived: Database,
) -> None:
    (pair,) = lived.read(merges.list_pairs, areas=HERE)
    assert _find("twin")[0] in (pair.first.number, pair.second.number)
    purses = lived.read(purse_lists.list_purses, areas=HERE, now=NOW)
    gone = {line.number: line.status for line in purses.to_pay_out}
    assert gone == {_find("deceased")[0]: "deceased", _find("moved")[0]: "moved"}
    for table in (ElderConsent, ElderContact, ElderDiet):
        rows = lived.read(lambda s, table=table: s.scalar(select(func.count(table.elder_id))))
        assert 0 < rows < ELDERS, table.__tablename__
    number, day = _find("granted")
    granted = lived.read(
        lambda session: session.scalar(
            select(ElderFact.from_on)
            .join(Elder, Elder.id == ElderFact.elder_id)
            .where(Elder.number == number, ElderFact.kind == "category", ElderFact.from_on == day)
        )
    )
    assert granted == day


def test_a_lost_card_is_replaced_and_the_new_one_eats(lived: Database) -> None:
    number, day = _find("card_lost")
    cards = lived.read(card_desk.list_cards, number=number)
    assert [(card.printed, card.block) for card in cards] == [
        (NEW_CARD, None),
        (cards[1].printed, "lost"),
    ]
    eaten = lived.read(
        lambda session: session.scalar(
            select(func.count(Meal.id))
            .join(Swipe, Swipe.id == Meal.swipe_id)
            .where(Swipe.card_uid == NEW_CARD_UID, Meal.served_on >= day)
        )
    )
    assert eaten > 0


def test_the_kitchen_has_menus_samples_and_temperatures(lived: Database) -> None:
    canteen_id = lived.read(lambda session: session.scalar(select(Canteen.id)))
    for days in (0, 7):
        first = TODAY - timedelta(days=TODAY.weekday()) + timedelta(days=days)
        week = lived.read(menus.show_week, canteen_id=canteen_id, first=first)
        planned = [day for day in week if day.day >= TODAY]
        assert all(dishes for day in planned for _, dishes in day.meals)
        assert all(dish.price for day in planned for _, dishes in day.meals for dish in dishes)
    records = lived.read(food_records.show_records, canteen_id=canteen_id, now=NOW)
    assert records.samples
    assert records.temperatures
    assert any(sample.discarded_at for sample in records.samples)


def test_nothing_happens_to_anybody_in_a_short_history() -> None:
    diners = make_world(seed=1, elders=180, canteens=1, today=TODAY).diners
    assert cast(diners, days=DAYS_MIN - 1, today=TODAY) == ()
    parts = cast(diners, days=DAYS_MIN, today=TODAY)
    assert {part.role for part in parts} == {role for role, _ in ROLES}
    assert len({part.diner.number for part in parts}) == len(parts)
