"""A clock that tests set by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 25, 3, 32, 10, tzinfo=UTC)  # 11:32:10 in China


@dataclass
class HandClock:
    """Wall and monotonic time move together with `pass_ms`, apart with `step_wall_ms`."""

    now: datetime = NOON
    ms: int = 1_000_000
    boot: str = "boot-1"

    def wall(self) -> datetime:
        return self.now

    def monotonic_ms(self) -> int:
        return self.ms

    def boot_id(self) -> str:
        return self.boot

    def pass_ms(self, ms: int) -> None:
        self.ms += ms
        self.step_wall_ms(ms)

    def step_wall_ms(self, ms: int) -> None:
        self.now += timedelta(milliseconds=ms)
