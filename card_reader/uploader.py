"""Sends what waits in the outbox, in order, until each swipe is answered for good.

One thread does everything that goes over the line, so swipes never overtake one another and there
is one connection. `step` does one thing and says how long it may rest: the tests drive it by hand.
"""

import json
from collections.abc import Mapping, Sequence
from threading import Event as Flag

from card_reader.answers import find_meaning, find_refusal, find_wait_ms
from card_reader.clock import Clock
from card_reader.health import Health
from card_reader.lists import Lists
from card_reader.outbox import Entry, Outbox, OutboxFault
from card_reader.screen import Screen
from card_reader.wire import Reply, Unreachable, Wire

SWIPES_PATH = "/api/v1/swipes"
BATCH_PATH = "/api/v1/swipes/batch"
SELF_PATH = "/api/v1/readers/self"
HEALTH_PATH = "/api/v1/readers/self/health"

BATCH_MAX = 500
BATCH_FROM = 10  # fewer are sent one by one: each has its own answer at once
LATER = (429, 502, 503, 504)
LISTS_EVERY_MS = 60_000
LISTS_AGAIN_MS = 5000
OFFSET_STEP_MS = 2000
HEALTH_EVERY_MS = 30_000
STUCK_EVERY_MS = 300_000
PRUNE_EVERY_MS = 86_400_000
REFUSED_EVERY_MS = 60_000
BACK_OFF_MS = (500, 1000, 2000, 5000)  # no longer: people wait
REST_MS = 1000  # another process may have put swipes back (`card-reader outbox retry`)


class Uploader:
    """The sending side. `is_up` tells the reading side whether the service answers at present."""

    def __init__(
        self,
        *,
        wire: Wire,
        outbox: Outbox,
        lists: Lists,
        health: Health,
        screen: Screen,
        clock: Clock,
    ) -> None:
        self._wire = wire
        self._outbox = outbox
        self._lists = lists
        self._health = health
        self._screen = screen
        self._clock = clock
        self._wake = Flag()
        self.is_up = True
        self._failures = 0
        self._refused = False
        self._skews = 0
        self._singly_to_seq = 0
        self._batch_max = BATCH_MAX
        self._not_before_ms = 0
        start_ms = clock.monotonic_ms()
        self._due_ms = {
            "lists": start_ms,
            "health": start_ms - HEALTH_EVERY_MS,
            "stuck": start_ms,
            "prune": start_ms,
        }
        self._told_changes = -1
        self._told_offset_ms = 0

    def run(self, stopping: Flag) -> None:
        """Work until `stopping` is set; nothing that goes wrong ends it before."""
        while not stopping.is_set():
            try:
                rest_ms = self.step()
            except OutboxFault as error:
                self._screen.say("outbox", detail=error)
                rest_ms = self._back_off(None)
            self._wake.wait(rest_ms / 1000)
            self._wake.clear()
        self._wire.close()

    def wake(self) -> None:
        """Something is waiting: do not rest."""
        self._wake.set()

    def step(self) -> int:
        """Do one thing; how many milliseconds there is nothing to do."""
        rest_ms = self._not_before_ms - self._clock.monotonic_ms()
        if rest_ms > 0:
            return min(rest_ms, REST_MS)
        try:
            done = self._do_one_thing()
        except Unreachable as error:
            self._lose_line(str(error), None)
            return 0
        return 0 if done else REST_MS

    def _do_one_thing(self) -> bool:
        if self._is_due("prune", PRUNE_EVERY_MS):
            self._outbox.prune(self._clock.wall())
        is_timeless = self._wire.clock_offset_ms() is None
        if self._refused or self._is_late("lists", 0 if is_timeless else LISTS_EVERY_MS):
            return self._fetch_lists()
        if self._is_offset_news() or self._is_late("health", HEALTH_EVERY_MS):
            return self._report_health()
        waiting = self._outbox.list_entries("waiting", limit=self._batch_max)
        if len(waiting) < self._batch_max:
            self._batch_max = BATCH_MAX
        if waiting:
            return self._send(waiting)
        if self._health.changes != self._told_changes or self._is_late("health", 0):
            return self._report_health()
        if self._is_late("lists", 0):
            return self._fetch_lists()
        if self._is_due("stuck", STUCK_EVERY_MS):
            return self._send_stuck()
        # Nothing waits, but the reading side has to know when swipes are answered at once again.
        return False if self.is_up else self._report_health()

    def _is_late(self, name: str, by_ms: int) -> bool:
        return self._clock.monotonic_ms() >= self._due_ms[name] + by_ms

    def _is_due(self, name: str, every_ms: int) -> bool:
        if not self._is_late(name, 0):
            return False
        self._due_ms[name] = self._clock.monotonic_ms() + every_ms
        return True

    # ---------------------------------------------------------------------------------- swipes

    def _send(self, waiting: Sequence[Entry]) -> bool:
        if len(waiting) < BATCH_FROM or waiting[0].seq <= self._singly_to_seq:
            return self._send_one(waiting[0])
        entries = self._outbox.prepare(waiting, self._clock)
        body = '{"swipes":[' + ",".join(str(entry.body) for entry in entries) + "]}"
        try:
            reply = self._request_for(entries, BATCH_PATH, body)
        except Unreachable as error:
            if error.may_have_arrived:  # too many, perhaps, for a slow service to answer in time
                self._batch_max = max(1, len(entries) // 2)
            raise
        results = reply.facts.get("results")
        if reply.status == 200 and isinstance(results, list) and len(results) == len(entries):
            self._use_all(entries, results)
        elif reply.status in LATER or find_refusal(reply.status, reply.facts) in ("stop", "clock"):
            self._use_refusal(reply)
        else:
            # The batch as a whole was not understood: one of them may be the cause.
            self._singly_to_seq = entries[-1].seq
        return True

    def _use_all(self, entries: Sequence[Entry], results: Sequence[object]) -> None:
        unsettled: list[Reply] = []
        with self._outbox.together():
            for entry, result in zip(entries, results, strict=True):
                status = result.get("status") if isinstance(result, dict) else None
                document = result.get("body") if isinstance(result, dict) else None
                reply = Reply(status if isinstance(status, int) else 0, document)
                if not self._is_settled(entry, reply):
                    unsettled.append(reply)
        if unsettled:
            self._use_refusal(unsettled[0])

    def _send_one(self, entry: Entry) -> bool:
        (entry,) = self._outbox.prepare([entry], self._clock)
        reply = self._request_for([entry], SWIPES_PATH, str(entry.body))
        if not self._is_settled(entry, reply):
            self._use_refusal(reply)
        return True

    def _send_stuck(self) -> bool:
        stuck = self._outbox.list_entries("stuck")
        for entry in stuck:
            self._send_one(entry)
        return bool(stuck)

    def _request_for(self, entries: Sequence[Entry], path: str, body: str) -> Reply:
        try:
            return self._wire.request("POST", path, body.encode())
        except Unreachable as error:
            if error.may_have_arrived:
                for entry in entries:
                    if entry.offline is None and not entry.sent:
                        self._screen.swipe("unconfirmed", entry.swipe.card_uid)
            else:
                self._outbox.take_back(entries)
            raise

    def _is_settled(self, entry: Entry, reply: Reply) -> bool:
        """Write down what the answer means for this swipe; False: later, or not this reader."""
        meaning = find_meaning(entry.swipe.id, reply.status, reply.facts)
        now = self._clock.wall()
        if meaning == "answered":
            self._outbox.answered(entry, reply.status, str(reply.facts["outcome"]), now)
            self._skews = 0
            self._have_line()
            self._screen.answer(entry, reply.facts)
        elif meaning == "dead":
            self._outbox.dead(entry, reply.status, _code(reply.facts), now)
            self._have_line()
            self._tell(entry, "dead", reply)
        elif meaning == "fault" and self._outbox.fault(entry) == "stuck":
            self._have_line()
            if entry.state != "stuck":
                self._due_ms["stuck"] = self._clock.monotonic_ms() + STUCK_EVERY_MS
                self._tell(entry, "stuck", reply)
        else:
            said = {"again": "unconfirmed", "fault": "unconfirmed", "stop": "taken"}.get(meaning)
            if said and not entry.sent and entry.offline is None:
                self._screen.swipe(said, entry.swipe.card_uid)
            return False
        return True

    def _tell(self, entry: Entry, what: str, reply: Reply) -> None:
        facts = {"status": reply.status, "code": _code(reply.facts)}
        self._screen.swipe(what, entry.swipe.card_uid, **facts)

    # ------------------------------------------------------------------------- lists and health

    def _fetch_lists(self) -> bool:
        self._due_ms["lists"] = self._clock.monotonic_ms() + LISTS_AGAIN_MS
        # "Unchanged" would not bring the time, and swipes are placed by it.
        etag = None if self._wire.clock_offset_ms() is None else self._lists.etag
        reply = self._wire.request("GET", SELF_PATH, etag=etag)
        if self._is_welcome(reply):
            self._skews = 0
            self._due_ms["lists"] = self._clock.monotonic_ms() + LISTS_EVERY_MS
            if reply.status == 200 and self._lists.take(reply.facts, reply.etag):
                self._wire.learn_time(reply.facts.get("server_time"))
        return True

    def _report_health(self) -> bool:
        self._due_ms["health"] = self._clock.monotonic_ms() + HEALTH_EVERY_MS
        offset_ms, changes = self._wire.clock_offset_ms(), self._health.changes
        report = self._health.report(self._outbox, offset_ms)
        reply = self._wire.request("PUT", HEALTH_PATH, json.dumps(report).encode())
        self._told_changes = changes
        if self._is_offset_news():
            self._told_offset_ms = offset_ms or 0
            self._screen.say("clock", seconds=self._told_offset_ms // 1000)
        self._is_welcome(reply)
        return True

    def _is_offset_news(self) -> bool:
        """Whether the clock is off by another amount than the service was told.

        The service places swipes by this offset, so it has to know it before them.
        """
        offset_ms = self._wire.clock_offset_ms()
        return offset_ms is not None and abs(offset_ms - self._told_offset_ms) >= OFFSET_STEP_MS

    def _is_welcome(self, reply: Reply) -> bool:
        """Whether the service takes this reader's requests: any answer that is not "later".

        A fault of these two requests says nothing about swipes, so it only delays asking again.
        """
        refusal = find_refusal(reply.status, reply.facts)
        if refusal in ("stop", "clock") or reply.status in LATER:
            self._use_refusal(reply)
        elif refusal != "fault":
            self._have_line()
            return True
        elif not self.is_up:
            self._back_off(None)
        return False

    # ---------------------------------------------------------------------------------- the line

    def _use_refusal(self, reply: Reply) -> None:
        """An answer that concerns the reader or the moment, not the swipe: it goes out again."""
        refusal = find_refusal(reply.status, reply.facts)
        if refusal == "clock" and not self._skews:
            self._skews += 1
            if self._wire.learn_time(reply.facts["server_time"]):
                return
        if refusal in ("stop", "clock"):
            if not self._refused:
                self._screen.say("stop", status=reply.status, code=_code(reply.facts))
            self._refused = True
            self._lose_line(str(reply.status), REFUSED_EVERY_MS)
        else:
            now = self._clock.wall()
            self._lose_line(str(reply.status), find_wait_ms(reply.retry_after, now))

    def _have_line(self) -> None:
        self._failures = 0
        self._refused = False
        if not self.is_up:
            self.is_up = True
            self._screen.say("line_back")

    def _lose_line(self, detail: str, wait_ms: int | None) -> None:
        was_up, self.is_up = self.is_up, False
        if was_up and not self._refused:
            self._screen.say("line_lost", detail=detail)
        self._back_off(wait_ms)
        for entry in self._outbox.mark_offline(self._lists.is_blocked):
            self._screen.swipe(str(entry.offline), entry.swipe.card_uid)

    def _back_off(self, wait_ms: int | None) -> int:
        if wait_ms is None:
            wait_ms = BACK_OFF_MS[min(self._failures, len(BACK_OFF_MS) - 1)]
        self._failures += 1
        self._not_before_ms = self._clock.monotonic_ms() + wait_ms
        return wait_ms


def _code(facts: Mapping[str, object]) -> str:
    return str(facts.get("code") or "")
