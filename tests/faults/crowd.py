"""A crowd: real processes with threads in them, that all act on one database at the same instant."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

from canteen.db.run import Database
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.faults.processes import CONTEXT

#: ("swipe", reader_id, asked) or ("meal", counter_id, asked)
Act = tuple[str, int, SwipeAsked | MealAsked]

#: what a process of the crowd waits at before it begins
_start: list[Any] = []


def do(database: Database, act: Act, now: datetime) -> str:
    """Do one act; its outcome."""
    kind, place, asked = act
    if isinstance(asked, SwipeAsked):
        assert kind == "swipe"
        answer = database.run(record_swipe, reader_id=place, asked=asked, now=now)
    else:
        answer = database.run(serve_meal, counter_id=place, asked=asked, by="cashier:test", now=now)
    return str(answer.body["outcome"])


def _wait_at(start: Any) -> None:
    _start.append(start)


def _work(url: str, acts: Sequence[Act], now: datetime, threads: int) -> list[str]:
    database = Database(url)
    here = Barrier(threads)

    def take(number: int) -> list[str]:
        here.wait()
        return [do(database, act, now) for act in acts[number::threads]]

    try:
        _start[0].wait()
        with ThreadPoolExecutor(threads) as pool:
            return [outcome for part in pool.map(take, range(threads)) for outcome in part]
    finally:
        database.close()


def act_at_once(
    url: str, acts: Sequence[Act], now: datetime, *, processes: int = 4, threads: int = 4
) -> list[str]:
    """Spread the acts over processes and threads that start together; all outcomes."""
    start = CONTEXT.Barrier(processes)
    with CONTEXT.Pool(processes, _wait_at, (start,)) as pool:
        parts = pool.starmap(
            _work, [(url, list(acts[n::processes]), now, threads) for n in range(processes)]
        )
    return [outcome for part in parts for outcome in part]
