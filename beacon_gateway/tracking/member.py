"""One member who is near: whether inside, in which zone, for how long. Pure; decided once a second."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from beacon_gateway.tracking.events import PresenceEvent, PresenceKind, Signal
from beacon_gateway.tracking.room import Room
from beacon_gateway.tracking.smoothing import FORGET_SECONDS, STALE_AFTER_SECONDS, Track

ENTER_SAMPLES_MIN: Final = 3
MOVE_MARGIN_DB: Final = 3.0  # of nearness, half the fading of one sample: less flaps, more lags
MOVE_HOLD_SECONDS: Final = 2.0
EXIT_HOLD_SECONDS: Final = 10.0  # a shelf or a body between tag and receiver lasts less
DWELL_STEPS_SECONDS: Final = (20.0, 60.0)  # then every 60 s
SIGNAL_SECONDS: Final = 5.0  # between two reports of how well a member is heard
SIGNAL_SECONDS_MIN: Final = 1.0  # when much has changed
SIGNAL_CHANGE_DB: Final = 6.0  # more than the smoothing leaves of the fading
SIGNAL_SAMPLES_MIN: Final = 2  # one may be a deep fade
NEWS_CHANGE_DB: Final = 4.0  # some steps towards the door
NEW_SECONDS: Final = 60.0  # since coming nearer: the way from the street to the first shelf
NEARER_DB: Final = 10.0  # who is louder by this than ever before comes nearer
SETTLED_SECONDS: Final = 30.0  # after ENTER: the server has heard enough


@dataclass(frozen=True, slots=True)
class Best:
    """A zone's strongest receiver."""

    zone: str
    receiver: str
    score_dbm: float
    track: Track

    @property
    def nearness_db(self) -> float:
        return self.track.nearness_db(self.score_dbm)


@dataclass(slots=True)
class Member:
    """What is known of a member. `zone` is empty before ENTER; times are the monotonic clock, in seconds."""

    heard_at_seconds: float
    good_at_seconds: float
    tracks: dict[str, Track] = field(default_factory=dict)
    zone: str = ""
    entered_at_seconds: float = 0.0
    frozen_since: float | None = None
    _told_at_seconds: float = 0.0
    _dwell_told_seconds: float = 0.0
    _strong_since: float | None = None
    _weak_since: float | None = None
    _challenger: str = ""
    _challenger_since: float = 0.0
    _shown: dict[str, tuple[float, float]] = field(default_factory=dict)
    _met_at_seconds: float | None = None
    _new_since: float = float("-inf")
    _loudest_dbm: float = float("-inf")

    def is_forgotten(self, now_seconds: float) -> bool:
        return now_seconds - self.heard_at_seconds >= FORGET_SECONDS

    def thaw(self, now_seconds: float) -> None:
        """Lets a frozen member's clocks run again: nothing of the time between counts as silence."""
        if self.frozen_since is None:
            return
        for track in self.tracks.values():
            if track.at_seconds <= self.frozen_since:
                track.at_seconds += now_seconds - self.frozen_since
        self.heard_at_seconds = max(track.at_seconds for track in self.tracks.values())
        self.frozen_since = self._strong_since = self._weak_since = None
        self._challenger = ""

    def decide(self, pseudonym: bytes, room: Room, now_seconds: float) -> Iterator[PresenceEvent]:
        """What has happened since the second before. After EXIT nothing more may be asked."""
        best = self._best(room, now_seconds)
        if not self.zone:
            if self._enters(room, best, now_seconds):
                yield self._enter(pseudonym, best)
        elif self._leaves(room, best, now_seconds):
            yield self.leave(pseudonym, best.track)
        else:
            nearest = max(self._scored(room, now_seconds), key=lambda one: one.nearness_db)
            if self._moves(room, nearest, now_seconds):
                yield self._move(pseudonym, nearest)
            yield from self._dwell(pseudonym, best.track)

    def news(self, pseudonym: bytes, room: Room, now_seconds: float) -> Iterator[PresenceEvent]:
        """HEARD: how well each receiver hears somebody new, for a server that decides by all gateways."""
        loudest_dbm = max(track.rssi_dbm for track in self.tracks.values())
        if loudest_dbm >= self._loudest_dbm + NEARER_DB:
            self._loudest_dbm, self._new_since = loudest_dbm, now_seconds
        is_settled = self.zone and now_seconds - self.entered_at_seconds > SETTLED_SECONDS
        if is_settled or now_seconds - self._new_since > NEW_SECONDS:
            return
        for signal in self.signals(pseudonym, room, now_seconds, NEWS_CHANGE_DB):
            yield self._heard(signal)

    def _heard(self, signal: Signal) -> PresenceEvent:
        if self._met_at_seconds is None:
            self._met_at_seconds = signal.at_seconds
        return PresenceEvent(
            PresenceKind.HEARD,
            signal.pseudonym,
            signal.zone,
            signal.at_seconds,
            signal.evidence,
            dwell_seconds=signal.at_seconds - self._met_at_seconds,
        )

    def signals(
        self, pseudonym: bytes, room: Room, now_seconds: float, change_db: float = SIGNAL_CHANGE_DB
    ) -> Iterator[Signal]:
        """How well each receiver hears the member, where that is news."""
        for name, track in self.tracks.items():
            if now_seconds - track.at_seconds > STALE_AFTER_SECONDS or track.samples < SIGNAL_SAMPLES_MIN:
                continue
            shown_at, shown_dbm = self._shown.get(name, (float("-inf"), 0.0))
            changed = abs(track.rssi_dbm - shown_dbm) >= change_db
            if now_seconds - shown_at >= (SIGNAL_SECONDS_MIN if changed else SIGNAL_SECONDS):
                self._shown[name] = (now_seconds, track.rssi_dbm)
                yield Signal(pseudonym, room.zone_of[name], track.at_seconds, track.evidence())

    def leave(self, pseudonym: bytes, track: Track) -> PresenceEvent:
        """EXIT, back-dated to the last good sample, but never before what was said of the member already."""
        self.zone, zone = "", self.zone
        return self._event(PresenceKind.EXIT, pseudonym, zone, self._stayed_until(), track)

    def latest(self) -> Track:
        return max(self.tracks.values(), key=lambda track: track.at_seconds)

    def _best(self, room: Room, now_seconds: float) -> Best:
        return max(self._scored(room, now_seconds), key=lambda best: best.score_dbm)

    def _scored(self, room: Room, now_seconds: float) -> Iterator[Best]:
        for name, track in self.tracks.items():
            score_dbm = track.score_dbm(now_seconds) + room.rule_of[name].bias_db
            yield Best(room.zone_of[name], name, score_dbm, track)

    def _enters(self, room: Room, best: Best, now_seconds: float) -> bool:
        rule = room.rule_of[best.receiver]
        if best.score_dbm < rule.enter_rssi_dbm:
            self._strong_since = None
            return False
        if self._strong_since is None:
            self._strong_since = now_seconds
        held_seconds = now_seconds - self._strong_since
        return held_seconds >= rule.enter_hold_seconds and best.track.samples >= ENTER_SAMPLES_MIN

    def _leaves(self, room: Room, best: Best, now_seconds: float) -> bool:
        if self.is_forgotten(now_seconds):
            return True
        if best.score_dbm >= room.rule_of[best.receiver].exit_rssi_dbm:
            self._weak_since = None
            return False
        if self._weak_since is None:
            self._weak_since = now_seconds
        return now_seconds - self._weak_since >= EXIT_HOLD_SECONDS

    def _moves(self, room: Room, nearest: Best, now_seconds: float) -> bool:
        ours = (one.nearness_db for one in self._scored(room, now_seconds) if one.zone == self.zone)
        if nearest.zone == self.zone or nearest.nearness_db < max(ours, default=0.0) + MOVE_MARGIN_DB:
            self._challenger = ""
            return False
        if self._challenger != nearest.zone:
            self._challenger, self._challenger_since = nearest.zone, now_seconds
        return now_seconds - self._challenger_since >= MOVE_HOLD_SECONDS

    def _enter(self, pseudonym: bytes, best: Best) -> PresenceEvent:
        """Back-dated to the first moment of the strength that was held."""
        assert self._strong_since is not None
        self.zone, self.entered_at_seconds = best.zone, self._strong_since
        self.good_at_seconds = max(self.good_at_seconds, self._strong_since)
        return self._event(PresenceKind.ENTER, pseudonym, best.zone, self._strong_since, best.track)

    def _move(self, pseudonym: bytes, nearest: Best) -> PresenceEvent:
        """Back-dated to the first moment of the lead that was held, but never before what was said."""
        self.zone, self._challenger = nearest.zone, ""
        moved_at_seconds = max(self._challenger_since, self._told_at_seconds)
        return self._event(PresenceKind.MOVE, pseudonym, nearest.zone, moved_at_seconds, nearest.track)

    def _dwell(self, pseudonym: bytes, track: Track) -> Iterator[PresenceEvent]:
        """Counts to the last good sample: silence is not yet a stay."""
        until_seconds = self._stayed_until()
        step_seconds = _dwell_step(until_seconds - self.entered_at_seconds)
        if step_seconds > self._dwell_told_seconds:
            self._dwell_told_seconds = step_seconds
            yield self._event(PresenceKind.DWELL, pseudonym, self.zone, until_seconds, track)

    def _stayed_until(self) -> float:
        return max(self.good_at_seconds, self._told_at_seconds)

    def _event(
        self, kind: PresenceKind, pseudonym: bytes, zone: str, at_seconds: float, track: Track
    ) -> PresenceEvent:
        self._told_at_seconds = at_seconds
        stayed_seconds = at_seconds - self.entered_at_seconds
        return PresenceEvent(
            kind, pseudonym, zone, at_seconds, track.evidence(), dwell_seconds=stayed_seconds
        )


def _dwell_step(stayed_seconds: float) -> float:
    """The latest of 20 s, 60 s, 120 s, 180 s, ... that has been reached; 0 before the first."""
    first, second = DWELL_STEPS_SECONDS
    if stayed_seconds < second:
        return first if stayed_seconds >= first else 0.0
    return stayed_seconds // second * second
