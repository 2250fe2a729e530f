"""`canteen init` makes what is missing, once, and never a default password."""

import json
import shutil
from pathlib import Path

from canteen.cli import database as init_module
from canteen.db.migrate import downgrade
from canteen.db.release import read_head
from canteen.services import staff
from tests.cli.conftest import BASE_WORLD, Installation


def test_init_makes_folder_keys_tables_and_a_first_administrator(bare: Installation) -> None:
    answer = bare.run("init", "--json").json
    assert (bare.folder / "data_keys.json").stat().st_mode & 0o077 == 0
    assert (bare.folder / "secret.key").stat().st_mode & 0o077 == 0
    assert answer["revision"] == read_head()
    assert len(answer["administrator"]["password"]) >= 12
    database = bare.open()
    [account] = database.read(staff.list_staff)
    database.close()
    assert [grant.role for grant in account.grants] == ["admin"]


def test_a_second_init_changes_nothing_and_shows_no_password(bare: Installation) -> None:
    bare.run("init")
    keys = (bare.folder / "data_keys.json").read_bytes()
    answer = bare.run("init", "--json").json
    assert answer["administrator"] is None
    assert answer["keys_made"] == []
    assert answer["backup"] is None
    assert (bare.folder / "data_keys.json").read_bytes() == keys


def test_two_installations_never_get_the_same_password(
    bare: Installation, tmp_path: Path, monkeypatch: object
) -> None:
    first = bare.run("init", "--json").json["administrator"]["password"]
    shutil.rmtree(bare.folder)
    assert bare.run("init", "--json").json["administrator"]["password"] != first


def test_an_older_database_is_backed_up_before_it_is_upgraded(installation: Installation) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    downgrade(installation.url, "0001")
    answer = installation.run("init", "--json").json
    backup = Path(answer["backup"])
    assert backup.exists()
    assert answer["revision"] == read_head()
    assert installation.run("check").code == 0


def test_a_database_without_its_key_file_gets_no_new_one(installation: Installation) -> None:
    (installation.folder / "data_keys.json").unlink()
    assert "key file" in installation.run("init", code=2).err  # key_file_missing
    assert not (installation.folder / "data_keys.json").exists()
    assert "key_file_missing" in Path(init_module.__file__).read_text(encoding="utf-8")


def test_commands_before_init_say_what_to_do(bare: Installation) -> None:
    assert "canteen init" in bare.run("check", code=2).err


def test_the_password_can_be_given(bare: Installation) -> None:
    answer = bare.run("init", "--admin", "li", "--password", "long enough 8", "--json").json
    assert json.dumps(answer["administrator"]) == "null"
