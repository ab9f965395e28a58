"""Whatever happens to BlueZ or to the controller: adverts flow again within 15 s of its end."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.integration.bluez.fake_systemd import systemd
from tests.integration.bluez.listening import until
from tests.uml.air import Fob
from tests.uml.controller import VirtualController
from tests.uml.shop import Shop
from tests.unit.beacon_gateway import usb_tree

SECONDS_MAX = 15.0
LIFETIME_SECONDS = 1000.0  # longer than any test
Record = Callable[[str, object], None]


@pytest.fixture
def fobs() -> Sequence[Fob]:
    """Enough to hear whether one hears, in a tenth of the time."""
    return [Fob(1), Fob(2)]


async def _hears_again(shop: Shop, record: Record) -> None:
    """Soon, and a while later as well as ever."""
    seconds = await shop.seconds_until_all_are_heard()
    record("s until all are heard", seconds)
    assert seconds <= SECONDS_MAX
    await asyncio.sleep(SECONDS_MAX - seconds)
    reception = await shop.listen(SECONDS_MAX)
    assert reception.share >= 0.99


@pytest.mark.parametrize("away_seconds", [0, 3, 20, 70])
async def test_after_bluetoothd_was_killed(shop: Shop, away_seconds: float, record_property: Record) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
    await asyncio.sleep(away_seconds)
    async with shop.bluetoothd():
        await _hears_again(shop, record_property)


@pytest.mark.parametrize("silent_seconds", [5, 25, 75, 300])
async def test_after_bluetoothd_did_not_answer(
    shop: Shop, silent_seconds: float, record_property: Record
) -> None:
    async with shop.bluetoothd() as daemon:
        await shop.seconds_until_all_are_heard()
        daemon.send_signal(signal.SIGSTOP)
        await asyncio.sleep(silent_seconds)
        daemon.send_signal(signal.SIGCONT)
        await _hears_again(shop, record_property)


@pytest.mark.parametrize("away_seconds", [1, 20, 300])
async def test_after_the_adapter_was_taken_out(
    shop: Shop, controller: VirtualController, away_seconds: float, record_property: Record
) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        controller.unplug()
        await asyncio.sleep(away_seconds)
        controller.plug_in()
        await _hears_again(shop, record_property)


@pytest.mark.parametrize("ailment", ["hung", "mute"])
@pytest.mark.parametrize("ill_seconds", [5, 25, 75, 300])
async def test_after_the_controller_was_ill(
    shop: Shop, controller: VirtualController, ailment: str, ill_seconds: float, record_property: Record
) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        setattr(controller, ailment, True)
        await asyncio.sleep(ill_seconds)
        setattr(controller, ailment, False)
        await _hears_again(shop, record_property)


@pytest.mark.parametrize("ill_seconds", [20, 60])
async def test_after_a_start_with_a_controller_that_hung(
    shop: Shop, controller: VirtualController, ill_seconds: float, record_property: Record
) -> None:
    await asyncio.sleep(1.0)  # until the kernel knows it
    controller.hung = True
    async with shop.bluetoothd():
        await asyncio.sleep(ill_seconds)
        controller.hung = False
        await _hears_again(shop, record_property)


async def test_a_controller_that_needs_a_reset_gets_one(
    shop: Shop, controller: VirtualController, record_property: Record
) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        controller.deaf = True
        record_property("s until all are heard", await shop.seconds_until_all_are_heard())
        assert shop.radio.report.power_cycles == 1


async def test_a_bluetoothd_that_answers_no_more_is_restarted(
    bus: str, shop: Shop, record_property: Record
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        daemon = await stack.enter_async_context(shop.bluetoothd())

        async def restart() -> None:
            daemon.kill()
            await daemon.wait()
            await stack.enter_async_context(shop.bluetoothd())

        await stack.enter_async_context(systemd(bus, restart))
        await shop.seconds_until_all_are_heard()
        daemon.send_signal(signal.SIGSTOP)
        record_property("s until all are heard", await shop.seconds_until_all_are_heard())
        assert shop.radio.report.bluetooth_restarts == 1


async def test_a_controller_that_hangs_for_good_is_taken_off_its_bus_and_put_back(
    shop: Shop, controller: VirtualController, tmp_path: Path, record_property: Record
) -> None:
    usb_tree.plug_in(tmp_path, "hci0")
    plug = asyncio.create_task(_obey_the_plug(tmp_path / "sys/devices/usb1/1-1/authorized", controller))
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        controller.hung = True
        record_property("s until all are heard", await shop.seconds_until_all_are_heard())
        assert shop.radio.report.usb_resets == 1
    plug.cancel()


async def _obey_the_plug(authorized: Path, controller: VirtualController) -> None:
    """What Linux does when this file of an adapter on USB is written."""
    await until(lambda: authorized.read_text() == "0", LIFETIME_SECONDS)
    controller.unplug()
    await until(lambda: authorized.read_text() == "1", LIFETIME_SECONDS)
    controller.hung = False
    controller.plug_in()
