"""Sightings -> presence. Pure: time is an argument, nothing is read from outside.

Every receiver's signal strength of a member is smoothed by a Kalman filter; the strongest zone wins, with
hysteresis. A member's time stands still while the radio is deaf: silence is absence only when we would have
heard.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from beacon_gateway.adverts import MEASURED_POWER_DBM
from beacon_gateway.events import Evidence, PresenceEvent, PresenceKind

DRIFT_DB2_PER_SECOND: Final = 8.0  # how fast a walker's mean signal strength wanders
NOISE_DB2: Final = 36.0  # 6 dB of fading in one sample
FORGET_SECONDS: Final = 30.0  # an older filter says nothing about now; a silent member has left
STALE_AFTER_SECONDS: Final = 3.0  # six missed adverts at 2 Hz
STALE_DB_PER_SECOND: Final = 1.0  # a receiver that hears no more loses to one that does
ENTER_HOLD_SECONDS: Final = 2.0  # a passer-by is near the door for less
ENTER_SAMPLES_MIN: Final = 3
MOVE_MARGIN_DB: Final = 3.0  # half the fading of one sample: less flaps, more lags
MOVE_HOLD_SECONDS: Final = 2.0
EXIT_HOLD_SECONDS: Final = 10.0  # a shelf or a body between tag and receiver lasts less
DWELL_STEPS_SECONDS: Final = (20.0, 60.0)  # then every 60 s
MEMBERS_MAX: Final = 20_000  # memory stays bounded whatever a key table says


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """When a zone counts as entered and left, in dBm at a tag of -59 dBm at 1 m."""

    enter_rssi_dbm: float = -76.0
    exit_rssi_dbm: float = -84.0
    bias_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver, the zone that it covers, and by how much it hears stronger than it should."""

    name: str
    zone: str
    offset_db: float = 0.0


@dataclass(slots=True)
class _Track:
    """One member at one receiver."""

    at_seconds: float
    rssi_dbm: float
    variance_db2: float = NOISE_DB2
    max_rssi_dbm: float = -127.0
    samples: int = 1

    def add(self, rssi_dbm: float, at_seconds: float) -> None:
        age_seconds = at_seconds - self.at_seconds
        if age_seconds > FORGET_SECONDS:
            self.variance_db2, self.samples, self.rssi_dbm = NOISE_DB2, 1, rssi_dbm
            self.at_seconds, self.max_rssi_dbm = at_seconds, rssi_dbm
            return
        if age_seconds > 0:
            self.variance_db2 += DRIFT_DB2_PER_SECOND * age_seconds
            self.at_seconds = at_seconds
        gain = self.variance_db2 / (self.variance_db2 + NOISE_DB2)
        self.rssi_dbm += gain * (rssi_dbm - self.rssi_dbm)
        self.variance_db2 *= 1 - gain
        self.samples += 1
        self.max_rssi_dbm = max(self.max_rssi_dbm, rssi_dbm)

    def score_dbm(self, now_seconds: float) -> float:
        age_seconds = now_seconds - self.at_seconds
        return self.rssi_dbm - STALE_DB_PER_SECOND * max(0.0, age_seconds - STALE_AFTER_SECONDS)


@dataclass(slots=True)
class _Member:
    """What is known of a member who is near; `zone` is empty before ENTER."""

    heard_at_seconds: float
    good_at_seconds: float
    tracks: dict[str, _Track] = field(default_factory=dict)
    zone: str = ""
    entered_at_seconds: float = 0.0
    told_at_seconds: float = 0.0
    dwell_told_seconds: float = 0.0
    strong_since: float | None = None
    weak_since: float | None = None
    challenger: str = ""
    challenger_since: float = 0.0


@dataclass(frozen=True, slots=True)
class _Best:
    """A zone's strongest receiver."""

    zone: str
    score_dbm: float
    track: _Track


class Tracker:
    """Follows the members that are heard and says what changed, once a second.

    All times are the gateway's monotonic clock, in seconds. `hear` takes one sample, `tick` decides.
    """

    def __init__(self, receivers: Iterable[Receiver], zones: Mapping[str, ZoneRule]) -> None:
        self._zone_of = {receiver.name: receiver.zone for receiver in receivers}
        self._offset_db = {receiver.name: receiver.offset_db for receiver in receivers}
        self._rules = {zone: zones.get(zone, ZoneRule()) for zone in self._zone_of.values()}
        self._good_rssi_dbm = {name: self._rules[zone].exit_rssi_dbm for name, zone in self._zone_of.items()}
        self._members: dict[bytes, _Member] = {}
        self._server_offset_db = 0.0
        self._deaf_since: float | None = None
        self._hearing_again_at = float("-inf")

    @property
    def present(self) -> int:
        """Members in the store now."""
        return sum(1 for member in self._members.values() if member.zone)

    def calibrate(self, offset_db: float) -> None:
        """Takes the server's offset for this gateway, on top of each receiver's own."""
        self._server_offset_db = offset_db

    def forget_unless(self, keep: Callable[[bytes], bool]) -> None:
        """Forgets at once every member that `keep` does not want; nothing is said about them again."""
        self._members = {name: member for name, member in self._members.items() if keep(name)}

    def hear(
        self, pseudonym: bytes, receiver: str, rssi_dbm: int, measured_power_dbm: int, at_seconds: float
    ) -> None:
        """Takes one sample of a member's tag at a receiver."""
        rssi = rssi_dbm - self._offset_db[receiver] - self._server_offset_db
        rssi -= measured_power_dbm - MEASURED_POWER_DBM
        member = self._members.get(pseudonym) or self._meet(pseudonym, at_seconds)
        track = member.tracks.get(receiver)
        if track is None:
            member.tracks[receiver] = _Track(at_seconds, rssi, max_rssi_dbm=rssi)
        else:
            track.add(rssi, at_seconds)
        member.heard_at_seconds = max(member.heard_at_seconds, at_seconds)
        if rssi >= self._good_rssi_dbm[receiver]:
            member.good_at_seconds = member.heard_at_seconds

    def tick(self, now_seconds: float, *, deaf: bool = False, degraded: bool = False) -> list[PresenceEvent]:
        """What changed since the tick before; nothing while the radio is deaf.

        Call it once a second. `degraded` marks the events of a radio that hears less than it should.
        """
        if deaf:
            self._deaf_since = now_seconds if self._deaf_since is None else self._deaf_since
            return []
        if self._deaf_since is not None:
            self._thaw(now_seconds - self._deaf_since, now_seconds)
        events: list[PresenceEvent] = []
        for pseudonym, member in list(self._members.items()):
            doubtful = degraded or member.good_at_seconds < self._hearing_again_at
            events.extend(self._decide(pseudonym, member, now_seconds, doubtful=doubtful))
        return events

    def _meet(self, pseudonym: bytes, at_seconds: float) -> _Member:
        if len(self._members) >= MEMBERS_MAX:
            del self._members[min(self._members, key=lambda name: self._members[name].heard_at_seconds)]
        member = self._members[pseudonym] = _Member(at_seconds, at_seconds)
        return member

    def _thaw(self, deaf_seconds: float, now_seconds: float) -> None:
        """Moves what was heard before the deafness forward, so that none of it counts as silence."""
        started_at, self._deaf_since, self._hearing_again_at = self._deaf_since, None, now_seconds
        for member in self._members.values():
            for track in member.tracks.values():
                if started_at is not None and track.at_seconds <= started_at:
                    track.at_seconds += deaf_seconds
            if started_at is not None and member.heard_at_seconds <= started_at:
                member.heard_at_seconds += deaf_seconds
            member.strong_since = member.weak_since = None
            member.challenger = ""

    def _decide(
        self, pseudonym: bytes, member: _Member, now_seconds: float, *, doubtful: bool
    ) -> Iterable[PresenceEvent]:
        best = self._best(member, now_seconds)
        if not member.zone:
            if now_seconds - member.heard_at_seconds > FORGET_SECONDS:
                del self._members[pseudonym]
            elif self._enters(member, best, now_seconds):
                yield self._enter(pseudonym, member, best, doubtful=doubtful)
            return
        if self._leaves(member, best, now_seconds):
            del self._members[pseudonym]
            yield self._exit(pseudonym, member, best, doubtful=doubtful)
            return
        if self._moves(member, best, now_seconds):
            member.zone, member.challenger, member.told_at_seconds = best.zone, "", now_seconds
            yield PresenceEvent(
                PresenceKind.MOVE, pseudonym, best.zone, now_seconds, _evidence(best.track), doubtful
            )
        yield from self._dwell(pseudonym, member, best, doubtful=doubtful)

    def _best(self, member: _Member, now_seconds: float) -> _Best:
        scored = (
            (track.score_dbm(now_seconds) + self._rules[self._zone_of[name]].bias_db, name, track)
            for name, track in member.tracks.items()
        )
        score_dbm, name, track = max(scored, key=lambda entry: entry[0])
        return _Best(self._zone_of[name], score_dbm, track)

    def _zone_score_dbm(self, member: _Member, zone: str, now_seconds: float) -> float:
        scores = (
            track.score_dbm(now_seconds) + self._rules[zone].bias_db
            for name, track in member.tracks.items()
            if self._zone_of[name] == zone
        )
        return max(scores, default=float("-inf"))

    def _enters(self, member: _Member, best: _Best, now_seconds: float) -> bool:
        if best.score_dbm < self._rules[best.zone].enter_rssi_dbm:
            member.strong_since = None
            return False
        if member.strong_since is None:
            member.strong_since = now_seconds
        held_seconds = now_seconds - member.strong_since
        return held_seconds >= ENTER_HOLD_SECONDS and best.track.samples >= ENTER_SAMPLES_MIN

    def _leaves(self, member: _Member, best: _Best, now_seconds: float) -> bool:
        if now_seconds - member.heard_at_seconds >= FORGET_SECONDS:
            return True
        if best.score_dbm >= self._rules[best.zone].exit_rssi_dbm:
            member.weak_since = None
            return False
        if member.weak_since is None:
            member.weak_since = now_seconds
        return now_seconds - member.weak_since >= EXIT_HOLD_SECONDS

    def _moves(self, member: _Member, best: _Best, now_seconds: float) -> bool:
        incumbent_dbm = self._zone_score_dbm(member, member.zone, now_seconds)
        if best.zone == member.zone or best.score_dbm < incumbent_dbm + MOVE_MARGIN_DB:
            member.challenger = ""
            return False
        if member.challenger != best.zone:
            member.challenger, member.challenger_since = best.zone, now_seconds
        return now_seconds - member.challenger_since >= MOVE_HOLD_SECONDS

    def _enter(self, pseudonym: bytes, member: _Member, best: _Best, *, doubtful: bool) -> PresenceEvent:
        """Back-dated to the first moment of the strength that was held."""
        assert member.strong_since is not None
        member.zone, member.entered_at_seconds = best.zone, member.strong_since
        member.told_at_seconds = member.strong_since
        member.good_at_seconds = max(member.good_at_seconds, member.strong_since)
        return PresenceEvent(
            PresenceKind.ENTER, pseudonym, best.zone, member.strong_since, _evidence(best.track), doubtful
        )

    def _exit(self, pseudonym: bytes, member: _Member, best: _Best, *, doubtful: bool) -> PresenceEvent:
        """Back-dated to the last good sample, but never before what was said of the member already."""
        at_seconds = max(member.good_at_seconds, member.told_at_seconds)
        return PresenceEvent(
            PresenceKind.EXIT,
            pseudonym,
            member.zone,
            at_seconds,
            _evidence(best.track),
            doubtful,
            dwell_seconds=at_seconds - member.entered_at_seconds,
        )

    def _dwell(
        self, pseudonym: bytes, member: _Member, best: _Best, *, doubtful: bool
    ) -> Iterable[PresenceEvent]:
        """Counts to the last good sample: silence is not yet a stay."""
        at_seconds = max(member.good_at_seconds, member.told_at_seconds)
        step_seconds = _dwell_step(at_seconds - member.entered_at_seconds)
        if step_seconds <= member.dwell_told_seconds:
            return
        member.dwell_told_seconds, member.told_at_seconds = step_seconds, at_seconds
        yield PresenceEvent(
            PresenceKind.DWELL,
            pseudonym,
            member.zone,
            at_seconds,
            _evidence(best.track),
            doubtful,
            dwell_seconds=at_seconds - member.entered_at_seconds,
        )


def _dwell_step(stayed_seconds: float) -> float:
    """The latest of 20 s, 60 s, 120 s, 180 s, ... that has been reached; 0 before the first."""
    first, second = DWELL_STEPS_SECONDS
    if stayed_seconds < second:
        return first if stayed_seconds >= first else 0.0
    return stayed_seconds // second * second


def _evidence(track: _Track) -> Evidence:
    return Evidence(round(track.rssi_dbm, 1), track.max_rssi_dbm, track.samples)
