"""The jobs and their scheduler: each once per due time, in order, also those missed while it was off.

APScheduler wakes each job every few seconds; which due times are open is asked of the database, so
that a stop, a clock set back or a second scheduler changes nothing. The clock is `canteen.clock`.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.orm import Session

from canteen import clock
from canteen.config import Settings
from canteen.db.archive import NAME, make_archive, rotate
from canteen.db.run import Database
from canteen.delivery_job import foresee_birthdays, keep_in_step, make_lists, plan_rounds
from canteen.roster_job import write_rosters
from canteen.rules.breaches import Breach, CheckReport
from canteen.rules.days import local_date
from canteen.services import (
    books,
    books_claims,
    books_corrections,
    books_days,
    books_deliveries,
    books_funders,
    cleaning,
    day_watch,
    jobs_once,
    seals,
    welfare_watch,
    workdays,
)

LOOK_SECONDS = 5
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUARTER = timedelta(minutes=15)
RUNS_KEPT = timedelta(days=2)
log = logging.getLogger(__name__)

#: what a job's work leaves to be written, in the transaction that marks its run done
Writes = Callable[[Session], str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a job works on."""

    settings: Settings
    database: Database


@dataclass(frozen=True, slots=True)
class Job:
    """A job: when it is due (cron fields, local time; `period` apart), how many missed dues it catches
    up, after how long a run whose process cannot be seen counts as dead, and its work."""

    name: str
    when: dict[str, int | str]
    period: timedelta
    catch_up_max: int
    limit: timedelta
    work: Callable[[Ground, datetime], Writes]


def _seal(_ground: Ground, _due_at: datetime) -> Writes:
    def write(session: Session) -> str:
        now = clock.instant()
        lines = seals.seal_committed(session, now=now)
        jobs_once.forget_runs(session, name="seal", before=now - RUNS_KEPT)
        return f"{lines} lines sealed"

    return write


def _check_books(session: Session) -> CheckReport:
    """The nightly check, in one snapshot: all that `canteen check` asks without adding up again."""
    report = books.check(session)
    sealed = seals.verify_seals(session)
    if sealed.first_bad is not None:
        report.breaches.append(Breach("seal_broken", "audit trail", sealed.first_bad))
    report.unsealed = sealed.unsealed
    report.breaches += books_days.check_chain(session)[0]
    report.breaches += books_deliveries.check_deliveries(session)[0]
    report.breaches += books_corrections.check_corrections(session)[0]
    report.breaches += books_claims.check_claims(session)[0]
    report.breaches += books_funders.check_funders(session)[0]
    return report


def _check(ground: Ground, _due_at: datetime) -> Writes:
    report = ground.database.read(_check_books)

    def write(session: Session) -> str:
        facts: dict[str, object] = {
            "breaches": len(report.breaches),
            "first": report.breaches[0].text if report.breaches else None,
        }
        action = "books_checked" if report.is_clean else "books_do_not_add_up"
        jobs_once.tell(
            session, job="nightly_check", action=action, facts=facts, now=clock.instant()
        )
        return "\n".join(breach.text for breach in report.breaches) or "no breach"

    if not report.is_clean:
        log.error("the books do not add up: %d breaches", len(report.breaches))
    return write


def _backup(ground: Ground, due_at: datetime) -> Writes:
    ring = ground.database.key_ring
    folder = ground.settings.backup_dir
    made = make_archive(
        ground.settings.database_url,
        folder / due_at.strftime(NAME),
        key=ring.current if ring else None,
        now=clock.instant(),
    )
    gone = rotate(folder)
    return lambda _session: f"{made.path.name}, verified; {len(gone)} old ones deleted"


def _clean(_ground: Ground, _due_at: datetime) -> Writes:
    def write(session: Session) -> str:
        return str(cleaning.forget_old(session, now=clock.instant()))

    return write


def _look_at_calendar(ground: Ground, due_at: datetime) -> Writes:
    today = local_date(due_at, ground.settings.timezone)

    def write(session: Session) -> str:
        year = workdays.find_missing_year(session, today=today)
        if year is None:
            return "known"
        log.warning("the list of workdays of %d is missing: Monday to Friday applies", year)
        jobs_once.tell(
            session,
            job="calendar",
            action="workday_list_missing",
            facts={"year": year},
            now=clock.instant(),
        )
        return f"the list of {year} is missing"

    return write


def _draw_day_sheets(ground: Ground, due_at: datetime) -> Writes:
    today = local_date(due_at, ground.settings.timezone)

    def write(session: Session) -> str:
        told = day_watch.tell_unsigned(session, today=today, now=clock.instant())
        return ", ".join(told) or "every day is signed"

    return write


def _watch_attendance(ground: Ground, due_at: datetime) -> Writes:
    watched = ground.database.read(welfare_watch.watch_all, at=due_at)

    def write(session: Session) -> str:
        opened = welfare_watch.open_owed(session, watched=watched, now=clock.instant())
        return f"{opened} visits owed"

    return write


def _write_rosters(ground: Ground, _due_at: datetime) -> Writes:
    count = write_rosters(ground.database)

    def write(session: Session) -> str:
        jobs_once.forget_runs(session, name="rosters", before=clock.instant() - RUNS_KEPT)
        return f"{count} large rosters written"

    return write


def _foresee_birthdays(ground: Ground, due_at: datetime) -> Writes:
    return foresee_birthdays(local_date(due_at, ground.settings.timezone))


JOBS: tuple[Job, ...] = (
    Job("seal", {"minute": "*"}, MINUTE, 1, timedelta(minutes=5), _seal),
    Job("rosters", {"minute": "*"}, MINUTE, 1, timedelta(minutes=30), _write_rosters),
    # What 18:00 missed while the machine was off is made by the first of these that runs.
    Job(
        "delivery_sync", {"minute": "*"}, MINUTE, 1, QUARTER, lambda g, _: keep_in_step(g.database)
    ),
    Job("delivery_plan", {"minute": "*"}, MINUTE, 1, QUARTER, lambda g, _: plan_rounds(g.database)),
    Job(
        "deliveries",
        {"hour": 18, "minute": 0},
        DAY,
        1,
        QUARTER,
        lambda g, _: make_lists(g.database),
    ),
    Job("birthdays", {"hour": 7, "minute": 0}, DAY, 1, QUARTER, _foresee_birthdays),
    Job("day_sheets", {"hour": 0, "minute": 5}, DAY, 7, timedelta(minutes=15), _draw_day_sheets),
    # After the last mealtime; a canteen that serves later is judged by the day before.
    Job("welfare", {"hour": 21, "minute": 30}, DAY, 7, timedelta(minutes=30), _watch_attendance),
    Job("nightly_check", {"hour": 0, "minute": 30}, DAY, 7, timedelta(hours=3), _check),
    Job("calendar", {"hour": 1, "minute": 0}, DAY, 1, timedelta(minutes=5), _look_at_calendar),
    Job("backup", {"hour": 2, "minute": 0}, DAY, 1, timedelta(hours=3), _backup),
    Job("clean", {"minute": 10}, HOUR, 1, timedelta(minutes=15), _clean),
)


def dues_between(job: Job, after: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """The due times after `after` up to and with `until`, in order: at most the last `catch_up_max`."""
    trigger = CronTrigger(timezone=zone, second=0, **job.when)
    first = max(after, until - job.period * (job.catch_up_max + 1))
    due = trigger.get_next_fire_time(None, first + timedelta(microseconds=1))
    found: list[datetime] = []
    while due is not None and due <= until:
        found.append(due)
        found = found[-job.catch_up_max :]
        due = trigger.get_next_fire_time(due, due + timedelta(microseconds=1))
    return found


def run_due(ground: Ground, job: Job) -> int:
    """Run what is open of a job: taken over from the dead first, then the due times up to now."""
    runner = runner_mark()
    database = ground.database
    count = 0
    for run in database.read(jobs_once.list_running, name=job.name):
        if _is_dead(run, job) and database.run(
            jobs_once.take_over, name=job.name, run=run, runner=runner, now=clock.instant()
        ):
            log.warning("%s of %s was left unfinished: taken over", job.name, run.due_at)
            _run_one(ground, job, run.due_at, runner)
            count += 1
    now = clock.instant()
    anchor = database.read(jobs_once.find_anchor, name=job.name)
    for due_at in dues_between(job, anchor or now, now, ground.settings.timezone):
        if database.run(
            jobs_once.claim, name=job.name, due_at=due_at, runner=runner, now=clock.instant()
        ):
            _run_one(ground, job, due_at, runner)
            count += 1
    return count


def _run_one(ground: Ground, job: Job, due_at: datetime, runner: str) -> None:
    def write_and_finish(session: Session) -> None:
        detail = write(session)
        ended = jobs_once.finish(
            session,
            name=job.name,
            due_at=due_at,
            runner=runner,
            state="done",
            detail=detail,
            now=clock.instant(),
        )
        if not ended:
            raise LostRunError(job.name)

    try:
        write = job.work(ground, due_at)
        ground.database.run(write_and_finish)
    except LostRunError:
        log.warning("%s of %s was taken over by another while it ran", job.name, due_at)
    except Exception as error:
        log.exception("%s of %s failed", job.name, due_at)
        ground.database.run(
            jobs_once.finish,
            name=job.name,
            due_at=due_at,
            runner=runner,
            state="failed",
            detail=f"{type(error).__name__}: {error}",
            now=clock.instant(),
        )


class LostRunError(Exception):
    """Our run was given to another process, which took us for dead: what we did must not commit."""


def runner_mark() -> str:
    """Who runs: host, process, and when that process began (a pid alone is used again)."""
    return f"{socket.gethostname()} {os.getpid()} {_begun(os.getpid())}"


def _begun(pid: int) -> str:
    """The start mark of a process where the system tells it, else "?"."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    except (OSError, IndexError, UnicodeDecodeError):
        return "?"


def _is_dead(run: jobs_once.Running, job: Job) -> bool:
    """Has the process behind a running row died? Seen at once on this host, else after the limit."""
    host, _, rest = run.runner.partition(" ")
    pid, _, begun = rest.partition(" ")
    if host == socket.gethostname() and pid.isdigit() and begun != "?":
        return _begun(int(pid)) != begun
    return clock.instant() - run.started_at > job.limit


def run_scheduler(ground: Ground, jobs: tuple[Job, ...] = JOBS) -> None:
    """Wake every job each few seconds until SIGTERM or Ctrl-C."""
    scheduler = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(len(jobs))}, timezone=ground.settings.timezone
    )
    for job in jobs:
        scheduler.add_job(
            _look,
            "interval",
            seconds=LOOK_SECONDS,
            args=[ground, job],
            id=job.name,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        # Looked at once at the start too: what was missed while nothing ran is caught up first.
        scheduler.add_job(_look, args=[ground, job], misfire_grace_time=None)

    def stop(_signal: int, _frame: object) -> None:
        # The scheduler's own thread must not wait for itself.
        threading.Thread(target=scheduler.shutdown, kwargs={"wait": True}).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.start()


def _look(ground: Ground, job: Job) -> None:
    try:
        run_due(ground, job)
    except Exception:
        log.exception("%s: could not look for what is due", job.name)
