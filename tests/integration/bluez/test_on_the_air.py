"""Tags of an independent Bluetooth stack, from the air to the gateway's reading of them."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Advertisement, AdvertisingType, Device
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink

from beacon_gateway.hearing.recovery import Patience
from beacon_gateway.identity.adverts import OWN_UUID, Advert, Frame, parse
from tests.integration.bluez.fake_kernel import FakeKernel
from tests.integration.bluez.listening import Listening, until
from tests.integration.bluez.real_bluetoothd import bluetooth_kernel, bluetoothd

TAG = "C0:00:00:00:00:01"
EID = bytes(range(8))
FIXED = bytes(range(20))
OWN = UUID(OWN_UUID).bytes[::-1]
MANUFACTURER = AdvertisingData.MANUFACTURER_SPECIFIC_DATA
SERVICE_16, SERVICE_128 = AdvertisingData.SERVICE_DATA_16_BIT_UUID, AdvertisingData.SERVICE_DATA_128_BIT_UUID


async def switched_on(link: LocalLink, name: str, address: str) -> Device:
    controller = Controller(name, link=link)
    device = Device(name, address=Address(address), host=Host(controller, controller))
    await device.power_on()
    return device


@contextlib.asynccontextmanager
async def on_the_air(link: LocalLink, part: tuple[AdvertisingData.Type, bytes]) -> AsyncIterator[None]:
    """A tag that announces flags and one more part ten times a second."""
    tag = await switched_on(link, "tag", TAG)
    said = bytes(AdvertisingData([(AdvertisingData.FLAGS, b"\x06"), part]))
    kind = AdvertisingType.UNDIRECTED
    await tag.start_advertising(
        kind, advertising_data=said, advertising_interval_min=100, advertising_interval_max=100
    )
    yield
    await tag.power_off()


@contextlib.asynccontextmanager
async def antenna(link: LocalLink, kernel: FakeKernel) -> AsyncIterator[None]:
    """What a virtual controller hears reaches the kernel."""
    device = await switched_on(link, "antenna", "F0:00:00:00:00:01")

    def hear(advert: Advertisement) -> None:
        kernel.hear(str(advert.address).split("/")[0], advert.rssi, advert.data_bytes)

    device.on("advertisement", hear)
    await device.start_scanning(filter_duplicates=False)
    yield
    await device.power_off()


@pytest.mark.parametrize(
    ("part", "frame", "identifier"),
    [
        ((SERVICE_16, b"\xaa\xfe\x30\xee" + EID), Frame.EDDYSTONE_EID, EID),
        ((SERVICE_128, OWN + b"\x01\xc5" + EID), Frame.OWN, EID),
        ((MANUFACTURER, b"\x4c\x00\x02\x15" + FIXED + b"\xc5"), Frame.IBEACON, FIXED),
        ((MANUFACTURER, b"\x18\x01\xbe\xac" + FIXED + b"\xc5\x00"), Frame.ALTBEACON, FIXED),
    ],
)
async def test_a_tag_on_the_air_is_read_as_what_it_is(
    bus: str, tmp_path: Path, part: tuple[AdvertisingData.Type, bytes], frame: Frame, identifier: bytes
) -> None:
    kernel, library = await bluetooth_kernel(tmp_path)
    link = LocalLink()  # type: ignore[no-untyped-call]
    async with bluetoothd(bus, kernel, library), Listening(patience=Patience(settle=0.05)) as ears:
        await until(lambda: kernel.first.hears_all)
        async with antenna(link, kernel), on_the_air(link, part):
            await until(lambda: len(ears.strengths()) >= 3)
    kernel.stop()
    heard = ears.heard[-1]
    advert = parse(heard.manufacturer_frames, heard.service_frames)
    assert isinstance(advert, Advert)
    assert (advert.frame, heard.sender) == (frame, TAG)
    assert advert.identifier.endswith(identifier)  # a fixed one has its numbering before it
