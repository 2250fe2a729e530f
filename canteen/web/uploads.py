"""Files that a signed-in person sends with a form: larger than any other body, at a few doors only.

Beside `forms`: what is wrong with a file is told at its field, and nothing of it is kept by that.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from flask import Flask, request

from canteen.files.limits import FILE_BYTES_MAX, too_large
from canteen.web.api import BODY_BYTES_MAX
from canteen.web.auth import find_signed_in
from canteen.web.forms import Form

#: the doors that take a file
ENDPOINTS = frozenset(
    {
        "community.imports_send",
        "community.register_lists_send",
        "community.prices_file",
        "finance.statements_send",
    }
)
NAME_LENGTH_MAX = 120
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file with the name it was sent under."""

    name: str
    data: bytes


def install(app: Flask) -> None:
    """Let the doors that take files take large bodies; before anything reads the form."""
    app.before_request(_allow_large_body)


def _allow_large_body() -> None:
    if request.endpoint in ENDPOINTS and find_signed_in() is not None:
        request.max_content_length = FILE_BYTES_MAX + BODY_BYTES_MAX
        if (request.content_length or 0) > request.max_content_length:
            raise too_large(
                f"超过 {FILE_BYTES_MAX >> 20} MB", f"more than {FILE_BYTES_MAX >> 20} MB"
            )


def take_file(form: Form, field: str) -> SentFile | None:
    """The file of a form's field; None, and a fault beside the field, when there is none."""
    form.read.add(field)
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        form.fault(field, "请选一个文件", "Choose a file")
        return None
    name = PurePosixPath(sent.filename.replace("\\", "/")).name
    return SentFile(_NOT_IN_A_NAME.sub("", name)[-NAME_LENGTH_MAX:] or "file", sent.read())
