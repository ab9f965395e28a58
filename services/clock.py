"""Time as an argument: nobody below the composition root reads the machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


CLOCK_SKEW_MAX: Final = timedelta(minutes=5)  # two machines without time service drift less in a day
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)  # older times are a unit mistaken


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SceneClock:
    """A clock that starts where it is told and runs `speed` times as fast as real time; it may be moved."""

    def __init__(self, starts_at: datetime, speed: float = 1.0) -> None:
        self._starts_at = starts_at
        self._speed = speed
        self._started = time.monotonic()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return self._starts_at + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    def move_to(self, moment: datetime, *, speed: float | None = None) -> None:
        self._starts_at = moment
        self._started = time.monotonic()
        self._speed = self._speed if speed is None else speed
