"""Volunteers of a set-up file: compared with those kept, and written when asked."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Executable, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.volunteers import Volunteer
from canteen.rules.setup_people import VolunteerRow
from canteen.rules.setup_values import SetupRow
from canteen.till.delivery_releases import releasing
from canteen.till.duty import read_duties, write_duties


def sync_volunteers(
    session: Session, *, volunteers: Iterable[VolunteerRow], write: bool, now: datetime
) -> list[SetupRow]:
    """Bring the volunteers to what the file says; planned rounds that become impossible wait again."""
    rows = []
    for row in volunteers:
        old = session.execute(
            select(Volunteer).where(Volunteer.number == row.number)
        ).scalar_one_or_none()
        values: dict[str, object] = {
            "name": row.name,
            "area_code": row.area,
            "capacity": row.capacity,
        }
        told = {"floors_max": row.floors_max, "buildings": row.buildings, "team": row.team}
        values |= {key: value for key, value in told.items() if value is not None}
        sealed = _sealed(session, row)
        changed = old is None or any(getattr(old, key) != value for key, value in values.items())
        if old is not None and row.phone and sealed["phone_index"] != old.phone_index:
            changed = True
        if old is not None and row.duties not in (None, read_duties(session, old.id)):
            changed = True
        action = "add" if old is None else "change" if changed else "same"
        rows.append(SetupRow(action, "volunteer", row.number, row.name))
        columns = {"number": row.number, **values, **sealed}
        if write and old is None:
            _write(session, row, insert(Volunteer).values(columns))
        elif write and old is not None and changed:
            with releasing(session, old.id, now):
                _write(session, row, update(Volunteer).filter_by(id=old.id).values(columns))
    return rows


def _write(session: Session, row: VolunteerRow, columns: Executable) -> None:
    session.execute(columns)
    if row.duties is not None:
        write_duties(session, row.number, row.duties)


def _sealed(session: Session, row: VolunteerRow) -> dict[str, object]:
    if row.phone is None:
        return {}
    return sealed_columns(key_ring_of(session.info), "volunteers", row.number, None, row.phone)
