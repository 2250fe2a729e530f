"""The jobs of deliveries: lists at 18:00, kept in step and planned each minute, birthdays foreseen.

Beside the jobs' table, because two services meet here: who is brought what, and who carries it.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from canteen import clock
from canteen.db.run import Database
from canteen.services import delivery_jobs, delivery_planning, jobs_once

KEPT = timedelta(days=2)

#: what is written in the transaction that marks the run done
Writes = Callable[[Session], str]


def make_lists(database: Database) -> Writes:
    """Make every list that should stand by now. Each canteen in a transaction of its own, because the
    counters wait for it; made before, it is not made again."""
    made = sum(
        database.run(delivery_jobs.make_lists, canteen_id=canteen_id, now=clock.instant())
        for canteen_id in database.read(delivery_jobs.list_canteens)
    )
    return lambda _session: f"{made} lists made"


def keep_in_step(database: Database) -> Writes:
    """Make what 18:00 left out, and what is wanted of the lists that are not: found by looking only,
    because most minutes there is nothing to write."""
    told = make_lists(database)
    lists = database.read(delivery_jobs.find_out_of_step, now=clock.instant())
    for one in lists:
        database.run(delivery_jobs.bring_in_step, of=one, now=clock.instant())

    def write(session: Session) -> str:
        jobs_once.forget_runs(session, name="delivery_sync", before=clock.instant() - KEPT)
        return f"{told(session)}, {len(lists)} changed"

    return write


def plan_rounds(database: Database) -> Writes:
    """Draw the rounds of each list whose cut-off has passed, once, each in a transaction of its own;
    afterwards the board draws them again."""
    lists = database.read(delivery_jobs.find_unplanned, now=clock.instant())
    for canteen_id, day, mealtime in lists:
        database.run(
            delivery_planning.plan,
            canteen_id=canteen_id,
            day=day,
            mealtime=mealtime,
            by=delivery_jobs.JOB,
            now=clock.instant(),
        )

    def write(session: Session) -> str:
        jobs_once.forget_runs(session, name="delivery_plan", before=clock.instant() - KEPT)
        return f"{len(lists)} lists planned"

    return write


def foresee_birthdays(today: date) -> Writes:
    """Draft the offers for those who turn 80 soon."""

    def write(session: Session) -> str:
        drafted = delivery_jobs.draft_birthdays(session, today=today, now=clock.instant())
        return f"{drafted} offers drafted"

    return write
