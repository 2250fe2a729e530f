"""`canteen roster import` as a command: its answer, a second run, who may, and large rosters in slices."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from canteen.db.locks import ServeLock
from canteen.models.accounts import Purse
from canteen.models.audit import AuditLine
from canteen.models.imports import ImportFile
from canteen.models.people import Elder
from tests.cli.conftest import Installation
from tests.cli.rosters import P01, apply_roster, elders_of, import_roster, write_roster
from tests.files.sheets import SENT


def test_the_answer_is_the_contracts(empty_register: Installation) -> None:
    answer = import_roster(empty_register, "15_roster_id_kinds.xlsx", "--community", "450702003001")
    assert (answer["rows"], answer["add"], answer["refuse"]) == (6, 3, 3)
    assert answer["change"] == answer["same"] == answer["hold"] == 0
    assert answer["columns"]["身份证号"] == "id_number"
    refused = next(item for item in answer["items"] if item["code"] == "id_check_digit")
    assert (refused["row"], refused["action"], refused["column"]) == (5, "refuse", "身份证号")
    assert refused["name"] == "错校验"
    assert refused["born"] == "1941-05-03"
    assert "校验" in refused["zh"]
    assert refused["en"]
    assert elders_of(empty_register) == {}


def test_the_base_roster_goes_in_whole_and_a_second_time_changes_nothing(
    empty_register: Installation,
) -> None:
    first = apply_roster(empty_register, "00_base_roster.xlsx")
    assert (first["rows"], first["add"]) == (10, 10)
    second = apply_roster(empty_register, "00_base_roster.xlsx")
    assert (second["same"], second["rows"]) == (10, 10)
    database = empty_register.open()
    assert len(database.read(lambda s: s.scalars(select(Purse.balance_fen)).all())) == 10
    lines = database.read(lambda s: s.scalars(select(AuditLine).order_by(AuditLine.id)).all())
    database.close()
    text = " ".join(f"{line.before} {line.after}" for line in lines)
    assert P01 not in text
    assert "13800000001" not in text
    assert any(line.action == "roster.import" for line in lines)
    assert empty_register.run("check", "--deep").code == 0


def test_o_098_a_large_roster_comes_in_slices_and_waits_for_the_end_of_the_meal(
    street_world: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canteen.cli.roster.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("canteen.cli.roster.SLICE", 2)
    monkeypatch.setattr(
        "canteen.cli.roster.clock.instant", lambda: datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
    )
    if street_world.url.startswith("sqlite"):
        lock = ServeLock(street_world.folder / "canteen.db.serve.lock")
        assert lock.take() is None
        words = ("roster", "import", str(SENT / "03_roster_dates_mixed.xlsx"), "--apply", "--json")
        told = street_world.run(*words, "--as", "secretary1", code=2).json["errors"][0]
        assert told["code"] == "mealtime_open"
        assert "城南食堂" in told["message"]
        lock.release()
    answer = import_roster(
        street_world, "03_roster_dates_mixed.xlsx", "--apply", "--anyway", user="secretary1"
    )
    assert answer["add"] == 11
    database = street_world.open()
    pending = database.read(lambda s: s.scalars(select(Elder.pending_import_id)).all())
    states = database.read(lambda s: s.scalars(select(ImportFile.state)).all())
    database.close()
    assert set(pending) == {None}
    assert states == ["applied"]


def test_an_import_that_was_cut_off_is_taken_up_again(
    empty_register: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canteen.cli.roster.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("canteen.cli.roster.SLICE", 4)
    finish = "canteen.cli.roster.roster_import.finish_import"
    with monkeypatch.context() as cut:
        cut.setattr(finish, lambda *_: 1 // 0)
        with pytest.raises(TypeError):
            apply_roster(empty_register, "03_roster_dates_mixed.xlsx")
    assert all(one.pending_import_id for one in elders_of(empty_register).values())
    assert apply_roster(empty_register, "03_roster_dates_mixed.xlsx")["same"] == 11
    assert not any(one.pending_import_id for one in elders_of(empty_register).values())


def test_commands_say_who_may_and_what_is_wrong(empty_register: Installation) -> None:
    path = str(write_roster(empty_register, ["黄桂兰", P01, "城南"]))
    words = ("roster", "import", path)
    assert "--as" in empty_register.run(*words, "--apply", code=2).err
    assert empty_register.run(*words, "--as", "finance", code=2).err
    assert empty_register.run(*words, "--as", "street", "--community", "北海", code=2).err
    outside = (*words, "--as", "secretary1", "--community", "河东社区")
    assert "河东社区" in empty_register.run(*outside, code=2).err
    broken = empty_register.folder / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    ran = empty_register.run("roster", "import", str(broken), "--json", code=2)
    assert ran.json["errors"][0]["code"] == "file_broken"
    shown = empty_register.run(*words, "--as", "street").out
    assert "Dry run" in shown
    assert "黄桂兰" in shown
