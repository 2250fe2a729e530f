"""The only place that knows which HTTP status an error becomes, and how it is told.

Under /api a problem document (RFC 9457) in JSON, never HTML; elsewhere a page in the person's
language. What we did not expect is logged with its trace and told without one.
"""

import sqlite3

import structlog
from flask import Flask, Response, g, json, render_template, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from canteen.rules.errors import Busy, CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.web.i18n import choose_locale

log = structlog.get_logger(__name__)
PROBLEM_TYPE = "application/problem+json"
API = "/api/"

STATUS: dict[type[CanteenError], int] = {
    NotFound: 404,
    Refused: 403,
    Conflict: 409,
    Invalid: 422,
    Busy: 503,
}
#: errors whose status is not that of their kind
STATUS_OF_CODE = {
    "signed_out": 401,
    "clock_skew": 401,
    "signature": 401,
    "sign_in_wrong": 401,
    "sign_in_wait": 429,
    "streams_full": 503,
    "body_not_json": 400,
    "body_shape": 400,
    "body_too_large": 413,
    "body_not_json_type": 415,
}
#: words of SQLite's own messages that mean the file, not our statement
SQLITE_OUT_OF_REACH = ("locked", "busy", "disk", "unable to open", "full")
TITLES = {
    400: ("请求看不懂", "The request cannot be read"),
    401: ("请先登录", "Sign in first"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("这里不能这样做", "Not possible here"),
    409: ("已经变了", "It has changed meanwhile"),
    413: ("内容太大", "Too large"),
    415: ("要用 JSON", "JSON is needed"),
    422: ("内容不对", "Something is wrong in it"),
    429: ("请稍等再试", "Wait a little"),
    500: ("我们出错了", "We made a mistake"),
    503: ("现在忙，请稍后再试", "Busy; try again soon"),
}


def install(app: Flask) -> None:
    """Let `app` answer every error through here."""
    app.register_error_handler(CanteenError, _canteen_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(PoolTimeout, _database_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: CanteenError) -> int:
    """The HTTP status of an error."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def problem(
    status: int, code: str, zh: str, en: str, **more: object
) -> tuple[dict[str, object], int]:
    """A problem document and its status; `detail` speaks the person's language."""
    is_zh = choose_locale() == "zh_CN"
    title = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title[0] if is_zh else title[1],
        "status": status,
        "detail": zh if is_zh else en,
        "code": code,
        "zh": zh,
        "en": en,
    }
    body.update(more)
    return body, status


def problem_of(error: CanteenError) -> tuple[dict[str, object], int]:
    """The problem document of an error of our own."""
    more = dict(error.facts)
    if isinstance(error, Invalid) and error.errors:
        more["errors"] = list(error.errors)
    for taken in ("type", "title", "status", "detail", "code", "zh", "en"):
        more.pop(taken, None)
    return problem(status_of(error), error.code, error.zh, error.en, **more)


def unexpected(error: Exception) -> tuple[dict[str, object], int]:
    """Log what we did not expect, with its trace, and tell of it without one."""
    log.error("unexpected", path=request.path, exc_info=error)
    return problem(
        500,
        "internal",
        "服务出错了，没有记账；请再试一次，还不行就告诉管理员",
        "The service failed and nothing was booked; try again, then tell the administrator",
    )


def _canteen_error(error: CanteenError) -> Response:
    headers: dict[str, str] = {}
    seconds = getattr(error, "retry_seconds", None) or error.facts.get("retry_seconds")
    if seconds:
        headers["Retry-After"] = str(seconds)
    return _answer(*problem_of(error), headers)


def _database_error(error: OperationalError | PoolTimeout) -> Response:
    """A database out of reach is "later" for the agents, not a read that breaks us."""
    told = str(getattr(error, "orig", error)).lower()
    is_sqlite = isinstance(getattr(error, "orig", None), sqlite3.OperationalError)
    if is_sqlite and not any(word in told for word in SQLITE_OUT_OF_REACH):
        return _unexpected(error)
    log.error("database_out_of_reach", cause=told)
    return _canteen_error(Busy("database_out_of_reach", retry_seconds=5))


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        # A redirect made by the router, or an answer that somebody aborted with.
        made = error.get_response()
        assert isinstance(made, Response)
        return made
    status = error.code or 500
    zh, en = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    codes = {404: "not_found", 405: "method", 413: "body_too_large", 415: "body_not_json_type"}
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    if status == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return _answer(*problem(status, codes.get(status, "request"), zh, en), headers)


def _unexpected(error: Exception) -> Response:
    return _answer(*unexpected(error), {})


def _answer(body: dict[str, object], status: int, headers: dict[str, str]) -> Response:
    if request.path.startswith(API):
        response = Response(json.dumps(body), status, content_type=PROBLEM_TYPE)
    else:
        g.pop("page", None)
        response = Response(
            render_template("error.html", problem=body),
            status,
            content_type="text/html; charset=utf-8",
        )
    response.headers.update(headers)
    return response
