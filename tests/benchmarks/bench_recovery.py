"""How soon adverts flow again once bluetoothd or the adapter is well: bleak's own backend on a real D-Bus."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from tests.benchmarks.verdicts import Sizes, Verdict
from tests.integration.bluez.fake_bluez import FakeBluez
from tests.integration.bluez.listening import Listening, PrivateBus, bluez

TAG: Final = "C0:00:00:00:00:01"
TARGET_SECONDS: Final = 15.0
PATIENCE_SECONDS: Final = 60.0
BUSY_SECONDS: Final = 9.5  # a new bluetoothd answers InProgress for so long
AWAY_SECONDS: Final = (0.5, 5.0, 20.0)
FLOW: Final = 5  # adverts
TALK_SECONDS: Final = 0.2  # between two adverts of the tag


def after_each_cause(sizes: Sizes) -> list[Verdict]:
    """Seconds from the end of a cause until adverts flow; with the gateway's own patience."""
    away = AWAY_SECONDS[: max(1, round(len(AWAY_SECONDS) * min(sizes.scale * 3, 1.0)))]
    causes = {"killed": _killed, "unplugged": _unplugged, "wedged": _wedged}
    folder = Path(mkdtemp(prefix="bus-", dir=sizes.folder))
    return [_verdict(what, [_measured(folder, cause, one) for one in away]) for what, cause in causes.items()]


def _verdict(what: str, seconds: list[float]) -> Verdict:
    sides = {"each": ", ".join(f"{one:.1f} s" for one in seconds)}
    text = f"the longest until adverts flow again after bluetoothd or its adapter was {what}"
    return Verdict("GR", text, TARGET_SECONDS, max(seconds), at_least=False, sides=sides, unit="s")


def _measured(
    folder: Path, cause: Callable[[str, Listening, float], Awaitable[float]], away_seconds: float
) -> float:
    async def measure() -> float:
        async with _private_bus(folder) as address, Listening() as ears:
            return await cause(address, ears, away_seconds)

    return asyncio.run(measure())


@asynccontextmanager
async def _private_bus(folder: Path) -> AsyncIterator[str]:
    bus, before = PrivateBus(folder), os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address
    await bus.start()
    try:
        yield bus.address
    finally:
        await bus.kill()
        os.environ.pop("DBUS_SYSTEM_BUS_ADDRESS")
        if before is not None:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before


async def _killed(address: str, ears: Listening, away_seconds: float) -> float:
    """And the new one is busy for as long as a real one."""
    async with bluez(address) as daemon:
        await _flows(ears, daemon)
    await asyncio.sleep(away_seconds)
    async with bluez(address, busy=1_000) as daemon:
        asyncio.get_running_loop().call_later(BUSY_SECONDS, setattr, daemon.first, "busy", 0)
        return await _flows(ears, daemon)


async def _unplugged(address: str, ears: Listening, away_seconds: float) -> float:
    async with bluez(address) as daemon:
        await _flows(ears, daemon)
        daemon.unplug("hci0")
        await asyncio.sleep(away_seconds)
        daemon.first = daemon.plug_in("hci0", "00:00:00:00:00:01")
        return await _flows(ears, daemon)


async def _wedged(address: str, ears: Listening, away_seconds: float) -> float:
    """From its start on no scan is answered, and nothing helps until it is well by itself."""
    async with bluez(address) as daemon:
        daemon.first.wedged, daemon.first.power_helps = True, False
        await asyncio.sleep(away_seconds)
        daemon.first.wedged = False
        return await _flows(ears, daemon)


async def _flows(ears: Listening, daemon: FakeBluez) -> float:
    """How long it took until adverts came through one after the other: a monitor alone tells of the first."""
    began, heard = time.monotonic(), len(ears.strengths())

    def is_heard() -> bool:
        daemon.hear(TAG, -60, {})
        return len(ears.strengths()) >= heard + FLOW

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_heard():  # noqa: ASYNC110 - each look is an advert
            await asyncio.sleep(TALK_SECONDS)
    return time.monotonic() - began
