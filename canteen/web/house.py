"""What the composition root (`canteen.app`) hands to the views: the database and a few plain settings."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from zoneinfo import ZoneInfo

from flask import current_app

from canteen.db.run import Database
from canteen.web.streams import Streams

EXTENSION = "canteen"


@dataclass(frozen=True, slots=True)
class House:
    """One installation as the views see it."""

    database: Database
    secret: bytes
    locale: str
    timezone: ZoneInfo
    is_metrics_open: bool
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    #: the migration this code was made for
    revision: str
    commit: str
    streams: Streams


def house() -> House:
    """The house of the running app."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, House)
    return found


def database() -> Database:
    """The database of the running app."""
    return house().database
