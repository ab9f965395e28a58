"""The gateway's time: monotonic for every rule, and what that is on the wall."""

import asyncio
import statistics
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

SERVER_SAMPLES_MAX: Final = 9  # at one each 30 s the median forgets an old drift within 5 minutes
ROUND_TRIP_SECONDS_MAX: Final = 4.0  # a slower answer may be wrong by more than the skew that alarms
SKEW_SECONDS_MAX: Final = 2.0  # the device's own clock is off by more: someone should look why
EARLIEST_SECONDS: Final = (
    1_767_225_600.0  # 2026: no gateway ran before it; clocks without battery begin in 1970
)

if TYPE_CHECKING or not hasattr(time, "CLOCK_BOOTTIME"):
    _steady_seconds = time.monotonic
else:

    def _steady_seconds() -> float:
        """Goes on while the device sleeps, as the wall does."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock(Protocol):
    """Where all of the gateway's time comes from.

    Wall time is the wall time of the start plus monotonic time, so that a clock set by hand or by NTP
    while the gateway runs cannot move a visit; what is left to correct, `ServerTime` measures.
    """

    speed: float
    started: asyncio.Event

    def monotonic_seconds(self) -> float:
        """Seconds since the start; 0 before it."""
        ...

    def started_at_seconds(self) -> float:
        """Unix time of the start, by this clock."""
        ...

    def wall_seconds(self) -> float:
        """Unix time by the device's own clock, which may be wrong, and may jump."""
        ...

    def start(self, at_seconds: float) -> None:
        """Starts a clock that waits for the server's time; `at_seconds` is Unix time."""
        ...


class SystemClock:
    """The device's own clock."""

    def __init__(self) -> None:
        self.speed = 1.0
        self.started = asyncio.Event()
        self._origin_seconds = _steady_seconds()
        self._started_at_seconds = time.time()
        self.started.set()

    def monotonic_seconds(self) -> float:
        return _steady_seconds() - self._origin_seconds

    def started_at_seconds(self) -> float:
        return self._started_at_seconds

    def wall_seconds(self) -> float:
        return time.time()

    def start(self, at_seconds: float) -> None:
        """Does nothing: the system's clock always runs."""


class SceneClock:
    """The time of a simulated scene.

    starts_at_seconds: Unix time at which the scene starts; None waits for `start`.
    speed: scene seconds per real second.
    """

    def __init__(self, starts_at_seconds: float | None, speed: float) -> None:
        self.speed = speed
        self.started = asyncio.Event()
        self._origin_seconds = 0.0
        self._started_at_seconds = time.time()
        if starts_at_seconds is not None:
            self.start(starts_at_seconds)

    def monotonic_seconds(self) -> float:
        if not self.started.is_set():
            return 0.0
        return (time.monotonic() - self._origin_seconds) * self.speed

    def started_at_seconds(self) -> float:
        return self._started_at_seconds

    def wall_seconds(self) -> float:
        return self._started_at_seconds + self.monotonic_seconds()

    def start(self, at_seconds: float) -> None:
        if self.started.is_set():
            return
        self._origin_seconds = time.monotonic()
        self._started_at_seconds = at_seconds
        self.started.set()


class ServerTime:
    """How far the server's clock is ahead of ours."""

    def __init__(self) -> None:
        self._offsets_seconds: deque[float] = deque(maxlen=SERVER_SAMPLES_MAX)

    def add(self, *, sent_at_seconds: float, received_at_seconds: float, server_at_seconds: float) -> bool:
        """Takes one question and answer; the server is assumed to answer half-way. False: it was too slow."""
        if not 0 <= received_at_seconds - sent_at_seconds <= ROUND_TRIP_SECONDS_MAX:
            return False
        half_way_seconds = (sent_at_seconds + received_at_seconds) / 2
        self._offsets_seconds.append(server_at_seconds - half_way_seconds)
        return True

    @property
    def is_known(self) -> bool:
        return bool(self._offsets_seconds)

    @property
    def offset_seconds(self) -> float:
        """Median of the latest samples; 0 before the first."""
        return statistics.median(self._offsets_seconds) if self._offsets_seconds else 0.0


def placed(started_at_seconds: float, last_seconds: float, next_start_seconds: float) -> float:
    """When a run that never met the server began, by the best guess. All in Unix time but `last_seconds`.

    started_at_seconds: what the device's clock said; taken when it can be true, that is when the run's last
    event, `last_seconds` after its start, lies before the next run. Else the run ended as the next began:
    the time without power is short more often than long.
    """
    latest_seconds = next_start_seconds - last_seconds
    return started_at_seconds if EARLIEST_SECONDS <= started_at_seconds <= latest_seconds else latest_seconds
