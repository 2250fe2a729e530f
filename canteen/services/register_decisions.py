"""What a person decides on the findings of a list: accepted, declined, the list put away.

Nothing changes by itself. What is accepted is written by the same code as at an elder's page.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from canteen.models.imports import RegisterFinding
from canteen.rules.errors import Conflict
from canteen.rules.register_changes import CHANGES, GONE
from canteen.rules.register_lists import SOURCES
from canteen.till.known_elders import find_kept
from canteen.till.register_facts import Recorded, begin_category, end_category, record_gone
from canteen.till.sent_lists import (
    close_list,
    close_when_decided,
    get_open_list,
    list_undecided,
    tell_of_list,
)


def accept(
    session: Session,
    *,
    file_id: int,
    finding_ids: Collection[int],
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Write the facts of these open findings; returns how many were accepted. Those decided before
    are left as they are. Conflict for an elder who has come to another community meanwhile."""
    file = get_open_list(session, file_id)
    source = SOURCES[file.source or ""][0]
    how = Recorded(f"{source}名单", file.document or file.name, by, origin, now)
    chosen = list_undecided(session, file_id, finding_ids)
    kept = find_kept(session, {finding.elder_id for finding in chosen}, file.area_code)
    for finding in sorted(chosen, key=lambda one: (one.row, CHANGES.index(one.change))):
        if finding.elder_id not in kept:
            raise Conflict(
                "elder_elsewhere",
                f"第 {finding.row} 行的长者现在归别的社区",
                f"The elder of row {finding.row} belongs to another community now",
            )
        _write(session, kept[finding.elder_id], finding, how)
        finding.state, finding.decided_at, finding.decided_by = "accepted", now, by
    session.flush()
    tell_of_list(session, "list.accept", file_id, {"findings": len(chosen)}, by, origin, now)
    close_when_decided(session, file, by, now)
    return len(chosen)


def decline(
    session: Session,
    *,
    file_id: int,
    finding_ids: Collection[int],
    note: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Leave our register as it is in these open findings, and say why; returns how many."""
    file = get_open_list(session, file_id)
    chosen = list_undecided(session, file_id, finding_ids)
    for finding in chosen:
        finding.state, finding.note = "declined", note
        finding.decided_at, finding.decided_by = now, by
    session.flush()
    tell_of_list(session, "list.decline", file_id, {"findings": len(chosen)}, by, origin, now)
    close_when_decided(session, file, by, now)
    return len(chosen)


def put_away(session: Session, *, file_id: int, by: str, origin: str | None, now: datetime) -> None:
    """Put a list away whose rows could not all be read; Conflict while something is undecided."""
    file = get_open_list(session, file_id)
    if list_undecided(session, file_id, None):
        raise Conflict(
            "list_undecided",
            "还有没定的行：先收下或不收",
            "Some rows are undecided: accept or decline them first",
        )
    close_list(session, file, by, now)
    tell_of_list(session, "list.close", file_id, {}, by, origin, now)


def _write(session: Session, elder_id: int, finding: RegisterFinding, how: Recorded) -> None:
    day, code = finding.on_day, finding.code or ""
    if finding.change in GONE:
        record_gone(session, elder_id, finding.change, day, how)
    elif finding.change == "category_begins":
        begin_category(session, elder_id, code, finding.level, day, how)
    else:
        end_category(session, elder_id, code, day, how)
