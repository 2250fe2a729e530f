"""A family asks that another of its elders be enrolled; so does anybody who has a canteen's link."""

import uuid
from dataclasses import dataclass

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import enrolments, family
from canteen.services.enrolments import EnrolmentAsked
from canteen.services.family import CanteenToAsk
from canteen.services.person_links import LinkHolder
from canteen.web import family_words, register_words
from canteen.web.acting import Acting
from canteen.web.canteens import see_other
from canteen.web.family import blueprint, find_family
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.links import get_link
from canteen.web.peer import origin

SEXES = ("F", "M")
NAME_MAX, PHONE_MAX, ID_MAX, UID_MAX = 60, 30, 30, 40


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who came in: a family's link or a canteen's, and the canteen that is asked."""

    link: LinkHolder
    canteen: CanteenToAsk | None
    is_family: bool


@blueprint.get("/enrolment")
def enrolment() -> str:
    return _page(_get_asker(), Form())


@blueprint.post("/enrolment")
def enrolment_ask() -> Response | tuple[str, int]:
    asker = _get_asker()
    form = Form(request.form)
    asked = EnrolmentAsked(
        uid=form.text("uid", most=UID_MAX),
        name=form.text("name", most=NAME_MAX),
        asker=form.text("asker", most=NAME_MAX),
        asker_phone=form.text("asker_phone", most=PHONE_MAX),
        id_number=form.text("id_number", most=ID_MAX, is_needed=False),
        sex=form.choice("sex", SEXES, is_needed=False),
        born=form.day("born", is_needed=False),
        phone=form.text("phone", most=PHONE_MAX, is_needed=False),
        address=form.text("address"),
    )
    if not form.faults and asker.canteen is not None:
        with form.refusals():
            database().run(
                enrolments.ask,
                canteen_id=asker.canteen.id,
                link_id=asker.link.id,
                asked=asked,
                **Acting(by=asker.link.actor, origin=origin(), now=clock.instant()),
            )
            return see_other("family.enrolment", done="enrolment")
    return _page(asker, form), 422


def _get_asker() -> _Asker:
    found = find_family()
    if found is not None:
        return _Asker(found.link, found.person.canteen, True)
    link = get_link("enrolment")
    assert link.canteen_id is not None, "a canteen's link names its canteen"
    canteen = database().read(family.get_canteen_to_ask, canteen_id=link.canteen_id)
    return _Asker(link, canteen, False)


def _page(asker: _Asker, form: Form) -> str:
    """What was asked before is shown to a family only: a canteen's link is many people's."""
    asked = (
        database().read(enrolments.list_of_link, link_id=asker.link.id) if asker.is_family else ()
    )
    return render_template(
        "family/enrolment.html",
        canteen=asker.canteen,
        holder=asker.link.holder or "",
        is_family=asker.is_family,
        asked=asked,
        form=form,
        sexes=[(code, register_words.sex(code)) for code in SEXES],
        today=local_date(clock.instant()),
        uid=uuid.uuid4(),
        w=family_words,
    )
