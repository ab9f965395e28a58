"""The zone of a member who is inside, by the map of the store. Pure; event time only.

A hidden Markov model over the places inside: all receivers together say where somebody is, so that a body in
the way of one does not move its bearer. Beliefs are rounded with every second, not when they are kept: what
follows from them is the same whenever they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from services.presence.rules.places import Reading, StoreMap, Whereabouts
from services.presence.rules.radio import Floats, Heard, Radio, latest, radio, seconds_heard, shared

# These six were chosen together, on ten simulated stores (seeds 400-409), by seconds right and flaps.
TRUST: Final = 0.32  # what is heard a second later is mostly the same body and the same people
FADES_SECONDS: Final = 3.0  # who shops walks less than who comes in
FRESH_SECONDS: Final = 8  # gateways speak every 5 s of whom they hear, and a word may be late
STAYS: Final = 0.75  # each second, at the place; else somewhere in its zone
CHANGES_ZONE: Final = 0.15  # far more often than people do: receivers err together for seconds
TAKES_OVER: Final = 2.7  # times as likely as where the member was: else borders are crossed too often
DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class _Model:
    """The places inside, and how one goes from one to the other within a second."""

    radio: Radio
    inside: npt.NDArray[np.intp]  # (places inside,)
    names: tuple[str, ...]
    within: Floats  # (places inside, names): one where it lies
    onward: Floats  # (places inside, places inside)


@lru_cache(maxsize=64)
def _model(of: StoreMap) -> _Model:
    hearing = radio(of)
    (inside,) = np.nonzero(hearing.zones != "")
    zones = hearing.zones[inside]
    names = sorted({place.zone for place in of.places if place.zone})
    alike = zones[:, None] == zones[None, :]
    ways = np.eye(len(zones)) * STAYS + shared(alike) * (1 - STAYS) + shared(~alike) * CHANGES_ZONE
    within = zones[:, None] == np.array(names)[None, :]
    return _Model(hearing, inside, tuple(names), within.astype(np.float64), shared(ways))


def followed(
    before: Whereabouts, readings: Iterable[Reading], since: int, until: int, of: StoreMap
) -> Whereabouts:
    """Where the member is at the second `until`, by what was heard since another and shortly before.

    Readings of receivers that are not on the map say nothing; while nothing is fresh, nothing changes.
    """
    model = _model(of)
    known = model.radio.known(readings)
    seconds = [second for second in seconds_heard(known, FRESH_SECONDS) if since < second <= until]
    belief = np.array(before.shares)
    at = model.names.index(before.zone) if before.zone else None
    for likely in _likely(known, seconds, model) if seconds else ():
        belief = belief @ model.onward * likely
        belief = np.round(belief / belief.sum(), DECIMALS)
        at = _moved(at, belief @ model.within)
    return before._replace(zone="" if at is None else model.names[at], shares=tuple(belief.tolist()))


def _moved(at: int | None, shares: Floats) -> int:
    best = int(shares.argmax())
    return best if at is None or shares[best] > shares[at] * TAKES_OVER else at


def begun(zone: str, of: StoreMap) -> Whereabouts:
    """Of somebody of whom at most the zone is known."""
    model = _model(of)
    places = len(model.inside)
    known = zone if zone in model.names else ""
    return Whereabouts(known, of.counts_from.timestamp(), (round(1 / places, DECIMALS),) * places)


def _likely(known: Sequence[Heard], seconds: Sequence[int], model: _Model) -> Floats:
    """(seconds, places inside): how likely what is fresh then is at each place, but for a factor."""
    times = [one.at_seconds for one in known]
    heard = [latest(known, times, second, FRESH_SECONDS) for second in seconds]
    receivers = np.array([receiver for each in heard for receiver in each])
    below_db, ages_seconds = np.array([said for each in heard for said in each.values()]).T
    fades = np.exp(-ages_seconds / FADES_SECONDS)[:, None]
    silent = model.radio.unheard[:, model.inside]
    said = model.radio.heard[receivers, below_db.astype(np.intp)][:, model.inside] * fades
    firsts = np.cumsum([0, *map(len, heard[:-1])])
    each = silent.sum(axis=0) + np.add.reduceat(said - silent[receivers], firsts, axis=0)
    likely: Floats = np.exp(TRUST * (each - each.max(axis=1, keepdims=True)))
    return likely
