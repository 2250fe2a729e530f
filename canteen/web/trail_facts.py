"""What an audit line says of before and after, as rows of a small table: field, was, is.

The recorded text stays the evidence; here it is only read aloud: fen as yuan, instants in local time,
fields and codes in words where there are any.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_datetime

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.day_tables import CHANNEL_NAMES
from canteen.rules.delivery_ladder import RESULTS, STEPS
from canteen.rules.diets import CONTENTS, DIETS
from canteen.rules.food_safety import LIMITS, celsius_text
from canteen.rules.outcomes import BY_CODE, MEALTIMES
from canteen.rules.price_list import KINDS as SOLD_AS
from canteen.rules.welfare import CAUSES, CONTACTS, FOUND
from canteen.services.donations import PAYS
from canteen.web.audit_words import CORRECTIONS, VOIDS
from canteen.web.delivery_words import CANCELS, DECISIONS, LANES, LEFT
from canteen.web.door_page import TITLES, role_title
from canteen.web.figures import yuan
from canteen.web.funder_words import PAYMENT_SOURCES
from canteen.web.i18n import pick
from canteen.web.order_words import SOURCES as ORDERED_BY
from canteen.web.order_words import weekdays
from canteen.web.register_words import KINDS, SEXES, STATUSES
from canteen.web.trail_fields import FIELDS


def _words(table: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {code: (one.zh, one.en) for code, one in table.items()}


#: field → code → its words
CODES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "cancelled": CANCELS,
    "cause": CAUSES,
    "changed": FIELDS,
    "channel": CHANNEL_NAMES,
    "code": REGISTER_CATEGORIES | _words(DIETS),
    "contact": CONTACTS,
    "contents": CONTENTS,
    "decision": DECISIONS,
    "found": _words(FOUND),
    "kind": {**KINDS, **SOLD_AS, **CORRECTIONS, **_words(LIMITS)},
    "left": LEFT,
    "mealtime": MEALTIMES,
    "outcome": _words(BY_CODE),
    "pay": PAYS,
    "reason": VOIDS,
    "result": RESULTS,
    "sex": SEXES,
    "source": ORDERED_BY | PAYMENT_SOURCES,
    "state": LANES,
    "status": STATUSES,
    "step": STEPS,
    "what": {"phones": ("电话", "phones")},
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
#: of a longer list the first ones are shown, and how many there are
LISTED_MAX = 8
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of an audit line; `was` and `now_is` are None where that side of the line says nothing."""

    name: str
    was: str | None
    now_is: str | None


def list_facts(action: str, before: str | None, after: str | None) -> list[Fact]:
    """The fields of a line as they were recorded; of those on both sides only the ones that differ."""
    was, now_is = _read(before), _read(after)
    return [
        Fact(_field(action, key), _side(key, was), _side(key, now_is))
        for key in was | now_is
        if key not in was or key not in now_is or was[key] != now_is[key]
    ]


def _read(text: str | None) -> dict[str, object]:
    told: dict[str, object] = json.loads(text) if text else {}
    return told


def _side(key: str, told: Mapping[str, object]) -> str | None:
    return _value(key, told[key]) if key in told else None


def _field(action: str, key: str) -> str:
    """A field in words; of one that means something else for an action, by both."""
    return pick(*FIELDS.get(f"{action}/{key}", FIELDS.get(key, (key, key))))


def _value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return pick("是", "yes") if value else pick("否", "no")
    if isinstance(value, int):
        return _number(key, value)
    if isinstance(value, str):
        return _text(key, value)
    if isinstance(value, list):
        return _listed([_value(key, one) for one in value])
    if isinstance(value, dict):
        return _listed([f"{name}: {_value(key, one)}" for name, one in value.items()])
    return NOTHING


def _number(key: str, value: int) -> str:
    if key == "fen" or key.endswith("_fen"):
        return yuan(value)
    return celsius_text(value) if key == "celsius_tenths" else str(value)


def _text(key: str, value: str) -> str:
    if INSTANT.fullmatch(value):
        return format_datetime(datetime.fromisoformat(value), "yyyy-MM-dd HH:mm:ss")
    if key == "open_weekdays" and value.isascii() and value.isdigit():
        return weekdays(value)
    if key == "role" and value in TITLES:
        return role_title(value)
    return pick(*CODES.get(key, {}).get(value, (value, value)))


def _listed(values: list[str]) -> str:
    if not values:
        return NOTHING
    text = pick("、", ", ").join(values[:LISTED_MAX])
    if len(values) > LISTED_MAX:
        text += pick(f"…… 共 {len(values)} 项", f" … {len(values)} in all")
    return text
