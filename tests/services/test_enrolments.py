"""A family asks for an elder to be enrolled: kept sealed, decided once, forgotten then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.links import EnrolmentRequest
from canteen.models.people import Elder
from canteen.models.register import ElderContact
from canteen.rules.errors import Conflict, Invalid, Refused
from canteen.services import elder_page, enrolments
from canteen.services.enrolments import EnrolmentAsked, RequestFacts
from tests.factories.links import make_enrolment_link, make_family_link
from tests.factories.world import CHENGNAN, World, shanghai

NOW = shanghai("15:00")
WHO: dict[str, Any] = {"by": "staff:wang", "origin": "127.0.0.1", "now": NOW}
ID_NUMBER, BORN = "450702194611259920", date(1946, 11, 25)
ASKED = EnrolmentAsked(
    "u1", "梁福兰", "女儿 李小梅", "13900000852", ID_NUMBER, "", None, "13800000001", "3栋2单元501"
)


@pytest.fixture
def link(database: Database, world: World) -> int:
    return database.run(make_family_link, world.elders["P01"]).id


def _ask(database: Database, world: World, link: int, **changed: Any) -> None:
    given = {name: getattr(ASKED, name) for name in EnrolmentAsked.__slots__}
    database.run(
        enrolments.ask, canteen_id=world.canteens["C1"], link_id=link, by=f"family:{link}",
        origin=None, now=NOW, asked=EnrolmentAsked(**given | changed),
    )  # fmt: skip


def _find(database: Database, request_id: int = 1) -> RequestFacts:
    found = database.read(enrolments.find_request, request_id=request_id)
    assert found is not None
    return found


def _row(session: Session) -> EnrolmentRequest:
    return session.scalars(select(EnrolmentRequest)).one()


def test_what_was_asked_waits_sealed_and_masked(
    database: Database, world: World, link: int
) -> None:
    _ask(database, world, link)
    found = _find(database)
    assert (found.line.state, found.line.canteen) == ("asked", "城南食堂")
    assert (found.asked.sex, found.asked.born) == ("F", BORN)  # as the ID number says
    assert found.id_masked == "4507********9920"
    assert found.phone_masked == "138****0001"
    assert found.asker_phone_masked == "139****0852"
    kept = database.read(lambda s: repr([vars(row) for row in s.scalars(select(EnrolmentRequest))]))
    trail = database.read(
        lambda s: repr([vars(line) for line in s.scalars(select(AuditLine).order_by(AuditLine.id))])
    )
    for secret in (ID_NUMBER, "13800000001", "13900000852", "3栋2单元501"):
        assert secret not in kept
        assert secret not in trail


def test_the_same_form_twice_is_one_request(database: Database, world: World, link: int) -> None:
    _ask(database, world, link)
    _ask(database, world, link)
    assert len(database.read(enrolments.list_of_link, link_id=link)) == 1


def test_she_is_put_on_the_register_and_who_asked_is_her_contact(
    database: Database, world: World, link: int
) -> None:
    _ask(database, world, link)
    number = database.run(enrolments.approve, request_id=1, community=CHENGNAN, **WHO)
    page = database.read(elder_page.get_elder_page, number=number, now=NOW)
    assert (page.person.name, page.person.born, page.person.canteen_code) == ("梁福兰", BORN, "C1")
    assert (page.person.id_masked, page.person.address) == ("4507********9920", "3栋2单元501")
    (contact,) = page.contacts
    assert (contact.what, contact.phone_masked) == ("女儿 李小梅", "139****0852")
    row = database.read(_row)
    assert (row.state, row.facts_box, row.decided_by) == ("approved", None, "staff:wang")
    (line,) = database.read(enrolments.list_requests, canteens=("C1",))
    assert line.elder_number == number


def test_it_is_decided_once(database: Database, world: World, link: int) -> None:
    _ask(database, world, link)
    database.run(enrolments.decline, request_id=1, reason="不住在本社区", **WHO)
    for use_case, given in (
        (enrolments.decline, {"reason": "x"}),
        (enrolments.approve, {"community": CHENGNAN}),
        (enrolments.approve_as_known, {"number": "P01"}),
    ):
        with pytest.raises(Conflict) as refused:
            database.run(use_case, request_id=1, **given, **WHO)
        assert refused.value.code == "enrolment_decided"
    assert database.read(enrolments.find_request, request_id=1) is None
    (line,) = database.read(enrolments.list_of_link, link_id=link)
    assert (line.state, line.note) == ("declined", "不住在本社区")
    assert database.read(_row).facts_box is None


def test_who_is_on_the_register_already_is_not_made_a_second_time(
    database: Database, world: World, link: int
) -> None:
    _ask(database, world, link)
    first = database.run(enrolments.approve, request_id=1, community=CHENGNAN, **WHO)
    _ask(database, world, link, uid="u2")  # the family is not told who is on the register
    with pytest.raises(Conflict) as refused:
        database.run(enrolments.approve, request_id=2, community=CHENGNAN, **WHO)
    assert refused.value.code == "id_number_known"
    database.run(enrolments.approve_as_known, request_id=2, number=first, **WHO)
    elders = database.read(lambda s: s.scalars(select(Elder).where(Elder.name == "梁福兰")).all())
    assert len(elders) == 1
    contacts = database.read(lambda s: s.scalars(select(ElderContact)).all())
    assert len(contacts) == 1


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"id_number": "450702194602309920"}, "id_date", "id_number"),
        ({"id_number": ""}, "born_or_id", "born"),
        ({"born": date(1950, 1, 1)}, "born_differs", "id_number"),
        ({"phone": "12"}, "phone", "phone"),
        ({"asker_phone": "12"}, "phone", "asker_phone"),
    ],
)
def test_what_cannot_be_right_is_told_beside_its_field(
    database: Database, world: World, link: int, changed: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        _ask(database, world, link, **changed)
    assert wrong.value.facts["field"] == field
    assert wrong.value.code.startswith(code)


def test_a_link_does_not_fill_the_list(database: Database, world: World, link: int) -> None:
    for number in range(5):
        _ask(database, world, link, uid=f"u{number}")
    with pytest.raises(Refused) as refused:
        _ask(database, world, link, uid="one more")
    assert refused.value.code == "enrolment_waiting"
    wall = database.run(make_enrolment_link, world.canteens["C1"]).id
    _ask(database, world, wall, uid="by the wall")
    assert len(database.read(enrolments.list_requests, canteens=("C1",))) == 6
    assert database.read(enrolments.list_requests, canteens=("C2",)) == ()


def test_one_form_from_many_phones_and_two_secretaries_at_once_make_one_elder(
    database: Database, world: World, link: int
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _ask(database, world, link), range(8)))
        assert len(database.read(enrolments.list_of_link, link_id=link)) == 1

        def approve(_: int) -> str:
            try:
                return database.run(enrolments.approve, request_id=1, community=CHENGNAN, **WHO)
            except Conflict as refused:
                return refused.code

        numbers = set(pool.map(approve, range(8))) - {"enrolment_decided"}
    elders = database.read(
        lambda s: set(s.scalars(select(Elder.number).where(Elder.name == "梁福兰")))
    )
    assert len(elders) == 1
    assert numbers == elders
