"""Logs: one JSON object a line on standard error, without ID numbers, phones, cards or query strings."""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from canteen import clock

ID_NUMBER = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
PHONE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
CARD = re.compile(
    r"\b((?:em4100|iso14443a|iso15693|felica|partial:\d+):)[0-9A-Fa-f]{4,}([0-9A-Fa-f]{4})\b"
)
SECRET_NAMES = re.compile(r"password|secret|token|signature|csrf|cookie|authorization|_key$", re.I)
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def redact(text: str) -> str:
    """`text` with ID numbers (450702********9920), phones (138****2217) and cards (last four) masked."""
    text = ID_NUMBER.sub(r"\1********\2", text)
    text = PHONE.sub(r"\1****\2", text)
    return CARD.sub(r"\1****\2", text)


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {
            redact(str(name)): "***" if SECRET_NAMES.search(str(name)) else _redacted(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(inner) for inner in value]
    return value if isinstance(value, bool | int | float | None) else redact(str(value))


def redact_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The processor that stands last before the line is written."""
    cleaned = _redacted(dict(event))
    assert isinstance(cleaned, dict)
    return cleaned


def _stamp(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = clock.instant().isoformat(timespec="milliseconds")
    event["thread"] = threading.current_thread().name
    return event


def configure(level: str = "info") -> None:
    """Send structlog's and the standard library's lines through the same processors."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _stamp,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact_event,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])


def install(app: Flask) -> None:
    """One line a write or a failure: method, route (not the address line), status. Reads are counted
    by the metrics only."""
    log = structlog.get_logger("canteen.web")

    def tell(response: Response) -> Response:
        if request.method not in ("GET", "HEAD") or response.status_code >= 500:
            log.info(
                "request",
                method=request.method,
                route=str(request.url_rule) if request.url_rule else "-",
                status=response.status_code,
                reader=g.get("reader_public_id"),
            )
        return response

    app.after_request(tell)
