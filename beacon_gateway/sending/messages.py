"""Between the messages of the wire and the gateway's values."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.gateway import HealthReport
from beacon_gateway.hearing.radio import RadioReport
from beacon_gateway.spooling.limits import SpoolReport
from beacon_gateway.spooling.shelf import Drops
from beacon_gateway.tracking.events import Evidence, Signal, SpooledEvent
from beacon_gateway.tracking.room import Tuning, ZoneRule

ERROR_LENGTH_MAX: Final = 200  # the wire's limit


def timestamp(unix_seconds: float) -> Timestamp:
    moment = Timestamp()
    moment.FromMicroseconds(round(unix_seconds * 1_000_000))
    return moment


def unix_seconds(moment: Timestamp) -> float:
    return moment.ToMicroseconds() / 1_000_000


def batch_message(spooled: Sequence[SpooledEvent]) -> pb.EventBatch:
    """Events of one run."""
    first = spooled[0]
    events = [event_message(one) for one in spooled]
    return pb.EventBatch(epoch=first.epoch, first_seq=first.position.seq, events=events)


def event_message(spooled: SpooledEvent) -> pb.PresenceEvent:
    event = spooled.event
    return pb.PresenceEvent(
        seq=spooled.position.seq,
        kind=f"PRESENCE_KIND_{event.kind}",
        pseudonym=event.pseudonym,
        zone=event.zone,
        observed_at=timestamp(spooled.observed_at_seconds),
        monotonic_ms=round(event.at_seconds * 1000),
        evidence=evidence_message(event.evidence),
        degraded=event.degraded,
        dwell_seconds=event.dwell_seconds,
        dropped=event.dropped,
        time_uncertain=spooled.is_time_uncertain,
    )


def evidence_message(evidence: Evidence) -> pb.Evidence:
    return pb.Evidence(
        smoothed_rssi_dbm=evidence.smoothed_rssi_dbm,
        max_rssi_dbm=evidence.max_rssi_dbm,
        samples=evidence.samples,
    )


def signals_message(signals: Sequence[tuple[Signal, float]]) -> pb.SignalReport:
    return pb.SignalReport(
        signals=[
            pb.Signal(
                pseudonym=signal.pseudonym,
                zone=signal.zone,
                observed_at=timestamp(observed_at_seconds),
                evidence=evidence_message(signal.evidence),
            )
            for signal, observed_at_seconds in signals
        ]
    )


def health_message(report: HealthReport, spool: SpoolReport) -> pb.Health:
    return pb.Health(
        adverts=report.adverts,
        silent_seconds=report.silent_seconds,
        spooled=spool.waiting,
        dropped=spool.dropped,
        degraded=report.degraded,
        members_present=report.members_present,
        clock_offset_ms=report.clock_offset_seconds * 1000,
        dropped_by=drop_messages(spool.drops),
        spool_in_memory=bool(spool.error),
        spool_error=spool.error[:ERROR_LENGTH_MAX],
        spools_set_aside=spool.set_aside,
        spool_bytes=spool.bytes_used,
        radios=[radio_message(radio) for radio in report.radios],
    )


def drop_messages(drops: Drops) -> list[pb.DroppedEvents]:
    return [
        pb.DroppedEvents(reason=f"DROP_REASON_{reason}", kind=f"PRESENCE_KIND_{kind}", events=events)
        for (reason, kind), events in sorted(drops.items())
    ]


def radio_message(radio: RadioReport) -> pb.RadioHealth:
    return pb.RadioHealth(
        receiver=radio.receiver,
        deaf=radio.deaf,
        degraded=radio.degraded,
        silent_seconds=radio.silent_seconds,
        adverts=radio.adverts,
        scan_restarts=radio.scan_restarts,
        power_cycles=radio.power_cycles,
        bluetooth_restarts=radio.bluetooth_restarts,
        usb_resets=radio.usb_resets,
    )


def tuning_of(message: pb.Config) -> Tuning:
    return Tuning(
        rssi_offset_db=message.rssi_offset_db,
        receiver_offsets_db={one.receiver: one.rssi_offset_db for one in message.receiver_offsets},
        zone_rules={one.zone: rule_of(one) for one in message.zone_rules},
        tells_news=message.tells_news,
    )


def rule_of(message: pb.ZoneRule) -> ZoneRule:
    rule = ZoneRule(message.enter_rssi_dbm, message.exit_rssi_dbm, message.bias_db)
    if not message.HasField("enter_hold_seconds"):
        return rule
    return replace(rule, enter_hold_seconds=message.enter_hold_seconds)
