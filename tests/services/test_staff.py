"""Accounts: names that fold, passwords that are never a default, roles at scopes, an audit line each."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.staff import Staff
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.rules.roles import Grant, Place
from canteen.rules.sign_in import Wrong, fold_name, seconds_to_wait, tries_left, wait_after
from canteen.services import sign_in, staff
from tests.factories.world import make_world, shanghai

NOW = shanghai("11:00")
WHO = {"actor": "test", "origin": "desk", "now": NOW}


def make_li(session: Session) -> None:
    make_world(session, scheme=None)
    staff.add_account(session, name="Li", display_name="李敏", password="long-enough", **WHO)


def _hash(session: Session) -> str:
    return session.execute(select(Staff.password_hash).where(Staff.name_key == "li")).scalar_one()


def _actions(session: Session) -> list[tuple[str, str, str | None]]:
    rows = session.scalars(
        select(AuditLine).where(AuditLine.object_kind == "staff").order_by(AuditLine.id)
    )
    return [(row.action, row.object_id, row.after) for row in rows]


def test_a_password_is_kept_as_argon2id_and_nothing_else(database: Database):
    database.run(make_li)

    stored = database.read(_hash)

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in.is_password(stored, "long-enough")
    assert not sign_in.is_password(stored, "long-enough ")
    assert not sign_in.is_password("no hash at all", "long-enough")


def test_one_spelling_is_one_account(database: Database):
    database.run(make_li)

    for spelling in ("li", " LI ", "ｌｉ"):
        with pytest.raises(Conflict) as caught:
            database.run(
                staff.add_account, name=spelling, display_name="", password="long-enough", **WHO
            )
        assert caught.value.code == "staff_exists"


@pytest.mark.parametrize("password", ["", "short", "LI", "x" * 201])
def test_a_password_that_is_easily_guessed_is_refused(sqlite_database: Database, password: str):
    sqlite_database.run(make_li)

    with pytest.raises(Invalid) as caught:
        sqlite_database.run(staff.set_password, name="li", password=password, **WHO)

    assert caught.value.code == "password_short"


def test_a_name_that_is_none_is_refused(sqlite_database: Database):
    for name in ("", "  ", "\u200b", "x" * 65):
        with pytest.raises(Invalid) as caught:
            sqlite_database.run(
                staff.add_account, name=name, display_name="", password="long-enough", **WHO
            )
        assert caught.value.code == "staff_name"


def test_the_first_administrator_is_the_first_only(database: Database):
    database.run(staff.add_first_administrator, name="chief", password="long-enough", now=NOW)

    acting = database.read(staff.get_acting, name="Chief")
    assert acting.actor == "staff:chief"
    assert acting.grants == (Grant("admin", "everywhere", ""),)
    with pytest.raises(Conflict) as caught:
        database.run(staff.add_first_administrator, name="two", password="long-enough", now=NOW)
    assert caught.value.code == "staff_exists"


def test_made_passwords_differ_and_are_long():
    made = {staff.make_password() for _ in range(100)}

    assert len(made) == 100
    assert all(len(password) == 19 for password in made)


def test_roles_are_given_at_places_that_exist(database: Database):
    database.run(make_li)
    for role, scope in (("cashier", "C1"), ("cashier", "C1"), ("secretary", "450702003005")):
        database.run(staff.grant_role, name="li", role=role, scope=scope, **WHO)

    assert database.read(staff.get_acting, name="li").grants == (
        Grant("cashier", "canteen", "C1"),
        Grant("secretary", "area", "450702003005"),
    )
    assert database.read(staff.list_places_of, name="li") == [
        Place("450702003005", "C1"),
        Place("450702003005"),
    ]
    for role, scope, code in (
        ("cashier", "C9", "scope"),
        ("cashier", "450702", "scope"),
        ("secretary", "C1", "scope"),
        ("secretary", "", "scope"),
        ("king", "everywhere", "role"),
        ("reader", "everywhere", "role"),
    ):
        with pytest.raises(Invalid) as caught:
            database.run(staff.grant_role, name="li", role=role, scope=scope, **WHO)
        assert caught.value.code == code


def test_a_role_that_is_not_held_cannot_be_taken_back(database: Database):
    database.run(make_li)
    database.run(staff.grant_role, name="li", role="cashier", scope="C1", **WHO)
    database.run(staff.revoke_role, name="li", role="cashier", scope="C1", **WHO)

    with pytest.raises(NotFound) as caught:
        database.run(staff.revoke_role, name="li", role="cashier", scope="C1", **WHO)

    assert caught.value.code == "grant_unknown"
    assert database.read(staff.get_acting, name="li").grants == ()


def test_who_is_unknown_or_shut_out_cannot_act(database: Database):
    database.run(make_li)
    database.run(staff.disable_account, name="li", **WHO)

    for name in ("li", "nobody"):
        with pytest.raises(NotFound) as caught:
            database.read(staff.get_acting, name=name)
        assert caught.value.code == "staff_unknown"
    assert [line.is_disabled for line in database.read(staff.list_staff)] == [True]


def test_every_change_leaves_its_line(database: Database):
    database.run(make_li)
    database.run(staff.grant_role, name="li", role="cashier", scope="C1", **WHO)
    database.run(staff.set_password, name="li", password="another-one", **WHO)
    database.run(staff.revoke_role, name="li", role="cashier", scope="C1", **WHO)
    database.run(staff.disable_account, name="li", **WHO)

    lines = database.read(_actions)

    assert [action for action, _, _ in lines] == [
        "staff_added",
        "role_granted",
        "password_set",
        "role_revoked",
        "staff_disabled",
    ]
    assert {name for _, name, _ in lines} == {"li"}
    assert "another-one" not in repr(lines)


def test_a_new_password_ends_the_sessions(database: Database):
    database.run(make_li)
    tried = database.run(sign_in.begin_sign_in, name="li", origin="x", now=NOW)
    assert tried.counted.attempt_id is not None
    assert tried.staff_id is not None
    token = database.run(
        sign_in.finish_sign_in,
        attempt_id=tried.counted.attempt_id,
        staff_id=tried.staff_id,
        rehashed=None,
        origin="x",
        now=NOW,
    )
    assert database.read(sign_in.find_session, token=token, now=NOW) is not None

    database.run(staff.set_password, name="li", password="another-one", **WHO)

    assert database.read(sign_in.find_session, token=token, now=NOW) is None


def test_an_old_hash_is_made_anew_at_the_next_sign_in():
    old = sign_in.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("x")

    assert sign_in.rehash_if_needed(sign_in.hash_password("x"), "x") is None
    again = sign_in.rehash_if_needed(old, "x")
    assert again is not None
    assert sign_in.is_password(again, "x")


def test_names_fold_by_width_case_blanks_and_what_is_not_seen():
    for spelling in (
        "Finance",
        "finance ",
        "ｆｉｎａｎｃｅ",
        "FINANCE",
        "fin\u200bance",
        "\tfinance",
    ):
        assert fold_name(spelling) == "finance"
    assert fold_name("STRASSE") == fold_name("straße")
    assert fold_name("李敏") == "李敏"


def test_waits_grow_up_to_five_minutes_and_no_further():
    waits = [wait_after(Wrong(count, NOW)) for count in range(12)]

    assert waits == [0, 0, 0, 0, 0, 60, 120, 240, 300, 300, 300, 300]
    assert wait_after(Wrong(1000, NOW)) == 300
    assert [tries_left(Wrong(count, NOW)) for count in (0, 4, 5, 9)] == [5, 1, 0, 0]


def test_a_wait_counts_down_and_ends():
    none = Wrong(0, None)
    five = Wrong(5, shanghai("11:00"))

    def wait(at: str, **counts: Wrong) -> int:
        given = {"here": none, "account": none, "origin": none, **counts}
        return seconds_to_wait(**given, is_known=False, now=shanghai(at))

    assert wait("11:00", here=five) == 60
    assert wait("11:00:59", here=five) == 1
    assert wait("11:01", here=five) == 0
    assert wait("11:00:10", account=Wrong(10, NOW)) == 20
    assert wait("11:00:10", account=Wrong(9, NOW)) == 0
    assert wait("11:00:10", origin=Wrong(30, NOW)) == 20
    known = {"account": Wrong(99, NOW), "origin": Wrong(99, NOW)}
    assert seconds_to_wait(none, **known, is_known=True, now=NOW) == 0


def test_somebody_is_always_left_who_can_give_every_role(database: Database):
    database.run(staff.add_first_administrator, name="chief", password="long-enough", now=NOW)
    everything = {"role": "admin", "scope": "everywhere"}
    for use_case, given in ((staff.disable_account, {}), (staff.revoke_role, everything)):
        with pytest.raises(Refused) as caught:
            database.run(use_case, name="chief", **given, **WHO)
        assert caught.value.code == "last_administrator"

    database.run(make_li)
    database.run(staff.grant_role, name="li", **everything, **WHO)
    database.run(staff.disable_account, name="chief", **WHO)
    with pytest.raises(Refused):
        database.run(staff.revoke_role, name="li", **everything, **WHO)
