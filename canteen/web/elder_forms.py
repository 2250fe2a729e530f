"""Forms about one elder: a page with a few fields, the same for every act at the community's desk.

    form = Form(request.form)
    name = form.text("name")
    return submit(number, form, _page, elder_notes.add_contact, name=name)

`_page(number, form)` draws `ask_page(number, ElderForm(title=…, button=…, asks=(Ask(…), …)), form)`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from canteen import clock
from canteen.services import elder_page
from canteen.web import register_words
from canteen.web.auth import get_signed_in
from canteen.web.canteens import see_other
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.peer import origin


@dataclass(frozen=True, slots=True)
class Ask:
    """A field: a line of text, a day, or a choice of (value, words)."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    #: words of the empty choice
    empty: str = ""
    most: int = 200
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class ElderForm:
    """What a form says around its fields. `notes` stand above them."""

    title: str
    button: str
    asks: tuple[Ask, ...]
    notes: tuple[str, ...] = ()


def ask_page(number: str, asked: ElderForm, form: Form) -> str:
    """The page with the form; faults stand beside their fields."""
    return render_template(
        "community/elder_form.html",
        person=database()
        .read(elder_page.get_elder_page, number=number, now=clock.instant())
        .person,
        asked=asked,
        form=form,
        w=register_words,
    )


def act(use_case: Callable[..., Any], **given: Any) -> Any:
    """Do it as the signed-in person, now."""
    return database().run(
        use_case, **given, by=get_signed_in().actor, origin=origin(), now=clock.instant()
    )


def submit(
    number: str,
    form: Form,
    page: Callable[[str, Form], str],
    use_case: Callable[..., Any],
    **given: Any,
) -> Response | tuple[str, int]:
    """Do it to this elder and lead back to her page; else the form again, with what is wrong."""
    if not form.faults:
        with form.refusals():
            act(use_case, number=number, **given)
            return see_other("community.elders_show", number=number)
    return page(number, form), 422
