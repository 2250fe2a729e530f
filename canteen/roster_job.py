"""Large rosters, written slice by slice beside the service: what the job of `jobs` does.

A slice and the note that it is in are one transaction, so that a roster cut off by a stop goes on
where it was and each row is written once.
"""

from sqlalchemy.orm import Session

from canteen import clock
from canteen.db.run import Database
from canteen.files.rosters import read_roster
from canteen.rules.days import local_date
from canteen.rules.roster_file import RosterFile, judge_file
from canteen.rules.roster_register import Reach
from canteen.services import roster_files, roster_import
from canteen.services.roster_files import RosterSent
from canteen.services.roster_import import SLICE


def write_rosters(database: Database) -> int:
    """Write what large rosters wait for; how many there were."""
    waiting = database.read(roster_files.list_applying)
    for file_id in waiting:
        write_roster(database, file_id)
    return len(waiting)


def write_roster(database: Database, file_id: int) -> None:
    """Write the slices of one roster that are not in yet, then show all of it at once."""
    sent = database.read(roster_files.load_roster, file_id=file_id)
    assert sent.data is not None, "a roster that waits has its bytes"
    judged = judge_file(
        read_roster(sent.data),
        today=local_date(clock.instant()),
        chosen=sent.chosen,
        fixes=sent.fixes.typed,
        confirmed=sent.fixes.confirmed,
        skipped=sent.fixes.skipped,
    )
    for start in range(sent.counts.get("slices", 0), len(judged.rows), SLICE):
        database.run(_write_slice, sent=sent, judged=judged, start=start)
    database.run(_finish, sent=sent)


def _write_slice(session: Session, *, sent: RosterSent, judged: RosterFile, start: int) -> None:
    part = slice(start, start + SLICE)
    plan = roster_import.apply_roster(
        session,
        roster=judged,
        reach=Reach(sent.areas, sent.area_code),
        confirmed=sent.fixes.confirmed,
        file_name=sent.name,
        part=part,
        pending_import_id=sent.id,
        by=sent.done_by or "",
        origin=None,
        now=clock.instant(),
    )
    roster_files.note_slice(
        session, file_id=sent.id, rows=len(judged.rows[part]), counts=plan.counts
    )


def _finish(session: Session, *, sent: RosterSent) -> None:
    by, now = sent.done_by or "", clock.instant()
    counts = roster_files.load_roster(session, file_id=sent.id).counts
    roster_import.finish_import(session, import_id=sent.id, counts=counts, by=by, now=now)
    roster_files.finish_applying(session, file_id=sent.id, by=by, now=now)
