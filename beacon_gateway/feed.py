"""The spool as the event loop sees it: disk work runs in threads, readers wait for what comes."""

import asyncio
from collections.abc import Sequence
from typing import Final

from beacon_gateway.events import PresenceEvent, SpooledEvent
from beacon_gateway.spool import Spool

LINGER_SECONDS: Final = 0.05  # what one look of the tracker finds travels together


class Feed:
    """Appends to a spool and feeds one reader from it."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._grew = asyncio.Event()
        self._emptied = asyncio.Event()
        self.appended = 0
        self.acknowledged = 0

    @property
    def epoch(self) -> str:
        return self._spool.epoch

    @property
    def dropped(self) -> int:
        """Events ever dropped from the full spool."""
        return self._spool.dropped

    @property
    def waiting(self) -> int:
        """Events that the server has not acknowledged."""
        return len(self._spool)

    async def oldest_seq(self) -> int:
        """0 when nothing waits."""
        return await asyncio.to_thread(lambda: self._spool.oldest_seq)

    async def append(self, events: Sequence[PresenceEvent], started_at_seconds: float) -> None:
        """Puts events on disk, as `Spool.append` does, and wakes the reader. Raises sqlite3.Error."""
        await asyncio.to_thread(self._spool.append, events, started_at_seconds=started_at_seconds)
        self.appended += len(events)
        self._emptied.clear()
        self._grew.set()

    async def after(self, seq: int, limit: int) -> list[SpooledEvent]:
        """At most `limit` events whose number is above `seq`, at least one: waits for it."""
        while True:
            self._grew.clear()
            if events := await asyncio.to_thread(self._spool.after, seq, limit):
                return events
            await self._grew.wait()
            await asyncio.sleep(LINGER_SECONDS)

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """Forgets what the server has on disk. Raises sqlite3.Error."""
        self.acknowledged += await asyncio.to_thread(self._spool.acknowledge, epoch, seq)
        if not self.waiting:
            self._emptied.set()

    async def emptied(self) -> None:
        """Returns when the server has acknowledged everything."""
        while self.waiting:
            self._emptied.clear()
            await self._emptied.wait()
