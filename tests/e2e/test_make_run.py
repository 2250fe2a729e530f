"""What `make run` shows a newcomer: a live counter from an empty folder, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.live import free_port, wait_until

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


def _processes_of(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.getsid(int(entry.name)) == group:
                found.append(int(entry.name))
        except ProcessLookupError:
            continue
    return found


def test_a_newcomer_sees_each_tap_split_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    # From another folder with the default, relative data folder, as `make run` does it.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CANTEEN_")}
    environment["PYTHONPATH"] = str(ROOT)
    port = free_port()
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        demonstration = subprocess.Popen(
            [sys.executable, "-m", "canteen.demo", "--port", str(port), "--every", "0.5"],
            cwd=tmp_path,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def lines() -> list[str]:
        text = said.read_text(encoding="utf-8")
        assert demonstration.poll() is None, text
        return [line for line in text.splitlines() if re.search(r"¥\d+\.\d\d.*¥\d+\.\d\d", line)]

    try:
        wait_until(lambda: len(lines()) >= 3, "three taps were split", seconds=180)
        text = said.read_text(encoding="utf-8")
        assert f"http://127.0.0.1:{port}/counter/1" in text
        assert "demo-cashier" in text
        display = re.search(r"http://127\.0\.0\.1:\d+/display/\S+", text)
        assert display is not None
        with urllib.request.urlopen(display.group(), timeout=10) as answer:
            assert answer.status == 200
    finally:
        demonstration.send_signal(signal.SIGINT)
        demonstration.wait(30)
    wait_until(lambda: not _processes_of(demonstration.pid), "every part has ended")
    assert demonstration.returncode in (0, 130)
