"""Settings, read once from the environment and a `.env` file; a wrong one stops the start.

The message names the setting, its value and what is allowed. `SETTINGS` says what each is for: the
tables of both READMEs are tested against it.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from environs import Env
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from canteen.rules.errors import Invalid

T = TypeVar("T")
LOCALES = ("zh_CN", "en")
LOG_LEVELS = ("debug", "info", "warning", "error")
OFFSET_SECONDS_MAX = 400 * 86_400
SECRET_BYTES = 32
STREAMS_MIN = 16
STREAMS_A_COUNTER = 3

#: setting → what it is for, and what is allowed
SETTINGS: Mapping[str, str] = {
    "CANTEEN_DATA_DIR": "folder of database, keys and backups (default: data)",
    "CANTEEN_DATABASE_URL": "sqlite:///… or postgresql+psycopg://… (default: canteen.db in the data folder)",
    "CANTEEN_SECRET_KEY_FILE": "secret of the forms' tokens (default: secret.key in the data folder)",
    "CANTEEN_DATA_KEY_FILE": "key file of the encrypted columns (default: data_keys.json in the data folder)",
    "CANTEEN_LOCALE": "zh_CN or en, where nobody has chosen (default: zh_CN)",
    "CANTEEN_TIMEZONE": "time zone of the canteens (default: Asia/Shanghai)",
    "CANTEEN_CLOCK_OFFSET": "seconds added to the clock; only for a demonstration (default: 0)",
    "CANTEEN_STREAMS": "event streams at once, 0 = always poll (default: 3 a counter, at least 16)",
    "CANTEEN_METRICS_OPEN": "yes: /metrics and the API's description answer everybody, not only this"
    " machine (default: no)",
    "CANTEEN_TRUSTED_PROXIES": "addresses or networks, separated by commas, whose X-Forwarded-For and"
    " X-Forwarded-Proto are believed (default: none)",
    "CANTEEN_BACKUP_DIR": "folder of the backups (default: backups in the data folder)",
    "CANTEEN_LOG_LEVEL": "debug, info, warning or error (default: info)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation is told from outside."""

    data_dir: Path
    database_url: str
    secret_key_file: Path
    data_key_file: Path
    backup_dir: Path
    locale: str
    timezone: ZoneInfo
    clock_offset_seconds: int
    #: event streams at once; None = by the number of counters
    streams_max: int | None
    is_metrics_open: bool
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    log_level: str


def load_settings(env_file: str | None = ".env") -> Settings:
    """Read the settings. Raises Invalid that names the wrong one, its value and what is allowed."""
    env = Env()
    if env_file is not None and Path(env_file).is_file():
        env.read_env(env_file, recurse=False)
    data_dir = _read(env, "CANTEEN_DATA_DIR", Path, Path("data"))
    return Settings(
        data_dir=data_dir,
        database_url=_read(
            env, "CANTEEN_DATABASE_URL", _database_url, f"sqlite:///{data_dir / 'canteen.db'}"
        ),
        secret_key_file=_read(env, "CANTEEN_SECRET_KEY_FILE", Path, data_dir / "secret.key"),
        data_key_file=_read(env, "CANTEEN_DATA_KEY_FILE", Path, data_dir / "data_keys.json"),
        backup_dir=_read(env, "CANTEEN_BACKUP_DIR", Path, data_dir / "backups"),
        locale=_read(env, "CANTEEN_LOCALE", _one_of(*LOCALES), "zh_CN"),
        timezone=_read(env, "CANTEEN_TIMEZONE", _timezone, ZoneInfo("Asia/Shanghai")),
        clock_offset_seconds=_read(env, "CANTEEN_CLOCK_OFFSET", _offset, 0),
        streams_max=_read(env, "CANTEEN_STREAMS", _streams, None),
        is_metrics_open=_read(env, "CANTEEN_METRICS_OPEN", _yes_or_no, False),
        trusted_proxies=_read(env, "CANTEEN_TRUSTED_PROXIES", _networks, ()),
        log_level=_read(env, "CANTEEN_LOG_LEVEL", _one_of(*LOG_LEVELS), "info"),
    )


def streams_for(counters: int) -> int:
    """Event streams an installation with so many counters may hold open, where nothing else is set."""
    return max(STREAMS_MIN, STREAMS_A_COUNTER * counters)


def read_secret_key(path: Path) -> bytes:
    """The secret of the forms' tokens; made at the first start, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes().strip()
        if len(key) < SECRET_BYTES:
            raise Invalid(
                "secret_key_file",
                f"密钥文件 {path} 太短：至少要 {SECRET_BYTES} 个字节；删掉它，启动时会重做",
                f"The key file {path} is too short: at least {SECRET_BYTES} bytes; delete it and the"
                " next start makes a new one",
            ) from None
        return key
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_hex(SECRET_BYTES).encode()
        file.write(key)
    return key


def _read(env: Env, name: str, parse: Callable[[str], T], default: T) -> T:
    text = env.str(name, None)
    if text is None or not text.strip():
        return default
    try:
        return parse(text.strip())
    except (ValueError, KeyError, OSError, ArgumentError) as error:
        shown = _without_password(text)
        raise Invalid(
            "setting",
            f"设置 {name} = {shown!r} 不对。可以用：{SETTINGS[name]}",
            f"The setting {name} = {shown!r} is wrong. Allowed: {SETTINGS[name]}",
            setting=name,
        ) from error


def _without_password(text: str) -> str:
    head, at, tail = text.rpartition("@")
    scheme, colon, _ = head.rpartition(":")
    return f"{scheme}:***@{tail}" if at and colon and "//" in scheme else text


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return parse


def _database_url(text: str) -> str:
    url = make_url(text)
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return text
    if backend == "postgresql" and url.get_driver_name() in ("psycopg", ""):
        return text
    raise ValueError(text)


def _timezone(text: str) -> ZoneInfo:
    return ZoneInfo(text)


def _offset(text: str) -> int:
    seconds = int(text)
    if abs(seconds) > OFFSET_SECONDS_MAX:
        raise ValueError(text)
    return seconds


def _streams(text: str) -> int | None:
    count = int(text)
    if not 0 <= count <= 4096:
        raise ValueError(text)
    return count


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[
        text.lower()
    ]


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
