"""From a recorded calibration walk to offsets and thresholds, and what to doubt about them."""

import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from beacon_gateway.operation.recordings import Recording
from beacon_gateway.operation.recordings import Sample as Heard
from beacon_gateway.operation.stops import Stop, Walk
from beacon_gateway.settings import Settings
from beacon_gateway.tracking.calibration import ENTER_MAX_DBM, Sample, above_pavement, offsets_db
from beacon_gateway.tracking.room import Receiver, Room, ZoneRule

ADVERTS_MIN: Final = 10  # of one stop: ten seconds of a tag at 1 Hz
SIDES_MIN: Final = 3  # the wearer's body takes 5 to 9 dB on one of them
OFFSET_PLAUSIBLE_DB: Final = 12.0  # receivers of one make differ by -7 to +6 dB
SIDES_DIFFER_DB: Final = 15.0  # body and fading make half of it


@dataclass(frozen=True, slots=True)
class Offset:
    """By how much a receiver hears stronger than it should, and of how many adverts that is the median."""

    db: float
    adverts: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a walk teaches.

    gateway: whose receivers; empty when the recording does not say. receivers: name -> zone.
    offsets: by receiver. rules: by zone, those that the pavement has changed. doubts: as an installer reads
    them.
    """

    gateway: str
    receivers: Mapping[str, str]
    offsets: Mapping[str, Offset]
    rules: Mapping[str, ZoneRule]
    doubts: tuple[str, ...]


class CalibrationError(ValueError):
    """A walk that teaches nothing; the text says why."""


def calibrate(recording: Recording, walk: Walk, settings: Settings) -> Calibration:
    """Raises CalibrationError when no stop has anything to say."""
    samples = {stop: samples_of(stop, recording) for stop in walk.stops}
    heard = [sample for found in samples.values() for sample in found]
    if not heard:
        raise CalibrationError(
            "no advert of the tag was heard at any stop: do the times count from the recording's beginning?"
        )
    offsets = {
        receiver: Offset(round(db, 1), sum(one.receiver == receiver for one in heard))
        for receiver, db in offsets_db(heard).items()
    }
    rules = dict(_rules(recording, walk, offsets, settings))
    doubts = (
        *_doubts_of_stops(samples),
        *_doubts_of_offsets(recording, offsets),
        *_doubts_of_rules(walk, rules),
    )
    changed = {zone: rule for zone, rule in rules.items() if rule != _own_rule(zone, settings)}
    return Calibration(recording.gateway, recording.receivers, offsets, changed, doubts)


def samples_of(stop: Stop, recording: Recording) -> list[Sample]:
    """What the stop's receiver heard while the walker stood there."""
    return [
        Sample(one.receiver, stop.metres, one.rssi_dbm, one.measured_power_dbm)
        for one in recording.samples
        if one.receiver == stop.receiver and stop.holds(one.at_seconds)
    ]


def _rules(
    recording: Recording, walk: Walk, offsets: Mapping[str, Offset], settings: Settings
) -> Iterator[tuple[str, ZoneRule]]:
    """Each zone's rule, above what any of its receivers heard of the pavement."""
    ways = (*walk.outside, *walk.pavement)
    outside = [one for one in recording.samples if any(way.holds(one.at_seconds) for way in ways)]
    for zone in sorted(set(recording.receivers.values())) if outside else ():
        rule = _own_rule(zone, settings)
        for name, its_zone in recording.receivers.items():
            if its_zone == zone and name in offsets:
                rule = above_pavement(rule, _normal(name, zone, offsets[name].db, outside))
        yield zone, _rounded(rule)


def _normal(name: str, zone: str, offset_db: float, heard: Iterable[Heard]) -> Iterator[tuple[float, float]]:
    """(when, how strongly) a receiver without an offset would have heard it."""
    room = Room([Receiver(name, zone, offset_db)], {})
    for one in heard:
        if one.receiver == name:
            yield one.at_seconds, room.normal_rssi_dbm(name, one.rssi_dbm, one.measured_power_dbm)


def _rounded(rule: ZoneRule) -> ZoneRule:
    enter = round(rule.enter_rssi_dbm, 1)
    return ZoneRule(enter, rule.exit_rssi_dbm, rule.bias_db, rule.enter_hold_seconds)


def _own_rule(zone: str, settings: Settings) -> ZoneRule:
    return settings.zone_rules[zone].rule() if zone in settings.zone_rules else ZoneRule()


def _doubts_of_stops(samples: Mapping[Stop, list[Sample]]) -> Iterator[str]:
    for stop, found in samples.items():
        if len(found) < ADVERTS_MIN:
            when = f"{stop.from_seconds:.0f} to {stop.to_seconds:.0f} s"
            yield (
                f"{stop.receiver}, {when}: {len(found)} adverts heard; stand there for 15 s, with a tag that"
                " sends twice a second"
            )
    for receiver in sorted({stop.receiver for stop in samples}):
        sides = [found for stop, found in samples.items() if stop.receiver == receiver and found]
        medians = [statistics.median(one.rssi_dbm for one in found) for found in sides]
        if len(sides) < SIDES_MIN:
            yield f"{receiver}: stops on {len(sides)} sides; on one your body is in the way: walk around it"
        elif max(medians) - min(medians) > SIDES_DIFFER_DB:
            yield (
                f"{receiver}: its sides differ by {max(medians) - min(medians):.0f} dB; is metal or a wall"
                " beside it, or was one stop elsewhere?"
            )


def _doubts_of_offsets(recording: Recording, offsets: Mapping[str, Offset]) -> Iterator[str]:
    for receiver in recording.receivers:
        if receiver not in offsets:
            yield f"{receiver}: no stop beside it was heard; it keeps the offset that it has"
        elif abs(offsets[receiver].db) > OFFSET_PLAUSIBLE_DB:
            yield (
                f"{receiver}: {offsets[receiver].db:+.1f} dB is more than receivers differ by; was the tag"
                " as far away as the stops say, and does it state its power at 1 m rightly?"
            )


def _doubts_of_rules(walk: Walk, rules: Mapping[str, ZoneRule]) -> Iterator[str]:
    if not (walk.outside or walk.pavement):
        yield "no walk along the pavement: who passes by outside may count as having entered"
    elif not rules:
        yield "nothing was heard on the pavement: either nobody outside is heard, or the times are wrong"
    for zone, rule in rules.items():
        if rule.enter_rssi_dbm >= ENTER_MAX_DBM:
            yield (
                f"{zone}: the pavement is heard as strongly as a customer a metre away; hang the receiver"
                " farther inside, or away from the window"
            )


def report_of(found: Calibration, settings: Settings) -> Iterator[str]:
    """As TOML for the device's settings; what is to be doubted stands in comments above."""
    if found.gateway:
        yield f"# {found.gateway}"
    for doubt in found.doubts:
        yield f"# doubtful: {doubt}"
    for receiver, offset in found.offsets.items():
        yield f"# {receiver} ({found.receivers[receiver]}): {offset.db:+.1f} dB, of {offset.adverts} adverts"
    yield from _offset_lines(found, settings)
    for zone, rule in found.rules.items():
        yield f"\n[zone_rules.{_key(zone)}]"
        yield f"enter_rssi_dbm = {rule.enter_rssi_dbm}"
        yield f"exit_rssi_dbm = {rule.exit_rssi_dbm}"
        yield f"bias_db = {rule.bias_db}"
        yield f"enter_hold_seconds = {rule.enter_hold_seconds}"


def _offset_lines(found: Calibration, settings: Settings) -> Iterator[str]:
    if len(found.receivers) == 1:
        yield from (f"rssi_offset_db = {offset.db}" for offset in found.offsets.values())
    for one in settings.receivers if len(found.receivers) > 1 else ():
        db = found.offsets[one.adapter].db if one.adapter in found.offsets else one.rssi_offset_db
        yield f'\n[[receivers]]\nadapter = "{one.adapter}"\nzone = "{one.zone}"\nrssi_offset_db = {db}'


def _key(zone: str) -> str:
    """A zone as a key of TOML."""
    plain = zone.isascii() and zone.replace("-", "").replace("_", "").isalnum()
    return zone if plain else '"' + zone.replace("\\", "\\\\").replace('"', '\\"') + '"'
