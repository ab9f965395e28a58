"""What the doctor says of BlueZ, over a real bus."""

from pathlib import Path

import pytest

from beacon_gateway.operation.doctor_radio import examine_radio
from beacon_gateway.operation.finding import FAULT, OK, Finding
from beacon_gateway.settings import load
from tests.integration.bluez.listening import bluez

SETTINGS = load(None, {"server": "127.0.0.1:1", "spool": Path("unused.db"), "key": "k"})


async def first() -> Finding:
    return (await examine_radio(SETTINGS))[0]


async def test_an_adapter_that_is_there_and_on_is_fine(bus: str) -> None:
    async with bluez(bus):
        found = await first()
    assert (found.verdict, found.text) == (OK, "hci0 is there and on")


async def test_an_adapter_that_is_off_is_a_fault_with_a_remedy(bus: str) -> None:
    async with bluez(bus) as daemon:
        daemon.power(on=False)
        found = await first()
    assert (found.verdict, "rfkill unblock bluetooth" in found.fix) == (FAULT, True)


async def test_an_adapter_that_is_not_there_is_a_fault(bus: str) -> None:
    async with bluez(bus) as daemon:
        daemon.unplug("hci0")
        found = await first()
    assert (found.verdict, "bluetoothctl list" in found.fix) == (FAULT, True)


async def test_without_bluetoothd_it_says_how_to_start_it(bus: str) -> None:
    found = await first()
    assert bus
    assert (found.verdict, found.fix) == (FAULT, "systemctl enable --now bluetooth")


async def test_without_a_bus_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    found = await first()
    assert (found.verdict, found.text) == (FAULT, "there is no system bus")
