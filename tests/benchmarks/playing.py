"""A scene played to its gateways and their arbiter, and held against the truth that they never see.

Each gateway has a tracker of its own and knows its receivers' offsets and its zones' thresholds from
calibration walks through the same store. The arbiter hears of every event and signal in the second in which
a gateway decides it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from beacon_gateway.identity.adverts import Advert, parse
from beacon_gateway.scenes.scene import Scene, SceneReceiver
from beacon_gateway.scenes.simulator import Route, airwaves, ends_seconds
from beacon_gateway.scenes.stores import CALIBRATION_METRES, calibration_walk, pavement_walk
from beacon_gateway.scenes.truth import Stay, name_of, names, stays, zone_at
from beacon_gateway.tracking.calibration import Sample, above_pavement, offsets_db
from beacon_gateway.tracking.events import PresenceEvent
from beacon_gateway.tracking.room import Receiver, Room, ZoneRule
from beacon_gateway.tracking.tracker import Tracker
from services.presence.rules.stays import Word, stays_of
from services.presence.rules.zones import Listening, Reading

STARTS_AT: Final = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
STANDING_SECONDS: Final = 4.0  # who has not moved for so long stands: the zone of one who walks helps nobody
FLAP_SECONDS: Final = 30  # a zone that is left and taken again within this, while its shopper stayed in one
DWELL_SECONDS: Final = 60.0
DWELL_SLACK_SECONDS: Final = 10.0  # a stay of 50 s that counts as 60 is no false one: it began at the window


Names = dict[bytes, bytes]  # what is announced -> who


@dataclass
class Told:
    """What was known of one member, second by second."""

    words: list[tuple[float, Word]] = field(default_factory=list)  # with the second of the decision
    readings: dict[int, list[Reading]] = field(default_factory=lambda: defaultdict(list))


def play(scene: Scene, dead: AbstractSet[str] = frozenset()) -> dict[bytes, Told]:
    """What the gateways of the scene say of each member; those that are dead say nothing."""
    starts_at = STARTS_AT.timestamp()
    members, offsets = names(scene, starts_at), calibrated(scene)
    rules = {one.zone: rule_of(scene, one, offsets[one.name]) for one in scene.receivers}
    told: dict[bytes, Told] = defaultdict(Told)
    for gateway in scene.gateways:
        if gateway not in dead:
            _listen(_tracker(scene.heard_by(gateway), offsets, rules), scene.heard_by(gateway), members, told)
    return told


def calibrated(scene: Scene) -> dict[str, float]:
    """Each receiver's offset, from a walk of which every step is known."""
    walk = calibration_walk(scene)
    route, at = Route(walk.walkers[0]), {one.name: one.position_m for one in scene.receivers}
    samples = []
    for heard in airwaves(walk, STARTS_AT.timestamp()):
        distance_m = math.dist(route.position(heard.at_seconds), at[heard.receiver])
        advert = parse(heard.manufacturer_frames, heard.service_frames)
        if distance_m < CALIBRATION_METRES * 1.01 and isinstance(advert, Advert):
            samples.append(Sample(heard.receiver, distance_m, heard.rssi_dbm, advert.measured_power_dbm))
    return offsets_db(samples)


def rule_of(scene: Scene, receiver: SceneReceiver, offset_db: float) -> ZoneRule:
    """The zone's rule, from a walk along the pavement."""
    room = Room([Receiver(receiver.name, receiver.zone, offset_db)], {})
    walk = pavement_walk(scene).heard_by(receiver.gateway)
    outside = []
    for heard in airwaves(walk, STARTS_AT.timestamp()):
        advert = parse(heard.manufacturer_frames, heard.service_frames)
        if isinstance(advert, Advert):
            rssi = room.normal_rssi_dbm(heard.receiver, heard.rssi_dbm, advert.measured_power_dbm)
            outside.append((heard.at_seconds, rssi))
    return above_pavement(scene.zones[receiver.zone].rule(), outside)


def _tracker(scene: Scene, offsets: dict[str, float], rules: dict[str, ZoneRule]) -> Tracker:
    return Tracker([Receiver(one.name, one.zone, offsets[one.name]) for one in scene.receivers], rules)


def _listen(tracker: Tracker, scene: Scene, members: Names, told: dict[bytes, Told]) -> None:
    """One gateway from its first advert to its last."""
    (gateway,) = scene.gateways
    tick = 1.0
    for heard in airwaves(scene, STARTS_AT.timestamp()):
        while tick <= heard.at_seconds:
            _tick(tracker, gateway, tick, told)
            tick += 1.0
        advert = parse(heard.manufacturer_frames, heard.service_frames)
        if isinstance(advert, Advert) and (member := members.get(advert.identifier)) is not None:
            power_dbm = advert.measured_power_dbm
            tracker.hear(member, heard.receiver, heard.rssi_dbm, power_dbm, heard.at_seconds)
    while tick <= ends_seconds(scene):
        _tick(tracker, gateway, tick, told)
        tick += 1.0


def _tick(tracker: Tracker, gateway: str, now_seconds: float, told: dict[bytes, Told]) -> None:
    for event in tracker.tick(now_seconds):
        words = told[event.pseudonym].words
        words.append((now_seconds, _word(gateway, len(words), event)))
    for signal in tracker.signals(now_seconds):
        reading = Reading(signal.at_seconds, gateway, signal.zone, signal.evidence.smoothed_rssi_dbm)
        told[signal.pseudonym].readings[int(now_seconds)].append(reading)


def _word(gateway: str, seq: int, event: PresenceEvent) -> Word:
    observed_at = STARTS_AT + timedelta(seconds=event.at_seconds)
    return Word(gateway, seq, event.kind.value, event.zone, observed_at, event.dwell_seconds)


@dataclass
class Score:
    """How the gateways and the arbiter did. Latencies count to the decision, in seconds."""

    shoppers: int = 0
    missed: int = 0
    passers_by: int = 0
    passers_by_in: int = 0
    false_dwells: int = 0
    entry_seconds: list[float] = field(default_factory=list)
    exit_seconds: list[float] = field(default_factory=list)
    extra_visits: int = 0
    standing: int = 0
    standing_right: int = 0
    inside: int = 0
    inside_right: int = 0
    flaps: int = 0

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def judge(scene: Scene, told: dict[bytes, Told]) -> Score:
    """Holds all that was told of a scene's walkers against where they were."""
    score = Score()
    for index in range(len(scene.walkers)):
        about = told.get(name_of(index), Told())
        truth = stays(scene, index)
        score.false_dwells += _is_false_dwell(about, truth)
        if truth:
            _judge_shopper(score, scene, Route(scene.walkers[index]), truth[0], about)
        else:
            score.passers_by += 1
            score.passers_by_in += bool(about.words)
    return score


def _is_false_dwell(about: Told, truth: list[Stay]) -> bool:
    stayed = max((stay.seconds for stay in truth), default=0.0)
    longest = max((word.dwell_seconds for _, word in about.words), default=0.0)
    return longest >= DWELL_SECONDS and stayed < DWELL_SECONDS - DWELL_SLACK_SECONDS


def _judge_shopper(score: Score, scene: Scene, route: Route, truth: Stay, about: Told) -> None:
    score.shoppers += 1
    found = stays_of(word for _, word in about.words)
    if not found:
        score.missed += 1
        return
    score.extra_visits += len(found) - 1
    score.entry_seconds.append(min(second for second, _ in about.words) - truth.entered_seconds)
    score.exit_seconds.append(max(second for second, _ in about.words) - truth.left_seconds)
    _judge_zones(score, scene, route, truth, about)


def _judge_zones(score: Score, scene: Scene, route: Route, truth: Stay, about: Told) -> None:
    said = list(_zones(about, int(truth.entered_seconds) + 1, int(truth.left_seconds)))
    true = [zone_at(scene, route.position(float(second))) for second, _ in said]
    for (second, zone), right in zip(said, true, strict=True):
        stands = route.position(float(second)) == route.position(second - STANDING_SECONDS)
        score.inside += 1
        score.inside_right += zone == right
        score.standing += stands
        score.standing_right += stands and zone == right
    score.flaps += _flaps([zone for _, zone in said], true)


def _zones(about: Told, since: int, until: int) -> Iterator[tuple[int, str]]:
    """The zone as it was known in each second, from the first of which anything was known."""
    entered = min(second for second, _ in about.words)
    listening = Listening()
    for second in range(min([since, *about.readings]), until + 1):
        if second in about.readings:
            listening = listening.hearing(about.readings[second])
        if second >= max(since, entered):
            yield second, listening.zone_at(second)


def _flaps(said: list[str], true: list[str]) -> int:
    """How often a zone was left and taken again soon, while the shopper was in one all the time."""
    moves = [at for at in range(1, len(said)) if said[at] != said[at - 1]]
    return sum(
        said[back] == said[away - 1]
        and back - away <= FLAP_SECONDS
        and len(set(true[away - 1 : back + 1])) == 1
        for away, back in pairwise(moves)
    )
