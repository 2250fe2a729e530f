"""What the office may not do is refused by a code of its own, and nothing is left behind."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services import elders, instances, readers, schemes, staff
from canteen.till import facts, ledger, places
from tests.factories.schemes import RULE_SET_A
from tests.factories.world import World, make_world, shanghai

NOW = shanghai("11:00")
BY: dict[str, Any] = {"actor": "staff:chief", "origin": None, "now": NOW}
PASSWORD = "tea at half past three"
UNKNOWN = 999_999
FIRST = {"name": "chief", "password": PASSWORD, "now": NOW}


@pytest.fixture
def world(database: Database) -> World:
    world = database.run(make_world)
    database.run(staff.add_account, name="Li Mei", display_name="李梅", password=PASSWORD, **BY)
    database.run(
        readers.add_reader, code="R-9", counter_id=world.counters["C1-1"], profile="rdm6300", **BY
    )
    return world


def _account(**given: str) -> dict[str, Any]:
    return {"name": "wang", "display_name": "", "password": PASSWORD} | given | BY


def _reader(code: str, profile: str = "rdm6300") -> dict[str, Any]:
    return {"code": code, "counter_id": 1, "profile": profile} | BY


def _grant(role: str, scope: str, name: str = "li mei") -> dict[str, Any]:
    return {"name": name, "role": role, "scope": scope} | BY


#: (use case, its arguments, kind of error, code)
REFUSED: list[tuple[Callable[..., Any], dict[str, Any], type[CanteenError], str]] = [
    (staff.add_account, _account(name="  "), Invalid, "staff_name"),
    (staff.add_account, _account(name="王" * 200), Invalid, "staff_name"),
    (staff.add_account, _account(name="ＬＩ ｍｅｉ"), Conflict, "staff_exists"),
    (staff.add_account, _account(password="short"), Invalid, "password_short"),
    (staff.add_account, _account(name="xiaoming", password="XiaoMing"), Invalid, "password_short"),
    (staff.add_first_administrator, FIRST, Conflict, "staff_exists"),
    (staff.grant_role, _grant("cook", "C1"), Invalid, "role"),
    (staff.grant_role, _grant("cashier", "C9"), Invalid, "scope"),
    (staff.grant_role, _grant("cashier", "450702003005"), Invalid, "scope"),
    (staff.grant_role, _grant("secretary", "C1"), Invalid, "scope"),
    (staff.grant_role, _grant("cashier", "C1", name="nobody"), NotFound, "staff_unknown"),
    (staff.revoke_role, _grant("cashier", "C1"), NotFound, "grant_unknown"),
    (staff.get_acting, {"name": "nobody"}, NotFound, "staff_unknown"),
    (readers.add_reader, _reader(" "), Invalid, "reader_code"),
    (readers.add_reader, _reader("R" * 41), Invalid, "reader_code"),
    (readers.add_reader, _reader("R-9"), Conflict, "reader_exists"),
    (readers.add_reader, _reader("R-8", profile="zzz"), Invalid, "reader_profile"),
    (readers.revoke_reader, {"code": "R-0"} | BY, NotFound, "reader_unknown"),
    (schemes.get_place, {"canteen": "C9", "area": None}, NotFound, "canteen_unknown"),
    (schemes.get_place, {"canteen": None, "area": "999999"}, NotFound, "area_unknown"),
    (elders.find_elders, {"counter_canteen": "C9", "text": "hgl", "now": NOW}, NotFound, "canteen_unknown"),
    (instances.make_demonstration, {"now": NOW}, Refused, "not_empty"),
    (places.get_canteen, {"canteen_id": UNKNOWN}, NotFound, "canteen_unknown"),
    (places.get_counter, {"counter_id": UNKNOWN}, NotFound, "counter_unknown"),
    (facts.load_facts, {"elder_id": UNKNOWN, "day": date(2026, 11, 25)}, NotFound, "elder_unknown"),
    (ledger.lock, {"elder_id": UNKNOWN}, NotFound, "elder_unknown"),
]  # fmt: skip


def _count_audit_lines(session: Session) -> int:
    return session.execute(select(func.count()).select_from(AuditLine)).scalar_one()


@pytest.mark.usefixtures("world")
def test_each_is_refused_by_its_code_and_writes_nothing(database: Database):
    before = database.read(_count_audit_lines)

    for use_case, arguments, kind, code in REFUSED:
        with pytest.raises(kind) as refused:
            database.run(use_case, **arguments)
        assert refused.value.code == code, (use_case, arguments)

    assert database.read(_count_audit_lines) == before


@pytest.mark.usefixtures("world")
def test_a_disabled_account_is_as_unknown_as_none(database: Database):
    database.run(staff.disable_account, name="li mei", **BY)

    with pytest.raises(NotFound) as refused:
        database.read(staff.get_acting, name="li mei")

    assert refused.value.code == "staff_unknown"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("payers", [{}, {"gov": "nobody"}, {"gov": "qinnan", "king": "qinnan"}])
def test_a_scheme_is_bound_only_when_each_payer_has_its_funder(
    database: Database, payers: dict[str, str]
):
    with pytest.raises(Invalid) as refused:
        database.run(
            schemes.bind_scheme,
            text=RULE_SET_A.replace('code = "', 'code = "other-', 1),
            canteen="C1",
            area=None,
            from_on=date(2026, 12, 1),
            payers=payers,
            by="staff:chief",
            now=NOW,
            today=date(2026, 11, 25),
        )

    assert refused.value.code == "scheme_payers"


def test_a_process_without_the_keys_makes_no_reader(sqlite_url: str):
    database = Database(sqlite_url)
    world = database.run(make_world)

    with pytest.raises(CanteenError) as refused:
        database.run(
            readers.add_reader, **(_reader("R-1") | {"counter_id": world.counters["C1-1"]})
        )

    assert refused.value.code in ("no_key_file", "key_file")
    database.close()
