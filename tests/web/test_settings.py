"""Settings: all are explained, and a wrong one stops the start with its name, value and what is allowed."""

import os
import stat
from pathlib import Path

import pytest

from canteen.config import SETTINGS, load_settings, read_secret_key, streams_for
from canteen.rules.errors import Invalid


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name in SETTINGS]:
        monkeypatch.delenv(name)


def test_nothing_set_is_a_canteen_in_china_with_a_file():
    settings = load_settings(None)

    assert settings.database_url == "sqlite:///data/canteen.db"
    assert settings.data_key_file == Path("data/data_keys.json")
    assert (settings.locale, settings.timezone.key) == ("zh_CN", "Asia/Shanghai")
    assert settings.streams_max is None
    assert settings.trusted_proxies == ()
    assert not settings.is_metrics_open


def test_the_data_folder_moves_all_that_lies_in_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CANTEEN_DATA_DIR", "/srv/canteen")

    settings = load_settings(None)

    assert settings.database_url == "sqlite:////srv/canteen/canteen.db"
    assert settings.backup_dir == Path("/srv/canteen/backups")
    assert settings.secret_key_file == Path("/srv/canteen/secret.key")


def test_a_file_of_settings_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    env = tmp_path / ".env"
    env.write_text("CANTEEN_LOCALE=en\nCANTEEN_STREAMS=5\n", encoding="utf-8")
    monkeypatch.setenv("CANTEEN_STREAMS", "7")

    settings = load_settings(str(env))
    monkeypatch.delenv("CANTEEN_LOCALE", raising=False)

    assert (settings.locale, settings.streams_max) == ("en", 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANTEEN_LOCALE", "fr"),
        ("CANTEEN_TIMEZONE", "Asia/Beijing-West"),
        ("CANTEEN_TIMEZONE", "../etc/passwd"),
        ("CANTEEN_DATABASE_URL", "mysql://localhost/canteen"),
        ("CANTEEN_DATABASE_URL", "sqlite://"),
        ("CANTEEN_DATABASE_URL", "sqlite:///:memory:"),
        ("CANTEEN_DATABASE_URL", "nonsense"),
        ("CANTEEN_CLOCK_OFFSET", "an hour"),
        ("CANTEEN_CLOCK_OFFSET", "999999999"),
        ("CANTEEN_STREAMS", "-1"),
        ("CANTEEN_METRICS_OPEN", "maybe"),
        ("CANTEEN_TRUSTED_PROXIES", "everyone"),
        ("CANTEEN_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(name, value)

    with pytest.raises(Invalid) as caught:
        load_settings(None)

    assert caught.value.code == "setting"
    for said in (name, value, SETTINGS[name]):
        assert said in caught.value.en
        assert said in caught.value.zh


def test_a_password_in_an_address_is_not_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CANTEEN_DATABASE_URL", "mysql://canteen:hunter2@db/canteen")

    with pytest.raises(Invalid) as caught:
        load_settings(None)

    assert "hunter2" not in caught.value.en + caught.value.zh


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path):
    path = tmp_path / "keys" / "secret.key"

    made, again = read_secret_key(path), read_secret_key(path)

    assert made == again
    assert len(made) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_secret_is_refused(tmp_path: Path):
    path = tmp_path / "secret.key"
    path.write_text("short", encoding="ascii")

    with pytest.raises(Invalid) as caught:
        read_secret_key(path)

    assert caught.value.code == "secret_key_file"


@pytest.mark.parametrize(("counters", "streams"), [(0, 16), (5, 16), (6, 18), (64, 192)])
def test_streams_grow_with_the_counters(counters: int, streams: int):
    assert streams_for(counters) == streams
