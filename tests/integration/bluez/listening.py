"""A dbus-daemon of our own, and radios that listen through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Self

from beacon_gateway.clock import SystemClock
from beacon_gateway.hearing.adapter import AdapterRadio, Host
from beacon_gateway.hearing.radio import AdvertQueue, Heard, RadioReport, Radios
from beacon_gateway.hearing.recovery import Patience
from tests.integration.bluez.fake_bluez import FakeBluez

BUS = """<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""

NOWHERE = Path("/nonexistent")  # instead of /sys and /dev: no test resets an adapter of this machine


class PrivateBus:
    """A bus that everyone in this process takes for the system's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "bus"
        self.address = f"unix:path={self._socket}"

    async def start(self) -> None:
        config = self._folder / "bus.conf"
        config.write_text(BUS.format(socket=self._socket))
        arguments = [f"--config-file={config}", "--nofork", "--print-address"]
        pipe = asyncio.subprocess.PIPE
        self._daemon = await asyncio.create_subprocess_exec("dbus-daemon", *arguments, stdout=pipe)
        assert self._daemon.stdout is not None
        await self._daemon.stdout.readline()  # once it listens

    async def kill(self) -> None:
        self._daemon.kill()
        await self._daemon.wait()
        self._socket.unlink(missing_ok=True)


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is another process's doing
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def bluez(address: str, **habits: Any) -> AsyncIterator[FakeBluez]:
    daemon = FakeBluez(address, **habits)
    await daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()


class Listening:
    """Radios at work, one for each adapter, and what they have heard."""

    def __init__(
        self, *adapters: str, patience: Patience | None = None, queue: int = 1000, root: Path = NOWHERE
    ) -> None:
        self.queue = AdvertQueue(queue)
        self.host = Host(SystemClock(), self.queue, patience or Patience(), root)
        self.radio = Radios([AdapterRadio(name, name, self.host) for name in adapters or ("hci0",)])
        self.heard: list[Heard] = []

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.radio.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])

    @property
    def report(self) -> RadioReport:
        return self.radio.reports()[0]

    def strengths(self) -> list[int]:
        self.heard.extend(self.queue.drain())
        return [heard.rssi_dbm for heard in self.heard]
