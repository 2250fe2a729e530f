"""Starting an export's own process, and noticing its end.

It gets the way to the database over a pipe; its words go nowhere, for they may hold a name.
"""

import json
import logging
import subprocess
import sys
import threading

from canteen import clock
from canteen.db.run import Database
from canteen.services import claim_exports
from canteen.web.house import database, house
from canteen.web.printing import ROOT, environment

#: how long the asker waits for a small one
SMALL_SECONDS = 10
log = logging.getLogger(__name__)


def start_export(uid: str, *, wait: bool) -> None:
    """Let a process of its own make the export; with `wait` come back when it is done, or after a while."""
    process = subprocess.Popen(
        [sys.executable, "-m", "canteen.claim_export", uid],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(),
        text=True,
    )
    told = {
        "database": database().pass_text(),
        "zone": house().timezone.key,
        "offset_seconds": clock.offset_seconds(),
    }
    watcher = threading.Thread(
        target=_watch, args=(process, json.dumps(told), database(), uid), daemon=True
    )
    watcher.start()
    if wait:
        watcher.join(SMALL_SECONDS)


def _watch(process: subprocess.Popen[str], told: str, opened: Database, uid: str) -> None:
    """Give the process what it needs and wait for its end; one that was killed has failed."""
    process.communicate(told + "\n")
    if process.returncode != 0:
        log.error("the export %s ended with %d", uid, process.returncode)
        opened.run(
            claim_exports.fail, uid=uid, detail=f"exit {process.returncode}", now=clock.instant()
        )
