"""A shop with fobs in it, and a gateway that listens."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.integration.bluez import daemon
from tests.uml.air import Air
from tests.uml.gateway import SupervisedRadio

LATE_SECONDS = 0.5  # an advert that takes longer to the gateway counts as lost
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 200.0  # far more than anything may take


@dataclass(frozen=True)
class Reception:
    """How much of what was said in a while arrived, and for how long nothing was heard of a fob at most."""

    share: float
    gap_seconds_max: float


@dataclass
class Shop:
    folder: Path
    air: Air
    radio: SupervisedRadio

    def bluetoothd(
        self, *, experimental: bool = True
    ) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        """Debian's, killed at the end of the block."""
        return daemon.bluetoothd(self.folder, experimental=experimental)

    async def listen(self, seconds: float) -> Reception:
        """How well the gateway hears from now on, for so long."""
        since_seconds = self._now_seconds()
        await asyncio.sleep(seconds)
        until_seconds = self._now_seconds()
        arrivals = self._arrivals_since(since_seconds)
        arrived = [
            _arrived(said_seconds, arrivals[sender])
            for sender, times in self.air.said.items()
            for said_seconds in times
            if since_seconds <= said_seconds < until_seconds - LATE_SECONDS
        ]
        gaps = (_gap_seconds_max((since_seconds, *times, until_seconds)) for times in arrivals.values())
        return Reception(sum(arrived) / len(arrived), max(gaps))

    async def seconds_until_all_are_heard(self) -> float:
        """How long it takes from now until every fob has been heard."""
        since_seconds = self._now_seconds()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all(self._arrivals_since(since_seconds).values()):  # noqa: ASYNC110 - the air's doing
                await asyncio.sleep(LOOK_SECONDS)
        return self._now_seconds() - since_seconds

    def _arrivals_since(self, since_seconds: float) -> dict[str, list[float]]:
        """When something arrived, for each fob's address."""
        arrivals: dict[str, list[float]] = {fob.address: [] for fob in self.air.fobs}
        for heard in self.radio.heard_since(since_seconds):
            arrivals[heard.sender].append(heard.at_seconds)
        return arrivals

    def _now_seconds(self) -> float:
        return self.air.clock.monotonic_seconds()


def _arrived(said_seconds: float, arrivals: Iterable[float]) -> bool:
    return any(said_seconds <= at_seconds < said_seconds + LATE_SECONDS for at_seconds in arrivals)


def _gap_seconds_max(times: Sequence[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(times))
