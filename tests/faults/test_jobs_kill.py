"""Three schedulers at once, killed in the middle of their work and started again: each due once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from canteen.models.audit import AuditLine
from canteen.models.days import Instance, JobRun
from tests.cli.conftest import (
    ROOT,
    Installation,
    any_installation,
    bare,
    installation,
    installation_on_postgresql,
)

__all__ = ["any_installation", "bare", "installation", "installation_on_postgresql"]
pytestmark = pytest.mark.faults
NOW = "2026-11-30T08:00:00+08:00"
DUES = 6  # five past midnight of the 25th to the 30th


def _start() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.jobs_by_hand", NOW],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


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
        running = [_start() for _ in range(3)]
        time.sleep(rng.uniform(0.1, 0.6))
        for process in running:
            process.send_signal(signal.SIGKILL)
        for process in running:
            process.communicate()
    for process in [_start() for _ in range(3)]:
        process.communicate(timeout=60)
        assert process.returncode == 0
    last = _start()  # whoever comes last takes over what the others left
    last.communicate(timeout=60)
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
