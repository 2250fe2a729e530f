"""Corrections at a door: what waits and what was decided, a meal to take back, meals to judge again.

The secretary asks, the street decides, finance does both: each door says what it may (`add_views`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, render_template, request

from canteen import clock
from canteen.rules.corrections import REASON_LENGTH_MAX
from canteen.rules.errors import NotFound
from canteen.rules.roles import may
from canteen.services import correction_lists, corrections, rejudging
from canteen.services.correction_lists import CorrectionLine
from canteen.services.corrections import MealNow
from canteen.web import correction_words
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.door_page import list_reach
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.register_reach import get_elder, list_areas

ASK, DECIDE = "correction.ask", "correction.decide"
RECEIPT_LENGTH_MAX, NUMBER_LENGTH_MAX, UID_LENGTH_MAX = 60, 40, 36


@dataclass(frozen=True, slots=True)
class Desk:
    """A door's desk: the permission that shows it, and whether one may ask or decide here."""

    name: str
    view: str
    asks: bool
    decides: bool

    def draw(self, template: str, form: Form, **given: object) -> str:
        """A page of the desk."""
        return render_template(
            template, desk=self, form=form, w=correction_words, me=get_signed_in().actor, **given
        )

    def index(self) -> str:
        return self._list(Form())

    def _list(self, form: Form) -> str:
        require(self.view)
        areas = list_areas(self.view)
        late = (
            database().read(rejudging.list_late, areas=areas, now=clock.instant())
            if self.asks and not self.decides
            else []
        )
        return self.draw(
            "corrections.html",
            form,
            waiting=database().read(correction_lists.list_waiting, areas=areas),
            decided=database().read(correction_lists.list_decided, areas=areas),
            late=late,
            canteens=list_reach(ASK) if self.decides else [],
        )

    def show(self, uid: str) -> str:
        return self.draw("correction.html", Form(), one=self._get(self.view, uid))

    def decide(self, uid: str) -> Response | tuple[str, int]:
        one = self._get(DECIDE, uid)
        form = Form(request.form)
        decision = form.choice("decision", ("approve", "refuse"))
        note = form.text("note", most=REASON_LENGTH_MAX, is_needed=False)
        charge = form.text("charge_reason", most=REASON_LENGTH_MAX, is_needed=False)
        if not form.faults:
            with form.refusals():
                database().run(
                    corrections.decide,
                    uid=uid,
                    is_approved=decision == "approve",
                    note=note,
                    charge_reason=charge,
                    **acting(),
                )
                return see_other(f"{self.name}.corrections_show", uid=uid)
        return self.draw("correction.html", form, one=one), 422

    def meal(self) -> str | tuple[str, int]:
        try:
            meal = self._get_meal(request.args.get("receipt", ""))
        except NotFound:
            form = Form(request.args)
            form.fault("receipt", "没有这个收据号，请核对", "No such receipt number: check it")
            return self._list(form), 404
        return self._meal_page(meal, Form())

    def ask(self) -> Response | tuple[str, int]:
        meal = self._get_meal(request.form.get("receipt", ""))
        form = Form(request.form)
        kept = form.choice("kept", correction_words.KEPT)
        reason = form.text("reason", most=REASON_LENGTH_MAX)
        uid = form.text("uid", most=UID_LENGTH_MAX)
        if not form.faults:
            with form.refusals():
                made = database().run(
                    corrections.ask_not_eaten,
                    uid=uid,
                    meal=meal.receipt,
                    reason=reason,
                    keeps_part=kept != "nothing",
                    keeps_fee=kept == "part_and_fee",
                    **acting(),
                )
                return see_other(f"{self.name}.corrections_show", uid=made)
        return self._meal_page(meal, form), 422

    def again(self) -> str | tuple[str, int]:
        form = Form(request.args)
        try:
            elder, canteen = self._whose(form)
        except NotFound:
            if not form.typed.get("elder"):
                raise
            form.fault("elder", "没有这位老人，请核对登记号", "No such elder: check her number")
            return self._list(form), 404
        first = form.day("first", is_needed=False)
        if elder and first is None and not form.faults:
            first = database().read(rejudging.find_first, number=elder)
        if first is None:
            if not form.faults:
                form.fault("first", "请填从哪天起", "Say from which day on")
            return self._list(form), 422
        if elder:
            changes = database().read(
                rejudging.list_changes, number=elder, first=first, canteens=self._codes()
            )
        else:
            changes = database().read(rejudging.list_changes_at, canteen=canteen, first=first)
        return self.draw(
            "corrections_again.html", form, changes=changes, first=first, elder=elder,
            canteen=canteen,
        )  # fmt: skip

    def ask_again(self) -> Response | tuple[str, int]:
        form = Form(request.form)
        elder, canteen = self._whose(form)
        first, reason = form.day("first"), form.text("reason", most=REASON_LENGTH_MAX)
        if not form.faults and first is not None:
            with form.refusals():
                codes = [canteen] if canteen else self._codes()
                whose = (
                    [elder]
                    if elder
                    else database().read(rejudging.list_concerned, canteen=canteen, first=first)
                )
                for number in whose:
                    database().run(
                        rejudging.ask_changes, number=number, first=first, reason=reason,
                        canteens=codes, **acting(),
                    )  # fmt: skip
                return see_other(f"{self.name}.corrections")
        return self._list(form), 422

    def _whose(self, form: Form) -> tuple[str, str]:
        """The elder of a register number, or the canteen: within reach, else there is none."""
        require(ASK)
        elder = form.text("elder", most=NUMBER_LENGTH_MAX, is_needed=False)
        canteen = form.text("canteen", most=NUMBER_LENGTH_MAX, is_needed=False)
        if elder:
            return get_elder(ASK, elder), ""
        if not canteen or not self.decides:
            raise missing()
        return "", get_canteen(ASK, canteen).code

    def _codes(self) -> list[str]:
        return [canteen.code for canteen in list_reach(ASK)]

    def _get(self, permission: str, uid: str) -> CorrectionLine:
        person = require(permission)
        one = database().read(correction_lists.find_correction, uid=uid)
        if one is None or not may(person.grants, permission, one.place):
            raise missing()
        return one

    def _get_meal(self, receipt: str) -> MealNow:
        person = require(ASK)
        if len(receipt) > RECEIPT_LENGTH_MAX:
            raise missing()
        meal = database().read(corrections.find_meal, meal=receipt.strip())
        if meal is None or not may(person.grants, ASK, meal.place):
            raise missing()
        return meal

    def _meal_page(self, meal: MealNow, form: Form) -> str:
        return self.draw(
            "corrections_meal.html",
            form,
            meal=meal,
            changes=database().read(correction_lists.list_of_meal, meal=meal.receipt),
            uid=str(uuid4()),
        )


def add_views(blueprint: Blueprint, view: str, *, asks: bool, decides: bool) -> None:
    """Put the desk on a door."""
    desk = Desk(blueprint.name, view, asks, decides)
    rules: list[tuple[str, str, Callable[..., Any], str]] = [
        ("", "corrections", desk.index, "GET"),
        ("/<uid>", "show", desk.show, "GET"),
    ]
    if asks:
        rules += [
            ("/meal", "meal", desk.meal, "GET"),
            ("/meal", "ask", desk.ask, "POST"),
            ("/again", "again", desk.again, "GET"),
            ("/again", "ask_again", desk.ask_again, "POST"),
        ]
    if decides:
        rules.append(("/<uid>/decide", "decide", desk.decide, "POST"))
    for part, name, function, method in rules:
        endpoint = name if name == "corrections" else f"corrections_{name}"
        blueprint.add_url_rule(f"/corrections{part}", endpoint, function, methods=[method])
