"""The gateway's ear on Debian's bluetoothd: everything is real but the kernel."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs

from beacon_gateway.hearing.bluez import BluezWatch
from beacon_gateway.hearing.recovery import Patience
from beacon_gateway.hearing.scanner import MONITOR_PATTERNS
from beacon_gateway.identity.adverts import EDDYSTONE_UUID
from tests.integration.bluez.fake_kernel import FakeKernel
from tests.integration.bluez.listening import Listening, until
from tests.integration.bluez.real_bluetoothd import bluetooth_kernel, bluetoothd

TAG = "C0:00:00:00:00:01"
FRAME = b"\x30\xee" + bytes(range(8))
EIR = b"\x02\x01\x06" + b"\x03\x03\xaa\xfe" + bytes([len(FRAME) + 3]) + b"\x16\xaa\xfe" + FRAME
QUICK = Patience(start=1.0, stop=0.5, look=0.1, settle=0.05)


class Daemon:
    """How to run bluetoothd on this test's bus and kernel."""

    def __init__(self, bus: str, kernel: FakeKernel, library: Path) -> None:
        self._bus, self.kernel, self._library = bus, kernel, library

    def run(self, **habits: bool) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        return bluetoothd(self._bus, self.kernel, self._library, **habits)


@pytest.fixture
async def daemon(bus: str, tmp_path: Path) -> AsyncIterator[Daemon]:
    kernel, library = await bluetooth_kernel(tmp_path)
    yield Daemon(bus, kernel, library)
    kernel.stop()


async def hears(ears: Listening, kernel: FakeKernel, rssi_dbm: int) -> None:
    await until(lambda: kernel.first.hears_all)
    kernel.hear(TAG, rssi_dbm, EIR)
    await until(lambda: ears.strengths()[-1:] == [rssi_dbm])


async def test_every_advert_arrives_also_when_its_strength_hardly_changes(daemon: Daemon) -> None:
    strengths = [-60, -61, -61, -60, -62]
    async with daemon.run(), Listening(patience=QUICK) as ears:
        await until(lambda: daemon.kernel.first.hears_all)
        for rssi_dbm in strengths:
            daemon.kernel.hear(TAG, rssi_dbm, EIR)
            await asyncio.sleep(0.05)
        await until(lambda: len(ears.strengths()) >= len(strengths))
        assert ears.strengths() == strengths
        assert {bytes(heard.service_frames[EDDYSTONE_UUID]) for heard in ears.heard} == {FRAME}
        assert not ears.radio.degraded()


@pytest.mark.parametrize(
    ("mode", "bluez"),
    [
        ("active", {"adapter": "hci0"}),
        ("passive", {"adapter": "hci0", "or_patterns": list(MONITOR_PATTERNS)}),
    ],
)
async def test_either_half_of_the_scan_alone_loses_most_adverts(
    daemon: Daemon, mode: Literal["active", "passive"], bluez: BlueZScannerArgs
) -> None:
    """Why there are two: this fails when BlueZ needs them no longer."""
    heard = []
    controller = daemon.kernel.first
    async with daemon.run():
        await until(lambda: controller.powered)
        scanner = BleakScanner(lambda _, advert: heard.append(advert.rssi), scanning_mode=mode, bluez=bluez)
        async with scanner:
            await until(lambda: controller.discovering or controller.monitors)
            for number in range(20):
                daemon.kernel.hear(TAG, -60 - number % 3, EIR)
                await asyncio.sleep(0.02)
    assert 1 <= len(heard) <= 4


async def test_adverts_resume_when_bluetoothd_was_killed_and_started_anew(daemon: Daemon) -> None:
    async with Listening(patience=QUICK) as ears:
        async with daemon.run():
            await hears(ears, daemon.kernel, -60)
        await until(ears.radio.deaf_receivers)
        async with daemon.run():
            await hears(ears, daemon.kernel, -70)
            assert not ears.radio.deaf_receivers()


async def test_without_experimental_the_scan_is_restarted_and_counts_as_degraded(daemon: Daemon) -> None:
    async with daemon.run(experimental=False), Listening(patience=QUICK) as ears:
        await until(ears.radio.degraded)
        for rssi_dbm in (-60, -61, -62):
            await until(lambda: daemon.kernel.first.discovering and not daemon.kernel.first.reported)
            daemon.kernel.hear(TAG, rssi_dbm, EIR)
        await until(lambda: set(ears.strengths()) == {-60, -61, -62})


async def test_a_controller_that_is_taken_out_and_put_back_hears_again(daemon: Daemon) -> None:
    async with daemon.run(), Listening(patience=QUICK) as ears:
        await hears(ears, daemon.kernel, -60)
        daemon.kernel.unplug()
        await until(ears.radio.deaf_receivers)
        daemon.kernel.plug_in()
        await hears(ears, daemon.kernel, -70)


async def test_a_controller_that_no_longer_answers_is_switched_off_and_on(daemon: Daemon) -> None:
    controller = daemon.kernel.first
    controller.wedged = True
    async with daemon.run(), Listening(patience=replace(QUICK, restart=0.0)) as ears:
        await hears(ears, daemon.kernel, -60)
        assert (controller.power_cycles, ears.report.power_cycles) == (1, 1)


async def test_a_controller_that_somebody_switched_off_is_switched_on(daemon: Daemon) -> None:
    async with daemon.run(), Listening(patience=replace(QUICK, restart=0.0)) as ears:
        await hears(ears, daemon.kernel, -60)
        async with BluezWatch("hci0") as somebody:
            await somebody.switch(on=False)
        await hears(ears, daemon.kernel, -70)


async def test_a_kernel_that_is_busy_is_asked_again_without_a_power_cycle(daemon: Daemon) -> None:
    daemon.kernel.first.busy = 2
    async with daemon.run(), Listening(patience=QUICK) as ears:
        await hears(ears, daemon.kernel, -60)
        assert (daemon.kernel.first.busy, ears.report.power_cycles) == (0, 0)


async def test_random_bytes_on_the_air_keep_nobody_from_being_heard(daemon: Daemon) -> None:
    noise = random.Random(5)
    async with daemon.run() as process, Listening(patience=QUICK) as ears:
        await until(lambda: daemon.kernel.first.hears_all)
        for number in range(200):
            daemon.kernel.hear(f"D0:00:00:00:00:{number:02X}", -80, noise.randbytes(noise.randrange(32)))
        await hears(ears, daemon.kernel, -60)
        assert process.returncode is None
