"""What a JSON body may hold: strict fields, unknown ones refused, every fault told in both languages.

Fields give a fault as a code; `faults_of` turns marshmallow's tree of them into a flat list. Nothing is
guessed: "5" is no number, 5.0 is no count, an instant without its zone names no moment.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

WHOLE_MAX = 2**53 - 1
AMOUNT_FEN_MAX = 10_000_000
TEXT_LENGTH_MAX = 200
#: years an instant may lie in, so that a zone or a clock's offset never takes it off the calendar
YEARS = range(1000, 9000)
RFC_3339 = re.compile(
    r"\d{4}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-5]\d:[0-6]\d(\.\d{1,9})?([Zz]|[+-][0-2]\d:[0-5]\d)",
    re.ASCII,
)
NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

#: code of a fault → what it says
FAULTS: Mapping[str, tuple[str, str]] = {
    "required": ("少了这一项", "is missing"),
    "null": ("不能空着", "may not be null"),
    "unknown_field": ("不认识这一项", "is not known here"),
    "not_object": ("要写成 JSON 对象", "must be a JSON object"),
    "not_list": ("要写成列表", "must be a list"),
    "not_uuid": ("不是 UUID", "is not a UUID"),
    "not_instant": (
        "要写带时区的时间，如 2026-11-25T11:32:10.120+08:00",
        "must be an RFC 3339 instant with its zone, like 2026-11-25T11:32:10.120+08:00",
    ),
    "not_whole": ("要写整数", "must be a whole number"),
    "not_yes_no": ("要写 true 或 false", "must be true or false"),
    "not_text": ("要写文字", "must be text"),
    "text_length": ("太短或太长", "is too short or too long"),
    "text_characters": ("有不能用的字符", "holds characters that cannot be kept"),
    "range": ("超出范围", "is out of range"),
    "choice": ("不在可选的值里", "is not one of the values allowed"),
    "pattern": ("写法不对", "is not written as it must be"),
    "count": ("太多或没有", "are too many, or none"),
    "one_of_both": ("两项只能写一项", "exactly one of the two is needed"),
}


class Strict(Schema):
    """A schema that refuses what it does not know; faults are codes of `FAULTS`."""

    error_messages = {"unknown": "unknown_field", "type": "not_object"}  # noqa: RUF012 - marshmallow's way


def _messages(invalid: str, **more: str) -> dict[str, Any]:
    return {
        "required": "required",
        "null": "null",
        "invalid": invalid,
        "validator_failed": invalid,
        **more,
    }


class Uid(fields.Field[str]):
    """A UUID in any of its written forms → its canonical lower-case text."""

    default_error_messages = _messages("not_uuid")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or len(value) > 64 or not value.isascii():
            raise self.make_error("invalid")
        try:
            return str(uuid.UUID(value))
        except ValueError:
            raise self.make_error("invalid") from None


class Moment(fields.Field[datetime]):
    """An RFC 3339 instant with its zone → an aware datetime in UTC."""

    default_error_messages = _messages("not_instant")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not RFC_3339.fullmatch(value):
            raise self.make_error("invalid")
        text = value[:17] + ("59" if value[17:19] == "60" else value[17:19]) + value[19:]
        try:
            found = datetime.fromisoformat(text.upper())
        except ValueError:
            raise self.make_error("invalid") from None
        if found.year not in YEARS:
            raise self.make_error("invalid")
        return found.astimezone(UTC)


class Whole(fields.Integer):
    """A whole number; 5.0, "5" and true are refused."""

    default_error_messages = _messages("not_whole", too_large="range")

    def __init__(self, *, least: int = 0, most: int = WHOLE_MAX, **kwargs: Any) -> None:
        between = validate.Range(least, most, error="range")
        super().__init__(strict=True, validate=between, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class AmountFen(Whole):
    """Money in whole fen, 0 up to ¥100,000."""

    def __init__(self, *, least: int = 0, most: int = AMOUNT_FEN_MAX, **kwargs: Any) -> None:
        super().__init__(least=least, most=most, **kwargs)


class YesNo(fields.Boolean):
    """true or false and nothing that looks like it."""

    default_error_messages = _messages("not_yes_no")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid")
        return value


class Words(fields.String):
    """Text of bounded length that both databases can keep (no NUL, no half surrogate)."""

    default_error_messages = _messages("not_text")

    def __init__(
        self, *, shortest: int = 1, longest: int = TEXT_LENGTH_MAX, pattern: str = "", **kwargs: Any
    ) -> None:
        checks: list[Any] = [validate.Length(shortest, longest, error="text_length"), _is_keepable]
        if pattern:
            checks.append(validate.Regexp(re.compile(pattern + r"\Z", re.ASCII), error="pattern"))
        super().__init__(validate=checks, **kwargs)


class Choice(fields.String):
    """One of a few words."""

    default_error_messages = _messages("not_text")

    def __init__(self, *allowed: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(allowed, error="choice"), **kwargs)


class Several(fields.List):
    """A list of bounded length."""

    default_error_messages = _messages("not_list")

    def __init__(self, inner: Any, *, least: int = 1, most: int = 100, **kwargs: Any) -> None:
        super().__init__(inner, validate=validate.Length(least, most, error="count"), **kwargs)


def faults_of(error: ValidationError) -> list[dict[str, str]]:
    """Every fault as {"field", "code", "zh", "en"}; `field` is a path like "swipes.3.read_at"."""
    return list(_walk(error.normalized_messages(), ""))


def _walk(tree: Any, path: str) -> "list[dict[str, str]]":
    if isinstance(tree, Mapping):
        found = []
        for key, below in tree.items():
            here = path if key == "_schema" else f"{path}.{key}" if path else str(key)
            found += _walk(below, here)
        return found
    codes = tree if isinstance(tree, list) else [tree]
    faults = []
    for code in codes:
        zh, en = FAULTS.get(str(code), (str(code), str(code)))
        faults.append({"field": path, "code": str(code), "zh": zh, "en": en})
    return faults


def _is_keepable(text: str) -> None:
    if NOT_IN_TEXT.search(text):
        raise ValidationError("text_characters")
