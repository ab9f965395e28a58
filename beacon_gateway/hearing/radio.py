"""What a radio is, real or virtual: it puts what it hears into a queue and says how it fares."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Heard(NamedTuple):
    """One advert at one receiver.

    sender: the address that it came from, so that telemetry finds the identifier beside it. It lives no
    longer than this value, but for members' tags, whose addresses are known for seconds.
    at_seconds: the gateway's monotonic clock.
    manufacturer_frames: company identifier -> bytes; service_frames: lower-case 128-bit UUID -> bytes.
    """

    at_seconds: float
    receiver: str
    rssi_dbm: int
    manufacturer_frames: Mapping[int, bytes]
    service_frames: Mapping[str, bytes]
    sender: str = ""


class AdvertQueue:
    """A bounded queue that drops its oldest entry when full, and counts that.

    `room` is set while less than half is taken: a source that can wait, waits for it.
    """

    def __init__(self, length_max: int) -> None:
        self._entries: deque[Heard] = deque(maxlen=length_max)
        self._length_max = length_max
        self.dropped = 0
        self.room = asyncio.Event()
        self.room.set()

    def put(self, heard: Heard) -> None:
        if len(self._entries) == self._length_max:
            self.dropped += 1
        self._entries.append(heard)
        if len(self._entries) * 2 > self._length_max:
            self.room.clear()

    def drain(self) -> Iterator[Heard]:
        """Takes out what is there, oldest first."""
        while self._entries:
            yield self._entries.popleft()
        self.room.set()


class RadioLostError(Exception):
    """Nothing that this process can do brings the radio back; its supervisor may start it anew."""


@dataclass(frozen=True, slots=True)
class RadioReport:
    """How one receiver fares, and what was done for it since the start."""

    receiver: str
    deaf: bool
    degraded: bool
    silent_seconds: float
    adverts: int
    scan_restarts: int = 0
    power_cycles: int = 0
    bluetooth_restarts: int = 0
    usb_resets: int = 0
    monitors_lost: int = 0  # that BlueZ had accepted and took back


class Radio(Protocol):
    """A source of adverts; one that cannot fail need not say more than up to when it heard."""

    async def run(self) -> None:
        """Hears until cancelled; returns when there is nothing more to hear, ever. Raises RadioLostError."""
        ...

    def heard_until_seconds(self) -> float:
        """The monotonic time up to which everything that was heard is in the queue."""
        ...

    def deaf_receivers(self) -> frozenset[str]:
        """The receivers whose silence says nothing about who is there."""
        return frozenset()

    def degraded(self) -> bool:
        """True while the radio hears less than it should."""
        return False

    def reports(self) -> tuple[RadioReport, ...]:
        """How each receiver fares, for those that can fall silent."""
        return ()


class Radios:
    """Several radios that feed one queue, as one. Not empty."""

    def __init__(self, radios: Sequence[Radio]) -> None:
        self._radios = tuple(radios)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for radio in self._radios:
                    tasks.create_task(radio.run())
        except ExceptionGroup as lost:
            raise lost.exceptions[0] from None

    def heard_until_seconds(self) -> float:
        return min(radio.heard_until_seconds() for radio in self._radios)

    def deaf_receivers(self) -> frozenset[str]:
        return frozenset().union(*(radio.deaf_receivers() for radio in self._radios))

    def degraded(self) -> bool:
        return any(radio.degraded() for radio in self._radios)

    def reports(self) -> tuple[RadioReport, ...]:
        return tuple(report for radio in self._radios for report in radio.reports())
