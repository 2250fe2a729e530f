"""`reader.toml`: what one counter's agent is told, checked as a whole before anything starts.

    server = "http://127.0.0.1:8000"        # the service
    reader_id = "…"                         # as printed by `canteen reader add`
    key_file = "reader.key"                 # a file with 64 hex digits (or: key = "…")
    port = "/dev/serial/by-id/…"            # or COM12, rfc2217://host:port, socket://host:port
    profile = "rdm6300"
    outbox = "outbox.db"                    # what waits to be sent; keep it on a disk
    locale = "zh_CN"                        # or en: the language of the agent's own lines
    [settings]                              # of the profile: baud, gap_ms, dtr …
    baud = 9600

Relative paths are relative to the file.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import Profile, ProfileInvalid, get_profile

LOCALES = ("zh_CN", "en")
KEY_HEX_DIGITS = 64
_KEYS = (
    "server",
    "reader_id",
    "key",
    "key_file",
    "port",
    "profile",
    "outbox",
    "locale",
    "connect_seconds",
    "reply_seconds",
    "settings",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """One agent's settings; `profile` already carries the counter's own line settings."""

    server: str
    reader_id: str
    key: bytes = field(repr=False)
    port: str
    profile: Profile
    outbox: Path
    locale: str
    connect_seconds: int
    reply_seconds: int


def read_settings(path: Path) -> Settings:
    """The settings of a file; InputInvalid names every wrong setting with what is allowed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        repr(table)  # a number that can be read (0xfff…) may still be too long to be told
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"{path} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid(f"{path} is not TOML: {error}") from None
    except ValueError:
        raise InputInvalid(f"{path}: a number in it is too long to be read") from None
    except RecursionError:
        raise InputInvalid(f"{path}: it is nested too deeply") from None
    reading = _Reading(table, path.parent)
    settings = reading.settings()
    if reading.problems:
        raise InputInvalid("\n".join(f"{path}: {problem}" for problem in reading.problems))
    return settings


class _Reading:
    """Reads one table and collects what is wrong with it."""

    def __init__(self, table: Mapping[str, object], folder: Path) -> None:
        self._table = table
        self._folder = folder
        self.problems = [
            f"there is no setting {key!r}; the settings are: {', '.join(_KEYS)}"
            for key in table
            if key not in _KEYS
        ]

    def settings(self) -> Settings:
        return Settings(
            server=self._server(),
            reader_id=self._header_text("reader_id"),
            key=self._key(),
            port=self._text("port"),
            profile=self._profile(),
            outbox=self._folder / self._text("outbox", "outbox.db"),
            locale=self._locale(),
            connect_seconds=self._seconds("connect_seconds", 3),
            reply_seconds=self._seconds("reply_seconds", 5),
        )

    def _wrong(self, key: str, allowed: str) -> None:
        # A key is a secret: its value is never repeated.
        shown = "" if key == "key" else f" = {self._table.get(key)!r}"
        self.problems.append(f"{key}{shown}: allowed is {allowed}")

    def _text(self, key: str, default: str = "") -> str:
        value = self._table.get(key, default)
        if not isinstance(value, str) or not value.strip():
            self._wrong(key, "a text that is not empty")
            return "?"
        return value.strip()

    def _header_text(self, key: str) -> str:
        value = self._text(key)
        if not re.fullmatch(r"[\x21-\x7e]+", value):
            self._wrong(key, "the id as printed when the reader was added")
        return value

    def _server(self) -> str:
        value = self._text("server")
        try:
            parts = urlsplit(value)
            sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            self._wrong("server", "an address like http://127.0.0.1:8000 or https://…")
        return value.rstrip("/")

    def _key(self) -> bytes:
        if ("key" in self._table) == ("key_file" in self._table):
            self.problems.append("key, key_file: exactly one of the two is wanted")
            return b""
        name, text = "key", self._table.get("key")
        if "key_file" in self._table:
            name = "key_file"
            try:
                text = (self._folder / self._text("key_file")).read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                self._wrong("key_file", f"a file with {KEY_HEX_DIGITS} hex digits ({error})")
                return b""
        if not isinstance(text, str) or not re.fullmatch(rf"[0-9a-fA-F]{{{KEY_HEX_DIGITS}}}", text):
            self._wrong(name, f"{KEY_HEX_DIGITS} hex digits")
            return b""
        return bytes.fromhex(text)

    def _profile(self) -> Profile:
        name = self._text("profile")
        own = self._table.get("settings", {})
        if not isinstance(own, dict):
            self._wrong("settings", "a table [settings] with settings of the profile")
            own = {}
        try:
            return get_profile(name, own)
        except ProfileInvalid as error:
            self.problems.append(str(error))
            return get_profile("rdm6300")

    def _locale(self) -> str:
        value = self._table.get("locale", LOCALES[0])
        if value not in LOCALES:
            self._wrong("locale", "one of " + ", ".join(LOCALES))
        return str(value)

    def _seconds(self, key: str, default: int) -> int:
        value = self._table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 60:
            self._wrong(key, "a whole number of seconds from 1 to 60")
            return default
        return value
