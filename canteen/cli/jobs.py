"""`canteen jobs`: the scheduler process; beside `serve` on SQLite, by itself elsewhere."""

import logging

import click

from canteen.cli.shell import at_desk
from canteen.jobs import JOBS, Ground, run_due, run_scheduler


@click.command()
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
def jobs(once: bool) -> None:
    """Run the jobs: seals, the nightly check, the backup, the clean-up; each once per due time.

    `canteen serve` starts it on SQLite. Any number may run; what was missed while none ran is caught up.

    \b
    Example:
      canteen jobs
      canteen jobs --once
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with at_desk() as desk:
        ground = Ground(desk.settings, desk.database)
        if not once:
            run_scheduler(ground)
            return
        for job in JOBS:
            count = run_due(ground, job)
            print(f"{job.name}: {count} run")
