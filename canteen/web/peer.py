"""Where a request comes from: the real peer, and what a proxy says only when that proxy is trusted."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from flask import request

Network = IPv4Network | IPv6Network
#: set by the middleware when the request came through some proxy, trusted or not
VIA_PROXY = "canteen.via_proxy"


class TrustedProxies:
    """WSGI middleware: takes REMOTE_ADDR and the scheme from X-Forwarded-* of the trusted proxies only.

    The address is the last one in X-Forwarded-For that is not a trusted proxy itself: what stands
    before it was written by whoever asked."""

    def __init__(self, app: Any, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        environ[VIA_PROXY] = bool(forwarded or environ.get("HTTP_FORWARDED"))
        if self._trusted and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            for part in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
                environ["REMOTE_ADDR"] = part
                if not self._is_trusted(part):
                    break
            if environ.get("HTTP_X_FORWARDED_PROTO", "").strip() == "https":
                environ["wsgi.url_scheme"] = "https"
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def origin() -> str:
    """The peer's address, for the audit trail and the sign-in's counts."""
    return (request.remote_addr or "?")[:64]


def is_this_machine() -> bool:
    """Was this asked on the server itself, and not through a proxy that stands there?"""
    if request.environ.get(VIA_PROXY):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
