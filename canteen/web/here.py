"""The address that was asked for, for a way back to it: never with a person's number in it."""

import re
from urllib.parse import unquote_plus

from flask import request

from canteen.web.logs import redact

#: what people write between the digits of a number
GAPS = re.compile(r"[\s-]")


def asked_address() -> str:
    """Path and query of the page that is looked at; the path alone where an ID number, phone or card
    stands in the query; "/" after a write. SOURCE: field case O-092."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    asked = GAPS.sub("", unquote_plus(request.query_string.decode(errors="replace")))
    return request.path if redact(asked) != asked else request.full_path.rstrip("?")
