"""Numbers in addresses: plain ASCII digits, as the pages write them. "１２", "012" and "-1" are no ids."""

from flask import request
from werkzeug.routing import BaseConverter

from canteen.web.auth import missing


class Number(BaseConverter):
    """A row id of 1 to 15 digits without a leading zero."""

    regex = "[1-9][0-9]{0,14}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


def read_number(name: str) -> int | None:
    """A number from 1 in the address; None without; what is none is a page that does not exist."""
    typed = request.args.get(name)
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdigit() and 0 < len(typed) < 10 and int(typed)):
        raise missing()
    return int(typed)
