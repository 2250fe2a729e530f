"""Where an installation's backups lie and what they are called; for the command, the job and `init`."""

from datetime import datetime
from pathlib import Path

from canteen.config import Settings
from canteen.db.archive import NAME, Archive, make_archive
from canteen.db.run import Database


def make_backup(
    settings: Settings, database: Database, output: Path | None, *, now: datetime
) -> Archive:
    """Back up the installation's database into `output`, else into the backup folder; verified."""
    ring = database.key_ring
    target = output or settings.backup_dir / now.strftime(NAME)
    return make_archive(settings.database_url, target, key=ring.current if ring else None, now=now)
