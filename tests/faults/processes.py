"""Processes that die for the fault tests: each forked from one that has loaded the service already.

What is tried is what they do to the database together, or leave behind when they are killed; that
each loaded Python and the service anew cost a minute of every run. (`canteen serve` killed as the
operator starts it is test_kill_nine.)
"""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from typing import Any

START_SECONDS_MAX = 60
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["tests.faults.crowd", "tests.faults.jobs_by_hand", "tests.faults.deliveries_by_hand"]
)


def _begin(work: Callable[..., None], environment: dict[str, str], ready: Any, words: Any) -> None:
    os.environ.clear()  # it is that of whichever test was the first to start a process
    os.environ.update(environment)
    work(*words, ready.set)


def start(work: Callable[..., None], *words: object) -> ForkServerProcess:
    """Start `work(*words, ready)` and wait until it calls `ready()`."""
    ready = CONTEXT.Event()
    process = CONTEXT.Process(target=_begin, args=(work, dict(os.environ), ready, words))
    process.start()
    assert ready.wait(START_SECONDS_MAX), "the process did not come up"
    return process


def kill(processes: Sequence[ForkServerProcess]) -> None:
    """kill -9 all of them, and wait until they are dead."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
        process.close()


def finish(process: ForkServerProcess) -> None:
    """Wait until it has come to its end, a good one."""
    process.join(120)
    assert process.exitcode == 0
    process.close()
