"""A machine of its own for each test: a system bus, a virtual controller, fobs, and a gateway's radio."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.bluez.listening import PrivateBus
from tests.uml.air import Air, Fob
from tests.uml.controller import VirtualController
from tests.uml.gateway import SupervisedRadio
from tests.uml.shop import Shop

IN_THE_MACHINE = "User Mode Linux" in Path("/proc/cpuinfo").read_text()
collect_ignore_glob = [] if IN_THE_MACHINE else ["test_*.py"]  # `make test-bluez` runs them there
FOBS = tuple(Fob(number) for number in range(20))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was measured, not only that it was good enough."""
    for report in terminalreporter.getreports("passed"):
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
async def shop(bus: str, tmp_path: Path, controller: VirtualController) -> AsyncIterator[Shop]:
    """With twenty fobs and a gateway, and no bluetoothd yet."""
    radio = SupervisedRadio(tmp_path / "root")
    air = Air(radio.clock, [controller], FOBS)
    tasks = asyncio.create_task(radio.run()), asyncio.create_task(air.carry())
    yield Shop(tmp_path, controller, air, radio)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
