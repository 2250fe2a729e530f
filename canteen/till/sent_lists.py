"""The row of a list of another register while a person decides on it, and its end.

Below the services that judge lists and decide on them.
"""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.imports import ImportFile, RegisterFinding
from canteen.rules.errors import Conflict, NotFound
from canteen.trail.audit import tell_of

#: the line of an act on a list in the audit trail
tell_of_list = tell_of("import_file")


def get_open_list(session: Session, file_id: int) -> ImportFile:
    """The list, if it is not done; NotFound and Conflict otherwise."""
    file = session.execute(
        select(ImportFile).where(ImportFile.id == file_id, ImportFile.kind == "register_list")
    ).scalar_one_or_none()
    if file is None:
        raise NotFound("list_unknown", "没有这份名单", "No such list")
    if file.state != "open":
        raise Conflict("list_closed", "这份名单已经办完", "This list is done")
    return file


def list_undecided(
    session: Session, file_id: int, finding_ids: Collection[int] | None
) -> list[RegisterFinding]:
    """Its findings that nobody decided yet: all, or those of the ids given."""
    query = select(RegisterFinding).where(
        RegisterFinding.import_file_id == file_id, RegisterFinding.state == "open"
    )
    if finding_ids is not None:
        query = query.where(RegisterFinding.id.in_(finding_ids))
    return list(session.scalars(query.order_by(RegisterFinding.id)))


def close_when_decided(session: Session, file: ImportFile, by: str, now: datetime) -> None:
    """Nothing undecided and nothing unread: the bytes are not needed any more."""
    if not json.loads(file.outcome or "{}")["unread"] and not list_undecided(
        session, file.id, None
    ):
        close_list(session, file, by, now)


def close_list(session: Session, file: ImportFile, by: str, now: datetime) -> None:
    """The list is done; its bytes are forgotten."""
    session.execute(
        update(ImportFile)
        .where(ImportFile.id == file.id)
        .values(state="applied", content_box=None, done_at=now, done_by=by)
    )
