"""Between the messages of `PresenceService` and the values of `rules`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from regulars.presence.v1 import presence_service_pb2 as pb

from services.presence.rules.gateways import Gateway, troubles
from services.presence.rules.visits import Sighting, Visit
from services.presence.use_cases.reporting import Signal
from services.rpc.validation import first_problem
from services.rpc.wire import moment, short_name, stamp

COUNT_MAX: Final = 2**40  # more events than a gateway notices in its life


def is_legible(message: Message) -> bool:
    return first_problem(message) is None


def sighting_of(event: pb.PresenceEvent) -> Sighting:
    return Sighting(
        event.seq,
        short_name(pb.PresenceKind, event.kind, "PRESENCE_KIND_"),
        event.pseudonym.hex(),
        event.zone,
        moment(event.observed_at),
        event.degraded or event.time_uncertain,
        event.dwell_seconds,
        event.evidence.smoothed_rssi_dbm if event.HasField("evidence") else None,
        min(event.dropped, COUNT_MAX),
    )


def signal_of(message: pb.Signal) -> Signal:
    return Signal(
        message.pseudonym.hex(),
        message.zone,
        moment(message.observed_at),
        message.evidence.smoothed_rssi_dbm,
    )


def facts_of(message: pb.Health | pb.Config | pb.StoreMap) -> dict[str, Any]:
    """A message as it is kept."""
    return MessageToDict(message, preserving_proto_field_name=True)


def config_message(facts: Mapping[str, Any] | None) -> pb.Config:
    return ParseDict(dict(facts or {}), pb.Config(), ignore_unknown_fields=True)


def gateway_message(one: Gateway, now: datetime) -> pb.Gateway:
    found = pb.Gateway(
        gateway=one.gateway,
        store=one.store,
        version=one.version,
        last_contact_at=stamp(one.last_contact_at),
        troubles=[f"GATEWAY_TROUBLE_{trouble}" for trouble in troubles(one, now)],
        config=config_message(one.config),
        dropped=one.dropped,
    )
    if one.health is not None:
        ParseDict(dict(one.health), found.health, ignore_unknown_fields=True)
    return found


def visit_message(visit: Visit) -> pb.Visit:
    return pb.Visit(
        visit_id=visit.visit_id,
        customer_id=visit.customer_id,
        store=visit.store,
        zone=visit.zone,
        state=f"VISIT_STATE_{visit.state}",
        entered_at=stamp(visit.entered_at),
        last_seen_at=stamp(visit.last_seen_at),
        exited_at=stamp(visit.exited_at),
        amended_at=stamp(visit.amended_at),
        spoofable=visit.spoofable,
        doubtful=visit.doubtful,
        exit_presumed=visit.exit_presumed,
    )
