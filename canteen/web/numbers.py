"""Ids in addresses: plain ASCII digits, as the pages write them. "１２", "012" and "-1" are no ids."""

from werkzeug.routing import BaseConverter


class Number(BaseConverter):
    """A row id of 1 to 15 digits without a leading zero."""

    regex = "[1-9][0-9]{0,14}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
