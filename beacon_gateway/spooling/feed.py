"""The spool as the event loop sees it: disk work runs in threads, readers wait for what comes."""

import asyncio
from collections.abc import Sequence
from typing import Final

from beacon_gateway.spooling.limits import SpoolReport
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import Position, PresenceEvent, Signal, SpooledEvent

LINGER_SECONDS: Final = 0.05  # what one look of the tracker finds travels together
SIGNALS_MAX: Final = 20_000  # one a member who is in, as many as the tracker follows


class Feed:
    """Appends to a spool and feeds one reader from it.

    Signals pass by it, never through it: they are news or nothing, and wait in memory for the next look.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._grew = asyncio.Event()
        self._emptied = asyncio.Event()
        self._signals: dict[bytes, tuple[Signal, float]] = {}
        self._shown = asyncio.Event()
        self.appended = 0
        self.acknowledged = 0

    @property
    def epoch(self) -> str:
        return self._spool.epoch

    @property
    def dropped(self) -> int:
        """Events ever dropped before the server had them."""
        return self.report().dropped

    @property
    def waiting(self) -> int:
        """Events that the server has not acknowledged."""
        return len(self._spool)

    def report(self) -> SpoolReport:
        return self._spool.report()

    async def append(self, events: Sequence[PresenceEvent]) -> None:
        """Takes events, as `Spool.append` does, and wakes the reader."""
        await asyncio.to_thread(self._spool.append, events)
        self.appended += len(events)
        self._emptied.clear()
        self._grew.set()

    async def after(self, position: Position, limit: int) -> list[SpooledEvent]:
        """At most `limit` events beyond a position, at least one: waits for it. Raises sqlite3.Error."""
        while True:
            self._grew.clear()
            if events := await asyncio.to_thread(self._spool.after, position, limit):
                return events
            await self._grew.wait()
            await asyncio.sleep(LINGER_SECONDS)

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """Forgets what the server has on disk. Raises sqlite3.Error."""
        self.acknowledged += await asyncio.to_thread(self._spool.acknowledge, epoch, seq)
        if not self.waiting:
            self._emptied.set()

    async def learn(self, started_at_seconds: float, now_seconds: float) -> None:
        """Takes when the run began by the server's clock, and drops what is too old by it."""
        await asyncio.to_thread(self._spool.learn, started_at_seconds)
        await asyncio.to_thread(self._spool.drop_old, now_seconds)

    async def emptied(self) -> None:
        """Returns when the server has acknowledged everything."""
        while self.waiting:
            self._emptied.clear()
            await self._emptied.wait()

    def show(self, signals: Sequence[Signal], started_at_seconds: float) -> None:
        """Takes how well members are heard now; of each member only the newest waits."""
        for signal in signals:
            self._signals[signal.pseudonym] = (signal, started_at_seconds + signal.at_seconds)
        while len(self._signals) > SIGNALS_MAX:
            del self._signals[next(iter(self._signals))]
        if signals:
            self._shown.set()

    async def signals(self) -> list[tuple[Signal, float]]:
        """What was shown since the last look, each with its Unix time; waits for it."""
        await self._shown.wait()
        self._shown.clear()
        shown = list(self._signals.values())
        self._signals.clear()
        return shown

    def forget_signals(self) -> None:
        """What nobody heard is no news any more."""
        self._signals.clear()
        self._shown.clear()
