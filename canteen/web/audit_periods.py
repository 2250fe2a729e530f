"""The period of the auditor's pages: two days of the address, both included; at first the running month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import request

from canteen import clock
from canteen.rules.days import local_date
from canteen.web.forms import Form


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, and how an address carries them on."""

    first: date
    last: date

    @property
    def asked(self) -> dict[str, str]:
        """As an address has them."""
        return {"first": f"{self.first}", "last": f"{self.last}"}


def read_period() -> tuple[Form, Period]:
    """The period asked for, with the form that says what is wrong with it; the month's where it is."""
    today = local_date(clock.instant())
    month = Period(today.replace(day=1), today)
    form = Form(_filled(month))
    first, last = form.day("first"), form.day("last")
    if first is not None and last is not None and last < first:
        form.fault("last", "最后一天不能早于第一天", "The last day cannot be before the first")
    if first is None or last is None or form.faults:
        return form, month
    return form, Period(first, last)


def _filled(month: Period) -> Mapping[str, str]:
    return {**month.asked, **{key: value for key, value in request.args.items() if value.strip()}}
