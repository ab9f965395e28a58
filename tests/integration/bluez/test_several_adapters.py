"""Several adapters in one machine: each hears for itself, and none suffers for another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from structlog.testing import capture_logs

from beacon_gateway.hearing.recovery import Patience
from tests.integration.bluez.fake_bluez import FakeAdapter, FakeBluez
from tests.integration.bluez.fake_systemd import systemd
from tests.integration.bluez.listening import Listening, bluez, until

TAG = "C0:00:00:00:00:01"
QUICK = Patience(start=0.3, stop=0.3, look=0.1, settle=0.05)
AT_ONCE = replace(QUICK, restart=0.0, power_cycle=0.0, bluetooth=0.0, usb=0.0)


@contextlib.asynccontextmanager
async def chatter(daemon: FakeBluez, adapter: FakeAdapter) -> AsyncIterator[None]:
    """A tag that an adapter hears ten times a second."""

    async def talk() -> None:
        while True:
            daemon.hear(TAG, -60, {}, adapter)
            await asyncio.sleep(0.1)

    talking = asyncio.create_task(talk())
    yield
    talking.cancel()


def receivers(ears: Listening) -> set[str]:
    ears.strengths()
    return {heard.receiver for heard in ears.heard}


async def test_each_adapter_is_a_receiver_of_its_own(bus: str) -> None:
    async with bluez(bus) as daemon:
        second = daemon.plug_in("hci1", "00:00:00:00:00:02")
        async with Listening("hci0", "hci1", patience=QUICK) as ears:
            await until(lambda: daemon.first.hears_all and second.hears_all)
            daemon.hear(TAG, -60, {}, daemon.first)
            daemon.hear(TAG, -70, {}, second)
            await until(lambda: len(ears.strengths()) == 2)
            assert {(heard.receiver, heard.rssi_dbm) for heard in ears.heard} == {
                ("hci0", -60),
                ("hci1", -70),
            }
            assert not ears.radio.deaf_receivers()


async def test_an_adapter_that_is_missing_does_not_stop_the_others(bus: str) -> None:
    ears = Listening("hci0", "hci1", patience=QUICK)
    async with bluez(bus) as daemon, ears, chatter(daemon, daemon.first):
        await until(lambda: ears.radio.deaf_receivers() == {"hci1"})
        second = daemon.plug_in("hci1", "00:00:00:00:00:02")
        await until(lambda: second.hears_all)
        async with chatter(daemon, second):
            await until(lambda: not ears.radio.deaf_receivers())
    assert receivers(ears) == {"hci0", "hci1"}


async def test_a_wedged_adapter_is_not_repaired_at_the_cost_of_one_that_hears(bus: str) -> None:
    async with bluez(bus) as daemon, systemd(bus) as service:
        second = daemon.plug_in("hci1", "00:00:00:00:00:02")
        second.wedged, second.power_helps = True, False
        async with Listening("hci0", "hci1", patience=AT_ONCE) as ears, chatter(daemon, daemon.first):
            await until(lambda: second.power_cycles == 1)
            await asyncio.sleep(1.5)  # time enough for the rest of the ladder
            assert not ears.task.done()
            assert ears.radio.deaf_receivers() == {"hci1"}
    assert (service.units, daemon.first.starts, daemon.first.power_cycles) == ([], 1, 0)


async def test_a_start_that_hangs_on_one_adapter_does_not_count_against_the_other(bus: str) -> None:
    async with bluez(bus) as daemon:
        second = daemon.plug_in("hci1", "00:00:00:00:00:02")
        daemon.first.wedged, daemon.first.power_helps = True, False
        patience = replace(QUICK, start=0.6)
        with capture_logs() as logs:
            async with Listening("hci0", "hci1", patience=patience):
                await until(lambda: second.hears_all)
    assert {entry["receiver"] for entry in logs if entry["event"] == "radio.trouble"} == {"hci0"}


async def test_two_adapters_in_the_same_trouble_restart_bluetoothd_once(bus: str) -> None:
    fresh = FakeBluez(bus)
    second = fresh.add("hci1", "00:00:00:00:00:02")
    async with bluez(bus) as daemon:
        for adapter in (daemon.first, daemon.add("hci1", "00:00:00:00:00:02")):
            adapter.wedged, adapter.power_helps = True, False

        async def restart() -> None:
            daemon.stop()
            await fresh.start()

        async with systemd(bus, restart) as service, Listening("hci0", "hci1", patience=AT_ONCE):
            await until(lambda: fresh.first.hears_all and second.hears_all)
            assert service.units == ["bluetooth.service"]
    fresh.stop()
