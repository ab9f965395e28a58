"""The USB reset, on a copy of the folders that Linux shows."""

import asyncio
import shutil
from pathlib import Path

import pytest

from beacon_gateway.hearing import usb
from tests.unit.beacon_gateway.usb_tree import plug_in


def test_an_adapter_is_found_by_its_name(tmp_path: Path) -> None:
    port = usb.find_port("hci0", plug_in(tmp_path, "hci0"))
    assert port is not None
    assert (port.folder.name, port.nodes) == ("1-1", tmp_path / "dev/bus/usb")


def test_an_adapter_that_is_not_there_or_not_on_usb_has_no_port(tmp_path: Path) -> None:
    (tmp_path / "sys/devices/serial0-0").mkdir(parents=True)
    name = tmp_path / "sys/class/bluetooth/hci1"
    name.mkdir(parents=True)
    (name / "device").symlink_to(tmp_path / "sys/devices/serial0-0")
    assert usb.find_port("hci0", tmp_path) is None
    assert usb.find_port("hci1", tmp_path) is None


async def test_a_reset_forbids_and_allows_the_device(tmp_path: Path) -> None:
    port = usb.find_port("hci0", plug_in(tmp_path, "hci0"))
    assert port is not None
    authorized = port.folder / "authorized"
    reset = asyncio.create_task(usb.reset(port))
    async with asyncio.timeout(5):
        while authorized.read_text() != "0":  # noqa: ASYNC110 - the condition is a thread's doing
            await asyncio.sleep(0.01)
    await reset
    assert authorized.read_text() == "1"


async def test_without_permission_for_either_way_it_says_so(tmp_path: Path) -> None:
    port = usb.find_port("hci0", plug_in(tmp_path, "hci0"))
    assert port is not None
    (port.folder / "authorized").unlink()
    (port.folder / "authorized").mkdir()
    with pytest.raises(usb.UsbForbiddenError):
        await usb.reset(port)


async def test_a_device_that_was_pulled_out_is_no_prohibition(tmp_path: Path) -> None:
    port = usb.find_port("hci0", plug_in(tmp_path, "hci0"))
    assert port is not None
    shutil.rmtree(port.folder)
    with pytest.raises(FileNotFoundError):
        await usb.reset(port)


async def test_a_device_that_goes_away_during_the_reset_is_an_error(tmp_path: Path) -> None:
    port = usb.find_port("hci0", plug_in(tmp_path, "hci0"))
    assert port is not None
    (port.folder / "authorized").unlink()
    (port.folder / "authorized").mkdir()
    node = tmp_path / "dev/bus/usb/001/007"
    node.parent.mkdir(parents=True)
    node.write_bytes(b"")
    with pytest.raises(OSError, match="Inappropriate ioctl"):
        await usb.reset(port)
