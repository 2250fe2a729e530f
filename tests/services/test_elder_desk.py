"""Adding an elder by hand and changing what is kept of her: what the ID number decides, who is alike."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.people import Elder
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services import elder_desk, elder_page, register_list
from canteen.services.elder_desk import ElderAsked, ElderChanges
from canteen.services.elder_page import ElderPage
from canteen.services.register_list import RegisterAsked
from tests.factories.world import CHENGNAN, HEDONG, World, shanghai

NOW = shanghai("09:00")
FROM: dict[str, Any] = {"by": "staff:wang", "origin": "127.0.0.1", "now": NOW}
TAIWAN, HONG_KONG = "830000194306189911", "810000194306189918"
HUANG_XIUYING = "450702194809099985"


def _add(database: Database, name: str, **given: Any) -> str:
    asked = ElderAsked(name, given.pop("community", CHENGNAN), **given)
    return database.run(elder_desk.add_elder, asked=asked, **FROM)


def _page(database: Database, number: str) -> ElderPage:
    return database.read(elder_page.get_elder_page, number=number, now=NOW)


def _find(database: Database, text: str) -> list[str]:
    asked = RegisterAsked((CHENGNAN, HEDONG), text)
    page = database.read(register_list.list_register, asked=asked, now=NOW)
    return [line.number for line in page.lines]


@pytest.mark.parametrize("id_number", [TAIWAN, HONG_KONG])
def test_O_042_a_residence_permit_is_an_id_number_like_any_other(
    database: Database, world: World, id_number: str
) -> None:
    number = _add(database, "陈志明", id_number=id_number, hukou=CHENGNAN)
    page = _page(database, number)

    assert page.person.born == date(1943, 6, 18)
    assert page.person.sex == "M"
    assert page.person.id_masked == f"{id_number[:4]}********{id_number[-4:]}"
    # Whether he is subsidised follows from where he is registered and lives, which is shown.
    facts = {(fact.kind, fact.code) for fact in page.facts}
    assert facts == {("born", None), ("hukou", CHENGNAN), ("residence", CHENGNAN)}


@pytest.mark.parametrize("dot", ["·", "•", "‧", "・", "."])
def test_O_045_a_dotted_name_is_kept_with_one_dot_and_found_by_any(
    database: Database, world: World, dot: str
) -> None:
    number = _add(database, f"古丽{dot}艾合买提", born=date(1950, 1, 1))
    assert _page(database, number).person.name == "古丽·艾合买提"
    assert _find(database, f"古丽{dot}艾合") == _find(database, "艾合买提") == [number]


def test_O_046_a_namesake_is_a_person_of_her_own_and_is_shown_first(
    database: Database, world: World
) -> None:
    asked = ElderAsked("黄秀英", CHENGNAN, born=date(1948, 9, 9))
    alike = database.read(elder_desk.list_alike, asked=asked, areas=(CHENGNAN, HEDONG))
    told = [(one.number, one.born, one.community) for one in alike]
    assert told == [
        ("P06", date(1948, 9, 9), "城南社区"),
        ("P07", date(1951, 2, 14), "河东社区"),
    ]
    number = _add(database, "黄秀英", born=date(1948, 9, 9))
    assert number not in {"P06", "P07"}
    assert _find(database, "黄秀英") == [number, "P06", "P07"]


def test_a_homophone_of_the_same_birthday_is_shown_first(database: Database, world: World) -> None:
    asked = ElderAsked("黄桂岚", CHENGNAN, id_number="", born=date(1946, 11, 25))
    (one,) = database.read(elder_desk.list_alike, asked=asked, areas=(CHENGNAN,))
    assert one.number == "P01"
    assert database.read(elder_desk.list_alike, asked=asked, areas=(HEDONG,)) == ()


def test_a_known_id_number_is_never_made_a_second_person(database: Database, world: World) -> None:
    number = _add(database, "黄秀英", id_number=HUANG_XIUYING)
    with pytest.raises(Conflict, match="id_number_known"):
        _add(database, "黄秀英", id_number=HUANG_XIUYING, community=HEDONG)
    owner = database.read(elder_desk.find_owner, id_number=HUANG_XIUYING, areas=(HEDONG,))
    assert owner is not None
    assert (owner.number, owner.community, owner.is_own) == (number, "城南社区", False)
    assert database.read(elder_desk.find_owner, id_number="450702", areas=(HEDONG,)) is None
    assert database.read(elder_desk.find_owner, id_number=TAIWAN, areas=(HEDONG,)) is None


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({}, Invalid, "born_or_id"),
        ({"born": date(2027, 1, 1)}, Invalid, "born_future"),
        ({"id_number": "450702194809099986"}, Invalid, "id_check_digit"),
        ({"id_number": HUANG_XIUYING, "born": date(1948, 9, 10)}, Invalid, "born_differs"),
        ({"id_number": HUANG_XIUYING, "sex": "M"}, Invalid, "sex_differs"),
        ({"born": date(1950, 1, 1), "phone": "没有"}, Invalid, "phone_unreadable"),
        ({"born": date(1950, 1, 1), "canteen": "C9"}, NotFound, "canteen_unknown"),
        ({"born": date(1950, 1, 1), "hukou": "99"}, Invalid, "area_unknown"),
        ({"born": date(1950, 1, 1), "community": "999999999999"}, Invalid, "area_unknown"),
    ],
)
def test_what_does_not_fit_together_is_not_registered(
    database: Database, world: World, given: Any, error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        _add(database, "陈志明", **given)


def test_what_is_kept_is_changed_with_a_line_that_tells_no_number(
    database: Database, world: World
) -> None:
    changes = ElderChanges(
        "黄桂澜", "F", id_number="450702194611259920", phone="138 0000 0001",
        address="５栋301", canteen="C1", speak_balance=False,
    )  # fmt: skip
    database.run(elder_desk.change_elder, number="P01", asked=changes, **FROM)
    page = _page(database, "P01")

    assert (page.person.name, page.person.address) == ("黄桂澜", "5栋301")
    assert (page.person.id_masked, page.person.phone_masked) == (
        "4507********9920",
        "138****0001",
    )
    assert not page.person.speak_balance
    assert _find(database, "huangguilan") == ["P01"]
    (line,) = database.read(
        lambda s: list(s.scalars(select(AuditLine).where(AuditLine.action == "elder.change")))
    )
    told = f"{line.before}{line.after}"
    assert '"name": "黄桂兰"' in told
    assert "0000" not in told
    assert "4507021946" not in told


def test_an_id_number_must_agree_with_the_birth_date_and_belong_to_nobody_else(
    database: Database, world: World
) -> None:
    def give(number: str, id_number: str) -> None:
        changes = ElderChanges("黄秀英", "F", id_number=id_number)
        database.run(elder_desk.change_elder, number=number, asked=changes, **FROM)

    with pytest.raises(Invalid, match="born_differs"):
        give("P07", HUANG_XIUYING)
    give("P06", HUANG_XIUYING)
    give("P06", HUANG_XIUYING)  # the same again changes nothing
    twin = _add(database, "黄秀英", born=date(1948, 9, 9))
    with pytest.raises(Conflict, match="id_number_taken"):
        give(twin, HUANG_XIUYING)


def test_nothing_changed_is_no_line_of_the_trail(database: Database, world: World) -> None:
    same = ElderChanges("黄桂兰", "F", canteen="C1")
    database.run(elder_desk.change_elder, number="P01", asked=same, **FROM)
    assert database.read(lambda s: list(s.scalars(select(AuditLine.id)))) == []


def test_a_new_elder_has_a_number_of_her_own_and_an_empty_purse(
    database: Database, world: World
) -> None:
    first, second = (_add(database, name, born=date(1950, 1, 1)) for name in ("李一", "李二"))
    assert (first, second) == ("E000001", "E000002")
    assert _page(database, first).person.balance_fen == 0
    communities = database.read(elder_desk.list_communities, areas=("450702",))
    assert communities == ((CHENGNAN, "城南社区"), (HEDONG, "河东社区"))
    assert database.read(lambda s: s.query(Elder).count()) == 12
