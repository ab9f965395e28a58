"""How likely what is heard is at each place of a store's map. Pure.

Loads numpy, as `entry` and `whereabouts` do: a server that has no map does without the three.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.presence.rules.places import Reading, StoreMap

Floats = npt.NDArray[np.float64]

FAINT_DBM: Final = -127.0  # the least that the interface can say
BEYOND_DB: Final = 8.0  # how much fainter than its faintest a receiver hears the street beyond
SPREAD_DB: Final = 6.0  # of one smoothed strength at one place: bodies, people between, reflections, tags
TAILS: Final = 6.0  # degrees of freedom: a body in the way is no proof of being elsewhere
MISSED_SHARE: Final = 0.03  # silence at a place where the receiver always hears


class Heard(NamedTuple):
    """A reading as the filters use it. receiver: its number. below_db: its strength, whole dB below 0 dBm."""

    at_seconds: float
    receiver: int
    below_db: int


@dataclass(frozen=True, slots=True)
class Radio:
    """How likely each strength is at each place: logarithms, but for a factor.

    The last place is the street beyond: heard by nobody.
    """

    number_of: dict[tuple[str, str], int]
    zones: npt.NDArray[np.str_]  # (places,)
    heard: Floats  # (receivers, whole dB below 0 dBm, places)
    unheard: Floats  # (receivers, places)

    def known(self, readings: Iterable[Reading]) -> list[Heard]:
        """Those of receivers that are on the map, each once, in order."""
        found = {
            Heard(one.at_seconds, number, min(max(0, round(-one.rssi_dbm)), round(-FAINT_DBM)))
            for one in readings
            if (number := self.number_of.get((one.gateway, one.zone))) is not None
        }
        return sorted(found)


@lru_cache(maxsize=64)
def radio(of: StoreMap) -> Radio:
    faintest = np.array([receiver.faintest_dbm for receiver in of.receivers])
    strengths = np.array([*(place.heard_dbm for place in of.places), tuple(faintest - BEYOND_DB)])
    return Radio(
        {(one.gateway, one.zone): number for number, one in enumerate(of.receivers)},
        np.array([*(place.zone for place in of.places), ""]),
        _heard(strengths.T),
        _unheard(strengths.T, faintest),
    )


def _heard(strengths: Floats) -> Floats:
    said = -np.arange(0.0, 1.0 - FAINT_DBM)
    off = (said[None, :, None] - strengths[:, None, :]) / SPREAD_DB
    likely: Floats = np.log1p(off * off / TAILS) * (-(TAILS + 1) / 2)
    return likely


def _unheard(strengths: Floats, faintest: Floats) -> Floats:
    """How likely silence is: the strength fell short of what can be heard, or the adverts were lost."""
    short = np.vectorize(math.erf)((faintest[:, None] - strengths) / SPREAD_DB / math.sqrt(2))
    likely: Floats = np.log(MISSED_SHARE + (1 - MISSED_SHARE) * (1 + short) / 2)
    return likely


def shared(ways: npt.NDArray[np.bool_] | Floats) -> Floats:
    """With rows that add up to one."""
    shares: Floats = ways / np.maximum(1, ways.sum(axis=1, keepdims=True))
    return shares


def seconds_heard(known: Sequence[Heard], fresh_seconds: int) -> list[int]:
    """The seconds, in order, at which anything is fresh."""
    comes = {math.ceil(one.at_seconds) for one in known}
    return sorted({second for first in comes for second in range(first, first + fresh_seconds)})


def latest(
    known: Sequence[Heard], times: Sequence[float], second: int, fresh_seconds: int
) -> dict[int, tuple[int, float]]:
    """Receiver -> its latest fresh strength, in whole dB below 0 dBm, and its age. times: of `known`."""
    counting = known[bisect_right(times, second - fresh_seconds) : bisect_right(times, second)]
    return {receiver: (below_db, second - at_seconds) for at_seconds, receiver, below_db in counting}
