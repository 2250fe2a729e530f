"""Signing in and out, the choice of language, and the way from `/` to a person's own door."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request
from marshmallow import Schema, fields

from canteen import clock
from canteen.rules.errors import Refused
from canteen.rules.roles import STAFF_ROLES
from canteen.services import sign_in
from canteen.services.sign_in import SignedIn
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import SESSION_COOKIE, find_signed_in, get_signed_in
from canteen.web.fields import Strict, Words
from canteen.web.house import database
from canteen.web.i18n import COOKIE, COOKIE_SECONDS, LOCALES, choose_locale
from canteen.web.peer import origin
from canteen.web.secret_tries import Wrong, hashing, told_on_page

blueprint = Blueprint("sign_in", __name__)

#: role → the address of its door
DOORS = {
    "cashier": "/counter",
    "kitchen": "/kitchen",
    "secretary": "/community",
    "street": "/street",
    "volunteer": "/volunteer",
    "finance": "/finance",
    "auditor": "/auditor",
    "admin": "/admin",
}
assert tuple(DOORS) == STAFF_ROLES, "every role has its door"


class Credentials(Strict):
    """What a person signs in with."""

    user = Words(longest=200, required=True)
    password = Words(longest=500, required=True)


class RoleHeld(Schema):
    """A role at a scope."""

    role = fields.String()
    scope_kind = fields.String()
    scope = fields.String()


class SessionAnswer(Schema):
    """Who is signed in; `csrf` goes into the X-CSRF-Token header of every write."""

    user = fields.String()
    name = fields.String()
    csrf = fields.String()
    locale = fields.String()
    roles = fields.List(fields.Nested(RoleHeld))


@dataclass(frozen=True, slots=True)
class _Entered:
    token: str
    person: SignedIn


def _enter(name: str, password: str) -> _Entered:
    """Check a password and start a session. Refused: wrong (with the tries left), or to wait first."""
    from_where = origin()
    with hashing():
        tried = database().run(
            sign_in.begin_sign_in, name=name, origin=from_where, now=clock.instant()
        )
        wrong = Wrong(tried.counted, "账号或密码不对", "Wrong account or password")
        attempt_id = wrong.get_attempt()
        if not sign_in.is_password(tried.password_hash, password) or tried.staff_id is None:
            raise wrong.refused()
        token = database().run(
            sign_in.finish_sign_in,
            attempt_id=attempt_id,
            staff_id=tried.staff_id,
            rehashed=sign_in.rehash_if_needed(tried.password_hash, password),
            origin=from_where,
            now=clock.instant(),
        )
    person = database().read(sign_in.find_session, token=token, now=clock.instant())
    if person is None:
        raise wrong.refused()
    return _Entered(token, person)


def _keep(response: Response, token: str) -> Response:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=sign_in.SESSION_HOURS * 3600,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _leave(response: Response) -> Response:
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        database().run(sign_in.end_session, token=token, now=clock.instant())
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _tell(person: SignedIn) -> dict[str, object]:
    return {
        "user": person.name,
        "name": person.display_name,
        "csrf": person.csrf,
        "locale": choose_locale(),
        "roles": [
            {"role": grant.role, "scope_kind": grant.scope_kind, "scope": grant.scope}
            for grant in person.grants
        ],
    }


@blueprint.get(f"{PREFIX}/session")
@operation("Who is signed in", answers=SessionAnswer, statuses={200: "signed in"})
def session_show() -> Response:
    return answer(_tell(get_signed_in()))


@blueprint.post(f"{PREFIX}/session")
@operation(
    "Sign in; wrong tries slow down the account and the address",
    takes=Credentials,
    answers=SessionAnswer,
    statuses={201: "signed in; the session is in the cookie"},
)
def session_start(asked: dict[str, str]) -> Response:
    entered = _enter(asked["user"], asked["password"])
    return _keep(answer(_tell(entered.person), 201), entered.token)


@blueprint.delete(f"{PREFIX}/session")
@operation("Sign out", statuses={204: "signed out"})
def session_end() -> Response:
    get_signed_in()
    return _leave(Response(status=204))


@blueprint.get("/sign-in")
def sign_in_page() -> Response | str:
    if find_signed_in() is not None:
        return _go(_next())
    return render_template("sign_in.html", name="", wrong=None, next=_next())


@blueprint.post("/sign-in")
def sign_in_try() -> Response:
    name = request.form.get("user", "")[:200]
    try:
        entered = _enter(name, request.form.get("password", "")[:500])
    except Refused as error:
        return told_on_page(
            error,
            lambda told: render_template("sign_in.html", name=name, wrong=told, next=_next()),
        )
    return _keep(_go(_next()), entered.token)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    return _leave(_go("/sign-in"))


@blueprint.post("/language")
def choose_language() -> Response:
    chosen = request.form.get("locale")
    response = _go(_next())
    if chosen in LOCALES:
        response.set_cookie(
            COOKIE, chosen, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure
        )
        person = find_signed_in()
        if person is not None:
            database().run(sign_in.choose_locale, staff_id=person.staff_id, locale=chosen)
    return response


@blueprint.get("/")
def home() -> Response | str:
    person = find_signed_in()
    if person is None:
        return _go("/sign-in")
    roles = [role for role in DOORS if any(grant.role == role for grant in person.grants)]
    if len(roles) == 1:
        return _go(DOORS[roles[0]])
    return render_template("doors.html", person=person, doors=[(r, DOORS[r]) for r in roles])


def _go(where: str) -> Response:
    made = redirect(where, 303)
    assert isinstance(made, Response)
    return made


def _next() -> str:
    """Where to go on to: a path of ours, never another server's address."""
    wanted = request.values.get("next", "/")
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    plain = all(" " <= c <= "~" for c in wanted)
    return wanted if is_ours and plain and not wanted.startswith("/sign-") else "/"
