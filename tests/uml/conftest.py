"""A machine of its own for each test: a system bus, a virtual controller, fobs, and a gateway's radio."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from beacon_gateway.clock import SystemClock
from tests.integration.bluez.listening import PrivateBus
from tests.uml.air import Air, Fob
from tests.uml.controller import VirtualController
from tests.uml.gateway import SupervisedRadio
from tests.uml.shop import Shop

CPU = Path("/proc/cpuinfo")
IN_THE_MACHINE = CPU.exists() and "User Mode Linux" in CPU.read_text()
collect_ignore_glob = [] if IN_THE_MACHINE else ["test_*.py"]  # `make test-bluez` runs them there


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was measured, not only that it was good enough."""
    for report in terminalreporter.getreports("passed") if IN_THE_MACHINE else ():
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{value:8.3f} {name}: {report.nodeid.partition('::')[2]}")


@pytest.fixture
async def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    bus = PrivateBus(tmp_path)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    await bus.start()
    yield bus.address
    await bus.kill()


@pytest.fixture(params=[False, True], ids=["Bluetooth 4", "Bluetooth 5"])
async def controller(request: pytest.FixtureRequest) -> AsyncIterator[VirtualController]:
    """Plugged in."""
    controller = VirtualController("00:00:00:00:00:01", extended=request.param)
    controller.plug_in()
    yield controller
    controller.unplug()


@pytest.fixture
def fobs() -> Sequence[Fob]:
    return [Fob(number) for number in range(20)]


@pytest.fixture
async def air(controller: VirtualController, fobs: Sequence[Fob]) -> AsyncIterator[Air]:
    """All that the fobs say reaches the controller."""
    air = Air(SystemClock(), [controller], fobs)
    carrying = asyncio.create_task(air.carry())
    yield air
    carrying.cancel()
    await asyncio.wait([carrying])


@pytest.fixture
async def shop(bus: str, tmp_path: Path, air: Air) -> AsyncIterator[Shop]:
    """With its fobs and a gateway, and no bluetoothd yet."""
    radio = SupervisedRadio(air.clock, tmp_path)
    listening = asyncio.create_task(radio.run())
    yield Shop(tmp_path, air, radio)
    listening.cancel()
    await asyncio.wait([listening])
