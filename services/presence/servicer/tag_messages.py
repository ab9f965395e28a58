"""Between the messages about members' tags and the values of `rules`."""

from __future__ import annotations

from regulars.presence.v1 import presence_service_pb2 as pb

from services.presence.queries.tags import Tag
from services.presence.rules.telemetry import TagReading, Telemetry
from services.rpc.wire import moment, stamp


def reading_of(message: pb.TagReading) -> TagReading:
    return TagReading(
        message.pseudonym.hex(),
        moment(message.seen_at),
        Telemetry(
            message.battery_mv if message.HasField("battery_mv") else None,
            message.temperature_c if message.HasField("temperature_c") else None,
        ),
        message.sealed,
    )


def tag_message(tag: Tag) -> pb.Tag:
    return pb.Tag(
        customer_id=tag.customer_id,
        spoofable=tag.spoofable,
        seen_at=stamp(tag.seen_at),
        battery_mv=tag.telemetry.battery_mv,
        temperature_c=tag.telemetry.temperature_c,
        battery_low=tag.battery_low,
    )
