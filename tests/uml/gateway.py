"""A gateway's radio as its service runs it: started anew when it gives up."""

import asyncio
import contextlib
from pathlib import Path

from beacon_gateway.clock import Clock
from beacon_gateway.hearing.adapter import AdapterRadio, Host
from beacon_gateway.hearing.radio import AdvertQueue, Heard, RadioLostError, RadioReport

ADVERTS_MAX = 100_000  # more than a test lets pass before it looks
RESTART_SECONDS = 5.0  # RestartSec of regulars-gateway.service


class SupervisedRadio:
    """Listens with hci0 for as long as it runs. root: where it finds /sys. starts: how often it began."""

    def __init__(self, clock: Clock, root: Path) -> None:
        self.clock = clock
        self.starts = 0
        self._queue = AdvertQueue(ADVERTS_MAX)
        self._root = root
        self._heard: list[Heard] = []

    async def run(self) -> None:
        while True:
            self._radio = AdapterRadio("hci0", "hci0", Host(self.clock, self._queue, root=self._root))
            self.starts += 1
            with contextlib.suppress(RadioLostError):
                await self._radio.run()
            await asyncio.sleep(RESTART_SECONDS)

    @property
    def report(self) -> RadioReport:
        """Since its last start."""
        return self._radio.reports()[0]

    def heard_since(self, since_seconds: float) -> list[Heard]:
        """What arrived; forgets what arrived earlier."""
        self._heard.extend(self._queue.drain())
        self._heard = [heard for heard in self._heard if heard.at_seconds >= since_seconds]
        return self._heard
