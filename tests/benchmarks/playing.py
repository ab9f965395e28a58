"""A scene played to its gateways and their arbiter, and held against the truth that they never see.

Each gateway has a tracker of its own and knows its receivers' offsets from an installer's walk through the
same store, which gave the arbiter its map. The arbiter hears of every event and signal in the second in which
a gateway decides it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import Final

from beacon_gateway.identity.adverts import MEASURED_POWER_DBM, Advert, parse
from beacon_gateway.scenes.installing import BESIDE_METRES, Stop, installers_walk
from beacon_gateway.scenes.scene import Scene, SceneReceiver
from beacon_gateway.scenes.simulator import Route, airwaves, ends_seconds
from beacon_gateway.scenes.stores import DOOR_ZONE
from beacon_gateway.scenes.truth import Stay, name_of, names, stays, zone_at
from beacon_gateway.tracking.calibration import Sample, above_pavement, offsets_db, place_dbm
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.room import Receiver, ZoneRule
from beacon_gateway.tracking.tracker import Tracker
from services.presence.rules.places import HearingReceiver, Place, Reading, StoreMap
from services.presence.rules.stays import HEARD, Word, stays_of
from services.presence.rules.zones import Listening

STARTS_AT: Final = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
STANDING_SECONDS: Final = 4.0  # who has not moved for so long stands: the zone of one who walks helps nobody
FLAP_SECONDS: Final = 30  # a zone that is left and taken again within this, while its shopper stayed in one
ADVERTS_PER_SECOND: Final = 2.0  # of the installer's tag
DWELL_SECONDS: Final = 60.0
DWELL_SLACK_SECONDS: Final = 10.0  # a stay of 50 s that counts as 60 is no false one: it began at the window


Names = dict[bytes, bytes]  # what is announced -> who


@dataclass
class Told:
    """What was known of one member, second by second."""

    words: list[tuple[float, Word]] = field(default_factory=list)  # with the second of the decision
    readings: dict[int, list[Reading]] = field(default_factory=lambda: defaultdict(list))


def play(scene: Scene, learnt: Installed, dead: AbstractSet[str] = frozenset()) -> dict[bytes, Told]:
    """What the gateways of the scene say of each member; those that are dead say nothing."""
    members = names(scene, STARTS_AT.timestamp())
    told: dict[bytes, Told] = defaultdict(Told)
    for gateway in scene.gateways:
        if gateway not in dead:
            part = scene.heard_by(gateway)
            _listen(_tracker(part, learnt), part, members, told)
    return told


@dataclass(frozen=True, slots=True)
class Installed:
    """What the installer's walk taught the gateways and their server."""

    offsets: dict[str, float]
    rules: dict[str, ZoneRule]
    map: StoreMap | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of the walker's tag at one stop, by receiver."""

    stop: Stop
    heard: dict[str, list[tuple[float, float]]]  # (second, strength)


def installed(scene: Scene) -> Installed:
    """From one walk of which every stop is known."""
    noted = _walked(scene)
    samples = [
        Sample(one.stop.receiver, BESIDE_METRES, round(rssi_dbm), MEASURED_POWER_DBM)
        for one in noted
        for _, rssi_dbm in one.heard.get(one.stop.receiver, ())
    ]
    offsets = offsets_db(samples)
    rules = {one.zone: _rule(scene, one, offsets[one.name], noted) for one in scene.receivers}
    return Installed(offsets, rules, _map(scene, offsets, noted))


def _walked(scene: Scene) -> list[Noted]:
    walk, stops = installers_walk(scene, DOOR_ZONE)
    noted = [Noted(stop, defaultdict(list)) for stop in stops]
    for heard in airwaves(walk, STARTS_AT.timestamp()):
        for one in noted:
            if one.stop.holds(heard.at_seconds):
                one.heard[heard.receiver].append((heard.at_seconds, float(heard.rssi_dbm)))
    return noted


def _rule(scene: Scene, receiver: SceneReceiver, offset_db: float, noted: list[Noted]) -> ZoneRule:
    """The zone's rule, from what was heard of the pavement."""
    outside = [
        (at_seconds, rssi_dbm - offset_db)
        for one in noted
        if not one.stop.zone
        for at_seconds, rssi_dbm in one.heard.get(receiver.name, ())
    ]
    return above_pavement(scene.zones[receiver.zone].rule(), outside)


def _map(scene: Scene, offsets: dict[str, float], noted: list[Noted]) -> StoreMap:
    faintest = {
        one.name: min((rssi for place in noted for _, rssi in place.heard.get(one.name, ())), default=0.0)
        for one in scene.receivers
    }
    places = []
    for one in noted:
        adverts = (one.stop.until_seconds - one.stop.since_seconds) * ADVERTS_PER_SECOND
        heard_dbm = tuple(
            place_dbm([rssi for _, rssi in one.heard.get(name, ())], adverts, faintest[name]) - offsets[name]
            for name in faintest
        )
        places.append(Place(one.stop.zone, heard_dbm))
    receivers = tuple(
        HearingReceiver(one.gateway, one.zone, faintest[one.name] - offsets[one.name])
        for one in scene.receivers
    )
    return StoreMap(receivers, tuple(places), (DOOR_ZONE,))


def _tracker(scene: Scene, learnt: Installed) -> Tracker:
    receivers = [Receiver(one.name, one.zone, learnt.offsets[one.name]) for one in scene.receivers]
    tracker = Tracker(receivers, learnt.rules)
    tracker.configure({}, {}, tells_news=learnt.map is not None)
    return tracker


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
        about = told[event.pseudonym]
        about.words.append((now_seconds, _word(gateway, len(about.words), event)))
        if event.kind is not PresenceKind.EXIT:
            reading = Reading(event.at_seconds, gateway, event.zone, event.evidence.smoothed_rssi_dbm)
            about.readings[int(now_seconds)].append(reading)
    for signal in tracker.signals(now_seconds):
        reading = Reading(signal.at_seconds, gateway, signal.zone, signal.evidence.smoothed_rssi_dbm)
        told[signal.pseudonym].readings[int(now_seconds)].append(reading)


def _word(gateway: str, seq: int, event: PresenceEvent) -> Word:
    observed_at = STARTS_AT + timedelta(seconds=event.at_seconds)
    rssi_dbm = event.evidence.smoothed_rssi_dbm
    return Word(gateway, seq, event.kind.value, event.zone, observed_at, event.dwell_seconds, rssi_dbm)


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


def judge(scene: Scene, told: dict[bytes, Told], store: StoreMap | None) -> Score:
    """Holds all that was told of a scene's walkers against where they were."""
    score = Score()
    for index in range(len(scene.walkers)):
        about = told.get(name_of(index), Told())
        truth = stays(scene, index)
        known = Known(about, store)
        score.false_dwells += _is_false_dwell(known, truth)
        if truth:
            _judge_shopper(score, scene, Route(scene.walkers[index]), truth[0], known)
        else:
            score.passers_by += 1
            score.passers_by_in += known.first_second is not None
    return score


class Known:
    """What a server made of what it was told of one member, at the time and in the end."""

    def __init__(self, about: Told, store: StoreMap | None) -> None:
        self.about = about
        self.store = store
        self.stays = stays_of((word for _, word in about.words), store)
        self.first_second = self._first_second(store)

    def _first_second(self, store: StoreMap | None) -> float | None:
        """When the first visit was known, had it to be taken back or not."""
        so_far: list[Word] = []
        for second, words in groupby(sorted(self.about.words, key=_second), key=_second):
            so_far += [word for _, word in words]
            if stays_of(so_far, store):
                return second
        return None

    @property
    def last_second(self) -> float:
        """When the last of the words that tell of stays came."""
        return max(second for second, word in self.about.words if word.kind != HEARD)


def _second(told: tuple[float, Word]) -> float:
    return told[0]


def _is_false_dwell(known: Known, truth: list[Stay]) -> bool:
    stayed = max((stay.seconds for stay in truth), default=0.0)
    longest = max(
        ((stay.last_seen_at - stay.entered_at).total_seconds() for stay in known.stays), default=0.0
    )
    return longest >= DWELL_SECONDS and stayed < DWELL_SECONDS - DWELL_SLACK_SECONDS


def _judge_shopper(score: Score, scene: Scene, route: Route, truth: Stay, known: Known) -> None:
    score.shoppers += 1
    if not known.stays or known.first_second is None:
        score.missed += 1
        return
    score.extra_visits += len(known.stays) - 1
    score.entry_seconds.append(known.first_second - truth.entered_seconds)
    score.exit_seconds.append(known.last_second - truth.left_seconds)
    _judge_zones(score, scene, route, truth, known)


def _judge_zones(score: Score, scene: Scene, route: Route, truth: Stay, known: Known) -> None:
    said = list(_zones(known, int(truth.entered_seconds) + 1, int(truth.left_seconds)))
    true = [zone_at(scene, route.position(float(second))) for second, _ in said]
    for (second, zone), right in zip(said, true, strict=True):
        stands = route.position(float(second)) == route.position(second - STANDING_SECONDS)
        score.inside += 1
        score.inside_right += zone == right
        score.standing += stands
        score.standing_right += stands and zone == right
    score.flaps += _flaps([zone for _, zone in said], true)


def _zones(known: Known, since: int, until: int) -> Iterator[tuple[int, str]]:
    """The zone as it was known in each second, from the first of which anything was known."""
    assert known.first_second is not None
    about, entered, listening = known.about, known.first_second, Listening()
    for second in range(min([since, *about.readings]), until + 1):
        if second in about.readings:
            listening = listening.hearing(about.readings[second], known.store)
        if second >= max(since, entered):
            yield second, listening.zone_at(second, known.store)


def _flaps(said: list[str], true: list[str]) -> int:
    """How often a zone was left and taken again soon, while the shopper was in one all the time."""
    moves = [at for at in range(1, len(said)) if said[at] != said[at - 1]]
    return sum(
        said[back] == said[away - 1]
        and back - away <= FLAP_SECONDS
        and len(set(true[away - 1 : back + 1])) == 1
        for away, back in pairwise(moves)
    )
