"""Between the messages about members' tags and the gateway's values."""

from collections.abc import Iterable, Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.identity.key_table import KeyUpdate, Span, StaticTag, Stretch
from beacon_gateway.identity.tags import TagReading


def key_update_of(message: pb.KeyUpdate) -> KeyUpdate:
    """Raises TableError."""
    return KeyUpdate(
        message.base_version,
        message.version,
        _stretches(message.identifiers),
        _stretches(message.pseudonyms),
        tuple(StaticTag(one.row, one.identifier) for one in message.tags),
        tuple(message.forgotten_rows),
    )


def _stretches(messages: Iterable[pb.KeyStretch]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(Span(one.starts_at.seconds, one.ends_at.seconds), one.first_row, one.cells)
        for one in messages
    )


def tag_report_of(readings: Sequence[TagReading], started_at_seconds: float) -> pb.TagReport:
    """started_at_seconds: Unix time of the readings' clock, corrected by the server's."""
    return pb.TagReport(readings=[_reading(one, started_at_seconds) for one in readings])


def _reading(one: TagReading, started_at_seconds: float) -> pb.TagReading:
    seen_at = Timestamp()
    seen_at.FromMicroseconds(round((started_at_seconds + one.at_seconds) * 1_000_000))
    said = one.telemetry
    return pb.TagReading(
        pseudonym=one.pseudonym,
        seen_at=seen_at,
        battery_mv=said.battery_mv,
        temperature_c=said.temperature_c,
        sealed=said.sealed,
    )
