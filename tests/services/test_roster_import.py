"""A roster meets the register: who is meant, what is held, what is written and how it is dated."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.sites import Area
from canteen.rules.errors import NotFound
from canteen.rules.grid import Cell
from canteen.rules.roster_file import judge_file
from canteen.rules.roster_plan import RosterItem
from canteen.rules.roster_register import Reach
from canteen.services.roster_import import (
    RosterPlan,
    apply_roster,
    find_community,
    find_open_canteen,
    judge_roster,
    list_own_community,
)
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.factories.people import make_card, make_fact
from tests.factories.world import CHENGNAN, HEDONG, TODAY, World, event_id, make_world, shanghai
from tests.rules.rosters import HEADER, make_grid, make_row

NOW = shanghai("15:00")
P01, P02, GAN = "450702194611259920", "450702194105039917", "450702194302119887"
BOTH = Reach((CHENGNAN[:9],), CHENGNAN)
NUMBERS = {"P01": P01, "P02": P02, "P09": "45070219661125992X"}


@pytest.fixture
def world(database: Database) -> World:
    made = database.run(make_world)
    database.run(_give_id_numbers)
    return made


def _give_id_numbers(session: Session) -> None:
    for number, id_number in NUMBERS.items():
        sealed = sealed_columns(key_ring_of(session.info), "elders", number, id_number, None)
        session.execute(update(Elder).where(Elder.number == number).values(**sealed))


def _plan(
    database: Database,
    *rows: Sequence[Cell],
    write: bool = False,
    reach: Reach = BOTH,
    confirmed: dict[int, frozenset[str]] | None = None,
    now: Any = NOW,
) -> RosterPlan:
    roster = judge_file(make_grid(HEADER, *rows), today=TODAY, confirmed=confirmed)
    given = {"roster": roster, "reach": reach, "confirmed": confirmed, "now": now}
    if not write:
        return database.read(judge_roster, **given)
    return database.run(
        apply_roster, file_name="花名册.xlsx", by="staff:wang", origin=None, **given
    )


def _one(database: Database, *, write: bool = False, **cells: Any) -> RosterItem:
    given = {key: cells.pop(key) for key in ("reach", "confirmed", "now") if key in cells}
    return _plan(database, make_row(**cells), write=write, **given).items[0]


def _facts(database: Database, elder: int, kind: str) -> list[ElderFact]:
    return list(
        database.read(
            lambda session: session.scalars(
                select(ElderFact)
                .where(
                    ElderFact.elder_id == elder,
                    ElderFact.kind == kind,
                    ElderFact.withdrawn_at.is_(None),
                )
                .order_by(ElderFact.id)
            ).all()
        )
    )


def test_a_new_elder_has_purse_facts_canteen_and_a_number_of_her_own(
    database: Database, world: World
) -> None:
    row = {"name": "甘素芬", "sex": None, "id_number": GAN, "category": "低保、失能2级"}
    assert _one(database, write=True, **row).action == "add"
    elder = database.read(lambda s: s.scalars(select(Elder).where(Elder.name == "甘素芬")).one())
    assert (elder.sex, elder.community_code) == ("F", CHENGNAN)
    assert elder.canteen_id == world.canteens["C1"]
    assert elder.pinyin == "gansufen"
    assert [fact.born for fact in _facts(database, elder.id, "born")] == [date(1943, 2, 11)]
    assert [fact.code for fact in _facts(database, elder.id, "residence")] == [CHENGNAN]
    held = [(fact.code, fact.level) for fact in _facts(database, elder.id, "category")]
    assert held == [("dibao", None), ("disability_care", 2)]


def test_what_changes_holds_from_today_and_the_past_stays(database: Database, world: World) -> None:
    elder = world.elders["P02"]
    row = {"category": "低保", "address": "城南路2号", "phone": "13900000000"}
    preview = _one(database, **row)
    assert [change.field for change in preview.changes] == ["phone", "address", "category"]
    assert _facts(database, elder, "category") == []
    assert _one(database, write=True, **row).action == "change"
    assert [fact.from_on for fact in _facts(database, elder, "category")] == [TODAY]
    assert _one(database, **row).action == "same"
    tomorrow = NOW + timedelta(days=1)
    assert _one(database, write=True, category="清除", now=tomorrow).action == "change"
    ended = _facts(database, elder, "category")
    assert [(fact.from_on, fact.to_on) for fact in ended] == [(TODAY, TODAY)]


def test_a_category_that_began_today_can_be_taken_away_today(
    database: Database, world: World
) -> None:
    _one(database, write=True, category="低保")
    _one(database, write=True, category="清除低保")
    assert [fact.to_on for fact in _facts(database, world.elders["P02"], "category")] == [TODAY]


def test_hukou_and_residence_are_areas_never_addresses(database: Database, world: World) -> None:
    header = ["姓名", "身份证号", "户籍地", "居住地"]
    rows = [["韦德胜", P02, "河东社区", "钦州市钦南区人民路1号"]]
    roster = judge_file(make_grid(header, *rows), today=TODAY)
    item = database.read(judge_roster, roster=roster, reach=BOTH, now=NOW).items[0]
    assert [(change.field, change.new) for change in item.changes] == [("hukou", HEDONG)]
    assert item.code == "area_unknown"
    database.run(
        apply_roster, roster=roster, reach=BOTH, file_name="f", by="x", origin=None, now=NOW
    )
    assert [fact.code for fact in _facts(database, world.elders["P02"], "hukou")][-1] == HEDONG


def test_a_card_known_by_its_printed_number_works_at_the_reader(
    database: Database, world: World
) -> None:
    _one(database, write=True, name="甘素芬", sex="女", id_number=GAN, card="12000001")
    asked = SwipeAsked(event_id("printed"), "em4100:0A00B71B01", shanghai("17:00"))
    answer = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at
    )
    assert answer.body["elder"]["name"] == "甘素芬"


def test_a_card_of_somebody_else_is_held_and_a_free_one_is_handed_over(
    database: Database, world: World
) -> None:
    assert _one(database, card="0011583954").code == "card_held"
    database.run(lambda session: make_card(session, None, "em4100:0A00B71B01") and None)
    assert _one(database, write=True, card="0012000001").action == "change"
    held = database.read(
        lambda s: s.scalars(
            select(Card.printed)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .where(CardHolding.elder_id == world.elders["P02"])
            .order_by(Card.printed)
        ).all()
    )
    assert held == ["0011583955", "0012000001"]
    assert _one(database, card="0012000001").action == "same"


def test_the_dead_and_those_who_moved_are_held(database: Database, world: World) -> None:
    database.run(
        lambda s: make_fact(s, world.elders["P02"], "status", "deceased", from_on=date(2026, 1, 1))
    )
    assert _one(database).code == "elder_gone"
    rest = {"confirmed": {2: frozenset({"elder_gone"})}, "address": "城南路9号", "card": "12"}
    item = _one(database, write=True, **rest)
    assert [change.field for change in item.changes] == ["address"]
    assert item.code == "card_not_given"


def test_a_row_without_an_id_never_means_somebody_by_name_alone(
    database: Database, world: World
) -> None:
    without = {"name": "黄秀英", "sex": "女", "id_number": None, "born": "1948-09-09"}
    assert _one(database, **without).action == "same"  # P06 has no ID number and nothing is new
    assert _one(database, **without, phone="13800000099").code == "name_on_register"
    known = {"name": "黄桂兰", "sex": "女", "id_number": None, "born": "1946-11-25"}
    assert _one(database, **known).code == "name_on_register"
    new = _one(database, **known, confirmed={2: frozenset({"name_on_register"})})
    assert new.action == "add"


def test_an_id_for_somebody_registered_without_one_is_held(
    database: Database, world: World
) -> None:
    item = _one(database, name="莫有福", id_number="45070219560229995X")
    assert item.code == "person_without_id"


def test_an_id_of_a_merged_row_means_the_one_that_goes_on(database: Database, world: World) -> None:
    def merge(session: Session) -> None:
        kept = world.elders["P02"]
        session.execute(update(Elder).where(Elder.number == "P09").values(merged_into_id=kept))

    database.run(merge)
    item = _one(database, name="韦德胜", sex=None, id_number=NUMBERS["P09"])
    assert item.elder == "P02"


def test_an_elder_outside_the_askers_areas_is_held_without_a_word_about_her(
    database: Database, world: World
) -> None:
    own = Reach((CHENGNAN,), CHENGNAN)
    item = _one(
        database,
        name="农玉琼",
        sex="女",
        id_number=NUMBERS["P09"],
        phone="13811112222",
        reach=own,
        confirmed={2: frozenset({"id_elsewhere"})},  # nobody can wave that through
    )
    assert (item.action, item.code, item.elder, item.changes) == ("hold", "id_elsewhere", None, ())


def test_birth_and_name_on_the_register_are_not_overwritten(
    database: Database, world: World
) -> None:
    assert _one(database, name="韦德生").code == "id_other_name"
    database.run(
        lambda s: s.execute(
            update(ElderFact)
            .where(ElderFact.elder_id == world.elders["P02"], ElderFact.kind == "born")
            .values(withdrawn_at=NOW, withdrawn_by="x")
        )
    )
    database.run(lambda s: make_fact(s, world.elders["P02"], "born", born=date(1941, 5, 4)))
    assert _one(database).code == "born_on_register"


def test_two_communities_of_one_name_are_named_by_neither(database: Database, world: World) -> None:
    database.run(lambda s: s.execute(insert(Area).values(code="450702003099", name="城南村")))
    item = _one(database, name="甘素芬", sex="女", id_number=GAN, community="城南")
    assert item.action == "refuse"


def test_communities_and_open_canteens_are_found(database: Database, world: World) -> None:
    for text in ("城南社区", CHENGNAN, "C1"):
        assert database.read(find_community, text=text) == CHENGNAN
    with pytest.raises(NotFound) as raised:
        database.read(find_community, text="北海")
    assert raised.value.code == "community_unknown"
    assert database.read(find_open_canteen, now=shanghai("11:30")) == "城南食堂"
    assert database.read(find_open_canteen, now=NOW) is None
    assert database.read(list_own_community, areas=(CHENGNAN,)) == CHENGNAN
    assert database.read(list_own_community, areas=("450702",)) is None
    assert database.read(list_own_community, areas=("",)) is None


def test_a_phone_is_the_same_with_and_without_its_signs(database: Database, world: World) -> None:
    assert _one(database, write=True, phone="0777-2800003").action == "change"
    assert _one(database, write=True, phone="07772800003").action == "same"
    index = database.read(
        lambda s: s.scalars(select(Elder.phone_index).where(Elder.number == "P02")).one()
    )
    plain = database.read(
        lambda s: sealed_columns(key_ring_of(s.info), "elders", "P02", None, "0777 2800003")
    )
    assert index == plain["phone_index"]


def test_a_row_without_community_is_of_the_one_that_the_title_names(
    database: Database, world: World
) -> None:
    person = {"name": "甘素芬", "sex": None, "id_number": GAN, "community": None}
    everywhere = Reach(("",))
    for title, action, code in (
        ("城南社区居委会（盖章）", "add", "community_titled"),
        ("城南社区、河东社区", "refuse", "community_missing"),
        ("老年人助餐花名册", "refuse", "community_missing"),
    ):
        roster = judge_file(make_grid([title], HEADER, make_row(**person)), today=TODAY)
        item = database.read(judge_roster, roster=roster, reach=everywhere, now=NOW).items[0]
        assert (item.action, item.code) == (action, code)


def test_whoever_keeps_a_street_of_one_community_need_not_name_it(
    database: Database, world: World
) -> None:
    street = [
        {"code": "450703001", "name": "岭南街道"},
        {"code": "450703001001", "name": "岭南社区"},
    ]
    database.run(lambda session: session.execute(insert(Area), street))
    assert database.read(list_own_community, areas=("450703001",)) == "450703001001"
    assert database.read(list_own_community, areas=("450702", "450703001")) is None
