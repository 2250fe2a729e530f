"""The readers' door: every request is signed with the reader's own key (contract §4).

The clock tolerance is for the request only; the reads inside carry their own instants. Nonces are not
stored: a replayed swipe gets its stored answer and changes nothing.
"""

import re

import structlog
from flask import Blueprint, g, request

from canteen import clock
from canteen.rules.errors import Busy, Invalid, Refused
from canteen.services import readers
from canteen.services.readers import Signer
from canteen.web.house import database

log = structlog.get_logger(__name__)
BODY_BYTES_MAX = 1024 * 1024
NONCE = re.compile(r"[\x21-\x7e]{1,64}")
TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
PUBLIC_ID_LENGTH_MAX = 64

blueprint = Blueprint("reader", __name__, url_prefix="/api/v1")


def signer() -> Signer:
    """The reader that signed the request at hand."""
    found = g.signer
    assert isinstance(found, Signer)
    return found


@blueprint.before_request
def _check_signature() -> None:
    headers = request.headers
    public_id = headers.get("X-Canteen-Reader", "")
    time = headers.get("X-Canteen-Time", "")
    nonce = headers.get("X-Canteen-Nonce", "")
    given = headers.get("X-Canteen-Signature", "")
    if not (public_id and TIME.fullmatch(time) and NONCE.fullmatch(nonce) and given):
        raise _unsigned()
    found = _find_signer(public_id)
    request.max_content_length = BODY_BYTES_MAX
    expected = readers.sign(
        found.key if found else b"nobody",
        method=request.method,
        path=_path_as_sent(),
        time=time,
        nonce=nonce,
        body=request.get_data(cache=True),
    )
    if found is None or not readers.is_signature(expected, given):
        raise _unsigned()
    if found.is_revoked:
        raise Refused("reader_revoked", "这个读卡器已停用", "This reader has been revoked")
    server_time = int(clock.instant().timestamp())
    if abs(server_time - int(time)) > readers.CLOCK_SKEW_SECONDS_MAX:
        raise Refused(
            "clock_skew",
            "电脑的时钟不对",
            "The computer's clock is wrong",
            server_time=server_time,
        )
    g.signer = found
    g.reader_public_id = public_id


def _find_signer(public_id: str) -> Signer | None:
    if len(public_id) > PUBLIC_ID_LENGTH_MAX:
        return None
    try:
        return database().read(readers.find_signer, public_id=public_id)
    except Invalid as error:
        # Our key file is wrong, not the agent's read: it must keep it and try again.
        log.error("reader_key_unreadable", code=error.code)
        raise Busy("keys_unreadable", retry_seconds=30) from error


def _path_as_sent() -> str:
    """Path with query exactly as the agent wrote it: our own addresses need no escaping."""
    query = request.query_string.decode("latin-1")
    return request.path + (f"?{query}" if query else "")


def _unsigned() -> Refused:
    return Refused("signature", "签名不对", "The signature is missing or wrong")
