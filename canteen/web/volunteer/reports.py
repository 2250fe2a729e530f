"""What a volunteer reports from her doors: many at once from her phone's queue, or one by a plain form.

Each is a unit of work of its own, under the id that was made at the tap: one that fails holds up no
other, and one that is sent again is answered as the first time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, request
from marshmallow import Schema, fields

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.delivery_ladder import RESULTS, STEPS
from canteen.rules.delivery_reports import KINDS, NEXT_DAY, WELLBEING
from canteen.rules.errors import Busy, CanteenError
from canteen.services import (
    delivery_going_out,
    delivery_ladder,
    delivery_reports,
    volunteer_rounds,
)
from canteen.services.delivery_reports import ReportAsked
from canteen.services.person_links import LinkHolder
from canteen.web.api import PREFIX, answer, load, operation
from canteen.web.errors import problem_of
from canteen.web.fields import Choice, Several, Strict, Uid, Whole, Words
from canteen.web.figures import daytext
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.links import get_link
from canteen.web.peer import origin
from canteen.web.volunteer import blueprint
from canteen.web.volunteer_day import show_day

BATCH_MAX = 50
#: what found no signal waits on the phone for the next link, of the month at the longest
AGE_MS_MAX = 31 * 86_400_000
RECEIVER_LENGTH_MAX = 60
DISHES_MAX = 99
#: a round that is said to have left so long ago left without a signal: its doors tell when
LATE_MS = 60_000
#: what was settled about the next meal, when it is not just as she wants
NEXT_MEAL = {
    "ordered": ("{day} 的饭订好了", "Ordered for {day}"),
    "asked": ("{day} 的饭已替她问社区", "The community is asked about {day}"),
    "called_off": ("{day} 不送了", "Nothing is brought on {day}"),
    "waits": ("{day} 登记了停送，没有改", "Nothing changed for {day}: her deliveries are paused"),
    "over": ("{day} 已经过了，没有改", "{day} is over: nothing changed"),
    "closed": ("还没有下一个开餐日，没有改", "No next open day is known: nothing changed"),
}


class ReportBody(Strict):
    """What was tapped: about a delivery, a step before its closed door, or a round that goes out."""

    id = Uid(required=True)
    uid = Uid(required=True)
    kind = Choice(*KINDS, "step", "go_out", required=True)
    age_ms = Whole(most=AGE_MS_MAX, load_default=0)
    receiver = Words(longest=RECEIVER_LENGTH_MAX, load_default=None)
    dishes_back = Whole(most=DISHES_MAX, load_default=None)
    wellbeing = Choice(*WELLBEING, load_default=None)
    next_day = Choice(*NEXT_DAY, load_default=None)
    step = Choice(*STEPS, load_default=None)
    result = Choice(*RESULTS, load_default=None)


class ReportsBody(Strict):
    """Reports in the order of the taps."""

    reports = Several(fields.Nested(ReportBody), most=BATCH_MAX, required=True)


class ResultAnswer(Schema):
    """What came of one report: applied, same, conflict or refused; `words` unless it was just taken."""

    id = fields.String()
    outcome = fields.String()
    words = fields.String()


class ReportsAnswer(Schema):
    """One result for each report that was sent."""

    results = fields.List(fields.Nested(ResultAnswer))


@dataclass(frozen=True, slots=True)
class Result:
    """What one report is answered with."""

    id: str
    outcome: str
    words: str


@blueprint.post(f"{PREFIX}/volunteer/reports")
@operation(
    "What the volunteer tapped, in order; the same id is applied once",
    takes=ReportsBody,
    answers=ReportsAnswer,
    statuses={200: "each is answered by itself"},
)
def reports_post(asked: dict[str, list[dict[str, Any]]]) -> Response:
    link = get_link("volunteer")
    now = clock.instant()
    results = [_take(link, one, now) for one in _in_order(asked["reports"])]
    return answer(
        {"results": [{"id": one.id, "outcome": one.outcome, "words": one.words} for one in results]}
    )


@blueprint.post("/volunteer/reports")
def reports_form() -> Response | str:
    """One report of the page without its script."""
    typed: dict[str, Any] = {
        name: text for name, text in request.form.items() if text and name != "csrf"
    }
    if typed.get("dishes_back", "").isdecimal():
        typed["dishes_back"] = int(typed["dishes_back"])
    result = _take(get_link("volunteer"), load(ReportBody(), typed), clock.instant())
    if result.words:
        return show_day(result.words)
    made = redirect("/volunteer", 303)
    assert isinstance(made, Response)
    return made


def _in_order(reports: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """As tapped; but a round that left without a signal leaves after its doors were told, each of which
    then went out at its own time."""
    return sorted(reports, key=lambda one: one["kind"] == "go_out" and one["age_ms"] > LATE_MS)


def _take(link: LinkHolder, one: dict[str, Any], now: datetime) -> Result:
    try:
        return _apply(link, one, now)
    except Busy:
        raise  # nothing is lost: the phone sends all of it again
    except CanteenError as error:
        problem, _ = problem_of(error)
        return Result(one["id"], "refused", str(problem["detail"]))


def _apply(link: LinkHolder, one: dict[str, Any], now: datetime) -> Result:
    assert link.volunteer_id is not None, "a volunteer's link names her"
    hers: dict[str, Any] = {"uid": one["uid"], "volunteer_id": link.volunteer_id, "now": now}
    at = now - timedelta(milliseconds=one["age_ms"])
    if one["kind"] == "go_out":
        if database().read(volunteer_rounds.check_round, **hers) != local_date(now):
            return Result(one["id"], "same", "")  # each of its doors told when it was reached
        database().run(
            delivery_going_out.go_out, run=one["uid"], by=link.actor, origin=origin(), now=now
        )
        return Result(one["id"], "applied", "")
    day = database().read(volunteer_rounds.check_door, **hers)
    if one["kind"] == "step":
        database().run(
            delivery_ladder.take_step,
            id=one["id"],
            uid=one["uid"],
            step=one["step"],
            result=one["result"],
            done_at=at,
            by=link.actor,
            now=now,
        )
        return Result(one["id"], "applied", "")
    told = (
        database()
        .run(
            delivery_reports.report,
            asked=ReportAsked(
                id=one["id"],
                delivery=one["uid"],
                kind=one["kind"],
                reported_at=at,
                receiver=one["receiver"],
                dishes_back=one["dishes_back"],
                wellbeing=one["wellbeing"],
                next_day=one["next_day"],
                volunteer=link.number,
            ),
            by=link.actor,
            now=now,
        )
        .body
    )
    words = [] if told["outcome"] == "applied" else [pick(told["zh"], told["en"])]
    settled = told["next_day"] or {}
    if settled.get("code") in NEXT_MEAL:
        words.append(pick(*NEXT_MEAL[settled["code"]]).format(day=settled["day"]))
    if words and day != local_date(now):
        words[0] = f"{daytext(day)}{pick('：', ': ')}{words[0]}"
    return Result(one["id"], told["outcome"], pick("；", "; ").join(words))
