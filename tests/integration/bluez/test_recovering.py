"""A radio in trouble, rung by rung, on a real bus with bleak's own BlueZ backend."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from beacon_gateway.hearing import adapter
from beacon_gateway.hearing.radio import RadioLostError
from beacon_gateway.hearing.recovery import Patience
from tests.integration.bluez.fake_bluez import FakeBluez
from tests.integration.bluez.fake_systemd import systemd
from tests.integration.bluez.listening import Listening, PrivateBus, bluez, until
from tests.unit.beacon_gateway.usb_tree import plug_in

TAG = "C0:00:00:00:00:01"
QUICK = Patience(start=0.3, stop=0.3, look=0.1, settle=0.05, restart=0.1)
AT_ONCE = replace(QUICK, restart=0.0, power_cycle=0.0, bluetooth=0.0, usb=0.0)


async def hears(ears: Listening, daemon: FakeBluez, rssi_dbm: int) -> None:
    """An advert of this strength comes through."""
    await until(lambda: daemon.first.hears_all)
    daemon.hear(TAG, rssi_dbm, {})
    await until(lambda: ears.strengths()[-1:] == [rssi_dbm])


async def test_an_adapter_that_is_taken_out_and_put_back_hears_again(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await hears(ears, daemon, -60)
        daemon.unplug("hci0")
        await until(ears.radio.deaf_receivers)
        daemon.first = daemon.plug_in("hci0", "00:00:00:00:00:01")
        await hears(ears, daemon, -61)
        assert not ears.radio.deaf_receivers()


async def test_an_adapter_named_by_its_address_is_found_under_another_number(bus: str) -> None:
    async with bluez(bus) as daemon, Listening("00:00:00:00:00:01") as ears:
        await hears(ears, daemon, -60)
        daemon.unplug("hci0")
        daemon.first = daemon.plug_in("hci3", "00:00:00:00:00:01")
        await hears(ears, daemon, -61)
        assert {heard.receiver for heard in ears.heard} == {"00:00:00:00:00:01"}


async def test_an_adapter_named_by_its_number_is_known_again_under_another(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await hears(ears, daemon, -60)
        daemon.unplug("hci0")
        daemon.plug_in("hci0", "00:00:00:00:00:09")
        daemon.first = daemon.plug_in("hci1", "00:00:00:00:00:01")
        await hears(ears, daemon, -61)


async def test_a_night_without_an_adapter_is_logged_in_one_line(bus: str) -> None:
    with capture_logs() as logs:
        async with bluez(bus) as daemon, Listening(patience=replace(QUICK, restart=10.0)) as ears:
            daemon.unplug("hci0")
            await until(lambda: ears.report.scan_restarts >= 3)
    assert [entry["reason"] for entry in logs if entry["event"] == "radio.trouble"] == [
        "the adapter is not there"
    ]


async def test_a_system_bus_that_dies_and_comes_back_is_found_again(private_bus: PrivateBus) -> None:
    async with Listening() as ears:
        async with bluez(private_bus.address) as daemon:
            await hears(ears, daemon, -60)
            await private_bus.kill()
            await until(ears.radio.deaf_receivers)
        await private_bus.start()
        async with bluez(private_bus.address) as daemon:
            await hears(ears, daemon, -61)


async def test_a_bluetoothd_that_is_busy_for_a_moment_is_asked_again_and_not_repaired(bus: str) -> None:
    async with bluez(bus, busy=2) as daemon, Listening(patience=replace(QUICK, restart=0.0)) as ears:
        await hears(ears, daemon, -60)
        assert daemon.first.power_cycles == 0
        assert ears.report.scan_restarts >= 2


async def test_a_bluetoothd_that_stays_busy_gets_its_adapter_switched_off_and_on(bus: str) -> None:
    async with bluez(bus, busy=1000) as daemon, Listening(patience=replace(QUICK, busy=0.5)) as ears:
        await until(lambda: daemon.first.power_cycles)
        daemon.first.busy = 0
        await hears(ears, daemon, -60)


async def test_a_start_that_hangs_is_ended_by_a_power_cycle(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=AT_ONCE) as ears:
        daemon.first.wedged = True
        await hears(ears, daemon, -60)
        assert (ears.report.power_cycles, ears.report.bluetooth_restarts) == (1, 0)


async def test_an_adapter_that_is_still_being_switched_off_is_switched_on_a_moment_later(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=AT_ONCE) as ears:
        daemon.first.wedged, daemon.first.switching = True, 2
        await hears(ears, daemon, -60)
        assert (daemon.first.power_cycles, ears.report.power_cycles) == (1, 1)


async def test_an_adapter_that_a_power_cycle_left_off_is_switched_on_when_it_can_be(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=replace(QUICK, restart=0.0)) as ears:
        daemon.first.wedged, daemon.first.switching = True, 8
        await hears(ears, daemon, -60)
        assert (daemon.first.power_cycles, ears.report.power_cycles) == (1, 1)


async def test_a_scan_that_bluetoothd_started_too_late_is_not_in_the_way_of_the_next(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=QUICK) as ears:
        daemon.first.late_seconds = 0.6
        await until(lambda: daemon.first.starts)
        daemon.first.late_seconds = 0.0
        await hears(ears, daemon, -60)
        assert (daemon.first.starts, daemon.first.refusals, daemon.first.power_cycles) == (2, 0, 0)


async def test_an_adapter_that_somebody_switched_off_is_switched_on(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=AT_ONCE) as ears:
        await hears(ears, daemon, -60)
        daemon.power(False)
        await hears(ears, daemon, -61)
        assert daemon.first.powered


async def test_bluetoothd_is_restarted_when_a_power_cycle_does_not_help(bus: str) -> None:
    fresh = FakeBluez(bus)
    async with bluez(bus) as wedged:
        wedged.first.wedged, wedged.first.power_helps = True, False

        async def restart() -> None:
            wedged.stop()
            await fresh.start()

        async with systemd(bus, restart) as service, Listening(patience=AT_ONCE) as ears:
            await hears(ears, fresh, -60)
            assert service.units == ["bluetooth.service"]
            assert (ears.report.power_cycles, ears.report.bluetooth_restarts) == (1, 1)
    fresh.stop()


async def test_a_restart_that_is_not_permitted_is_left_out_and_said_once(bus: str, tmp_path: Path) -> None:
    root = plug_in(tmp_path / "root", "hci0")
    with capture_logs() as logs:
        async with bluez(bus) as daemon, systemd(bus) as service:
            daemon.first.wedged, daemon.first.power_helps = True, False
            async with Listening(patience=AT_ONCE, root=root) as ears:
                await until(lambda: ears.report.usb_resets == 1)
                daemon.first.wedged = False
                await hears(ears, daemon, -60)
    assert service.units == ["bluetooth.service"]
    assert ears.report.bluetooth_restarts == 0
    left_out = [entry["remedy"] for entry in logs if entry["event"] == "radio.remedy_left_out"]
    assert left_out == ["RESTART_BLUETOOTH"]


async def test_a_radio_that_nothing_helps_ends_the_process(bus: str, tmp_path: Path) -> None:
    async with bluez(bus) as daemon:
        daemon.first.wedged, daemon.first.power_helps = True, False
        async with Listening(patience=AT_ONCE, root=tmp_path) as ears:
            with pytest.raises(RadioLostError, match="does not answer"):
                await asyncio.wait_for(ears.task, 10)
    assert ears.report.power_cycles == 1


async def test_silence_is_believed_after_a_second_scan_on_a_fresh_adapter(bus: str) -> None:
    patience = replace(QUICK, silence=0.5, doubt=0.2)
    async with bluez(bus) as daemon, Listening(patience=patience) as ears:
        await hears(ears, daemon, -60)
        await asyncio.sleep(0.3)
        assert ears.radio.deaf_receivers()
        await until(lambda: ears.report.power_cycles == 1)
        assert ears.radio.deaf_receivers()
        await until(lambda: not ears.radio.deaf_receivers())
        assert daemon.first.starts == 3
        await hears(ears, daemon, -61)
        await asyncio.sleep(0.3)
        assert ears.radio.deaf_receivers()


@pytest.mark.parametrize("steps", range(5))
async def test_a_wait_that_is_ended_in_the_moment_of_its_event_ends(steps: int) -> None:
    """With Python 3.11's `wait_for` it went on, and so did a gateway that was told to stop."""
    changed = asyncio.Event()

    async def wait_for_ever() -> None:
        while True:
            await adapter._within(changed, 10.0)
            changed.clear()

    waiting = asyncio.create_task(wait_for_ever())
    await asyncio.sleep(0.01)
    changed.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting], timeout=0.5)
    assert waiting.cancelled()


async def test_no_remedy_holds_the_event_loop(bus: str, tmp_path: Path) -> None:
    root = plug_in(tmp_path / "root", "hci0", hangs=True)
    async with bluez(bus) as daemon:
        daemon.first.wedged, daemon.first.power_helps = True, False
        async with Listening(patience=AT_ONCE, root=root) as ears:
            longest_seconds = 0.0
            until_seconds = time.monotonic() + 2.5
            while time.monotonic() < until_seconds:
                before = time.monotonic()
                await asyncio.sleep(0.01)
                longest_seconds = max(longest_seconds, time.monotonic() - before)
            assert ears.report.power_cycles == 1
    assert longest_seconds < 2.0  # the remedy hangs for ever
