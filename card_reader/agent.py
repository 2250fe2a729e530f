"""The agent: one thread reads the port, one sends, and the main one waits for the end.

Only this file knows all parts. A card becomes a swipe here: the policy says yes, the swipe is
stored, and only then the screen says so and the sender wakes.
"""

import sys
import threading
import traceback
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

from card_reader.clock import Clock
from card_reader.debounce import HOLD_MS, Debounce
from card_reader.health import Health
from card_reader.lists import Lists
from card_reader.outbox import Outbox, OutboxFault
from card_reader.port import PortLoop, SerialPort, State, open_port
from card_reader.protocols.catalogue import Profile
from card_reader.protocols.events import CardRead, Event
from card_reader.screen import Screen
from card_reader.settings import Settings
from card_reader.swipe import Offline, make_swipe
from card_reader.uploader import Uploader
from card_reader.wire import Wire

JOIN_SECONDS = 5
STOP_SECONDS = 0.2


class Agent:
    """One reader of one counter."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        screen: Screen,
        *,
        opener: Callable[[str, Profile], SerialPort] = open_port,
    ) -> None:
        profile = settings.profile
        self._settings = settings
        self._clock = clock
        self._screen = screen
        self._outbox = Outbox(settings.outbox)
        self._lists = Lists(settings.key, self._outbox)
        self._health = Health(clock, settings.port, profile)
        self._debounce = Debounce(
            self._lists.is_known, sends_once=profile.sends_once, has_checksum=profile.has_checksum
        )
        self._wire = Wire(
            settings.server,
            settings.reader_id,
            settings.key,
            clock,
            settings.connect_seconds,
            settings.reply_seconds,
        )
        self._uploader = Uploader(
            wire=self._wire,
            outbox=self._outbox,
            lists=self._lists,
            health=self._health,
            screen=screen,
            clock=clock,
        )
        self._port = PortLoop(
            settings.port,
            profile,
            clock,
            on_events=self.take_events,
            on_state=self.take_state,
            on_bytes=self._health.bytes_came,
            opener=opener,
        )
        self._stopping = Flag()
        self._is_stop_asked = False
        self._told = ("", 0)
        self._fault = ""

    def run(self) -> int:
        """Work until `stop`; 0 after a clean end, 1 when a part of the agent broke."""
        self._screen.say("started", port=self._settings.port, server=self._settings.server)
        threads = [
            Thread(target=self._guard, args=(part,), name=name, daemon=True)
            for name, part in (("port", self._port.run), ("uploader", self._uploader.run))
        ]
        for thread in threads:
            thread.start()
        while not self._stopping.wait(STOP_SECONDS):
            if self._is_stop_asked:
                self._stopping.set()
        self._uploader.wake()
        self._wire.abort()
        for thread in threads:
            thread.join(JOIN_SECONDS)
        if self._fault:
            self._screen.say("fault", detail=self._fault)
            return 1
        self._screen.say("stopped", waiting=self._outbox.counts()["waiting"])
        self._outbox.close()
        return 0

    def stop(self) -> None:
        """End `run`; safe from any thread and in a signal handler, where no lock may be taken."""
        self._is_stop_asked = True

    def take_events(self, events: list[Event]) -> None:
        """What the parser said: count it, and make a swipe of a card that is one."""
        for event in events:
            self._health.count(event)
            if isinstance(event, CardRead):
                verdict = self._debounce.judge(event.uid, event.t_ms)
                if verdict == "swipe":
                    self._record(event.uid)
                elif verdict != "held":
                    self._tell_once(verdict, event)

    def take_state(self, state: State, detail: str) -> None:
        """The port was opened or lost."""
        if self._health.port_state(state):
            self._screen.say(f"port_{state}")
            if detail and state in ("open", "down"):
                self._screen.say("fault", detail=detail)
            self._uploader.wake()

    def _record(self, card_uid: str) -> None:
        offline: Offline = None
        if not self._uploader.is_up:
            offline = "refused" if self._lists.is_blocked(card_uid) else "taken"
        try:
            self._outbox.add(make_swipe(card_uid, self._clock), offline)
        except OutboxFault as error:
            self._screen.swipe("not_recorded", card_uid, detail=error)
            return
        self._health.card_taken()
        if offline is not None:
            self._screen.swipe(offline, card_uid)
        self._uploader.wake()

    def _tell_once(self, verdict: str, card: CardRead) -> None:
        """One line, not four a second, while something that is no card lies there."""
        told_uid, told_ms = self._told
        if told_uid != card.uid or card.t_ms - told_ms > HOLD_MS:
            self._screen.swipe(verdict, card.uid)
        self._told = (card.uid, card.t_ms)

    def _guard(self, part: Callable[[Flag], None]) -> None:
        """A part that breaks ends the agent aloud: half an agent would lose swipes in silence."""
        try:
            part(self._stopping)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self._fault = f"{threading.current_thread().name}: {type(error).__name__}: {error}"
            self._stopping.set()
