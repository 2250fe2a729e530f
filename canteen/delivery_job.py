"""The jobs of deliveries: lists at 18:00, kept in step and planned each minute, birthdays foreseen.

Beside the jobs' table, because two services meet here: who is brought what, and who carries it.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from canteen import clock
from canteen.db.run import Database
from canteen.services import delivery_jobs

#: what is written in the transaction that marks the run done
Writes = Callable[[Session], str]


def make_lists(session: Session) -> str:
    """Make every list that should stand by now."""
    return f"{delivery_jobs.make_lists(session, now=clock.instant())} lists made"


def keep_in_step(database: Database) -> Writes:
    """Look without writing which lists are not what is wanted; most minutes there is nothing to write."""
    now = clock.instant()
    lists = database.read(delivery_jobs.find_out_of_step, now=now)

    def write(session: Session) -> str:
        now = clock.instant()
        made = delivery_jobs.make_lists(session, now=now)
        changed = delivery_jobs.bring_in_step(session, lists=lists, now=now)
        return f"{made} lists made, {changed} changed"

    return write


def foresee_birthdays(today: date) -> Writes:
    """Draft the offers for those who turn 80 soon."""

    def write(session: Session) -> str:
        drafted = delivery_jobs.draft_birthdays(session, today=today, now=clock.instant())
        return f"{drafted} offers drafted"

    return write
