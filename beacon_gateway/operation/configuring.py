"""Has the server tell gateways their calibration, and keep the store's map, on the word of the team."""

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Final

import grpc
import grpc.aio
from regulars.presence.v1 import presence_service_pb2 as pb
from regulars.presence.v1.presence_service_pb2_grpc import PresenceServiceStub

from beacon_gateway.access import credentials
from beacon_gateway.access.channel import Link, metadata_of, open_channel, secure_channel
from beacon_gateway.access.enrolment import explain
from beacon_gateway.enrolled import enrolled_file, introduction_of
from beacon_gateway.operation.calibrating import Calibration, CalibrationError
from beacon_gateway.operation.mapping import StoreMap
from beacon_gateway.settings import Settings

CALL_SECONDS_MAX: Final = 20.0
PAGE_MAX: Final = 1_000

Metadata = tuple[tuple[str, str], ...]


async def tell(
    settings: Settings, team_key: str, found: Sequence[Calibration], mapped: StoreMap | None
) -> None:
    """Replace what the server tells gateways of these receivers and zones, and the map of the store.

    All else that it tells them stays. Raises CalibrationError, CredentialsError, SettingsError, OSError.
    """
    me = introduction_of(settings)
    link = Link(settings.server, team_key, settings.is_plaintext(), settings.ca)
    try:
        async with team_channel(settings, link) as channel:
            for one in found:
                await _configure(channel, metadata_of(link), one.gateway or me.gateway, one)
            if mapped is not None:
                asked = pb.SetStoreMapRequest(
                    store=me.store, map=map_message(mapped, me.gateway), request_id=fresh_id()
                )
                stub = PresenceServiceStub(channel)
                await stub.SetStoreMap(asked, metadata=metadata_of(link), timeout=CALL_SECONDS_MAX)
    except grpc.aio.AioRpcError as error:
        raise CalibrationError(explain(error, settings.server)) from error


async def _configure(channel: grpc.aio.Channel, metadata: Metadata, gateway: str, found: Calibration) -> None:
    config = calibrated(await _told(channel, metadata, gateway), found)
    asked = pb.ConfigureGatewayRequest(gateway=gateway, config=config, request_id=fresh_id())
    stub = PresenceServiceStub(channel)
    await stub.ConfigureGateway(asked, metadata=metadata, timeout=CALL_SECONDS_MAX)


def fresh_id() -> str:
    return str(uuid.uuid4())


def team_channel(settings: Settings, link: Link) -> grpc.aio.Channel:
    """To the port for callers with keys, trusting whom the enrolment has taught us to trust."""
    file = enrolled_file(settings)
    if file is None:
        return open_channel(link)
    return secure_channel(settings.server, credentials.load(file).authority.encode() or None)


async def _told(channel: grpc.aio.Channel, metadata: Metadata, gateway: str) -> pb.Config:
    async for one in _gateways(channel, metadata):
        if one.gateway == gateway:
            return one.config
    raise CalibrationError(
        f"the server has never heard of {gateway}: run the gateway once, then send this again"
    )


async def _gateways(channel: grpc.aio.Channel, metadata: Metadata) -> AsyncIterator[pb.Gateway]:
    stub, token = PresenceServiceStub(channel), ""
    while True:
        asked = pb.ListGatewaysRequest(page_size=PAGE_MAX, page_token=token)
        page = await stub.ListGateways(asked, metadata=metadata, timeout=CALL_SECONDS_MAX)
        for one in page.gateways:
            yield one
        token = page.next_page_token
        if not token:
            return


def calibrated(told: pb.Config, found: Calibration) -> pb.Config:
    """What is told already, with the offsets and rules that the walk has taught."""
    config = pb.Config()
    config.CopyFrom(told)
    config.rssi_offset_db = 0.0  # the receivers' own say it all
    kept = [one for one in told.receiver_offsets if one.receiver not in found.offsets]
    del config.receiver_offsets[:]
    config.receiver_offsets.extend(kept)
    for receiver, offset in found.offsets.items():
        config.receiver_offsets.add(receiver=receiver, rssi_offset_db=offset.db)
    rules = [one for one in told.zone_rules if one.zone not in found.rules]
    del config.zone_rules[:]
    config.zone_rules.extend(rules)
    for zone, rule in found.rules.items():
        config.zone_rules.add(
            zone=zone,
            enter_rssi_dbm=rule.enter_rssi_dbm,
            exit_rssi_dbm=rule.exit_rssi_dbm,
            bias_db=rule.bias_db,
            enter_hold_seconds=rule.enter_hold_seconds,
        )
    return config


def map_message(mapped: StoreMap, me: str) -> pb.StoreMap:
    """me: this gateway's name, where a recording names none."""
    receivers = [
        pb.MapReceiver(gateway=one.gateway or me, zone=one.zone, faintest_rssi_dbm=one.faintest_dbm)
        for one in mapped.receivers
    ]
    places = [pb.MapPlace(zone=one.zone, rssi_dbm=one.strengths_dbm) for one in mapped.places]
    return pb.StoreMap(receivers=receivers, places=places, entrances=mapped.entrances)
