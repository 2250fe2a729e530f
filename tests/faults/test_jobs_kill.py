"""Three schedulers at once, killed in the middle of their work and started again: each due once."""

import random
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from canteen.models.audit import AuditLine
from canteen.models.days import Instance, JobRun
from tests.cli.conftest import (
    Installation,
    any_installation,
    bare,
    installation,
    installation_on_postgresql,
)
from tests.faults.jobs_by_hand import run
from tests.faults.processes import finish, kill, start

__all__ = ["any_installation", "bare", "installation", "installation_on_postgresql"]
pytestmark = pytest.mark.faults
NOW = "2026-11-30T08:00:00+08:00"
DUES = 6  # five past midnight of the 25th to the 30th


def test_o096_o097_killed_schedulers_leave_each_due_time_run_once(
    any_installation: Installation,
) -> None:
    database = any_installation.open()
    made = datetime(2026, 11, 24, 4, tzinfo=UTC)
    database.run(
        lambda session: session.execute(
            insert(Instance).values(id=1, kind="demonstration", created_at=made)
        ).close()
    )
    rng = random.Random(7)
    for _ in range(3):
        running = [start(run, NOW) for _ in range(3)]
        time.sleep(rng.uniform(0.1, 0.6))
        kill(running)
    for process in [start(run, NOW) for _ in range(3)]:
        finish(process)
    finish(start(run, NOW))  # whoever comes last takes over what the others left
    told = database.read(
        lambda session: session.scalars(
            select(AuditLine.after).where(AuditLine.action == "closed")
        ).all()
    )
    states = database.read(
        lambda session: session.execute(select(JobRun.due_at, JobRun.state)).all()
    )
    database.close()
    assert len(told) == DUES
    assert set(Counter(told).values()) == {1}
    assert [row.state for row in states] == ["done"] * DUES
