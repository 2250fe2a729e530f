"""A wrong setting stops the start with its name, its value and what is allowed; keys are checked."""

import json
import stat
from pathlib import Path

import pytest

import wsgi
from canteen.cli.shell import check_is_made, open_database
from canteen.config import SETTINGS, load_settings, read_secret_key
from canteen.db.migrate import upgrade
from canteen.models.encrypted import make_key_ring, read_key_file, write_key_file
from canteen.rules.errors import Invalid

WRONG = {
    "CANTEEN_DATABASE_URL": ("mysql://canteen@db/canteen", "sqlite:///:memory:", "nonsense"),
    "CANTEEN_LOCALE": ("fr", "zh"),
    "CANTEEN_TIMEZONE": ("Asia/Peking", "../etc/passwd"),
    "CANTEEN_CLOCK_OFFSET": ("1.5", "noon", "99999999999"),
    "CANTEEN_STREAMS": ("-1", "many", "5000"),
    "CANTEEN_METRICS_OPEN": ("perhaps",),
    "CANTEEN_TRUSTED_PROXIES": ("proxy.example", "10.0.0.1/8"),
    "CANTEEN_LOG_LEVEL": ("loud",),
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of our own to start in, and none of this machine's settings."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)

    with pytest.raises(Invalid) as stopped:
        load_settings()

    assert stopped.value.code == "setting"
    for sentence in (stopped.value.zh, stopped.value.en):
        assert name in sentence
        assert value in sentence
        assert SETTINGS[name] in sentence


def test_a_password_in_a_wrong_address_is_not_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CANTEEN_DATABASE_URL", "mysql://canteen:s3cret@db/canteen")

    with pytest.raises(Invalid) as stopped:
        load_settings()

    assert "s3cret" not in stopped.value.en + stopped.value.zh


def test_settings_are_read_from_a_file_and_the_environment_wins(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / ".env").write_text("CANTEEN_LOCALE=en\nCANTEEN_STREAMS=7\n", encoding="utf-8")
    monkeypatch.setenv("CANTEEN_STREAMS", "9")

    settings = load_settings()

    assert settings.locale == "en"
    assert settings.streams_max == 9


def test_without_any_setting_everything_lies_below_the_data_folder():
    settings = load_settings()

    places = (settings.secret_key_file, settings.data_key_file, settings.backup_dir)
    assert all(place.parts[0] == "data" for place in places)
    assert settings.database_url == "sqlite:///data/canteen.db"


def test_the_secret_of_the_forms_is_made_once_and_is_its_owners_only(folder: Path):
    made = read_secret_key(folder / "secret.key")

    assert read_secret_key(folder / "secret.key") == made
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_a_short_secret_is_refused(folder: Path):
    (folder / "secret.key").write_text("short", encoding="ascii")

    with pytest.raises(Invalid, match="secret_key_file"):
        read_secret_key(folder / "secret.key")


def test_a_key_file_is_never_overwritten_and_is_its_owners_only(folder: Path):
    ring = make_key_ring()
    write_key_file(folder / "keys.json", ring)

    assert read_key_file(folder / "keys.json") == ring
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_key_file(folder / "keys.json", make_key_ring())


@pytest.mark.parametrize(
    "contents",
    [
        "",
        "[]",
        json.dumps({"current": "a", "keys": {}, "index_key": "00" * 32}),
        json.dumps({"current": "a", "keys": {"a": "00" * 31}, "index_key": "00" * 32}),
        json.dumps({"current": "a", "keys": {"a": "zz"}, "index_key": "00" * 32}),
    ],
)
def test_a_spoilt_key_file_is_named(folder: Path, contents: str):
    (folder / "keys.json").write_text(contents, encoding="utf-8")

    with pytest.raises(Invalid, match="key_file") as stopped:
        read_key_file(folder / "keys.json")

    assert str(folder / "keys.json") in stopped.value.en


def test_a_box_opens_only_in_its_place_and_with_its_key():
    ring = make_key_ring()
    box = ring.seal("450702194611250023", "elders:P01:id_number")

    assert ring.open(box, "elders:P01:id_number") == "450702194611250023"
    for other, place in (
        (ring, "elders:P02:id_number"),
        (make_key_ring(), "elders:P01:id_number"),
    ):
        with pytest.raises(Invalid, match="cipher_unreadable"):
            other.open(box, place)


def test_the_server_says_that_there_is_no_database_yet(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = load_settings()
    database = open_database(settings)

    with pytest.raises(Invalid, match="not_initialised"):
        check_is_made(settings, database)
    database.close()
    assert not (folder / "data" / "canteen.db").exists()


def test_a_real_database_refuses_another_clock(folder: Path, monkeypatch: pytest.MonkeyPatch):
    upgrade(f"sqlite:///{folder / 'canteen.db'}")
    monkeypatch.setenv("CANTEEN_DATABASE_URL", f"sqlite:///{folder / 'canteen.db'}")
    monkeypatch.setenv("CANTEEN_CLOCK_OFFSET", "3600")

    with pytest.raises(Invalid, match="clock_offset"):
        open_database(load_settings())


def test_the_server_does_not_start_on_older_tables(folder: Path, monkeypatch: pytest.MonkeyPatch):
    upgrade(f"sqlite:///{folder / 'canteen.db'}", "0001")
    monkeypatch.setenv("CANTEEN_DATABASE_URL", f"sqlite:///{folder / 'canteen.db'}")

    with pytest.raises(Invalid) as stopped:
        wsgi.make_app()

    assert stopped.value.code == "migrate_first"
    assert "canteen init" in stopped.value.en
