"""How much a gateway hears of twenty fobs that speak once in a second, on BlueZ and Linux as they are."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs

from beacon_gateway.hearing.scanner import MONITOR_PATTERNS
from beacon_gateway.identity.adverts import EDDYSTONE_UUID
from tests.integration.bluez.daemon import bluetoothd
from tests.uml.air import Air
from tests.uml.shop import Reception, Shop

LISTENING_SECONDS = 120.0  # eleven times as long as the kernel scans at a stretch
Record = Callable[[str, object], None]


@pytest.mark.parametrize(
    ("mode", "options"), [("active", {}), ("passive", {"or_patterns": list(MONITOR_PATTERNS)})]
)
async def test_either_half_of_the_scan_alone_loses_most_adverts(
    bus: str,
    air: Air,
    tmp_path: Path,
    mode: Literal["active", "passive"],
    options: BlueZScannerArgs,
    record_property: Record,
) -> None:
    """Why there are two: this fails when BlueZ and Linux need them no longer."""
    heard = []
    async with bluetoothd(tmp_path):
        await asyncio.sleep(1.0)  # until it has switched the adapter on
        async with BleakScanner(lambda _, advert: heard.append(advert), scanning_mode=mode, bluez=options):
            await asyncio.sleep(LISTENING_SECONDS)
    share = len(heard) / sum(map(len, air.said.values()))
    record_property("% arrived", 100 * share)
    assert 0.005 <= share <= 0.2


def _record(reception: Reception, record: Record) -> None:
    record("% arrived", 100 * reception.share)
    record("s of silence at most", reception.gap_seconds_max)


async def test_hardly_an_advert_is_lost(shop: Shop, record_property: Record) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        reception = await shop.listen(LISTENING_SECONDS)
        _record(reception, record_property)
        assert reception.share >= 0.99
        assert reception.gap_seconds_max <= 2.5
        assert not shop.radio.report.degraded


async def test_without_experimental_a_little_more_is_lost_and_it_says_so(
    shop: Shop, record_property: Record
) -> None:
    async with shop.bluetoothd(experimental=False):
        await shop.seconds_until_all_are_heard()
        reception = await shop.listen(LISTENING_SECONDS)
        _record(reception, record_property)
        assert reception.share >= 0.95
        assert reception.gap_seconds_max <= 5.0
        assert shop.radio.report.degraded


async def test_another_program_that_scans_for_a_while_costs_little(
    shop: Shop, record_property: Record
) -> None:
    nowhere = asyncio.subprocess.DEVNULL
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
        other = await asyncio.create_subprocess_exec(
            "bluetoothctl",
            "--timeout",
            str(LISTENING_SECONDS / 3),
            "scan",
            "on",
            stdin=nowhere,
            stdout=nowhere,
        )
        reception = await shop.listen(LISTENING_SECONDS)
        await other.wait()
    _record(reception, record_property)
    assert reception.share >= 0.99
    assert reception.gap_seconds_max <= 2.5


async def test_what_arrives_is_what_was_said(shop: Shop) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
    heard = {one.sender: one.service_frames[EDDYSTONE_UUID] for one in shop.radio.heard_since(0.0)}
    assert heard == {fob.address: fob.frame for fob in shop.air.fobs}
