"""A live canteen: the real service, the real agent, and a pretend reader on a pseudo-terminal.

Built as an operator builds it, by the commands: init, setup, serve, card-reader run. What was built
once is copied for the next test of the same run. Lunch lasts all day, so that the tests may run at
any hour.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from canteen.rules.days import local_date
from tests.postgres import hold_lock

WAIT_SECONDS_MAX = 90
#: below the ports that the kernel lends to whoever calls out
PORTS = range(20_000, 32_000)
SETUP = """
[[area]]
code = "45"
name = "广西壮族自治区"
[[area]]
code = "4507"
name = "钦州市"
[[area]]
code = "450702"
name = "钦南区"
[[area]]
code = "450702003"
name = "向阳街道"
[[area]]
code = "450702003005"
name = "城南社区"

[[funder]]
code = "gov"
name = "钦南区民政局"
area = "450702"

[[canteen]]
code = "C1"
name = "城南食堂"
area = "450702003005"
scheme = "nanning-2022"
scheme_from = 2022-08-01
payers = { gov = "gov" }
overdraft_fen = 0
[[canteen.mealtime]]
name = "lunch"
from = "00:00"
to = "23:59"
price_fen = 1250
[[canteen.counter]]
code = "C1-1"
[[canteen.reader]]
code = "C1-R1"
counter = "C1-1"
profile = "rdm6300"

[[user]]
name = "li"
role = "cashier"
scope = "C1"
[[user]]
name = "wang"
role = "secretary"
scope = "450702003005"
"""
ELDER = """
[[elder]]
number = "{number}"
name = "{name}"
sex = "F"
born = 1944-03-01
hukou = "450702003005"
residence = "450702003005"
canteen = "C1"
balance_fen = {fen}
[[elder.card]]
uid = "{uid}"
"""
NAMES = ("黄桂兰", "韦德胜", "陆秀珍", "梁福荣", "莫有福")


def card_of(number: int) -> str:
    """The card of the elder E001, E002 …"""
    return f"em4100:0A{0xB0C100 + number:08X}"


def free_port() -> int:
    """A port that nobody listens on, and that nobody is lent before we do: of two test workers each
    draws its own, whatever the tests' seed."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass
class Live:
    """A running canteen and how to speak with it."""

    folder: Path
    port: int
    environment: dict[str, str]
    made: dict[str, Any]
    server: subprocess.Popen[bytes] | None = None
    agent: subprocess.Popen[bytes] | None = None
    reader: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def canteen(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one `canteen` command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "canteen.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def password(self, name: str) -> str:
        """What one of its people signs in with."""
        sign_ins = self.made.get("sign_ins") or {}
        return str(sign_ins.get(name) or self.made["users"][name]["password"])

    def start_server(self, *words: str) -> None:
        """Start `canteen serve` in a group of its own and wait until it is ready."""
        with (self.folder / "serve.log").open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "canteen.cli", "serve", "--port", str(self.port), *words],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.is_ready, "the service answers")

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def kill_server(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server's whole group."""
        assert self.server is not None
        os.killpg(self.server.pid, how)
        self.server.wait(20)

    def start_reader(self) -> None:
        """The pretend reader on its pseudo-terminal and the real agent that reads it."""
        link = self.folder / "reader"
        self.reader = subprocess.Popen(
            [
                sys.executable, "-m", "card_reader", "simulate", "--profile", "rdm6300",
                "--pty", str(link), "--stdin",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )  # fmt: skip
        wait_until(link.exists, "the pseudo-terminal is there")
        key = self.made["readers"]["C1-R1"]
        config = self.folder / "reader.toml"
        config.write_text(
            f'server = "{self.address}"\nreader_id = "{key["id"]}"\nkey = "{key["key"]}"\n'
            f'port = "{link}"\nprofile = "rdm6300"\noutbox = "outbox.db"\n',
            encoding="utf-8",
        )
        self.start_agent()

    def start_agent(self) -> None:
        with (self.folder / "agent.log").open("ab") as log:
            self.agent = subprocess.Popen(
                [
                    sys.executable, "-m", "card_reader", "run", "--config",
                    str(self.folder / "reader.toml"),
                ],
                env=self.environment,
                stdout=log,
                stderr=log,
            )  # fmt: skip

    def tap(self, uid: str) -> None:
        """Lay a card on the pretend reader."""
        assert self.reader is not None
        assert self.reader.stdin is not None
        self.reader.stdin.write(uid + "\n")
        self.reader.stdin.flush()

    def stop(self) -> None:
        """End what was started, the agent first."""
        for process in (self.agent, self.reader):
            if process is None:
                continue
            if process.poll() is None:
                process.terminate()
                process.wait(20)
            if process.stdin is not None:
                process.stdin.close()
        if self.server is not None and self.server.poll() is None:
            self.kill_server(signal.SIGTERM)


def wait_until(is_so: Callable[[], bool], what: str, seconds: int = WAIT_SECONDS_MAX) -> None:
    """Look again until it is so; fail with what was waited for."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.05)


def empty_canteen(folder: Path) -> Live:
    """A canteen of which nothing is there yet, with nothing of this machine's settings."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CANTEEN_")
    }
    environment["CANTEEN_DATA_DIR"] = str(folder / "data")
    return Live(folder, free_port(), environment, {})


def copy_of(kind: str, folder: Path, make: Callable[[Live], Any]) -> Live:
    """In `folder` the canteen that `make` makes: by it for the first who asks for this kind on this
    day, and a copy of that one for all others of the run. What `make` answers is in `made`."""
    name = hashlib.sha256(f"{kind} {local_date(datetime.now(UTC))}".encode()).hexdigest()[:16]
    with hold_lock(f"canteen-{name}") as run:
        template = run / f"canteen-{name}"
        if not template.exists():
            making = Path(tempfile.mkdtemp(dir=run))
            made = make(empty_canteen(making))
            assert not any(making.rglob("*.db-wal")), "who makes it must close what was opened"
            (making / "made.json").write_text(json.dumps(made), encoding="utf-8")
            making.rename(template)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    live = empty_canteen(folder)
    live.made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    return live


def pass_midnight(seconds: int) -> None:
    """Where a test would see the day change in Nanning, let it change before: what is made for today
    must be today's until its end."""
    now = datetime.now(UTC)
    if local_date(now) != local_date(now + timedelta(seconds=seconds)):
        wait_until(
            lambda: local_date(datetime.now(UTC)) != local_date(now), "midnight", seconds + 5
        )


@contextmanager
def live_canteen(
    folder: Path, *, elders: int = 5, balance_fen: int = 10_000, more: str = ""
) -> Iterator[Live]:
    """Build a canteen in `folder`, and what `more` of a set-up file says, and take it down again;
    the caller starts what she needs."""
    pass_midnight(60)
    people = (
        ELDER.format(
            number=f"E{number:03d}",
            name=NAMES[(number - 1) % len(NAMES)],
            fen=balance_fen,
            uid=card_of(number),
        )
        for number in range(1, elders + 1)
    )
    text = SETUP + more + "".join(people)
    live = copy_of(text, folder, lambda canteen: _set_up(canteen, text))
    try:
        yield live
    finally:
        live.stop()


def _set_up(live: Live, text: str) -> Any:
    done = live.canteen("init", "--json")
    assert done.returncode == 0, done.stderr
    file = live.folder / "setup.toml"
    file.write_text(text, encoding="utf-8")
    done = live.canteen("setup", str(file), "--apply", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
