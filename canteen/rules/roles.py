"""Who may do what (domain.md §7), as one table. Every route names a permission; every role lists its own.

A grant gives a role at a scope. A scope covers an object when the object's place lies in it: an area
code covers every canteen, counter and elder whose area begins with it; a canteen covers itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: what a grant of each role must be scoped to
SCOPE_KINDS: Mapping[str, str] = {
    "cashier": "canteen",
    "kitchen": "canteen",
    "secretary": "area",
    "street": "area",
    "volunteer": "area",
    "finance": "area",
    "auditor": "area",
    "admin": "area",
}

#: roles that sign in by a name and a password, in the order of their doors
STAFF_ROLES: tuple[str, ...] = tuple(SCOPE_KINDS)

#: callers that are no person with a password: a device link, a reader's key, a family link
DEVICE_ROLES: tuple[str, ...] = ("display", "reader", "family")

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "cashier": frozenset(
        {
            "counter.view",
            "counter.sell",
            "meal.void",
            "top_up.take",
            "elder.find",
            "card.assign",
            "cash.count",
            "delivery.ask",
        }
    ),
    "display": frozenset({"display.view"}),
    "kitchen": frozenset({"kitchen.view", "kitchen.record"}),
    "secretary": frozenset(
        {
            "community.view",
            "elder.find",
            "elder.view",
            "elder.write",
            "elder.unmask",
            "roster.import",
            "register.match",
            "card.assign",
            "card.block",
            "meal.void",
            "top_up.take",
            "top_up.pay_out",
            "debt.record",
            "display.link",
            "day.view",
            "day.sign",
            "cash.count",
            # what the drawer should hold; who counts blind has not got it
            "cash.expected",
            "food.settle",
            "welfare.write",
            "delivery.ask",
            "delivery.write",
            "volunteer.write",
            "family.link",
            "kitchen.view",
            "kitchen.record",
            "price.write",
            "calendar.write",
            "correction.ask",
            # what the month's checks found, before the claim
            "check.answer",
            "fund.view",
            "donation.take",
        }
    ),
    "street": frozenset({"street.view", "day.view", "day.reopen", "correction.decide"}),
    "volunteer": frozenset({"volunteer.view"}),
    "finance": frozenset(
        {
            "finance.view",
            "day.view",
            "scheme.add",
            "ledger.export",
            "claim.view",
            "claim.write",
            # never of a claim that oneself submitted
            "claim.approve",
            "claim.pay",
            "claim.export",
            "correction.ask",
            "correction.decide",
            "check.answer",
            "check.policy",
            "fund.view",
            "fund.write",
            "donation.take",
        }
    ),
    "auditor": frozenset(
        {
            "audit.view",
            "finance.view",
            "day.view",
            "ledger.export",
            "claim.view",
            "claim.export",
            "fund.view",
        }
    ),
    "admin": frozenset(
        {
            "admin.view",
            "staff.write",
            "canteen.write",
            "price.write",
            "calendar.write",
            "workdays.write",
            "reader.write",
            "scheme.add",
            "scheme.bind",
            "display.link",
            "elder.write",
            "card.block",
            "ledger.export",
        }
    ),
    "reader": frozenset({"swipe.post", "reader.list", "reader.health"}),
    "family": frozenset({"family.view"}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a scope: `scope_kind` area, canteen or everywhere; `scope` its code."""

    role: str
    scope_kind: str
    scope: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands: its area code, and its canteen's code where it belongs to one."""

    area_code: str
    canteen_code: str | None = None


def covers(grant: Grant, place: Place) -> bool:
    """Does the grant's scope hold the place?"""
    if grant.scope_kind == "everywhere":
        return True
    if grant.scope_kind == "area":
        return place.area_code.startswith(grant.scope)
    return grant.scope_kind == "canteen" and place.canteen_code == grant.scope


def may(grants: tuple[Grant, ...], permission: str, place: Place | None = None) -> bool:
    """May the holder of `grants` use `permission` (at `place`, or anywhere at all when None)?"""
    return any(
        permission in PERMISSIONS.get(grant.role, frozenset())
        and (place is None or covers(grant, place))
        for grant in grants
    )
