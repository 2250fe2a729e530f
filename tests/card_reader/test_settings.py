"""reader.toml: taken as a whole, or refused with every wrong setting and what is allowed."""

from pathlib import Path

import pytest

from card_reader.problems import InputInvalid
from card_reader.settings import read_settings

GOOD = """
server = "http://127.0.0.1:8000/"
reader_id = "r-1"
key_file = "reader.key"
port = "/dev/serial/by-id/usb-1"
profile = "rdm6300"
outbox = "outbox.db"
[settings]
baud = 19200
dtr = true
gap_ms = "250"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reader.key").write_text("0f" * 32 + "\n")
    return tmp_path


def _problems(folder: Path, text: str) -> str:
    path = folder / "reader.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputInvalid) as caught:
        read_settings(path)
    return str(caught.value)


def test_a_good_file_is_taken_with_paths_beside_it(folder: Path) -> None:
    path = folder / "reader.toml"
    path.write_text(GOOD, encoding="utf-8")
    settings = read_settings(path)
    assert settings.server == "http://127.0.0.1:8000"
    assert settings.key == b"\x0f" * 32
    assert settings.outbox == folder / "outbox.db"
    assert (settings.profile.baud, settings.profile.dtr) == (19200, True)
    assert (settings.profile.gap_ms, settings.profile.network_gap_ms) == (250, 250)
    assert (settings.locale, settings.connect_seconds, settings.reply_seconds) == ("zh_CN", 3, 5)
    assert "0f" * 32 not in repr(settings)
    assert repr(settings.key) not in repr(settings)


WRONG = {
    'server = "http://127.0.0.1:8000/"': [
        ('server = "127.0.0.1:8000"', "server = '127.0.0.1:8000': allowed is an address like"),
        ('server = "ftp://x"', "an address like"),
        ('server = "http://x:99999"', "an address like"),
        ("server = 8", "a text that is not empty"),
        ("", "server = None: allowed is a text"),
    ],
    'reader_id = "r-1"': [
        ('reader_id = "r 1"', "the id as printed"),
        ('reader_id = "读卡器"', "the id as printed"),
    ],
    'key_file = "reader.key"': [
        ('key_file = "no.key"', "a file with 64 hex digits"),
        ('key_file = "reader.toml"', "64 hex digits"),
        ('key = "abc"', "key: allowed is 64 hex digits"),
        ("key = 5", "key: allowed is 64 hex digits"),
        ('key = "abc"\nkey_file = "reader.key"', "exactly one of the two"),
        ("", "exactly one of the two"),
    ],
    'port = "/dev/serial/by-id/usb-1"': [('port = " "', "port = ' ': allowed is a text")],
    'profile = "rdm6300"': [('profile = "nfc"', "the profiles are: rdm6300")],
    'outbox = "outbox.db"': [
        ('locale = "de"', "locale = 'de': allowed is one of zh_CN, en"),
        ("reply_seconds = 0", "reply_seconds = 0: allowed is a whole number of seconds from 1"),
        ("connect_seconds = true", "from 1 to 60"),
        ('speed = "fast"', "there is no setting 'speed'; the settings are: server"),
    ],
    "baud = 19200": [
        ("baud = 1", "setting baud = 1: allowed is a whole number from 300"),
        ("bytesize = 9", "one of 7, 8"),
        ("speed = 9", "its settings are: baud"),
    ],
}
CASES = [(good, bad, said) for good, wrong in WRONG.items() for bad, said in wrong]


@pytest.mark.parametrize(("good", "bad", "said"), CASES)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    folder: Path, good: str, bad: str, said: str
) -> None:
    assert said in _problems(folder, GOOD.replace(good, bad))


def test_all_wrong_settings_are_named_at_once(folder: Path) -> None:
    said = _problems(folder, 'profile = "nfc"\nlocale = "de"\nsettings = 3\n')
    for name in ("server", "reader_id", "key, key_file", "port", "profiles are", "locale", "table"):
        assert name in said


def test_a_file_that_is_no_toml_is_refused(folder: Path) -> None:
    assert "is not TOML" in _problems(folder, "server = ")


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000])
def test_a_number_too_long_to_read_or_to_tell_is_refused(folder: Path, number: str) -> None:
    for text in (f"connect_seconds = {number}\n", f"{GOOD}boot_ms = {number}\n"):
        assert _problems(folder, text).endswith("a number in it is too long to be read")


def test_a_file_nested_too_deeply_is_refused(folder: Path) -> None:
    assert "nested too deeply" in _problems(folder, "port = " + "[" * 5000 + "]" * 5000)


def test_the_value_of_a_wrong_key_is_never_repeated(folder: Path) -> None:
    secret = "1234" * 15
    assert secret not in _problems(
        folder, GOOD.replace('key_file = "reader.key"', f'key = "{secret}"')
    )
