"""What a radio is, real or virtual: it puts what it hears into a queue and says how it fares."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol


class Heard(NamedTuple):
    """One advert at one receiver. The sender's address is left out on purpose: nothing here needs it.

    at_seconds: the gateway's monotonic clock.
    manufacturer_frames: company identifier -> bytes; service_frames: lower-case 128-bit UUID -> bytes.
    """

    at_seconds: float
    receiver: str
    rssi_dbm: int
    manufacturer_frames: Mapping[int, bytes]
    service_frames: Mapping[str, bytes]


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


class Radio(Protocol):
    """A source of adverts."""

    async def run(self) -> None:
        """Hears until cancelled; returns only when there is nothing more to hear, ever."""
        ...

    def heard_until_seconds(self) -> float:
        """The monotonic time up to which everything that was heard is in the queue."""
        ...

    def deaf(self) -> bool:
        """True while silence says nothing about who is there."""
        ...

    def degraded(self) -> bool:
        """True while the radio hears less than it should."""
        ...
