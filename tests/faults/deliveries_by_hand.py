"""A scheduler process of tests that runs the jobs of deliveries by a clock given by hand.

`python -m tests.faults.deliveries_by_hand INSTANT`: runs what is due at INSTANT and ends.
"""

import sys
from datetime import datetime

from canteen import clock
from canteen.cli.shell import open_database
from canteen.config import load_settings
from canteen.jobs import JOBS, Ground, run_due

NAMES = ("delivery_sync", "deliveries", "delivery_plan", "birthdays")


def run(instant: str) -> None:
    """Run what is due at `instant`."""
    clock.set_offset(round((datetime.fromisoformat(instant) - clock.instant()).total_seconds()))
    database = open_database(load_settings(env_file=None))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        for job in JOBS:
            if job.name in NAMES:
                run_due(Ground(load_settings(env_file=None), database), job)
    finally:
        database.close()


if __name__ == "__main__":
    run(sys.argv[1])
