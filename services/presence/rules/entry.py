"""Whether a member who is heard is inside: the joint evidence of a store's gateways. Pure; event time only.

A hidden Markov model over the places of a calibration walk. Each place is known by how strongly every
receiver hears a tag there; somebody who is at one place is near it a second later, and comes in at the
entrance only. That a receiver does not hear the member is evidence too, but no single receiver's silence may
decide: it may be off, or its news late.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from services.presence.rules.places import Reading, StoreMap
from services.presence.rules.radio import Floats, Heard, Radio, latest, radio, seconds_heard, shared

# TRUST, INSIDE_SHARE_MIN and ENTERS were chosen together, on 17 simulated stores (seeds 400-407, 500-505,
# 8001-8003): of 1,020 passers-by 11 came in, of 1,320 visits 6 were missed, half the entries of a store were
# known after 1.7 to 2.9 s. With 1.2, .95 and .3, sooner by .2 s, it was 13 and 9.
TRUST: Final = 0.8  # what is heard a second later is half the same body and the same people
DEAD_SHARE: Final = 0.01  # of receivers, at any time
FADES_SECONDS: Final = 1.5  # who walks is elsewhere by then
FRESH_SECONDS: Final = 6  # gateways speak every 5 s of whom they hear
INSIDE_SHARE_MIN: Final = 0.9  # how sure we are to be before somebody counts as inside
INSIDE_WITHOUT_MIN: Final = 0.5  # and how sure if a receiver that is silent had been off all the time
STAYS: Final = 0.75  # each second, at the place; else somewhere alike
ENTERS: Final = 0.2  # of those outside who are heard, each second; as many leave who are at the entrance
CHANGES_ZONE: Final = 0.06
OUTSIDE_FIRST: Final = 0.98  # of those who are heard for the first time


@dataclass(frozen=True, slots=True)
class _Model:
    """The map as the filter uses it."""

    radio: Radio
    inside: npt.NDArray[np.bool_]
    onward: Floats  # (places, places): from one to the other within a second
    first: Floats  # (places,)


@lru_cache(maxsize=64)
def _model(of: StoreMap) -> _Model:
    hearing = radio(of)
    inside = hearing.zones != ""
    entrance = np.isin(hearing.zones, of.entrances)
    first = np.where(inside, (1 - OUTSIDE_FIRST) / max(1, inside.sum()), OUTSIDE_FIRST / (~inside).sum())
    return _Model(hearing, inside, _onward(hearing.zones, inside, entrance), first)


def _onward(
    zones: npt.NDArray[np.str_], inside: npt.NDArray[np.bool_], entrance: npt.NDArray[np.bool_]
) -> Floats:
    """Within a zone and outside to any place alike; between zones seldom; in and out at the entrances."""
    alike = zones[:, None] == zones[None, :]
    elsewhere = inside[:, None] & inside[None, :] & ~alike
    crossing = (~inside[:, None] & entrance[None, :]) | (entrance[:, None] & ~inside[None, :])
    ways = np.eye(len(zones)) * STAYS + shared(alike) * (1 - STAYS)
    ways += shared(elsewhere) * CHANGES_ZONE + shared(crossing) * ENTERS
    return shared(ways)


def inside_seconds(evidence: Iterable[Reading], of: StoreMap) -> Iterator[int]:
    """The whole seconds, in order, at which somebody of whom this was heard is inside.

    The order of the evidence does not matter, and evidence of receivers that are not on the map says nothing.
    """
    model = _model(of)
    known = model.radio.known(evidence)
    return (second for second, is_inside in _followed(known, model) if is_inside)


def _followed(known: Sequence[Heard], model: _Model) -> Iterable[tuple[int, bool]]:
    """The seconds at which something is fresh. Row 0 of the belief: all hear; row r + 1: r is off."""
    receivers = len(model.radio.unheard)
    belief = np.tile(model.first, (receivers + 1, 1))
    weights = np.array([1 - DEAD_SHARE * receivers, *[DEAD_SHARE] * receivers])
    times = [one.at_seconds for one in known]
    for second in seconds_heard(known, FRESH_SECONDS):
        if second > math.ceil(times[-1]):
            return  # what comes after is not known
        heard = latest(known, times, second, FRESH_SECONDS)
        belief = belief @ model.onward * _likely(heard, model.radio)
        weights[[r + 1 for r in heard]] = 0.0
        sums = belief.sum(axis=1)
        belief, weights = belief / sums[:, None], weights * sums
        weights /= weights.sum()
        inside = belief[:, model.inside].sum(axis=1)
        doubts = inside[1:][weights[1:] > 0]
        is_inside = weights @ inside >= INSIDE_SHARE_MIN and doubts.min(initial=1.0) >= INSIDE_WITHOUT_MIN
        yield second, bool(is_inside)


def _likely(heard: Mapping[int, tuple[int, float]], store: Radio) -> Floats:
    """How likely that is at each place, but for a factor; in its own row a receiver's silence is nothing."""
    each = store.unheard.copy()
    for r, (below_db, age_seconds) in heard.items():
        each[r] = store.heard[r, below_db] * math.exp(-age_seconds / FADES_SECONDS)
    of_all = each.sum(axis=0)
    rows = np.vstack([of_all, of_all - each])
    likely: Floats = np.exp(TRUST * (rows - of_all.max()))
    return likely
