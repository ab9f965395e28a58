"""Whatever happens to BlueZ or to the controller: adverts flow again within 15 s of its end."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

import pytest

from tests.integration.bluez.fake_systemd import systemd
from tests.uml.shop import Shop

SECONDS_MAX = 15.0
Record = Callable[[str, object], None]


async def _hears_again(shop: Shop, record: Record) -> None:
    seconds = await shop.seconds_until_all_are_heard()
    record("s until all are heard again", seconds)
    assert seconds <= SECONDS_MAX


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
    shop: Shop, away_seconds: float, record_property: Record
) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        shop.controller.unplug()
        await asyncio.sleep(away_seconds)
        shop.controller.plug_in()
        await _hears_again(shop, record_property)


@pytest.mark.parametrize("ailment", ["hung", "mute"])
@pytest.mark.parametrize("ill_seconds", [5, 25, 75, 300])
async def test_after_the_controller_was_ill(
    shop: Shop, ailment: str, ill_seconds: float, record_property: Record
) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        setattr(shop.controller, ailment, True)
        await asyncio.sleep(ill_seconds)
        setattr(shop.controller, ailment, False)
        await _hears_again(shop, record_property)


async def test_after_a_start_with_a_controller_that_hung(shop: Shop, record_property: Record) -> None:
    await asyncio.sleep(1.0)
    shop.controller.hung = True
    async with shop.bluetoothd():
        await asyncio.sleep(60.0)
        shop.controller.hung = False
        await _hears_again(shop, record_property)


async def test_a_controller_that_needs_a_reset_gets_one(shop: Shop, record_property: Record) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        shop.controller.deaf = True
        record_property("s until all are heard again", await shop.seconds_until_all_are_heard())
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
        record_property("s until all are heard again", await shop.seconds_until_all_are_heard())
        assert shop.radio.report.bluetooth_restarts == 1
