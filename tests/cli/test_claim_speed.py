"""How long files of claims take from asking to having them, and how much memory."""

import json
import re
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from canteen import clock
from canteen.config import load_settings
from canteen.db.run import Database
from canteen.demo.community import fill_demonstration
from canteen.models.claims import Claim
from canteen.services import claim_choosing, claim_exports
from tests.cli.conftest import ROOT, Installation
from tests.measuring import keep

ROWS = 1_000_000
#: between two looks at how much memory a process holds
LOOK_SECONDS = 0.2
FORMS = ("xlsx", "csv", "csv-gb18030", "pdf")


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_month_of_3500_lines_is_there_while_one_waits(bare: Installation, tmp_path: Path) -> None:
    fill_demonstration(
        load_settings(),
        days=34,
        seed=3,
        elders=230,
        canteens=1,
        today=date(2026, 11, 2),
        say=lambda _: None,
    )
    bare.run("claim", "draft", "--canteen", "C1", "--period", "2026-10", "--as", "demo-finance")
    database = bare.open()
    lines = database.read(
        lambda s: max(claim.lines for claim in s.query(Claim).where(Claim.period == "2026-10"))
    )
    took: dict[str, float] = {}
    for form in FORMS:
        began = time.perf_counter()
        words = ("--canteen", "C1", "--period", "2026-10", "--format", form)
        path = tmp_path / f"claim.{form}"
        bare.run("claim", "export", *words, "-o", str(path), "--as", "demo-finance")
        took[form] = time.perf_counter() - began
    keep(
        "A canteen's month exported",
        f"By `tests/cli/test_claim_speed.py`: a claim of {lines:,} lines in SQLite, from asking to the"
        " file on the disk.\n\n| form | s |\n|---|---|\n"
        + "\n".join(f"| {form} | {seconds:.2f} |" for form, seconds in took.items()),
    )
    assert max(took.values()) <= 3


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_claim_of_a_million_rows_is_made_beside_the_service_in_little_memory(
    bare: Installation,
) -> None:
    fill_demonstration(
        load_settings(),
        days=34,
        seed=3,
        elders=66,
        canteens=1,
        today=date(2026, 11, 2),
        say=lambda _: None,
    )
    bare.run("claim", "draft", "--canteen", "C1", "--period", "2026-10", "--as", "demo-finance")
    database = bare.open()
    database.run(_swell)
    measured = {form: _measure(database, form) for form in ("xlsx", "csv", "pdf")}
    keep(
        "A claim of a million rows, from the database",
        f"By `tests/cli/test_claim_speed.py`: a draft of {ROWS:,} lines in SQLite, read, laid out, sealed"
        " and kept by the process that the page starts.\n\n"
        "| form | processor s | most memory MB |\n|---|---|---|\n"
        + "\n".join(f"| {form} | {cpu:.1f} | {mb} |" for form, (cpu, mb) in measured.items()),
    )
    assert max(mb for _, mb in measured.values()) <= 200


def _swell(session: Session) -> None:
    """A draft with its meals' lines over and over, as if a city were one canteen."""
    claim = session.execute(text("SELECT id FROM claims WHERE period = '2026-10'")).scalar_one()
    own = f"FROM claim_lines WHERE claim_id = {claim}"
    session.execute(text(f"DELETE {own} AND kind <> 'share'"))
    lines = session.execute(text(f"SELECT count(*) {own}")).scalar_one()
    columns = (
        "kind, meal_id, rule, payer, payer_name, funder_id, scheme_version_id, served_on, booked_on,"
        " fen"
    )
    session.execute(
        text(
            "WITH RECURSIVE turn (t) AS (SELECT 1 UNION ALL SELECT t + 1 FROM turn WHERE t < :turns)"
            f" INSERT INTO claim_lines (claim_id, n, source, {columns})"
            f" SELECT claim_id, t * 10000 + n, printf('%07d:%07d', t, n), {columns}"
            f" FROM turn CROSS JOIN (SELECT * {own}) ORDER BY t, n LIMIT :rest"
        ),
        {"turns": ROWS // lines + 1, "rest": ROWS - lines},
    )
    session.execute(
        text(
            "UPDATE claims SET (lines, subsidy_fen, total_fen) ="
            f" (SELECT count(*), sum(fen), sum(fen) {own}),"
            f" services_fen = 0, grants_fen = 0, corrections_fen = 0 WHERE id = {claim}"
        )
    )


def _measure(database: Database, form: str) -> tuple[float, int]:
    """Seconds of a processor and megabytes of the process that makes the claim's file."""
    uid, number = str(uuid4()), "C1-2026-10"
    chosen = database.read(claim_choosing.choose_claim, number=number)
    by, now = "staff:demo-finance", clock.instant()
    database.run(
        claim_exports.ask,
        uid=uid,
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form=form,
        by=by,
        now=now,
    )
    told = {"database": database.pass_text(), "zone": "Asia/Shanghai", "offset_seconds": 0}
    process = subprocess.Popen(
        [sys.executable, "-m", "canteen.claim_export", uid],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.close()
    before, most = getrusage(RUSAGE_CHILDREN), 0
    while process.poll() is None:
        most = max(most, _peak(process.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
    after = getrusage(RUSAGE_CHILDREN)
    shown = database.read(claim_exports.show, uid=uid, now=clock.instant())
    assert (shown.state, shown.lines_done) == ("done", ROWS)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return worked, most


def _peak(pid: int) -> int:
    """The most megabytes the process has held. Not its ru_maxrss: that begins with its parent's."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) >> 10 if found else 0
