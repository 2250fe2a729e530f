"""The form of an order of deliveries, as the community's desk and the counter show it."""

import uuid
from datetime import date

from canteen.rules.days import MEALTIMES
from canteen.rules.delivery_asked import OrderAsked
from canteen.rules.delivery_orders import PORTIONS_MAX
from canteen.web.forms import Form

WEEKDAYS = "1234567"
KINDS = ("standing", "single")
UUID_LENGTH = 36


def new_id() -> str:
    """What makes a form that is sent twice one act."""
    return str(uuid.uuid4())


def read_order(form: Form, sources: tuple[str, ...]) -> OrderAsked | None:
    """What was asked for; None with the faults told. A call names who called."""
    kind = form.choice("kind", KINDS)
    mealtimes = tuple(one for one in MEALTIMES if form.yes(one))
    if not mealtimes:
        form.fault("mealtimes", "请选餐次", "Choose the mealtimes")
    weekdays = "".join(digit for digit in WEEKDAYS if form.yes(f"day-{digit}"))
    if kind == "standing" and not weekdays:
        form.fault("weekdays", "请选星期", "Choose the weekdays")
    from_on, to_on = form.day("from_on"), form.day("to_on", is_needed=False)
    portions = form.whole("portions", least=1, most=PORTIONS_MAX)
    source = form.choice("source", sources)
    name = form.text("asked_by_name", most=60, is_needed=source == "phone")
    reason = form.text("reason", is_needed=False)
    address = form.text("address", is_needed=False)
    note = form.text("note", most=100, is_needed=False)
    uid = form.text("id", most=UUID_LENGTH)
    if form.faults or from_on is None or portions is None:
        return None
    return OrderAsked(
        uid, kind, weekdays, mealtimes, from_on, to_on if kind == "standing" else None, portions,
        source, name or None, reason or None, address or None, note or None,
    )  # fmt: skip


def offered(from_on: date) -> dict[str, str]:
    """What stands in a new form: lunch, every day, from that day on."""
    return {
        "kind": "standing",
        "lunch": "1",
        "portions": "1",
        "from_on": from_on.isoformat(),
        **{f"day-{digit}": "1" for digit in WEEKDAYS},
    }
