"""The JSON interface: how a view says what it takes and answers, and the OpenAPI document made of it."""

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, request
from marshmallow import Schema, ValidationError, fields

from canteen.rules.errors import Invalid
from canteen.web.fields import Moment, Uid, faults_of

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/api/v1"
BODY_BYTES_MAX = 64 * 1024
VARIABLE = re.compile(r"<(?:(?P<kind>[a-z_]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
#: answered without a session: the sign-in itself
OPEN_ENDPOINTS = frozenset({"sign_in.session_start"})
READER_HEADERS = ("X-Canteen-Reader", "X-Canteen-Time", "X-Canteen-Nonce", "X-Canteen-Signature")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document tells of a view."""

    summary: str
    takes: type[Schema] | None = None
    answers: type[Schema] | None = None
    statuses: dict[int, str] = field(default_factory=lambda: {200: "done"})
    query: dict[str, str] = field(default_factory=dict)


class Problem(Schema):
    """RFC 9457 problem document."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata={"description": "in the asker's language"})
    code = fields.String(metadata={"description": "stable word for programs"})
    zh = fields.String()
    en = fields.String()
    errors = fields.List(fields.Dict())


def operation(
    summary: str,
    *,
    takes: type[Schema] | None = None,
    answers: type[Schema] | None = None,
    statuses: dict[int, str] | None = None,
    query: dict[str, str] | None = None,
) -> Callable[[View], View]:
    """Describe a view; with `takes` its JSON body is checked and handed over as `asked`."""

    def decorate(view: View) -> View:
        called: Any = view
        if takes is not None:
            schema = takes()

            @functools.wraps(view)
            def checked(*args: Any, **kwargs: Any) -> Any:
                return view(*args, asked=load(schema, read_json()), **kwargs)

            called = checked
        called.operation = Operation(
            summary, takes, answers, statuses or {200: "done"}, query or {}
        )
        result: View = called
        return result

    return decorate


def read_json() -> Any:
    """The request's JSON body. Invalid: another content type, not UTF-8, not JSON, NaN, too deep."""
    if request.mimetype != "application/json":
        raise Invalid(
            "body_not_json_type",
            "要用 Content-Type: application/json",
            "Send Content-Type: application/json",
        )
    try:
        return json.loads(request.get_data(cache=True).decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid("body_not_json", "内容不是 JSON", "The body is not JSON") from None


def load(schema: Schema, data: object) -> dict[str, Any]:
    """Check `data`; Invalid lists every fault at once."""
    if not isinstance(data, dict):
        raise Invalid("body_shape", "内容要是 JSON 对象", "The body must be a JSON object")
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        faults = tuple(faults_of(error))
        first = faults[0]
        raise Invalid(
            "fields",
            f"{first['field']}：{first['zh']}",
            f"{first['field']} {first['en']}",
            errors=faults,
        ) from None
    return loaded


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status,
        content_type="application/json",
    )


def describe(app: Flask, version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route under /api/v1."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="canteen",
        version=version,
        openapi_version="3.1.0",
        info={"description": "The meal-card service of an elder canteen. Money is in whole fen."},
        servers=[{"url": "/"}],
        plugins=[plugin],
    )
    plugin.map_to_openapi_type(Uid, "string", "uuid")
    plugin.map_to_openapi_type(Moment, "string", "date-time")
    spec.components.schema("Problem", schema=Problem)
    spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": "canteen_session"}
    )
    spec.components.security_scheme(
        "display", {"type": "apiKey", "in": "cookie", "name": "canteen_display"}
    )
    spec.components.security_scheme(
        "link", {"type": "apiKey", "in": "cookie", "name": "canteen_link"}
    )
    for header in READER_HEADERS:
        spec.components.security_scheme(header, {"type": "apiKey", "in": "header", "name": header})
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(PREFIX):
            view: Any = app.view_functions[rule.endpoint]
            told: Operation = view.operation
            path = VARIABLE.sub(r"{\g<name>}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                spec.path(path, operations={method.lower(): _tell(rule.rule, rule.endpoint, told)})
    return spec.to_dict()


def _tell(rule: str, endpoint: str, told: Operation) -> dict[str, Any]:
    door = endpoint.partition(".")[0]
    parameters: list[dict[str, Any]] = [
        {
            "in": "path",
            "name": found["name"],
            "required": True,
            "schema": {"type": "integer" if found["kind"] == "number" else "string"},
        }
        for found in VARIABLE.finditer(rule)
    ]
    parameters += [
        {"in": "query", "name": name, "description": text, "schema": {"type": "string"}}
        for name, text in told.query.items()
    ]
    content = {"application/json": {"schema": told.answers}} if told.answers is not None else None
    responses: dict[str, Any] = {
        str(status): {
            "description": text,
            **({"content": content} if content and status < 204 else {}),
        }
        for status, text in told.statuses.items()
    }
    responses["default"] = {
        "description": "a problem document (RFC 9457)",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    document: dict[str, Any] = {
        "tags": [door],
        "summary": told.summary,
        "parameters": parameters,
        "responses": responses,
        "security": _doors(endpoint),
    }
    if told.takes is not None:
        document["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": told.takes}},
        }
    return document


def _doors(endpoint: str) -> list[dict[str, list[str]]]:
    """The ways in, one of which is needed: a reader's four headers, a session, a display's link, a
    volunteer's."""
    door = endpoint.partition(".")[0]
    if endpoint in OPEN_ENDPOINTS:
        return []
    if door == "reader":
        return [{header: [] for header in READER_HEADERS}]
    if door == "volunteer":
        return [{"link": []}]
    return [{"session": []}, {"display": []}] if door == "display" else [{"session": []}]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
