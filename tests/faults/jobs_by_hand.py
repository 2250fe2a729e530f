"""A scheduler process of tests: one job due each night of a clock given by hand, slow on purpose."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from canteen import clock
from canteen.cli.shell import open_database
from canteen.config import load_settings
from canteen.jobs import DAY, Ground, Job, Writes, run_due
from canteen.services import jobs_once

WORK_SECONDS = 0.3


def _close(_ground: Ground, due_at: datetime) -> Writes:
    time.sleep(WORK_SECONDS)  # long enough to be killed in

    def write(session: Session) -> str:
        jobs_once.tell(
            session, job="close", action="closed", facts={"due": str(due_at)}, now=clock.instant()
        )
        return "closed"

    return write


CLOSE = Job("close", {"hour": 0, "minute": 5}, DAY, 7, timedelta(hours=1), _close)


def run(instant: str, ready: Callable[[], None]) -> None:
    """Run what is due at `instant`, and end."""
    clock.set_offset(round((datetime.fromisoformat(instant) - clock.instant()).total_seconds()))
    database = open_database(load_settings(env_file=None))
    ready()
    try:
        run_due(Ground(load_settings(env_file=None), database), CLOSE)
    finally:
        database.close()
