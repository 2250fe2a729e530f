"""A backup as one file: a zip of the database file and a manifest that says what it holds.

Keys are not in it: they are kept apart, and the manifest says which one it needs. Each backup is
opened and counted again before anybody is told that it was made.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from canteen.db.backup import FileFacts, copy_to_file, look_into
from canteen.rules.errors import Invalid

DATABASE_NAME, MANIFEST_NAME = "canteen.db", "manifest.json"
FORMAT = 1
#: how many are kept: one a day, one a week, one a month
KEEP_DAYS, KEEP_WEEKS, KEEP_MONTHS = 7, 4, 12
NAME = "canteen-%Y%m%dT%H%M%SZ.zip"


@dataclass(frozen=True, slots=True)
class Archive:
    """A verified backup: where it lies, when it was begun (UTC text), what it holds."""

    path: Path
    made_at: str
    facts: FileFacts
    key: str | None


def make_archive(url: str, target: Path, *, key: str | None, now: datetime) -> Archive:
    """Back up the database at `url` into `target` and verify it; nothing is left of a failed one.

    `key` is the name of the data key that the encrypted columns need."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made_at = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy = Path(folder) / DATABASE_NAME
        copy_to_file(url, copy)
        facts = look_into(copy)
        manifest = {
            "format": FORMAT,
            "made_at": made_at,
            "sha256": _digest(copy),
            "revision": facts.revision,
            "counts": facts.counts,
            "ledger_sum_fen": facts.ledger_sum_fen,
            "newest_at": facts.newest_at,
            "key": key,
        }
        packed = Path(folder) / "backup.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(copy, DATABASE_NAME)
            archive.writestr(MANIFEST_NAME, json.dumps(manifest, indent=1, ensure_ascii=False))
        _sync(packed)
        copy.unlink()
        with open_archive(packed) as (_, again):
            if again.facts != facts:
                raise _spoilt(target, "what was written is not what was read")
        packed.chmod(0o600)
        packed.replace(target)
    return Archive(target, made_at, facts, key)


@contextmanager
def open_archive(path: Path, folder: Path | None = None) -> Iterator[tuple[Path, Archive]]:
    """Unpack a backup (beside itself, or in `folder`) for a block: (database file, Archive), verified."""
    with tempfile.TemporaryDirectory(dir=folder or path.parent, prefix=".backup-") as unpacked:
        file = Path(unpacked) / DATABASE_NAME
        manifest = _unpack(path, file)
        if manifest.get("sha256") != _digest(file):
            raise _spoilt(path, "sha256")
        facts = look_into(file)
        if facts.counts != manifest.get("counts"):
            raise _spoilt(path, "the rows are not those of the manifest")
        key = manifest.get("key")
        yield file, Archive(path, str(manifest["made_at"]), facts, str(key) if key else None)


def rotate(folder: Path) -> list[Path]:
    """Delete the backups that no rule keeps (7 daily, 4 weekly, 12 monthly); returns them."""
    dated: list[tuple[date, Path]] = []
    for path in sorted(folder.glob("canteen-*.zip"), reverse=True):
        try:
            dated.append((datetime.strptime(path.name, NAME).date(), path))  # noqa: DTZ007 - a name
        except ValueError:
            continue  # not one of ours
    if not dated:
        return []
    newest = dated[0][0]
    first_day, first_week = (
        newest - timedelta(KEEP_DAYS - 1),
        newest - timedelta(7 * KEEP_WEEKS - 1),
    )
    kept: set[str] = set()
    gone = []
    for day, path in dated:
        year, week, _ = day.isocalendar()
        marks = {f"month {day:%Y-%m}"}
        marks |= {f"day {day}"} if day >= first_day else set()
        marks |= {f"week {year}-{week}"} if day >= first_week else set()
        months = {mark for mark in kept | marks if mark.startswith("month")}
        if len(months) > KEEP_MONTHS:
            marks = {mark for mark in marks if not mark.startswith("month")}
        if marks - kept:
            kept |= marks
        else:
            path.unlink()
            gone.append(path)
    return gone


def _unpack(path: Path, file: Path) -> dict[str, object | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST_NAME))
            with archive.open(DATABASE_NAME) as packed, file.open("wb") as target:
                while block := packed.read(1 << 20):
                    target.write(block)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise _spoilt(path, str(error)) from error
    if manifest.get("format") != FORMAT:
        raise _spoilt(path, f"format {manifest.get('format')}")
    return dict(manifest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _spoilt(path: Path, why: str) -> Invalid:
    return Invalid(
        "backup_spoilt",
        f"备份 {path} 不能用：{why}",
        f"The backup {path} cannot be used: {why}",
        path=str(path),
    )
