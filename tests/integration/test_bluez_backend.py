"""bleak's own BlueZ backend and a real dbus-daemon, against a fake bluetoothd: everything but the antenna."""

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

import pytest
from bleak.backends.bluezdbus import manager

from beacon_gateway.adverts import EDDYSTONE_UUID
from beacon_gateway.clock import SystemClock
from beacon_gateway.identities import eid
from beacon_gateway.radio import AdvertQueue, Heard
from beacon_gateway.scanner import BleakRadio
from tests.conftest import missing
from tests.integration.fake_bluez import FakeBluez
from tests.unit.beacon_gateway.session_server import KEY, Behaviour, SessionServer, pseudonym, serve

RUN = [sys.executable, "-c", "from beacon_gateway.main import run; run()", "run"]
TAG = "C0:00:00:00:00:01"
FRAME = {EDDYSTONE_UUID: b"\x30\xee" + bytes(range(8))}
BUS = """<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""


@pytest.fixture
async def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A private bus that everyone in this process takes for the system's."""
    if shutil.which("dbus-daemon") is None:
        missing("dbus-daemon is not installed")
    socket, config = tmp_path / "bus", tmp_path / "bus.conf"
    config.write_text(BUS.format(socket=socket))
    address = f"unix:path={socket}"
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    daemon = await asyncio.create_subprocess_exec("dbus-daemon", f"--config-file={config}", "--nofork")
    await _until(socket.exists)
    yield address
    await _forget_bus()
    daemon.terminate()
    await daemon.wait()


async def _forget_bus() -> None:
    """Closes the connection that bleak keeps for each event loop."""
    kept = manager._global_instances.pop(asyncio.get_running_loop(), None)
    if kept is not None and kept._bus is not None:
        kept._bus.disconnect()
        await asyncio.sleep(0.05)


async def _until(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is another process's doing
            await asyncio.sleep(0.01)


class Listening:
    """A radio at work and what it has heard."""

    def __init__(self, silence_seconds_max: float = 30.0) -> None:
        self.queue = AdvertQueue(1000)
        self.radio = BleakRadio("hci0", "hci0", SystemClock(), self.queue, silence_seconds_max)
        self.heard: list[Heard] = []

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.radio.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    def strengths(self) -> list[int]:
        self.heard.extend(self.queue.drain())
        return [heard.rssi_dbm for heard in self.heard]


@contextlib.asynccontextmanager
async def bluez(address: str, *, experimental: bool = True, busy: int = 0) -> AsyncIterator[FakeBluez]:
    daemon = FakeBluez(address, experimental=experimental, busy=busy)
    await daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()


async def test_every_advert_arrives_also_when_only_its_strength_changes(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await _until(lambda: daemon.hears_all)
        for rssi_dbm in (-60, -61, -62, -61):
            daemon.hear(TAG, rssi_dbm, FRAME)
        await _until(lambda: len(ears.strengths()) == 4)
        assert ears.strengths() == [-60, -61, -62, -61]
        assert {bytes(heard.service_frames[EDDYSTONE_UUID]) for heard in ears.heard} == {
            FRAME[EDDYSTONE_UUID]
        }
        assert not ears.radio.deaf()
        assert not ears.radio.degraded()


async def test_adverts_resume_after_bluetoothd_was_killed(bus: str) -> None:
    async with Listening() as ears:
        async with bluez(bus) as daemon:
            await _until(lambda: daemon.hears_all)
            daemon.hear(TAG, -60, FRAME)
            await _until(lambda: ears.strengths() == [-60])
        await _until(ears.radio.deaf)
        async with bluez(bus, busy=2) as daemon:
            await _until(lambda: daemon.hears_all)
            daemon.hear(TAG, -70, FRAME)
            await _until(lambda: ears.strengths() == [-60, -70])
            assert not ears.radio.deaf()


async def test_adverts_resume_when_the_adapter_is_switched_on_again(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await _until(lambda: daemon.hears_all)
        daemon.power(False)
        await _until(ears.radio.deaf)
        daemon.power(True)
        await _until(lambda: daemon.hears_all)
        daemon.hear(TAG, -66, FRAME)
        await _until(lambda: ears.strengths() == [-66])


async def test_a_silent_scan_is_restarted(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(silence_seconds_max=0.5):
        await _until(lambda: daemon.starts == 2)
        assert daemon.discovering


async def test_without_a_monitor_the_scan_is_restarted_each_second_and_says_so(bus: str) -> None:
    async with bluez(bus, experimental=False) as daemon, Listening() as ears:
        await _until(lambda: daemon.starts >= 3)
        assert ears.radio.degraded()
        daemon.hear(TAG, -60, FRAME)
        await _until(lambda: ears.strengths() == [-60])


async def test_a_member_near_the_adapter_is_reported_to_the_server(bus: str, tmp_path: Path) -> None:
    member = bytes(range(16))
    servicer = SessionServer(Behaviour(keys=[member]))
    server, port = await serve(servicer)
    options = ["--radio", "bleak", "--server", f"127.0.0.1:{port}", "--key", KEY, "--gateway", "g1"]
    options += ["--store", "harbour", "--zone", "door", "--spool", str(tmp_path / "spool.db")]
    async with bluez(bus) as daemon:
        process = await asyncio.create_subprocess_exec(*RUN, *options, stderr=asyncio.subprocess.PIPE)
        await _until(lambda: daemon.hears_all and bool(servicer.hellos))
        async with asyncio.timeout(15):
            while not servicer.stored:
                frame = {EDDYSTONE_UUID: b"\x30\xee" + eid(member, int(time.time()))}
                daemon.hear(TAG, -60, frame)
                await asyncio.sleep(0.25)
        process.terminate()
        _, stderr = await process.communicate()
    await server.stop(0)
    assert process.returncode == 0, stderr.decode()
    (event, *_) = servicer.stored.values()
    assert (event.zone, event.pseudonym) == ("door", pseudonym(member))
    assert abs(event.observed_at.ToSeconds() - time.time()) < 30
    assert TAG not in stderr.decode()


async def test_the_radio_waits_for_a_bus_and_a_bluetoothd_that_come_late(bus: str) -> None:
    async with Listening() as ears:
        await asyncio.sleep(0.2)
        assert ears.radio.deaf()
        async with bluez(bus) as daemon:
            await _until(lambda: daemon.hears_all)
