"""Whether a member who is heard is inside: the joint evidence of a store's gateways. Pure; event time only.

A hidden Markov model over the places of a calibration walk. Each place is known by how strongly every
receiver hears a tag there; somebody who is at one place is near it a second later, and comes in at the
entrance only. That a receiver does not hear the member is evidence too, but no single receiver's silence may
decide: it may be off, or its news late.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.clock import EPOCH

Floats = npt.NDArray[np.float64]

LEARNT_WITHIN: Final = timedelta(minutes=1)  # gateways that are connected hear of a new map within seconds
FAINT_DBM: Final = -127.0  # the least that the interface can say
BEYOND_DB: Final = 8.0  # how much fainter than its faintest a receiver hears the street beyond
SPREAD_DB: Final = 6.0  # of one smoothed strength at one place: bodies, people between, reflections, tags
TAILS: Final = 6.0  # degrees of freedom: a body in the way is no proof of being elsewhere
TRUST: Final = 0.8  # what is heard a second later is half the same body and the same people
MISSED_SHARE: Final = 0.03  # silence at a place where the receiver always hears
DEAD_SHARE: Final = 0.01  # of receivers, at any time
FADES_SECONDS: Final = 1.5  # who walks is elsewhere by then
FRESH_SECONDS: Final = 6  # gateways speak every 5 s of whom they hear
INSIDE_SHARE_MIN: Final = 0.8  # how sure we are to be before somebody counts as inside
INSIDE_WITHOUT_MIN: Final = 0.5  # and how sure if a receiver that is silent had been off all the time
STAYS: Final = 0.75  # each second, at the place; else somewhere alike
ENTERS: Final = 0.05  # of those outside who are heard, each second; as many leave who are at the entrance
CHANGES_ZONE: Final = 0.06
OUTSIDE_FIRST: Final = 0.98  # of those who are heard for the first time


class Evidence(NamedTuple):
    """How strongly a receiver heard the member. at_seconds: Unix time."""

    at_seconds: float
    gateway: str
    zone: str
    rssi_dbm: float


class HearingReceiver(NamedTuple):
    """A gateway's receiver of a zone. faintest_dbm: the least that it heard on the walk."""

    gateway: str
    zone: str
    faintest_dbm: float


class Place(NamedTuple):
    """A stop of the walk. zone: empty for outside. heard_dbm: at each receiver of the map."""

    zone: str
    heard_dbm: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StoreMap:
    """What a calibration walk taught.

    entrances: the zones that one comes in by. counts_from: stays that began before were not decided by it.
    """

    receivers: tuple[HearingReceiver, ...]
    places: tuple[Place, ...]
    entrances: tuple[str, ...]
    counts_from: datetime = EPOCH

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], made_at: datetime) -> StoreMap:
        """As the message StoreMap has it."""
        return cls(
            tuple(
                HearingReceiver(one["gateway"], one["zone"], one.get("faintest_rssi_dbm", 0.0))
                for one in plain["receivers"]
            ),
            tuple(Place(one.get("zone", ""), tuple(one["rssi_dbm"])) for one in plain["places"]),
            tuple(plain["entrances"]),
            made_at + LEARNT_WITHIN,
        )


@dataclass(frozen=True, slots=True)
class _Model:
    """The map as the filter uses it. The last place is the street beyond: heard by nobody."""

    column_of: dict[tuple[str, str], int]
    inside: npt.NDArray[np.bool_]
    onward: Floats  # (places, places): from one to the other within a second
    first: Floats  # (places,)
    heard: Floats  # (receivers, whole dB below 0 dBm, places)
    unheard: Floats  # (receivers, places)


@lru_cache(maxsize=64)
def _model(of: StoreMap) -> _Model:
    zones = np.array([*(place.zone for place in of.places), ""])
    faintest = np.array([receiver.faintest_dbm for receiver in of.receivers])
    strengths = np.array([*(place.heard_dbm for place in of.places), tuple(faintest - BEYOND_DB)])
    inside = zones != ""
    entrance = np.isin(zones, of.entrances)
    first = np.where(inside, (1 - OUTSIDE_FIRST) / max(1, inside.sum()), OUTSIDE_FIRST / (~inside).sum())
    return _Model(
        {(one.gateway, one.zone): column for column, one in enumerate(of.receivers)},
        inside,
        _onward(zones, inside, entrance),
        first,
        _heard(strengths.T),
        _unheard(strengths.T, faintest),
    )


def _onward(
    zones: npt.NDArray[np.str_], inside: npt.NDArray[np.bool_], entrance: npt.NDArray[np.bool_]
) -> Floats:
    """Within a zone and outside to any place alike; between zones seldom; in and out at the entrances."""
    alike = zones[:, None] == zones[None, :]
    elsewhere = inside[:, None] & inside[None, :] & ~alike
    crossing = (~inside[:, None] & entrance[None, :]) | (entrance[:, None] & ~inside[None, :])
    ways = np.eye(len(zones)) * STAYS + _shared(alike) * (1 - STAYS)
    ways += _shared(elsewhere) * CHANGES_ZONE + _shared(crossing) * ENTERS
    return _shared(ways)


def _shared(ways: npt.NDArray[np.bool_] | Floats) -> Floats:
    shares: Floats = ways / np.maximum(1, ways.sum(axis=1, keepdims=True))
    return shares


def _heard(strengths: Floats) -> Floats:
    """How likely each strength is at each place, but for a factor."""
    said = -np.arange(0.0, 1.0 - FAINT_DBM)
    off = (said[None, :, None] - strengths[:, None, :]) / SPREAD_DB
    likely: Floats = np.log1p(off * off / TAILS) * (-(TAILS + 1) / 2 * TRUST)
    return likely


def _unheard(strengths: Floats, faintest: Floats) -> Floats:
    """How likely silence is: the strength fell short of what can be heard, or the adverts were lost."""
    short = np.vectorize(math.erf)((faintest[:, None] - strengths) / SPREAD_DB / math.sqrt(2))
    likely: Floats = np.log(MISSED_SHARE + (1 - MISSED_SHARE) * (1 + short) / 2) * TRUST
    return likely


def inside_seconds(evidence: Iterable[Evidence], of: StoreMap) -> Iterator[int]:
    """The whole seconds, in order, at which somebody of whom this was heard is inside.

    The order of the evidence does not matter, and evidence of receivers that are not on the map says nothing.
    """
    model = _model(of)
    known = sorted(one for one in set(evidence) if (one.gateway, one.zone) in model.column_of)
    return (second for second, is_inside in _followed(known, model) if is_inside)


def _followed(known: Sequence[Evidence], model: _Model) -> Iterable[tuple[int, bool]]:
    """The seconds at which something is fresh. Row 0 of the belief: all hear; row r + 1: r is off."""
    receivers = len(model.column_of)
    belief = np.tile(model.first, (receivers + 1, 1))
    weights = np.array([1 - DEAD_SHARE * receivers, *[DEAD_SHARE] * receivers])
    times = [one.at_seconds for one in known]
    for second in _seconds(times):
        latest = _latest(known, times, second, model)
        belief = belief @ model.onward * _likely(latest, model)
        weights[[r + 1 for r in latest]] = 0.0
        sums = belief.sum(axis=1)
        belief, weights = belief / sums[:, None], weights * sums
        weights /= weights.sum()
        inside = belief[:, model.inside].sum(axis=1)
        doubts = inside[1:][weights[1:] > 0]
        is_inside = weights @ inside >= INSIDE_SHARE_MIN and doubts.min(initial=1.0) >= INSIDE_WITHOUT_MIN
        yield second, bool(is_inside)


def _likely(latest: Mapping[int, tuple[int, float]], model: _Model) -> Floats:
    """How likely that is at each place, but for a factor; in its own row a receiver's silence is nothing."""
    each = model.unheard.copy()
    for r, (below, age_seconds) in latest.items():
        each[r] = model.heard[r, below] * math.exp(-age_seconds / FADES_SECONDS)
    of_all = each.sum(axis=0)
    rows = np.vstack([of_all, of_all - each])
    likely: Floats = np.exp(rows - of_all.max())
    return likely


def _seconds(times: Sequence[float]) -> list[int]:
    """The seconds at which any of the evidence is fresh, up to the latest: what comes after is not known."""
    fresh = {second for at in times for second in range(math.ceil(at), math.ceil(at) + FRESH_SECONDS)}
    return sorted(second for second in fresh if second <= math.ceil(times[-1]))


def _latest(
    known: Sequence[Evidence], times: Sequence[float], second: int, model: _Model
) -> dict[int, tuple[int, float]]:
    """Receiver -> its latest fresh strength, in whole dB below 0 dBm, and how old that is."""
    found = {}
    for one in known[bisect_right(times, second - FRESH_SECONDS) : bisect_right(times, second)]:
        below_db = min(max(0, round(-one.rssi_dbm)), round(-FAINT_DBM))
        found[model.column_of[one.gateway, one.zone]] = (below_db, second - one.at_seconds)
    return found
