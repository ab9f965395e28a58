"""Sightings -> presence. Pure: time is an argument, nothing is read from outside.

Every receiver's signal strength of a member is smoothed; the strongest zone wins, with hysteresis. A member's
time stands still while the receivers that would hear are deaf: silence is absence only when we would have
heard.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from beacon_gateway.tracking.events import PresenceEvent, Signal
from beacon_gateway.tracking.member import Member
from beacon_gateway.tracking.room import Receiver, Room, ZoneRule
from beacon_gateway.tracking.smoothing import FORGET_SECONDS, STALE_AFTER_SECONDS, Track

MEMBERS_MAX: Final = 20_000  # memory stays bounded whatever a key table says
FROZEN_SECONDS_MAX: Final = 3600.0  # a radio that is deaf for longer knows nothing of who is there


class Tracker:
    """Follows the members that are heard and says what changed, once a second.

    All times are the gateway's monotonic clock, in seconds. `hear` takes one sample, `tick` decides.
    """

    def __init__(self, receivers: Iterable[Receiver], zones: Mapping[str, ZoneRule]) -> None:
        self._room = Room(receivers, zones)
        self._members: dict[bytes, Member] = {}
        self._deaf_since: dict[str, float] = {}
        self._hearing_again_at = float("-inf")

    @property
    def present(self) -> int:
        """Members in the store now."""
        return sum(1 for member in self._members.values() if member.zone)

    @property
    def zones(self) -> frozenset[str]:
        """The zones that its receivers cover."""
        return frozenset(self._room.zone_of.values())

    def calibrate(self, offset_db: float) -> None:
        """Takes the server's offset for this gateway, on top of each receiver's own."""
        self._room.common_offset_db = offset_db

    def configure(
        self, offsets_db: Mapping[str, float], rules: Mapping[str, ZoneRule], *, tells_news: bool = False
    ) -> None:
        """Takes the server's offsets by receiver and rules by zone; where it says nothing, our own hold.

        tells_news: the server knows how each place is heard, and decides who has come in: tell it early.
        """
        self._room.configure(offsets_db, rules, tells_news=tells_news)

    def forget_unless(self, keep: Callable[[bytes], bool]) -> None:
        """Forgets at once every member that `keep` does not want; nothing is said about them again."""
        self._members = {name: member for name, member in self._members.items() if keep(name)}

    def rename(self, names: Mapping[bytes, bytes]) -> None:
        """Goes on with members under other pseudonyms: old -> new, when the day has changed."""
        self._members = {names.get(name, name): member for name, member in self._members.items()}

    def hear(
        self, pseudonym: bytes, receiver: str, rssi_dbm: int, measured_power_dbm: int, at_seconds: float
    ) -> None:
        """Takes one sample of a member's tag at a receiver."""
        rssi = self._room.normal_rssi_dbm(receiver, rssi_dbm, measured_power_dbm)
        member = self._members.get(pseudonym) or self._meet(pseudonym, at_seconds)
        track = member.tracks.get(receiver)
        if track is None:
            member.tracks[receiver] = Track(at_seconds, rssi, max_rssi_dbm=rssi)
        else:
            track.add(rssi, at_seconds)
        if at_seconds > member.heard_at_seconds:  # noqa: PLR1730 - for every advert, and a call costs more
            member.heard_at_seconds = at_seconds
        if rssi >= self._room.rule_of[receiver].exit_rssi_dbm:
            member.good_at_seconds = member.heard_at_seconds

    def tick(
        self, now_seconds: float, *, deaf: AbstractSet[str] = frozenset(), degraded: bool = False
    ) -> list[PresenceEvent]:
        """What changed since the tick before. Call it once a second.

        deaf: receivers whose silence says nothing; who can only be heard by them is frozen.
        degraded: marks the events of a radio that hears less than it should.
        """
        self._follow_deafness(deaf, now_seconds)
        events: list[PresenceEvent] = []
        for pseudonym, member in list(self._members.items()):
            doubtful = degraded or member.good_at_seconds < self._hearing_again_at
            found = self._decide(pseudonym, member, now_seconds)
            events.extend(replace(event, degraded=True) if doubtful else event for event in found)
        return events

    def signals(self, now_seconds: float) -> list[Signal]:
        """How well members are heard, of those of whom there is news. Call it after `tick`.

        Also of those who are not in by what is heard here: another gateway may have let them in, and of two
        that hear a member the weaker tells where not to look. The server forgets those who are in nowhere.
        """
        return [
            signal
            for pseudonym, member in self._members.items()
            if member.frozen_since is None
            for signal in member.signals(pseudonym, self._room, now_seconds)
        ]

    def _meet(self, pseudonym: bytes, at_seconds: float) -> Member:
        if len(self._members) >= MEMBERS_MAX:
            del self._members[min(self._members, key=lambda name: self._members[name].heard_at_seconds)]
        member = self._members[pseudonym] = Member(at_seconds, at_seconds)
        return member

    def _follow_deafness(self, deaf: AbstractSet[str], now_seconds: float) -> None:
        if any(receiver not in deaf for receiver in self._deaf_since):
            self._hearing_again_at = now_seconds
        self._deaf_since = {receiver: self._deaf_since.get(receiver, now_seconds) for receiver in deaf}

    def _decide(self, pseudonym: bytes, member: Member, now_seconds: float) -> Iterator[PresenceEvent]:
        if self._deaf_since and self._is_out_of_hearing(member, now_seconds):
            yield from self._freeze(pseudonym, member, now_seconds)
            return
        member.thaw(now_seconds)
        if not member.zone and member.is_forgotten(now_seconds):
            del self._members[pseudonym]
            return
        was_inside = bool(member.zone)
        if self._room.tells_news:
            yield from member.news(pseudonym, self._room, now_seconds)
        yield from member.decide(pseudonym, self._room, now_seconds)
        if was_inside and not member.zone:
            del self._members[pseudonym]

    def _is_out_of_hearing(self, member: Member, now_seconds: float) -> bool:
        """Whether the member is where only deaf receivers would hear, as far as we know."""
        would_hear = False
        for receiver, track in member.tracks.items():
            deaf_since = self._deaf_since.get(receiver)
            if deaf_since is None and now_seconds - track.at_seconds <= STALE_AFTER_SECONDS:
                return False
            would_hear |= deaf_since is not None and track.at_seconds > deaf_since - FORGET_SECONDS
        return would_hear

    def _freeze(self, pseudonym: bytes, member: Member, now_seconds: float) -> Iterator[PresenceEvent]:
        if member.frozen_since is None:
            member.frozen_since = now_seconds
        if now_seconds - member.frozen_since > FROZEN_SECONDS_MAX:
            del self._members[pseudonym]
            if member.zone:
                yield replace(member.leave(pseudonym, member.latest()), degraded=True)
