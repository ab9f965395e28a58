"""How much a gateway hears of twenty fobs that speak once in a second, on BlueZ and Linux as they are."""

from collections.abc import Callable

from beacon_gateway.identity.adverts import EDDYSTONE_UUID
from tests.uml.conftest import FOBS
from tests.uml.shop import Reception, Shop

LISTENING_SECONDS = 120.0  # eleven times as long as the kernel scans at a stretch
Record = Callable[[str, object], None]


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


async def test_what_arrives_is_what_was_said(shop: Shop) -> None:
    async with shop.bluetoothd():
        await shop.seconds_until_all_are_heard()
    heard = {one.sender: one.service_frames[EDDYSTONE_UUID] for one in shop.radio.heard_since(0.0)}
    assert heard == {fob.address: fob.frame for fob in FOBS}
