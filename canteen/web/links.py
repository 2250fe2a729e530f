"""Coming in by a link or by a number and its PIN, and the guard of the doors that open so.

A signed-in official is nobody at these doors: what a volunteer or a family sees is theirs alone.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for

from canteen import clock
from canteen.rules.errors import Refused
from canteen.rules.sign_in import fold_name
from canteen.services import person_links, sign_in
from canteen.services.person_links import PIN_DIGITS, LinkHolder
from canteen.web.acting import acting
from canteen.web.auth import SAFE_METHODS, TOKEN_LENGTH_MAX, find_signed_in, missing
from canteen.web.errors import API
from canteen.web.house import database
from canteen.web.link_cookie import find_holder, forget, keep
from canteen.web.peer import origin
from canteen.web.secret_tries import Wrong, hashing, told_on_page

blueprint = Blueprint("links", __name__)

#: kind → the page its holder comes to
DOORS = {"volunteer": "/volunteer", "family": "/family", "enrolment": "/family/enrolment"}
NUMBER_LENGTH_MAX = 40
PIN_LENGTH_MAX = 20


@dataclass(frozen=True, slots=True)
class LinkToShow:
    """A link just made: its full address and its PIN, kept nowhere and shown once."""

    id: int
    address: str
    pin: str | None
    valid_on: date | None


def find_link(kind: str) -> LinkHolder | None:
    """The live link of this kind the browser came in by; an official has none."""
    if find_signed_in() is not None:
        return None
    holder = find_holder()
    return holder if holder is not None and holder.kind == kind else None


def get_link(kind: str) -> LinkHolder:
    """The live link of this kind; Refused (403) without one."""
    holder = find_link(kind)
    if holder is None:
        raise Refused(
            "link_needed",
            "这一页要用您自己的链接或口令打开；链接可能过期了，请找社区要新的",
            "This page opens with your own link or PIN; it may have ended: ask the community",
        )
    return holder


def link_door(kind: str, *open_endpoints: str) -> Callable[[], Response | None]:
    """A guard for a door's blueprint: without a live link of `kind` only the open endpoints answer.

    A page that is asked for leads to the door's first page, where the PIN is typed."""

    def guard() -> Response | None:
        if request.endpoint in open_endpoints or find_link(kind) is not None:
            return None
        if request.method in SAFE_METHODS and not request.path.startswith(API):
            return _see(DOORS[kind])
        get_link(kind)
        return None

    return guard


@blueprint.get("/link/<token>")
def open_link(token: str) -> Response:
    """Enter by the link: a cookie keeps it, so that the token stands in no later address."""
    holder = (
        database().read(person_links.find_by_token, token=token, now=clock.instant())
        if len(token) <= TOKEN_LENGTH_MAX
        else None
    )
    if holder is not None:
        return _enter(holder)
    ended = (
        database().read(person_links.find_ended, token=token)
        if len(token) <= TOKEN_LENGTH_MAX
        else None
    )
    if ended is None:
        raise missing()
    return keep(_see(DOORS[ended.kind]), ended)  # the page tells that it has ended


@blueprint.post("/leave")
def leave() -> Response:
    """Be nobody in this browser; the link goes on elsewhere."""
    holder = find_holder()
    return forget(_see("/" if holder is None else DOORS[holder.kind]))


def show_pin_page(
    kind: str, number: str = "", wrong: str = "", ask: tuple[str, str | None] | None = None
) -> str:
    """Where a number and its PIN are typed. `ask` when a link was revoked: the canteen, and its phone."""
    return render_template("link_pin.html", kind=kind, number=number, wrong=wrong, ask=ask)


def enter_by_form(kind: str) -> Response:
    """What was typed on that page: in, or the page once more with what is wrong."""
    number = request.form.get("number", "")[:NUMBER_LENGTH_MAX]
    try:
        return _enter(_find_by_pin(kind, number, request.form.get("pin", "")[:PIN_LENGTH_MAX]))
    except Refused as error:
        return told_on_page(error, lambda told: show_pin_page(kind, number, told))


def _find_by_pin(kind: str, number: str, pin: str) -> LinkHolder:
    """Refused: `link_signed_in` an official, `sign_in_wrong`, `sign_in_wait`."""
    if find_signed_in() is not None:
        raise Refused(
            "link_signed_in",
            "这个浏览器里登录着工作账号，请先退出",
            "An office account is signed in in this browser; sign out first",
        )
    key = fold_name(number)
    with hashing():
        tried = database().run(
            sign_in.begin_try,
            key=f"{kind}:{key}",
            kind=kind,
            origin=origin(),
            now=clock.instant(),
        )
        wrong = Wrong(tried, "编号或口令不对", "Wrong number or PIN")
        attempt_id = wrong.get_attempt()
        pins = database().read(person_links.list_pins, kind=kind, number=key, now=clock.instant())
        # A number nobody has takes the time of one with a PIN.
        fitting = [
            link_id
            for link_id, pin_hash in pins or [(0, sign_in.NOBODY_HASH)]
            if sign_in.is_password(pin_hash, fold_name(pin))
        ]
    for link_id in fitting:
        holder = database().read(person_links.find_holder, link_id=link_id, now=clock.instant())
        if holder is not None:
            database().run(sign_in.finish_try, attempt_id=attempt_id)
            return holder
    raise wrong.refused()


def make_link(
    kind: str,
    target_id: int,
    *,
    has_pin: bool = True,
    valid_on: date | None = None,
    holder: str | None = None,
    shows: Collection[str] = (),
) -> LinkToShow:
    """Make a link for the signed-in person to hand out, to the volunteer, elder or canteen of that id."""
    pin = None
    if has_pin:
        digits = PIN_DIGITS[kind]
        pin = str(secrets.randbelow(10**digits)).zfill(digits)
    with hashing():
        pin_hash = None if pin is None else sign_in.hash_password(pin)
    made = database().run(
        person_links.create_link,
        kind=kind,
        target_id=target_id,
        pin_hash=pin_hash,
        valid_on=valid_on,
        holder=holder,
        shows=shows,
        **acting(),
    )
    return LinkToShow(
        made.id, url_for("links.open_link", token=made.token, _external=True), pin, valid_on
    )


def _enter(holder: LinkHolder) -> Response:
    database().run(person_links.mark_seen, holder=holder, origin=origin(), now=clock.instant())
    return keep(_see(DOORS[holder.kind]), holder)


def _see(where: str) -> Response:
    made = redirect(where, 303)
    assert isinstance(made, Response)
    return made
