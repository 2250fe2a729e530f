"""Links of people without an account: only hashes are kept, each opens to one, and ends when it must."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.links import PersonLink
from canteen.models.volunteers import Volunteer
from canteen.services import person_links
from canteen.services.person_links import NewLink
from tests.factories.deliveries import make_volunteer
from tests.factories.world import TODAY, World, shanghai

NOW = shanghai("10:00")
TOMORROW = NOW + timedelta(days=1)


def _make(database: Database, kind: str, target: int, **given: object) -> NewLink:
    day = {"valid_on": TODAY} if kind == "volunteer" else {}
    return database.run(
        person_links.create_link, kind=kind, target_id=target, by="staff:wang", origin=None,
        now=NOW, **{**day, **given},
    )  # fmt: skip


def _table(session: Session, table: type) -> list:
    return list(session.scalars(select(table).order_by(table.id)))


@pytest.mark.parametrize(
    ("kind", "actor"), [("volunteer", "volunteer:V1"), ("family", None), ("enrolment", None)]
)
def test_a_token_opens_to_its_own_and_is_kept_nowhere(
    database: Database, world: World, kind: str, actor: str | None
):
    targets = {
        "volunteer": database.run(make_volunteer, "V1"),
        "family": world.elders["P02"],
        "enrolment": world.canteens["C1"],
    }

    made = _make(database, kind, targets[kind])
    holder = database.read(person_links.find_by_token, token=made.token, now=NOW)

    assert holder is not None
    assert holder == database.read(person_links.find_holder, link_id=made.id, now=NOW)
    opened = {"volunteer": holder.volunteer_id, "family": holder.elder_id}
    assert opened.get(kind, holder.canteen_id) == targets[kind]
    assert holder.actor == (actor or f"{kind}:{made.id}")
    kept = [vars(row) for table in (PersonLink, AuditLine) for row in database.read(_table, table)]
    assert made.token not in repr(kept)


def test_a_volunteers_link_opens_its_day_only(database: Database, world: World):
    made = _make(database, "volunteer", database.run(make_volunteer, "V1"))

    for now, is_live in ((NOW - timedelta(days=1), False), (NOW, True), (TOMORROW, False)):
        found = database.read(person_links.find_by_token, token=made.token, now=now)
        assert (found is not None) == is_live, now


def test_a_volunteer_who_has_ended_comes_in_no_more(database: Database, world: World):
    volunteer_id = database.run(make_volunteer, "V1")
    made = _make(database, "volunteer", volunteer_id, pin_hash="hash")

    database.run(_end, volunteer_id)

    assert database.read(person_links.find_by_token, token=made.token, now=NOW) is None
    pins = database.read(person_links.list_pins, kind="volunteer", number="v1", now=NOW)
    assert pins == []


def _end(session: Session, volunteer_id: int) -> None:
    session.get_one(Volunteer, volunteer_id).ended_on = TODAY - timedelta(days=1)


def test_pins_are_found_by_the_number_they_were_given_for(database: Database, world: World):
    elder = world.elders["P02"]
    first = _make(database, "family", elder, pin_hash="one")
    second = _make(database, "family", elder, pin_hash="two")
    _make(database, "family", elder)  # without a PIN
    gone = _make(database, "family", elder, pin_hash="three")
    database.run(person_links.revoke_link, link_id=gone.id, by="staff:wang", origin=None, now=NOW)

    def pins(kind: str, number: str) -> list[tuple[int, str]]:
        return database.read(person_links.list_pins, kind=kind, number=number, now=NOW)

    assert pins("family", "p02") == [(second.id, "two"), (first.id, "one")]
    assert pins("family", "p03") == []
    assert pins("volunteer", "p02") == []
    assert pins("enrolment", "p02") == []


def test_making_and_revoking_are_lines_of_the_trail(database: Database, world: World):
    made = _make(database, "family", world.elders["P02"], shows=("meals", "balance"))
    for _ in range(2):
        database.run(
            person_links.revoke_link, link_id=made.id, by="staff:wang", origin=None, now=NOW
        )

    actions = [line.action for line in database.read(_table, AuditLine)]
    assert actions == ["person_link_created", "person_link_revoked"]
    (line,) = database.read(
        person_links.list_links, kind="family", target_ids=[world.elders["P02"]]
    )
    assert line.shows == {"meals", "balance"}
    assert line.revoked_at == NOW
