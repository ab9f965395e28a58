"""One zone for a member whom several receivers hear. Pure; event time only.

Where there is a map of the store it says the zone; else the strongest receiver does, with hysteresis.
What is older than WINDOW_SECONDS before the newest reading is settled and changes no more; the time since is
gone through again with every reading, so that the order in which they come does not matter.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from services.presence.rules.places import Reading, StoreMap, Whereabouts

WINDOW_SECONDS: Final = 15.0  # gateways that are online are later than this with nothing
STALE_AFTER_SECONDS: Final = 6.0  # a reading comes every 5 s
STALE_DB_PER_SECOND: Final = 1.0
FORGET_SECONDS: Final = 15
MOVE_MARGIN_DB: Final = 5.0  # as much as a body that turns makes of a difference
MOVE_HOLD_SECONDS: Final = 4
READINGS_MAX: Final = 500  # of one member in one store within the window, whatever gateways send


class ZoneChoice(NamedTuple):
    """Where a member is taken to be, and who may take over since when (in whole seconds of Unix time)."""

    zone: str = ""
    challenger: str = ""
    challenged_at: int = 0

    def after(self, scores_dbm: dict[str, float], second: int) -> ZoneChoice:
        """The choice one second on, from each zone's score; without a score nothing changes."""
        if not scores_dbm:
            return self
        best = max(sorted(scores_dbm), key=lambda zone: scores_dbm[zone])
        ours_dbm = scores_dbm.get(self.zone, -math.inf)
        if not self.zone:
            return ZoneChoice(best)
        if best == self.zone or scores_dbm[best] < ours_dbm + MOVE_MARGIN_DB:
            return ZoneChoice(self.zone)
        if best != self.challenger:
            return ZoneChoice(self.zone, best, second)
        return ZoneChoice(best) if second - self.challenged_at >= MOVE_HOLD_SECONDS else self


NOWHERE: Final = ZoneChoice()


@dataclass(frozen=True, slots=True)
class Listening:
    """What the receivers of a store make of one member: the settled choice, and the readings since."""

    settled: ZoneChoice | Whereabouts = NOWHERE
    settled_until: int = 0
    readings: tuple[Reading, ...] = ()

    @property
    def newest_seconds(self) -> float:
        return self.readings[-1].at_seconds if self.readings else 0.0

    def hearing(self, fresh: Iterable[Reading], store: StoreMap | None = None) -> Listening:
        """With more readings; those that come too late for the window are left out."""
        timely = {reading for reading in fresh if reading.at_seconds > self.settled_until}
        readings = tuple(sorted(timely.union(self.readings))[-READINGS_MAX:])
        return replace(self, readings=readings).settling(store)

    def zone_at(self, until_seconds: float, store: StoreMap | None = None) -> str:
        """The zone at a moment of the window, or the latest before it."""
        return self._choice(int(until_seconds), store).zone

    def as_plain(self) -> list[Any]:
        """As a database keeps it."""
        return [self.settled, self.settled_until, self.readings]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Listening:
        settled, until, readings = plain
        return cls(_settled(*settled), until, tuple(Reading(*reading) for reading in readings))

    def settling(self, store: StoreMap | None = None) -> Listening:
        """With all settled that the window has passed."""
        until = math.floor(self.newest_seconds - WINDOW_SECONDS)
        if until <= self.settled_until:
            return self
        kept = tuple(one for one in self.readings if one.at_seconds > until - FORGET_SECONDS)
        return Listening(self._choice(until, store), until, kept)

    def _choice(self, until: int, store: StoreMap | None) -> ZoneChoice | Whereabouts:
        return self._strongest(until) if store is None else self._by_map(until, store)

    def _by_map(self, until: int, store: StoreMap) -> Whereabouts:
        """Begun anew when the settled choice was made by another map, or by none."""
        from services.presence.rules.whereabouts import begun, followed  # numpy, for stores with a map only

        settled = self.settled
        if not isinstance(settled, Whereabouts) or settled.map_at_seconds != store.counts_from.timestamp():
            settled = begun(settled.zone, store)
        return followed(settled, self.readings, self.settled_until, until, store)

    def _strongest(self, until: int) -> ZoneChoice:
        settled, seconds = self.settled, self._seconds(until)
        choice = ZoneChoice(settled.zone) if isinstance(settled, Whereabouts) else settled
        if seconds and (alone := self._only_zone()) and choice.zone in (alone, ""):
            return ZoneChoice(alone)
        times = [reading.at_seconds for reading in self.readings]
        for second in seconds:
            counting = slice(bisect_right(times, second - FORGET_SECONDS), bisect_right(times, second))
            choice = choice.after(scores_dbm(self.readings[counting], second), second)
        return choice

    def _only_zone(self) -> str:
        """The zone in which every reading was taken; empty when there are several."""
        zones = {reading.zone for reading in self.readings}
        return zones.pop() if len(zones) == 1 else ""

    def _seconds(self, until: int) -> list[int]:
        """The seconds after the settled time at which any reading counts."""
        counting = {
            second
            for reading in self.readings
            for second in range(
                max(math.ceil(reading.at_seconds), self.settled_until + 1),
                min(math.ceil(reading.at_seconds) + FORGET_SECONDS, until + 1),
            )
        }
        return sorted(counting)


def _settled(zone: str, challenger_or_map: Any, at_or_shares: Any) -> ZoneChoice | Whereabouts:
    """Three columns either way: in stores without a map the last is a time."""
    if isinstance(at_or_shares, int):
        return ZoneChoice(zone, challenger_or_map, at_or_shares)
    return Whereabouts(zone, challenger_or_map, tuple(at_or_shares))


def scores_dbm(readings: Sequence[Reading], second: int) -> dict[str, float]:
    """Each zone's strongest receiver at a second, by the latest reading of each; readings: oldest first."""
    latest = {(reading.gateway, reading.zone): reading for reading in readings}
    scores: dict[str, float] = {}
    for reading in latest.values():
        stale_seconds = max(0.0, second - reading.at_seconds - STALE_AFTER_SECONDS)
        score_dbm = reading.rssi_dbm - STALE_DB_PER_SECOND * stale_seconds
        scores[reading.zone] = max(score_dbm, scores.get(reading.zone, -math.inf))
    return scores
