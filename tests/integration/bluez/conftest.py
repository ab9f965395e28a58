"""A private system bus for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.integration.bluez.listening import PrivateBus


@pytest.fixture
async def private_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PrivateBus]:
    if shutil.which("dbus-daemon") is None:
        missing("dbus-daemon is not installed")
    bus = PrivateBus(tmp_path)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    await bus.start()
    yield bus
    await bus.kill()


@pytest.fixture
def bus(private_bus: PrivateBus) -> str:
    return private_bus.address
