"""Each job once per due time, whoever runs it and however many do: the row of `job_runs` decides.

The row is inserted before the work; what a job writes commits together with the row's `done`, so that
a process killed in between has done nothing, and the next one takes the row over.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.days import Instance, JobRun
from canteen.trail.audit import append_audit

DETAIL_LENGTH_MAX = 4000


@dataclass(frozen=True, slots=True)
class Running:
    """A run that somebody has begun and not ended: since when, and by whom (`host pid start`)."""

    due_at: datetime
    started_at: datetime
    runner: str


def claim(session: Session, *, name: str, due_at: datetime, runner: str, now: datetime) -> bool:
    """Take the run of `name` due at `due_at`; False when somebody has taken it before."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    taken = session.execute(
        (sqlite if on_sqlite else postgresql)
        .insert(JobRun)
        .values(name=name, due_at=due_at, started_at=now, state="running", detail=runner)
        .on_conflict_do_nothing(index_elements=["name", "due_at"])
        .returning(JobRun.name)
    ).scalar_one_or_none()
    return taken is not None


def take_over(session: Session, *, name: str, run: Running, runner: str, now: datetime) -> bool:
    """Take a run from a process that died; False when another was quicker or it ended after all."""
    taken = session.execute(
        update(JobRun)
        .where(
            JobRun.name == name,
            JobRun.due_at == run.due_at,
            JobRun.state == "running",
            JobRun.started_at == run.started_at,
            JobRun.detail == run.runner,
        )
        .values(started_at=now, detail=runner)
        .returning(JobRun.name)
    ).scalar_one_or_none()
    return taken is not None


def finish(
    session: Session,
    *,
    name: str,
    due_at: datetime,
    runner: str,
    state: str,
    detail: str,
    now: datetime,
) -> bool:
    """End our run as done or failed; False when it was taken from us meanwhile: then do not commit."""
    ended = session.execute(
        update(JobRun)
        .where(
            JobRun.name == name,
            JobRun.due_at == due_at,
            JobRun.state == "running",
            JobRun.detail == runner,
        )
        .values(finished_at=now, state=state, detail=detail[:DETAIL_LENGTH_MAX])
        .returning(JobRun.name)
    ).scalar_one_or_none()
    return ended is not None


def find_anchor(session: Session, *, name: str) -> datetime | None:
    """The newest due time of a job that has a row, else when the database was made: dues after it
    are still to be run, however long the machine was off."""
    newest = session.execute(
        select(JobRun.due_at).where(JobRun.name == name).order_by(JobRun.due_at.desc()).limit(1)
    ).scalar_one_or_none()
    if newest is not None:
        return newest
    return session.execute(select(Instance.created_at)).scalar_one_or_none()


def list_running(session: Session, *, name: str) -> list[Running]:
    """Runs that were begun and not ended, oldest due first."""
    rows = session.execute(
        select(JobRun.due_at, JobRun.started_at, JobRun.detail)
        .where(JobRun.name == name, JobRun.state == "running")
        .order_by(JobRun.due_at)
    )
    return [Running(row.due_at, row.started_at, row.detail or "") for row in rows]


def list_runs(session: Session, *, limit: int) -> list[JobRun]:
    """The newest runs, for the operator."""
    return list(session.scalars(select(JobRun).order_by(JobRun.due_at.desc()).limit(limit)))


def forget_runs(session: Session, *, name: str, before: datetime) -> int:
    """Delete the ended runs of a job that is due each minute; the newest stays as its anchor."""
    newest = find_anchor(session, name=name)
    gone = session.execute(
        delete(JobRun)
        .where(
            JobRun.name == name,
            JobRun.due_at < before,
            JobRun.due_at != newest,
            JobRun.state != "running",
        )
        .returning(JobRun.due_at)
    ).all()
    return len(gone)


def tell(
    session: Session, *, job: str, action: str, facts: dict[str, object], now: datetime
) -> None:
    """A line in the audit trail by a job."""
    append_audit(
        session,
        actor=f"job:{job}",
        origin=None,
        action=action,
        object_kind="job",
        object_id=job,
        after=facts,
        now=now,
    )
