"""Between the messages of `PresenceService` and the values of `rules`."""

from __future__ import annotations

from google.protobuf.message import Message
from regulars.presence.v1 import presence_service_pb2 as pb

from services.presence.rules.visits import Sighting, Visit
from services.presence.use_cases.reporting import Signal
from services.rpc.validation import first_problem
from services.rpc.wire import moment, short_name, stamp


def is_legible(message: Message) -> bool:
    return first_problem(message) is None


def sighting_of(event: pb.PresenceEvent) -> Sighting:
    return Sighting(
        event.seq,
        short_name(pb.PresenceKind, event.kind, "PRESENCE_KIND_"),
        event.pseudonym.hex(),
        event.zone,
        moment(event.observed_at),
        event.degraded,
        event.dwell_seconds,
        event.evidence.smoothed_rssi_dbm if event.HasField("evidence") else None,
    )


def signal_of(message: pb.Signal) -> Signal:
    return Signal(
        message.pseudonym.hex(),
        message.zone,
        moment(message.observed_at),
        message.evidence.smoothed_rssi_dbm,
    )


def health_facts(health: pb.Health) -> dict[str, float | bool]:
    return {field.name: getattr(health, field.name) for field in pb.Health.DESCRIPTOR.fields}


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
    )
