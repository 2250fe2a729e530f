"""What a claim may hold, as conditions for queries: booked on signed days of its period, or before it and
never claimed; asked of its funder; in no living claim; held out by nobody."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Text,
    and_,
    cast,
    exists,
    literal,
    or_,
    true,
)
from sqlalchemy.orm import aliased

from canteen.models.claim_money import ClawBack
from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.models.days import CanteenDay
from canteen.till.claims import SENT

#: how long before its period something may have been left out and still come along by itself; what is
#: older is claimed by a supplement of its own period
LATE_DAYS = 400

_Sent = aliased(Claim)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked through: a canteen's booked days, for one funder or (None) all; `late_days`: how far
    back for what claims of days before left out."""

    canteen_id: int
    first_on: date
    last_on: date
    funder_id: int | None = None
    late_days: int = LATE_DAYS


def scope_of(claim: Claim) -> Scope:
    """What the claim may hold."""
    return Scope(claim.canteen_id, claim.first_on, claim.last_on, claim.funder_id)


def in_scope(scope: Scope, booked_on: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Booked on a signed day of the period, or of one before that was claimed without it."""
    is_signed = exists().where(
        CanteenDay.canteen_id == scope.canteen_id,
        CanteenDay.day == booked_on,
        CanteenDay.signed_at.is_not(None),
    )
    was_claimed = exists().where(
        _Sent.canteen_id == scope.canteen_id,
        _Sent.state.in_(SENT),
        _Sent.first_on <= booked_on,
        _Sent.last_on >= booked_on,
        or_(_Sent.funder_id.is_(None), _Sent.funder_id == scope.funder_id)
        if scope.funder_id is not None
        else true(),
    )
    return and_(
        booked_on.between(scope.first_on - timedelta(scope.late_days), scope.last_on),
        is_signed,
        or_(booked_on >= scope.first_on, was_claimed),
    )


def is_owed(scope: Scope, funder_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Owed by the funder that is asked, or by any: never by the canteen itself."""
    return funder_id.is_not(None) if scope.funder_id is None else funder_id == scope.funder_id


def is_unclaimed(source: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """In no living claim."""
    return ~exists().where(ClaimLine.source == source, ClaimLine.released_at.is_(None))


def is_unheld(*items: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """None of the items that it belongs to is held out."""
    return ~exists().where(ClaimHold.item.in_(items), ClaimHold.lifted_at.is_(None))


def is_set_off(claw_back_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Not what a funder has paid back to it: that is of the claim it was paid by, while that one stands."""
    return claw_back_id.is_(None) | exists().where(
        ClawBack.id == claw_back_id,
        _Sent.id == ClawBack.claim_id,
        or_(ClawBack.way == "set_off", _Sent.state.not_in(SENT)),
    )


def key(first: str, *parts: SQLColumnExpression[object]) -> SQLColumnExpression[str]:
    """`first:part:part…` as the database puts it together."""
    made: SQLColumnExpression[str] = literal(first)
    for part in parts:
        made = made + ":" + cast(part, Text)
    return made
