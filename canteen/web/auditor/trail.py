"""The audit trail by who, what, which object and when, newest first."""

from flask import render_template, request

from canteen.services.audit_trail import TrailAsked, list_trail
from canteen.web import audit_words, trail_words
from canteen.web.auditor import blueprint
from canteen.web.auth import get_signed_in
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.trail_facts import list_facts

TEXT_LENGTH_MAX = 120
ID_DIGITS_MAX = 15


@blueprint.get("/trail")
def trail() -> str | tuple[str, int]:
    form = Form(request.args)
    asked = TrailAsked(
        actor=form.text("who", most=TEXT_LENGTH_MAX, is_needed=False),
        action=form.text("what", most=TEXT_LENGTH_MAX, is_needed=False),
        object_kind=form.choice("kind", audit_words.OBJECTS, is_needed=False),
        object_id=form.text("object", most=TEXT_LENGTH_MAX, is_needed=False),
        first=form.day("first", is_needed=False),
        last=form.day("last", is_needed=False),
        before=_read_id(request.args.get("before", "")),
    )
    found = None
    if not form.faults:
        found = database().read(list_trail, grants=get_signed_in().grants, asked=asked)
    kinds = [(code, pick(*words)) for code, words in audit_words.OBJECTS.items()]
    keys = ("who", "what", "kind", "object", "first", "last")
    page = render_template(
        "auditor/trail.html",
        form=form,
        found=found,
        kinds=kinds,
        actions=trail_words.list_choices(asked.action),
        address={key: form.typed[key] for key in keys if form.typed.get(key)},
        w=audit_words,
        done=trail_words.action,
        list_facts=list_facts,
    )
    return (page, 422) if form.faults else page


def _read_id(text: str) -> int | None:
    is_id = text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX
    return int(text) if is_id else None
