"""Backup and restore: nothing booked is missed, nothing stale comes back, nothing newer is lost unasked."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from canteen.db.archive import KEEP_DAYS, NAME, make_archive, open_archive, rotate
from canteen.db.backup import look_into
from canteen.db.locks import ServeLock
from canteen.db.run import Database
from canteen.models.accounts import JournalEntry
from canteen.models.claims import Claim, ClaimFile, ClaimFilePart, ClaimLine
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Reader
from canteen.rules.errors import Invalid
from canteen.services import books, swipes
from tests.cli.conftest import (
    BASE_WORLD,
    Installation,
    any_installation,
    bare,
    base_world,
    installation,
    installation_on_postgresql,
)
from tests.factories.claims import rows_of
from tests.factories.sent_claims import send_claim
from tests.factories.world import event_id, shanghai

__all__ = ["any_installation", "bare", "base_world", "installation", "installation_on_postgresql"]
pytestmark = pytest.mark.faults
CARDS = ("0A00B0C1D2", "0A00B0C1D3", "0A0011A5C4", "0A000BED96", "0A11131A02", "0A00001F4B")


def _eat(database: Database, card: str, day: int) -> None:
    reader = database.read(
        lambda session: session.scalar(select(Reader.id).where(Reader.code == "C1-R1"))
    )
    assert reader is not None
    at = shanghai("11:30:00", datetime(2026, 11, day, tzinfo=UTC).date())
    asked = swipes.SwipeAsked(event_id(f"backup {card} {day}"), f"em4100:{card}", at)
    answer = database.run(swipes.record_swipe, reader_id=reader, asked=asked, now=at)
    assert answer.body["meal"] is not None


def _meals(database: Database) -> int:
    return database.read(lambda session: session.scalar(select(func.count(Meal.id)))) or 0


def test_o099_a_backup_made_while_meals_are_booked_holds_all_that_were_answered(
    base_world: Installation,
) -> None:
    database = base_world.open()
    for day in (21, 22):
        for card in CARDS[:5]:
            _eat(database, card, day)
    booking = threading.Thread(target=lambda: [_eat(database, card, 23) for card in CARDS[:5]])
    booking.start()
    answer = base_world.run("backup", "--json").json
    booking.join()
    database.close()
    assert 10 <= answer["counts"]["meals"] <= 15
    assert answer["ledger_sum_fen"] == 0
    path = Path(answer["file"])
    assert path.stat().st_mode & 0o077 == 0
    with open_archive(path) as (file, archive):
        restored = Database(f"sqlite:///{file}", key_ring=base_world.key_ring)
        assert restored.read(books.check).is_clean
        assert _meals(restored) == archive.facts.counts["meals"]
        restored.close()


def test_a_backup_of_either_kind_comes_back_on_either_kind(base_world: Installation) -> None:
    database = base_world.open()
    for card in CARDS:
        _eat(database, card, 21)
    database.close()
    path = base_world.run("backup", "--json").json["file"]
    answer = base_world.run("restore", path, "--json").json
    assert answer["counts"]["meals"] == 6
    again = base_world.open()
    assert again.read(books.check).is_clean
    for card in CARDS:  # ids go on after the highest one restored
        _eat(again, card, 22)
    assert _meals(again) == 12
    again.close()
    assert base_world.run("check").code == 0


def test_a_sent_claim_its_kept_files_and_a_merged_elder_come_back_as_well(
    base_world: Installation,
) -> None:
    """Rows that the database refuses of anybody else: lines of a claim that is submitted already."""
    database = base_world.open()
    for card in CARDS:
        _eat(database, card, 21)
    number = database.run(send_claim, sent_at=shanghai("20:00", date(2026, 11, 22)))
    database.run(_keep_file_and_merge)
    lines = len(rows_of(database, number))
    database.close()
    path = base_world.run("backup", "--json").json["file"]
    for _ in range(2):  # over an emptied database and over one that holds what it restores
        base_world.run("restore", path, "--force")
        again = base_world.open()
        assert len(rows_of(again, number)) == lines > 0
        with pytest.raises(DBAPIError, match="a submitted claim does not change"):
            again.run(lambda session: session.execute(delete(ClaimLine)))
        with pytest.raises(DBAPIError, match="rows are never deleted"):
            again.run(lambda session: session.execute(delete(JournalEntry)))
        assert again.read(books.check).is_clean
        again.close()


def _keep_file_and_merge(session: Session) -> None:
    """A part of a claim's kept file; and the first row of the register merged into the last."""
    claim_id = session.scalars(select(Claim.id)).one()
    session.execute(insert(ClaimFilePart).values(place="claim_files:1:csv", n=1, box=b"sealed"))
    session.execute(
        insert(ClaimFile).values(
            claim_id=claim_id, form="csv", name="x.csv", sha256="0" * 64, size=1,
            place="claim_files:1:csv", made_at=shanghai("20:00"),
        )
    )  # fmt: skip
    first, last = session.execute(select(func.min(Elder.id), func.max(Elder.id))).one()
    session.execute(update(Elder).where(Elder.id == first).values(merged_into_id=last))


def test_o100_a_restore_takes_stale_sidecar_files_away_and_says_what_to_send_again(
    installation: Installation,
) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    _eat(database, CARDS[0], 21)
    path = installation.run("backup", "--json").json["file"]
    _eat(database, CARDS[1], 22)
    # A crashed server leaves its -wal behind; restored over it, it must not be replayed.
    wal = (installation.folder / "canteen.db-wal").read_bytes()
    database.close()
    (installation.folder / "canteen.db-wal").write_bytes(wal)
    ran = installation.run("restore", path, "--force")
    assert "card-reader outbox retry --since" in ran.out
    assert not (installation.folder / "canteen.db-wal").exists()
    again = installation.open()
    assert _meals(again) == 1
    _eat(again, CARDS[1], 22)  # the counter sends it again
    assert _meals(again) == 2
    again.close()
    assert installation.run("check").code == 0


def test_what_is_newer_than_the_backup_is_lost_only_when_forced(base_world: Installation) -> None:
    path = base_world.run("backup", "--json").json["file"]
    base_world.run("setup", str(BASE_WORLD), "--apply")  # changes nothing
    database = base_world.open()
    at = datetime(2027, 11, 25, 3, 30, tzinfo=UTC)
    reader = database.read(lambda session: session.scalar(select(func.min(Reader.id))))
    assert reader is not None
    asked = swipes.SwipeAsked(event_id("newer"), f"em4100:{CARDS[0]}", at)
    database.run(swipes.record_swipe, reader_id=reader, asked=asked, now=at)
    database.close()
    told = base_world.run("restore", path, code=2).err
    assert "--force" in told  # newer_database
    base_world.run("restore", path, "--force")


def test_a_restore_refuses_while_the_server_runs(installation: Installation) -> None:
    path = installation.run("backup", "--json").json["file"]
    lock = ServeLock(installation.folder / "canteen.db.serve.lock")
    assert lock.take() is None
    told = installation.run("restore", path, "--force", code=2).err
    lock.release()
    assert f"process {os.getpid()}" in told  # database_in_use
    assert installation.run("restore", path, "--force").code == 0


def test_a_restore_refuses_while_others_are_connected(
    installation_on_postgresql: Installation,
) -> None:
    here = installation_on_postgresql
    path = here.run("backup", "--json").json["file"]
    other = here.open()
    other.read(lambda session: session.scalar(select(func.count(Meal.id))))
    assert "connected" in here.run("restore", path, "--force", code=2).err
    other.close()
    assert here.run("restore", path, "--force").code == 0


@pytest.mark.parametrize("damage", ["cut", "changed", "swapped", "not_a_zip"])
def test_a_spoilt_backup_is_refused_and_the_database_stays(
    installation: Installation, damage: str
) -> None:
    path = Path(installation.run("backup", "--json").json["file"])
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "not_a_zip":
        path.write_bytes(b"nothing")
    else:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        if damage == "changed":
            parts["canteen.db"] = parts["canteen.db"][:-1] + b"x"
        else:
            manifest = json.loads(parts["manifest.json"])
            manifest["counts"]["meals"] = 7
            parts["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    before = (installation.folder / "canteen.db").read_bytes()
    assert str(path) in installation.run("restore", str(path), "--force", code=2).err
    assert (installation.folder / "canteen.db").read_bytes() == before


def test_verified_means_opened_and_counted_and_added_up(
    installation: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "broken.db"
    with (
        closing(sqlite3.connect(installation.folder / "canteen.db")) as live,
        closing(sqlite3.connect(path)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA foreign_keys = OFF")
        copy.execute("INSERT INTO accounts (id, key, kind) VALUES (1, 'sales:1', 'sales')")
        copy.execute(
            "INSERT INTO ledger_entries (journal_entry_id, line, account_id, fen)"
            " VALUES (1, 1, 1, 5)"
        )
        copy.commit()
    with pytest.raises(Invalid) as refused:
        look_into(path)
    assert refused.value.code == "backup_spoilt"


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    target = tmp_path / "usb" / "canteen.zip"
    with pytest.raises(OSError, match="No space"):
        make_archive(installation.url, target, key=None, now=datetime(2026, 11, 25, tzinfo=UTC))
    assert list(target.parent.iterdir()) == []


def test_rotation_keeps_seven_days_four_weeks_and_twelve_months(tmp_path: Path) -> None:
    for number in range(500):
        day = datetime.fromordinal(datetime(2026, 11, 25, tzinfo=UTC).toordinal() - number)
        (tmp_path / day.replace(hour=18).strftime(NAME)).touch()
    (tmp_path / "canteen-by-hand.zip").touch()
    rotate(tmp_path)
    kept = sorted(path.name[8:16] for path in tmp_path.glob("canteen-2*.zip"))
    assert kept[-KEEP_DAYS:] == [f"202611{day}" for day in range(19, 26)]
    assert len({name[:6] for name in kept}) == 12
    assert 7 + 3 + 11 <= len(kept) <= 7 + 4 + 12
    assert (tmp_path / "canteen-by-hand.zip").exists()
    assert rotate(tmp_path) == []


def test_a_backup_is_made_by_another_process_than_the_writer(installation: Installation) -> None:
    """The command line beside a process that writes: both finish, nothing is locked for good."""
    installation.run("setup", str(BASE_WORLD), "--apply")
    process = subprocess.Popen(
        [sys.executable, "-m", "canteen.cli", "backup", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(BASE_WORLD.parents[2])},
    )
    database = installation.open()
    for card in CARDS:
        _eat(database, card, 21)
    out, _ = process.communicate(timeout=60)
    database.close()
    assert process.returncode == 0
    assert json.loads(out)["ledger_sum_fen"] == 0
