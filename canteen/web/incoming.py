"""What no request may hold: a NUL, which PostgreSQL keeps in no text and nobody types. Pages and the
database's statements need not think of it; a JSON body is read strictly by its own fields."""

from itertools import chain

from flask import Flask, request
from werkzeug.datastructures import MultiDict

from canteen.rules.errors import Invalid
from canteen.web.auth import SAFE_METHODS, missing

NUL = "\x00"


def install(app: Flask) -> None:
    """Refuse such requests of `app` before any page reads them; after the larger bodies are allowed."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if NUL in request.path or _holds_nul(request.args):
        raise missing()
    if request.method not in SAFE_METHODS and not request.is_json and _holds_nul(request.form):
        raise Invalid(
            "text_characters", "有不能用的字符", "It holds characters that cannot be kept"
        )


def _holds_nul(typed: MultiDict[str, str]) -> bool:
    return any(NUL in text for text in chain(typed, *typed.listvalues()))
