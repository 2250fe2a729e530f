"""`python -m canteen.demo` (`make run`): the demonstration community with a counter that lives.

Makes and fills the database when it is empty, starts the server, a pretended reader on a
pseudo-terminal and the real agent, taps a card about every four seconds and prints each split.
"""

import logging
import os
import signal
import time
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import IO, NoReturn

import click

from canteen import clock
from canteen.cli.answers import fail, language
from canteen.cli.shell import is_made, open_database
from canteen.config import Settings, load_settings
from canteen.db.run import Database
from canteen.demo.community import fill_demonstration, read_sign_ins
from canteen.demo.deliveries import walk_on
from canteen.demo.families import give_link
from canteen.demo.places import list_places
from canteen.demo.processes import Processes, wait_until_ready, write_agent_file
from canteen.demo.queue import (
    Queue,
    Tapped,
    find_first_counter,
    find_next_open_day,
    find_start,
    list_tapped,
    make_queue,
)
from canteen.demo.story import DAYS_MIN
from canteen.demo.volunteers import give_volunteer_link
from canteen.rules.days import SHANGHAI, local_date, local_time
from canteen.rules.errors import CanteenError, Conflict, Refused
from canteen.rules.money import yuan_text
from canteen.rules.outcomes import OUTCOMES
from canteen.services import places, readiness, setup_view

CANTEEN, READER = "C1", "C1-R1"
LUNCH_AT, LUNCH_ENDS = clock_time(11, 0), clock_time(13, 20)
HISTORY_DAYS = DAYS_MIN
SEED = 1
LOOK_SECONDS = 0.25
#: after so many taps a volunteer is one door further
TAPS_A_DOOR = 6


class Show:
    """One run of the demonstration: its clock, its processes, its queue."""

    def __init__(self, settings: Settings, port: int, every: float) -> None:
        self.settings = settings
        self.port = port
        self.every = every
        self.folder = (settings.data_dir / "demo").resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.processes = Processes(self.folder)
        self.database: Database = open_database(settings)
        self.counter_id = self._counter()
        self.place = next(
            one for one in self.database.read(list_places) if one.counter_id == self.counter_id
        )
        self.seen = clock.instant() - timedelta(days=1)

    def _counter(self) -> int:
        found = self.database.read(find_first_counter, canteen=CANTEEN)
        if found is None:
            raise Refused(
                "not_the_demonstration",
                "这个演示数据库里没有 C1 食堂，请换一个 CANTEEN_DATA_DIR",
                "This demonstration database has no canteen C1; choose another CANTEEN_DATA_DIR",
            )
        return found

    def run(self) -> NoReturn:
        """Lunch after lunch until Ctrl-C."""
        today = local_date(clock.instant())
        start = self.database.read(find_start, lunch_at=datetime.combine(today, LUNCH_AT, SHANGHAI))
        queue = self._queue(local_date(start))
        if queue.is_over or local_time(start).time() > LUNCH_ENDS:
            start = self._next_lunch(local_date(start))
            queue = self._queue(local_date(start))
        links = (self._display_link(), self._family_link())
        while True:
            self._live(start, queue, links)
            start = self._next_lunch(local_date(clock.instant()))
            queue = self._queue(local_date(start))
            say(
                f"都吃过了。时钟拨到下一个开餐日：{local_date(start)} 11:00",
                f"All have eaten. The clock moves to the next open day: {local_date(start)} 11:00",
            )

    def _queue(self, day: date) -> Queue:
        return self.database.read(make_queue, day=day, canteen=CANTEEN, seed=SEED)

    def _next_lunch(self, after: date) -> datetime:
        day = self.database.read(find_next_open_day, canteen=CANTEEN, after=after)
        return datetime.combine(day, LUNCH_AT, SHANGHAI)

    def _display_link(self) -> str:
        token: str = self.database.run(
            places.create_display_link,
            counter_id=self.counter_id,
            name="demonstration",
            by="demonstration",
            origin=None,
            now=clock.instant(),
        )
        return f"http://127.0.0.1:{self.port}/display/{token}"

    def _family_link(self) -> str:
        token = self.database.run(give_link, now=clock.instant())
        return f"http://127.0.0.1:{self.port}/link/{token}"

    def _tell_volunteer(self) -> None:
        """A link to the round of somebody who carries today; good for this day only."""
        token = self.database.run(give_volunteer_link, canteen=CANTEEN, now=clock.instant())
        if token is not None:
            address = f"http://127.0.0.1:{self.port}/link/{token}"
            say(f"志愿者的手机：{address}", f"A volunteer's phone: {address}")

    def _live(self, start: datetime, queue: Queue, links: tuple[str, str]) -> None:
        """One lunch: processes at the clock of `start`, taps, lines; returns when all have eaten."""
        clock.set_offset(0)
        offset = round((start - clock.instant()).total_seconds())
        clock.set_offset(offset)
        self.seen = clock.instant() - timedelta(seconds=1)
        taps = self._start_processes({"CANTEEN_CLOCK_OFFSET": str(offset)})
        self._walk_on()
        self._tell_addresses(*links)
        try:
            while not queue.is_over and local_time(clock.instant()).time() < LUNCH_ENDS:
                taps.write(f"{queue.next_card()}\n")
                taps.flush()
                if queue.taps % TAPS_A_DOOR == 1:
                    self._walk_on()
                self._watch(self.every)
            self._watch(self.every)
        finally:
            self.processes.stop()

    def _walk_on(self) -> None:
        """The volunteers of the first canteen are one door further."""
        now = clock.instant()
        self.database.run(walk_on, place=self.place, day=local_date(now), now=now)

    def _start_processes(self, environment: dict[str, str]) -> IO[str]:
        pty = self.folder / "reader"
        self.processes.start(
            "server", "canteen.cli", ["serve", "--port", str(self.port)], environment
        )
        wait_until_ready(self.port, self.processes.check)
        described = self.database.read(setup_view.describe_setup)
        readers = described["readers"]
        assert isinstance(readers, dict)
        config = write_agent_file(self.folder, port=self.port, reader=readers[READER], pty=pty)
        taps = self.processes.start(
            "reader",
            "card_reader",
            ["simulate", "--profile", "rdm6300", "--pty", str(pty), "--stdin"],
            environment,
        )
        while not pty.is_symlink():
            self.processes.check()
            time.sleep(0.05)
        self.processes.start("agent", "card_reader", ["run", "--config", str(config)], environment)
        time.sleep(1)  # the agent opens the port; a card tapped before that is nobody's loss
        return taps

    def _watch(self, seconds: float) -> None:
        """Print what is booked for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.processes.check()
            for tapped in self.database.read(
                list_tapped, counter_id=self.counter_id, after=self.seen
            ):
                self.seen = tapped.received_at
                print(line_of(tapped), flush=True)
            time.sleep(LOOK_SECONDS)

    def _tell_addresses(self, display: str, family: str) -> None:
        base = f"http://127.0.0.1:{self.port}"
        say(
            f"窗口页面：{base}/counter/{self.counter_id}",
            f"Counter page: {base}/counter/{self.counter_id}",
        )
        say(f"长者显示屏：{display}", f"Elder's display: {display}")
        say(f"家属的手机：{family}", f"A family's phone: {family}")
        self._tell_volunteer()
        for name, password in read_sign_ins(self.settings).items():
            say(f"  登录：{name}  密码：{password}", f"  sign-in: {name}  password: {password}")
        say("Ctrl-C 结束。", "Ctrl-C ends it.")

    def close(self) -> None:
        """End what was started; nothing stays behind."""
        self.processes.stop()
        self.database.close()


def line_of(tapped: Tapped) -> str:
    """`11:03:12 黄桂兰 两菜一汤 ¥12.50 = 长者 ¥9.50 + 政府 ¥3.00，余额 ¥37.20`, or what was unusual."""
    when = f"{local_time(tapped.read_at):%H:%M:%S}"
    name = tapped.name or "?"
    outcome = next(one for one in OUTCOMES if one.code == tapped.outcome)
    zh = language().startswith("zh")
    balance = "" if tapped.balance_fen is None else yuan_text(tapped.balance_fen)
    if outcome.accepted:
        price, elder, paid = (
            yuan_text(fen) for fen in (tapped.price_fen, tapped.elder_fen, tapped.subsidy_fen)
        )
        odd = ""
        if tapped.outcome != "subsidised":
            odd = f"  ← {outcome.zh if zh else outcome.en}"
        elif tapped.balance_fen is not None and tapped.balance_fen < 2 * tapped.elder_fen:
            odd = "  ← 余额偏低" if zh else "  ← low purse"
        if zh:
            parts = f"¥{price} = 长者 ¥{elder} + 政府 ¥{paid}，余额 ¥{balance}"
            return f"{when} {name} {tapped.label} {parts}{odd}"
        parts = f"¥{price} = elder ¥{elder} + government ¥{paid}, balance ¥{balance}"
        return f"{when} {name} {parts}{odd}"
    text = outcome.zh if zh else outcome.en
    return f"{when} {name}  ← {tapped.outcome}: {text}"


def say(zh: str, en: str) -> None:
    """A line in the operator's language."""
    print(zh if language().startswith("zh") else en, flush=True)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--every", default=4.0, show_default=True, help="Seconds between two taps.")
def main(port: int, every: float) -> None:
    """The demonstration: a canteen of invented elders with a live counter. Ctrl-C ends all of it."""
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGTERM, _end)
    show: Show | None = None
    try:
        settings = load_settings()
        prepare(settings)
        show = Show(settings, port, every)
        show.run()
    except KeyboardInterrupt:
        say("\n结束。", "\nEnding.")
    except CanteenError as error:
        fail(error)
    finally:
        if show is not None:
            show.close()


def prepare(settings: Settings) -> None:
    """A filled demonstration database; Refused when the database is a real one."""
    if os.environ.get("CANTEEN_CLOCK_OFFSET"):
        raise Conflict(
            "clock_offset_given",
            "演示自己拨时钟，请去掉 CANTEEN_CLOCK_OFFSET",
            "The demonstration moves its own clock: remove CANTEEN_CLOCK_OFFSET",
        )
    if settings.data_key_file.exists():
        database = open_database(settings)
        try:
            kind = database.read(readiness.find_instance_kind) if is_made(database) else None
            is_filled = kind is not None and database.read(find_first_counter, canteen=CANTEEN)
        finally:
            database.close()
        if is_filled and kind != "demonstration":
            raise Refused(
                "real_database",
                f"{settings.data_dir} 里是真实数据，演示不碰它；请设另一个 CANTEEN_DATA_DIR",
                f"{settings.data_dir} holds a real canteen, which the demonstration leaves alone;"
                " set another CANTEEN_DATA_DIR",
            )
        if is_filled:
            return
    say("正在编一个演示社区……", "Inventing the demonstration community …")
    fill_demonstration(
        settings,
        days=HISTORY_DAYS,
        seed=SEED,
        elders=180,
        canteens=1,
        today=local_date(clock.instant()),
        say=lambda line: print(f"  {line}", flush=True),
    )


def _end(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
