"""A sample of a period's meals, drawn by a seed: on the page, and as a work sheet to fill in."""

from dataclasses import dataclass

from flask import Response, render_template

from canteen import clock
from canteen.rules.errors import Invalid
from canteen.services.audit_samples import (
    COUNT_MAX,
    SEED_LENGTH_MAX,
    STRATA,
    Sample,
    SampleAsked,
    draw_sample,
)
from canteen.web import audit_books, audit_words
from canteen.web.audit_periods import Period, read_period
from canteen.web.auditor import blueprint
from canteen.web.auth import missing
from canteen.web.door_page import CanteenInReach, list_reach
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.printing import printed

VIEW = "audit.view"
COUNT = "25"
FORMS = ("pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for; `sample` None: nothing yet, or something is wrong with it."""

    form: Form
    period: Period
    canteens: list[CanteenInReach]
    sample: Sample | None

    @property
    def address(self) -> dict[str, str]:
        """As an address carries it on, to the prints."""
        keys = ("seed", "count", "by", "canteen")
        return {**self.period.asked, **{key: self.form.typed.get(key, "") for key in keys}}


@blueprint.get("/samples")
def samples() -> str | tuple[str, int]:
    asked = _read()
    page = render_template(
        "auditor/samples.html",
        form=asked.form,
        canteens=asked.canteens,
        sample=asked.sample,
        address=asked.address,
        strata=[(code, pick(*audit_words.STRATA[code])) for code in STRATA],
        w=audit_words,
    )
    return (page, 422) if asked.form.faults else page


@blueprint.get("/samples/print.<form>")
def samples_print(form: str) -> Response:
    asked = _read()
    if form not in FORMS or asked.sample is None:
        raise missing()
    return printed(audit_books.sample_book(asked.sample, clock.instant()), form)


def _read() -> _Asked:
    read, period = read_period()
    form = Form({"count": COUNT, "seed": "", **read.typed})
    form.faults |= read.faults
    canteens = list_reach(VIEW)
    codes = [one.code for one in canteens]
    chosen = form.choice("canteen", codes, is_needed=False)
    if "seed" not in read.typed and "count" not in read.typed:
        return _Asked(form, period, canteens, None)
    asked = SampleAsked(
        canteens=(chosen,) if chosen else tuple(codes),
        first=period.first,
        last=period.last,
        seed=form.text("seed", most=SEED_LENGTH_MAX),
        count=form.whole("count", least=1, most=COUNT_MAX) or 0,
        by=form.choice("by", STRATA, is_needed=False),
    )
    if form.faults:
        return _Asked(form, period, canteens, None)
    try:
        return _Asked(form, period, canteens, database().read(draw_sample, asked=asked))
    except Invalid as error:
        form.fault("last", error.zh, error.en)
        return _Asked(form, period, canteens, None)
