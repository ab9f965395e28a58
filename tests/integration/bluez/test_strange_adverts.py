"""What strangers send: nonsense, and thousands of it."""

import asyncio
import gc
import time

import pytest
from bleak.backends.bluezdbus import manager
from dbus_fast import Variant

from tests.integration.bluez.fake_bluez import DEVICE
from tests.integration.bluez.listening import Listening, bluez, until

TAG = "C0:00:00:00:00:01"
STRANGER = "D0:00:00:00:00:01"
WHOLE = {
    "Address": Variant("s", STRANGER),
    "Alias": Variant("s", "?"),
    "Adapter": Variant("o", "/org/bluez/hci0"),
    "RSSI": Variant("n", -60),
}


@pytest.mark.parametrize(
    "properties",
    [
        {},
        WHOLE | {"RSSI": Variant("s", "loud")},
        WHOLE | {"RSSI": Variant("n", 127)},
        WHOLE | {"RSSI": Variant("i", -100_000)},
        WHOLE | {"ManufacturerData": Variant("s", "text")},
        WHOLE | {"ManufacturerData": Variant("a{ss}", {"one": "two"})},
        WHOLE | {"ManufacturerData": Variant("a{qv}", {76: Variant("s", "text")})},
        WHOLE | {"ServiceData": Variant("ay", b"bytes")},
        WHOLE | {"ServiceData": Variant("a{sv}", {"": Variant("ay", b"")})},
        WHOLE | {"Adapter": Variant("s", "elsewhere")},
        WHOLE | {"UUIDs": Variant("u", 7)},
        {name: value for name, value in WHOLE.items() if name != "Address"},
    ],
)
async def test_nonsense_is_no_advert_and_does_not_keep_others_from_being_heard(
    bus: str, properties: dict[str, Variant]
) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await until(lambda: daemon.first.hears_all)
        path = daemon.first.device_path(STRANGER)
        daemon.announce_device(path, properties)
        daemon.change(path, DEVICE, {"RSSI": Variant("n", -50), "Name": Variant("d", 0.5)})
        daemon.hear(TAG, -61, {})
        await until(lambda: -61 in ears.strengths())
        assert all(isinstance(rssi_dbm, int) and -127 < rssi_dbm <= 20 for rssi_dbm in ears.strengths())
        assert not ears.task.done()


async def test_an_object_that_bleak_trips_over_is_trouble_and_not_the_end(bus: str) -> None:
    async with bluez(bus) as daemon:
        daemon.objects = {"/org/bluez/odd": {"org.bluez.GattService1": {"Primary": Variant("s", "maybe")}}}
        async with Listening() as ears:
            await until(lambda: ears.report.scan_restarts >= 1)
            daemon.objects = {}
            await until(lambda: daemon.first.hears_all)


async def test_a_member_is_heard_through_a_flood_of_random_addresses(bus: str) -> None:
    longest_cpu_seconds = 0.0
    async with bluez(bus) as daemon, Listening(queue=500) as ears:
        await until(lambda: daemon.first.hears_all)
        for burst in range(30):
            for number in range(100):
                daemon.hear(f"D0:00:00:00:{burst:02X}:{number:02X}", -80, {"feaa": b"\x00" * 20})
            daemon.hear(TAG, -50 - burst, {})
            before = time.thread_time()
            await asyncio.sleep(0.02)
            longest_cpu_seconds = max(longest_cpu_seconds, time.thread_time() - before)
            ears.strengths()
        await until(lambda: ears.strengths()[-1:] == [-79] or -79 in ears.strengths())
    heard = {heard.rssi_dbm for heard in ears.heard if heard.sender == TAG}
    assert heard == set(range(-79, -49))
    assert ears.report.adverts == 30 * 101
    assert longest_cpu_seconds < 1.0


async def test_a_queue_that_nobody_empties_keeps_the_latest_and_counts_the_rest(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(queue=50) as ears:
        await until(lambda: daemon.first.hears_all)
        for number in range(200):
            daemon.hear(f"D0:00:00:00:00:{number:02X}", -80, {})
        await until(lambda: ears.report.adverts == 200)
        assert ears.queue.dropped == 150
        assert len(ears.strengths()) == 50


async def test_a_stranger_who_is_gone_leaves_no_trace_in_memory(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await until(lambda: daemon.first.hears_all)
        daemon.hear(STRANGER, -60, {})
        await until(lambda: ears.strengths() == [-60])
        ears.heard.clear()
        assert is_remembered_by_bleak(STRANGER)
        daemon.forget(STRANGER)
        await until(lambda: not is_remembered_by_bleak(STRANGER))


async def test_a_stranger_is_forgotten_with_a_bluetoothd_that_was_killed(bus: str) -> None:
    async with Listening() as ears:
        async with bluez(bus) as daemon:
            await until(lambda: daemon.first.hears_all)
            daemon.hear(STRANGER, -60, {})
            await until(lambda: ears.strengths() == [-60])
        async with bluez(bus) as daemon:
            await until(lambda: daemon.first.hears_all)
            assert not is_remembered_by_bleak(STRANGER)


def is_remembered_by_bleak(address: str) -> bool:
    gc.collect()
    kept = manager._global_instances.get(asyncio.get_running_loop())
    return kept is not None and any(
        address == properties.get("Address")
        for interfaces in kept._properties.values()
        for properties in interfaces.values()
    )
