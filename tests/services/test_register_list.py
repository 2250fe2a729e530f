"""The register's list: who is found by what, what each filter counts, in how many statements."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.people import Card, CardBlock, Elder
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.services import elders, register_list
from canteen.services.register_list import FILTERS, RegisterAsked, RegisterPage
from tests.factories.people import LONG_AGO, make_elder, make_fact
from tests.factories.world import CHENGNAN, HEDONG, TODAY, World, make_world, shanghai

NOW = shanghai("09:00")
ID_NUMBERS = {"P01": "450702194611259920", "P02": "450702194105039917", "P08": "45070219560229995X"}
DOTTED = "阿依古丽·买买提"


def _give_numbers(session: Session) -> None:
    ring = key_ring_of(session.info)
    for elder in session.query(Elder).filter(Elder.number.in_(ID_NUMBERS)):
        phone = "13800000001" if elder.number == "P01" else None
        sealed = sealed_columns(ring, "elders", elder.number, ID_NUMBERS[elder.number], phone)
        for name, value in sealed.items():
            setattr(elder, name, value)
        elder.address = {"P01": "5 栋 2 单元 301", "P02": "5栋1单元204"}.get(elder.number)


@pytest.fixture
def world(database: Database) -> World:
    world = database.run(make_world)
    database.run(_give_numbers)
    return world


def _list(database: Database, text: str = "", **given: Any) -> RegisterPage:
    asked = RegisterAsked(given.pop("areas", (CHENGNAN,)), text, **given)
    return database.read(register_list.list_register, asked=asked, now=NOW)


def _numbers(database: Database, text: str = "", **given: Any) -> list[str]:
    return [line.number for line in _list(database, text, **given).lines]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("黄桂兰", ["P01"]),
        ("桂", ["P01"]),
        ("hgl", ["P01"]),
        ("huangguilan", ["P01"]),
        ("ＨＧＬ", ["P01"]),
        ("P03", ["P03"]),
        ("0011583954", ["P01"]),
        ("3955", ["P02"]),
        ("9920", ["P01"]),
        ("995x", ["P08"]),
        ("450702194611259920", ["P01"]),
        ("13800000001", ["P01"]),
        ("5栋2单元", ["P01"]),
        ("5 栋", ["P01", "P02"]),
        ("无此人", []),
        ("覃大山", []),
    ],
)
def test_an_elder_is_found_by_what_people_know_of_her(
    database: Database, world: World, text: str, found: list[str]
) -> None:
    assert _numbers(database, text) == found


@pytest.mark.parametrize(
    "text",
    [
        *(DOTTED.replace("·", dot) for dot in "·•‧・."),
        DOTTED.replace("·", ""),
        "阿依古丽 买买提",
        "买买提",
        "ayglmmt",
    ],
)
def test_O_045_every_form_of_a_dotted_name_finds_her_at_desk_and_counter(
    database: Database, world: World, text: str
) -> None:
    assert _numbers(database, text) == ["P05"]
    found = database.read(elders.find_elders, counter_canteen="C1", text=text, now=NOW)
    assert [one["number"] for one in found] == ["P05"]


def test_a_surname_that_stands_in_addresses_too_finds_its_people_first(
    database: Database, world: World
) -> None:
    database.run(make_elder, number="P99", name="单雄信")
    found = _numbers(database, "单")
    assert found[0] == "P99"
    assert set(found) > {"P01", "P99"}


def test_a_name_of_23_characters_is_shown_whole(database: Database, world: World) -> None:
    name = "阿卜杜热合曼·买买提吐尔逊·艾合买提江·阿不都拉"
    database.run(make_elder, number="P99", name=name)
    assert [line.name for line in _list(database, "吐尔逊").lines] == [name]


def test_the_last_four_find_nobody_of_another_community(database: Database, world: World) -> None:
    assert _numbers(database, "9920", areas=(HEDONG,)) == []
    assert _numbers(database, "450702194611259920", areas=(HEDONG,)) == []
    assert _numbers(database, "hgl", areas=()) == []
    assert _numbers(database, "hgl", areas=("",)) == ["P01"]


def test_each_filter_counts_what_it_shows(database: Database, world: World) -> None:
    def change(session: Session) -> None:
        make_fact(session, world.elders["P01"], "category", "living_alone")
        make_fact(session, world.elders["P02"], "status", "deceased", from_on=TODAY)
        card_id = session.execute(
            select(Card.id).where(Card.uid == world.cards["P03"])
        ).scalar_one()
        session.add(CardBlock(card_id=card_id, kind="lost", from_at=NOW, recorded_by="t"))
        make_elder(session, number="P98", name="黄桂蓝", now=LONG_AGO)
        # The same name alone is no duplicate: another birthday, no address.
        make_elder(
            session, number="P97", name="黄秀英", born=date(1950, 1, 1), card="em4100:0C00000001"
        )

    database.run(change)
    page = _list(database)
    shown = {name: _numbers(database, filter=name) for name in FILTERS}

    assert {name: len(found) for name, found in shown.items()} == page.counts
    assert shown["gone"] == ["P02"]
    assert "P02" not in shown["all"]
    assert shown["living_alone"] == ["P01"]
    assert shown["card_lost"] == ["P03"]
    assert shown["no_card"] == ["P98"]
    assert shown["duplicates"] == ["P01", "P98"]
    assert shown["below_zero"] == []
    assert len(shown["no_consent"]) == len(shown["all"])


def test_who_has_gone_is_still_found_by_name(database: Database, world: World) -> None:
    database.run(make_fact, world.elders["P02"], "status", "moved", from_on=TODAY)
    (line,) = _list(database, "韦德胜").lines
    assert line.marks == ("moved",)


def test_a_page_beyond_the_last_is_the_last_one(database: Database, world: World) -> None:
    page = _list(database, page=999)
    assert (page.page, page.pages, page.first, page.found) == (1, 1, 1, 7)


def test_the_list_takes_the_same_number_of_statements_however_long_it_is(
    database: Database, world: World, count_statements: Callable[[], int]
) -> None:
    def count() -> int:
        before = count_statements()
        _list(database, "h")
        return count_statements() - before

    few = count()
    for number in range(20):
        database.run(make_elder, number=f"Q{number}", name="黄秀英", card=f"em4100:0B{number:08X}")

    assert count() == few <= 10


@pytest.fixture
def count_statements(database: Database) -> Callable[[], int]:
    seen: list[str] = []
    engine: Engine = database._readers

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    return lambda: len(seen)
