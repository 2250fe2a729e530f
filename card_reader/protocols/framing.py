"""Frames of one fixed length between a start and an end byte, found in a dirty stream.

It stands below the protocols because several readers differ only in length and content. Survived:
noise before and between frames, a cut frame, a second start byte (the stub before it is thrown
away and the new frame is read), a missing or an additional byte, a silence in the middle.
"""

from collections.abc import Callable
from typing import Protocol

from card_reader.protocols.events import Event, Rejected

NOISE_REPORT_BYTES = 256


class Parser(Protocol):
    """What the port loop and the decoder need of every protocol."""

    @property
    def pending(self) -> int:
        """Bytes of an unfinished frame that are kept."""
        ...

    def feed(self, data: bytes, now_ms: int) -> list[Event]:
        """Take bytes as they came at `now_ms`; say what became complete."""
        ...

    def tick(self, now_ms: int) -> list[Event]:
        """Let time pass without bytes: a silence ends an unfinished frame."""
        ...

    def settle(self) -> list[Event]:
        """Report noise not yet reported; an unfinished frame stays."""
        ...

    def reset(self, reason: str) -> list[Event]:
        """Forget an unfinished frame, for instance when the port was opened again."""
        ...


class MarkedFrames:
    """Cuts a stream into candidates of `length` bytes, start and end byte included.

    The start byte must be one that cannot occur inside a sound frame (STX among hexadecimal
    digits): then a start byte inside a candidate proves that the candidate is broken, and dropping
    it up to there is the same as dropping one start byte and searching again. Every byte ends in
    exactly one event or in `pending`; what is said depends on the bytes and their times, never on
    how they were cut into reads. A candidate is never longer than `length`.

    `judge(frame, now_ms)` says what a candidate of the right length and ends is.
    """

    def __init__(
        self,
        *,
        start: int,
        end: int,
        length: int,
        gap_ms: int,
        judge: Callable[[bytes, int], Event],
    ) -> None:
        self._start = start
        self._end = end
        self._length = length
        self._gap_ms = gap_ms
        self._judge = judge
        self._candidate = bytearray()
        self._noise_bytes = 0
        self._last_byte_ms = 0

    @property
    def pending(self) -> int:
        """Bytes of an unfinished frame that are kept: 0 to length - 1."""
        return len(self._candidate)

    def feed(self, data: bytes, now_ms: int) -> list[Event]:
        """Take bytes that came at `now_ms` (milliseconds); an empty chunk only lets time pass."""
        events = self.tick(now_ms)
        for byte in data:
            self._take(byte, now_ms, events)
        if data:
            self._last_byte_ms = now_ms
        return events

    def tick(self, now_ms: int) -> list[Event]:
        """End what has been silent for more than the gap: halves are never joined across it."""
        if now_ms - self._last_byte_ms <= self._gap_ms:
            return []
        return self._give_up("timeout")

    def settle(self) -> list[Event]:
        """Report noise not yet reported; an unfinished frame stays."""
        if not self._noise_bytes:
            return []
        size, self._noise_bytes = self._noise_bytes, 0
        return [Rejected("noise", size)]

    def reset(self, reason: str) -> list[Event]:
        """Forget everything unfinished; the bytes are counted under `reason`."""
        return self._give_up(reason)

    def _give_up(self, reason: str) -> list[Event]:
        events = self.settle()
        if self._candidate:
            events.append(Rejected(reason, len(self._candidate)))
            self._candidate.clear()
        return events

    def _take(self, byte: int, now_ms: int, events: list[Event]) -> None:
        if byte == self._start:
            events += self._give_up("cut")
            self._candidate.append(byte)
        elif not self._candidate:
            self._noise_bytes += 1
            if self._noise_bytes == NOISE_REPORT_BYTES:
                events += self.settle()
        else:
            self._candidate.append(byte)
            if byte == self._end or len(self._candidate) == self._length:
                frame = bytes(self._candidate)
                self._candidate.clear()
                events.append(self._verdict(frame, now_ms))

    def _verdict(self, frame: bytes, now_ms: int) -> Event:
        if frame[-1] != self._end:
            return Rejected("no_end", len(frame))
        if len(frame) != self._length:
            return Rejected("length", len(frame))
        return self._judge(frame, now_ms)
