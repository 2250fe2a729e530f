"""The cookie of whoever came in by a link, and who that is. Below `auth`, which asks it for form tokens.

It names the link and is signed with the house's secret; the token itself stays in no browser. The link
is looked up at every request, so its end holds at the next one.
"""

import hashlib
import hmac
import re
from collections.abc import Callable

from flask import Response, g, request

from canteen import clock
from canteen.services import person_links
from canteen.services.person_links import LinkHolder
from canteen.web.house import database, house

LINK_COOKIE = "canteen_link"
SIGNED = re.compile(r"([1-9]\d{0,17})\.([0-9a-f]{64})", re.ASCII)
#: a volunteer's link is of one day, a family's until it is revoked
COOKIE_SECONDS = {"volunteer": 86_400}
COOKIE_SECONDS_ELSE = 400 * 86_400


def find_holder() -> LinkHolder | None:
    """Whoever came in by a link that is live, of any kind; looked up once a request."""
    if "link_holder" not in g:
        g.link_holder = _look_up(request.cookies.get(LINK_COOKIE, ""))
    found: LinkHolder | None = g.link_holder
    return found


def find_ended() -> LinkHolder | None:
    """The family whose link was revoked since this browser came in by it."""
    return _checked(
        request.cookies.get(LINK_COOKIE, ""),
        lambda link_id: database().read(person_links.find_ended, link_id=link_id),
    )


def _look_up(cookie: str) -> LinkHolder | None:
    return _checked(
        cookie,
        lambda link_id: database().read(
            person_links.find_holder, link_id=link_id, now=clock.instant()
        ),
    )


def _checked(cookie: str, find: Callable[[int], LinkHolder | None]) -> LinkHolder | None:
    """The holder that the cookie names, when we signed it."""
    signed = SIGNED.fullmatch(cookie)
    holder = None if signed is None else find(int(signed[1]))
    if signed is None or holder is None or not hmac.compare_digest(_signature(holder), signed[2]):
        return None
    return holder


def keep(response: Response, holder: LinkHolder) -> Response:
    """Let the browser come in by this link from now on."""
    response.set_cookie(
        LINK_COOKIE,
        f"{holder.id}.{_signature(holder)}",
        max_age=COOKIE_SECONDS.get(holder.kind, COOKIE_SECONDS_ELSE),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def forget(response: Response) -> Response:
    """Let the browser be nobody's again; the link goes on."""
    response.delete_cookie(LINK_COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _signature(holder: LinkHolder) -> str:
    told = f"link:{holder.id}:{holder.token_sha256}"
    return hmac.new(house().secret, told.encode(), hashlib.sha256).hexdigest()
