"""Answers: what is stored of one (never differs), and what is drawn from it (names and texts).

The same id gets the same outcome, ids, amounts, balance and message codes for ever; names and
sentences are read when answering, so that a corrected name is not answered wrongly for ever.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from canteen.rules.days import local_time
from canteen.rules.elders import age_band
from canteen.rules.sentences import message
from canteen.till.facts import ElderFacts, load_facts
from canteen.till.meal_requests import Refusal, Served
from canteen.till.places import CounterPlace

Stored = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to an id: `is_new` the first time (201), False for every repeat (200)."""

    is_new: bool
    body: dict[str, Any]


def store_served(served: Served, elder: ElderFacts | None, *, late: bool) -> Stored:
    """The stored form of a served meal."""
    divided = served.split
    return {
        "outcome": served.outcome,
        "reason": served.reason,
        "receipt": served.receipt,
        "elder_id": elder.id if elder else None,
        "service_date": served.served_on.isoformat(),
        "meal": {
            "id": served.uid,
            "mealtime": served.mealtime,
            "service_date": served.served_on.isoformat(),
            "price_fen": divided.price_fen,
            "elder_fen": divided.elder_fen,
            "subsidy_fen": divided.subsidy_fen,
            "discount_fen": divided.discount_fen,
            "shares": [
                {
                    "rule": share.rule,
                    "payer": share.payer,
                    "payer_name": served.payer_names[share.payer],
                    "fen": share.fen,
                }
                for share in divided.shares
            ],
        },
        "balance_fen": served.balance_fen,
        "codes": [served.outcome, *([served.reason] if served.reason else []), *served.notes],
        "facts": {"elder_fen": divided.elder_fen, "subsidy_fen": divided.subsidy_fen},
        "late": late,
    }


def store_refusal(
    refusal: Refusal,
    elder: ElderFacts | None,
    *,
    counter: CounterPlace,
    day: date,
    balance_fen: int | None,
    late: bool,
) -> Stored:
    """The stored form of a refusal, with the facts its sentences need."""
    facts: dict[str, object] = {"mealtime": refusal.mealtime}
    if refusal.first is not None:
        facts |= first_facts(refusal, counter)
    if refusal.elder_fen is not None:
        facts |= {"elder_fen": refusal.elder_fen, "balance_fen": refusal.balance_fen}
    if refusal.code == "elder_inactive":
        facts["status"] = refusal.reason
    return {
        "outcome": refusal.code,
        "reason": refusal.reason,
        "receipt": None,
        "elder_id": elder.id if elder else None,
        "service_date": day.isoformat(),
        "meal": None,
        "balance_fen": balance_fen,
        "codes": [refusal.code],
        "facts": facts,
        "late": late,
    }


def first_facts(refusal: Refusal, counter: CounterPlace) -> dict[str, object]:
    """When and where the first portion was served."""
    first = refusal.first
    assert first is not None
    return {
        "first_time": f"{local_time(first.read_at):%H:%M}",
        "first_channel": first.channel,
        "first_canteen": first.canteen_name,
        "first_meal": first.uid,
        "own_canteen": first.canteen_id == counter.canteen.id,
    }


def dump(stored: Stored) -> str:
    """The stored form as text."""
    return json.dumps(stored, ensure_ascii=False, sort_keys=True)


def draw(session: Session, id_: str, text: str) -> dict[str, Any]:
    """The answer's body (contract.md §4) from its stored text."""
    stored: Stored = json.loads(text)
    elder = None
    if stored["elder_id"] is not None:
        day = date.fromisoformat(stored["service_date"])
        facts = load_facts(session, stored["elder_id"], day)
        age = facts.age(day)
        elder = {
            "name": facts.name,
            "number": facts.number,
            "age_band": None if age is None else age_band(age),
        }
    balance_fen = stored["balance_fen"]
    return {
        "id": id_,
        "outcome": stored["outcome"],
        "reason": stored["reason"],
        "receipt": stored["receipt"],
        "elder": elder,
        "meal": stored["meal"],
        "purse": None if balance_fen is None else {"balance_fen": balance_fen},
        "messages": draw_messages(stored),
        "late": stored["late"],
    }


def draw_messages(stored: Mapping[str, Any]) -> list[dict[str, object]]:
    """The messages of a stored answer, one a code."""
    return [message(code, stored["facts"]) for code in stored["codes"]]
