"""Who is asking, and whether they may: sessions, display links, the doors' guards, form tokens.

A door names one permission; its guard runs before any of its routes. What lies outside a person's scope
answers exactly as if it did not exist. Every write needs a token that only our own pages can know.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, Response, g, redirect, request
from sqlalchemy.exc import SQLAlchemyError

from canteen import clock
from canteen.rules.errors import NotFound, Refused
from canteen.rules.roles import Place, may
from canteen.services import places, sign_in
from canteen.services.person_links import LinkHolder
from canteen.services.places import CanteenLine, CounterLine
from canteen.services.sign_in import SignedIn
from canteen.web.errors import API
from canteen.web.here import asked_address
from canteen.web.house import database, house
from canteen.web.link_cookie import find_holder

SESSION_COOKIE = "canteen_session"
DISPLAY_COOKIE = "canteen_display"
FORM_COOKIE = "canteen_form"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_LENGTH_MAX = 200
#: these sign each request with their own key, and carry no cookie that a foreign page could use
SIGNED_DOOR = "reader"


def install(app: Flask) -> None:
    """Check the token of every write of `app`, and give the templates theirs."""
    app.before_request(_check_form_token)
    app.after_request(_set_form_cookie)
    app.context_processor(lambda: {"csrf_token": form_token, "signed_in": find_for_page})


def find_signed_in() -> SignedIn | None:
    """Who is signed in; looked up once a request."""
    if "signed_in" not in g:
        token = request.cookies.get(SESSION_COOKIE, "")
        g.signed_in = (
            database().read(sign_in.find_session, token=token, now=clock.instant())
            if 0 < len(token) <= TOKEN_LENGTH_MAX
            else None
        )
    found: SignedIn | None = g.signed_in
    return found


def get_signed_in() -> SignedIn:
    """Who is signed in; Refused (401) when nobody is."""
    found = find_signed_in()
    if found is None:
        raise Refused("signed_out", "请先登录", "Sign in first")
    return found


def require(permission: str, place: Place | None = None) -> SignedIn:
    """The person, if she has `permission` (at `place`). 401 nobody, 403 wrong role, 404 out of scope."""
    person = get_signed_in()
    if not may(person.grants, permission):
        raise Refused(
            "not_permitted",
            "您的账号不能做这个",
            "Your account may not do this",
            permission=permission,
        )
    if place is not None and not may(person.grants, permission, place):
        raise missing()
    return person


def missing() -> NotFound:
    """The answer to what does not exist, or not for the asker."""
    return NotFound("not_found", "没有找到", "Not found")


def door(permission: str) -> Callable[[], Response | None]:
    """A guard for a door's blueprint: pages send a stranger to the sign-in, the interface answers 401."""

    def guard() -> Response | None:
        if find_signed_in() is None and not request.path.startswith(API):
            if request.method in SAFE_METHODS:
                return _to_sign_in()
            raise Refused("signed_out", "请先登录", "Sign in first")
        require(permission)
        return None

    return guard


def _to_sign_in() -> Response:
    made = redirect(f"/sign-in?next={quote(asked_address(), safe='/')}", 303)
    assert isinstance(made, Response)
    return made


def get_counter(permission: str, counter_id: int) -> CounterLine:
    """The counter, if the person has `permission` there."""
    person = require(permission)
    counter = database().read(places.find_counter, counter_id=counter_id)
    if counter is None or not may(person.grants, permission, counter.place):
        raise missing()
    return counter


def get_canteen(permission: str, code: str) -> CanteenLine:
    """The canteen of a code, if the person has `permission` there."""
    person = require(permission)
    canteen = database().read(places.find_canteen, code=code)
    if canteen is None or not may(person.grants, permission, canteen.place):
        raise missing()
    return canteen


def find_display_counter() -> int | None:
    """The counter whose display the device link in the cookie opens; None without a live link."""
    if "display_counter" not in g:
        token = request.cookies.get(DISPLAY_COOKIE, "")
        g.display_counter = (
            database().read(places.find_counter_of_token, token=token)
            if 0 < len(token) <= TOKEN_LENGTH_MAX
            else None
        )
    found: int | None = g.display_counter
    return found


def get_display(counter_id: int) -> CounterLine:
    """The counter whose display may be seen: by its device link, or by its cashier."""
    if find_display_counter() == counter_id:
        counter = database().read(places.find_counter, counter_id=counter_id)
        assert counter is not None, "a device link names its counter"
        return counter
    if find_signed_in() is None and find_display_counter() is not None:
        raise missing()
    return get_counter("counter.view", counter_id)


def find_for_page() -> SignedIn | None:
    """Who is signed in, for a page that must be drawn even when the database is out of reach."""
    try:
        return find_signed_in()
    except SQLAlchemyError:
        g.signed_in = None
        return None


def _find_holder_for_page() -> LinkHolder | None:
    try:
        return find_holder()
    except SQLAlchemyError:
        g.link_holder = None
        return None


def form_token() -> str:
    """The token our own forms carry: the session's, the link's, or one bound to a cookie of this browser."""
    person = find_for_page() or _find_holder_for_page()
    if person is not None:
        return person.csrf
    nonce = request.cookies.get(FORM_COOKIE) or g.get("form_nonce")
    if not nonce or len(nonce) > TOKEN_LENGTH_MAX:
        nonce = g.form_nonce = secrets.token_urlsafe(18)
    return _bound(nonce)


def _bound(nonce: str) -> str:
    return hmac.new(house().secret, f"form:{nonce}".encode(), hashlib.sha256).hexdigest()


def _set_form_cookie(response: Response) -> Response:
    if "form_nonce" in g:
        response.set_cookie(
            FORM_COOKIE, g.form_nonce, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response


def _check_form_token() -> None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    if request.blueprint == SIGNED_DOOR:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not given and not request.is_json:
        given = request.form.get(CSRF_FIELD, "")
    person = find_signed_in() or find_holder()
    if person is not None:
        expected = person.csrf
    elif request.path.startswith(API):
        return  # nobody's cookie is at work here; the door answers 401, the sign-in wants JSON
    else:
        expected = (
            _bound(request.cookies.get(FORM_COOKIE, "")) if FORM_COOKIE in request.cookies else ""
        )
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Refused(
            "csrf",
            "页面太久没有动，请重新打开再试",
            "The page has been open too long; open it again and try once more",
        )
