"""A scheduler process of tests that runs the jobs of deliveries by a clock given by hand."""

from collections.abc import Callable
from datetime import datetime

from canteen import clock
from canteen.cli.shell import open_database
from canteen.config import load_settings
from canteen.jobs import JOBS, Ground, run_due

NAMES = ("delivery_sync", "deliveries", "delivery_plan", "birthdays")


def run(instant: str, ready: Callable[[], None]) -> None:
    """Run what is due at `instant`, and end."""
    clock.set_offset(round((datetime.fromisoformat(instant) - clock.instant()).total_seconds()))
    database = open_database(load_settings(env_file=None))
    ready()
    try:
        for job in JOBS:
            if job.name in NAMES:
                run_due(Ground(load_settings(env_file=None), database), job)
    finally:
        database.close()
