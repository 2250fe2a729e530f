"""Who may do what: a grant reaches what lies in its scope, and nothing else."""

import pytest

from canteen.rules.roles import PERMISSIONS, SCOPE_KINDS, STAFF_ROLES, Grant, Place, covers, may

TOWN = "450702003"
C1 = Place("450702003001", "C1")
ELDER = Place("450702003001")


@pytest.mark.parametrize(
    ("grant", "place", "reaches"),
    [
        (Grant("admin", "everywhere", ""), C1, True),
        (Grant("admin", "everywhere", ""), Place(""), True),
        (Grant("street", "area", TOWN), C1, True),
        (Grant("street", "area", TOWN), ELDER, True),
        (Grant("street", "area", "450702004"), C1, False),
        (Grant("street", "area", "450702003001"), Place(TOWN), False),
        (Grant("cashier", "canteen", "C1"), C1, True),
        (Grant("cashier", "canteen", "C1"), Place("450702003001", "C2"), False),
        (Grant("cashier", "canteen", "C1"), ELDER, False),
        (Grant("cashier", "counter", "C1"), C1, False),
    ],
)
def test_a_grant_reaches_what_lies_in_its_scope(grant: Grant, place: Place, reaches: bool) -> None:
    assert covers(grant, place) is reaches


def test_one_grant_must_hold_both_the_permission_and_the_place() -> None:
    grants = (Grant("finance", "area", "4507"), Grant("cashier", "canteen", "C2"))
    assert may(grants, "counter.sell")
    assert may(grants, "counter.sell", Place("450702003002", "C2"))
    assert not may(grants, "counter.sell", C1)  # finance reaches it, but sells nothing
    assert not may(grants, "audit.view")
    assert not may((), "counter.sell")
    assert not may((Grant("king", "everywhere", ""),), "counter.sell")


def test_every_role_that_signs_in_has_a_kind_of_scope_and_permissions() -> None:
    assert set(SCOPE_KINDS.values()) == {"canteen", "area"}
    assert all(PERMISSIONS[role] for role in STAFF_ROLES)
