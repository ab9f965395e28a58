"""Has the server tell this gateway its calibration, on the word of somebody of the team."""

import uuid
from collections.abc import AsyncIterator
from typing import Final

import grpc
import grpc.aio
from regulars.presence.v1 import presence_service_pb2 as pb
from regulars.presence.v1.presence_service_pb2_grpc import PresenceServiceStub

from beacon_gateway.access import credentials
from beacon_gateway.access.channel import Link, metadata_of, open_channel, secure_channel
from beacon_gateway.access.enrolment import explain
from beacon_gateway.enrolled import enrolled_file
from beacon_gateway.operation.calibrating import Calibration, CalibrationError
from beacon_gateway.settings import Settings

CALL_SECONDS_MAX: Final = 20.0
PAGE_MAX: Final = 1_000

Metadata = tuple[tuple[str, str], ...]


async def configure(settings: Settings, gateway: str, found: Calibration, team_key: str) -> None:
    """Replace what the server tells the gateway of these receivers and zones; all else that it tells stays.

    Raises CalibrationError, CredentialsError, OSError.
    """
    link = Link(settings.server, team_key, settings.is_plaintext(), settings.ca)
    try:
        async with team_channel(settings, link) as channel:
            metadata = metadata_of(link)
            told = await _told(channel, metadata, gateway)
            asked = pb.ConfigureGatewayRequest(
                gateway=gateway, config=calibrated(told, found), request_id=str(uuid.uuid4())
            )
            stub = PresenceServiceStub(channel)
            await stub.ConfigureGateway(asked, metadata=metadata, timeout=CALL_SECONDS_MAX)
    except grpc.aio.AioRpcError as error:
        raise CalibrationError(explain(error, settings.server)) from error


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
