"""What calibration walks teach: each receiver's offset, and how loud the pavement is. Pure."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Final, NamedTuple

from beacon_gateway.identity.adverts import MEASURED_POWER_DBM
from beacon_gateway.tracking.room import ZoneRule
from beacon_gateway.tracking.smoothing import FAINT_DBM, Track

PATH_LOSS_EXPONENT: Final = 2.2  # a furnished shop; over the metre or two of the walk it hardly matters


SPREAD_DB: Final = 5.0  # of the adverts at one place: reflections, and the body that turns
RECEIVED_SHARE: Final = 0.9  # of the adverts of a tag nearby; the others collide
HALF, MOST = 0.5, 0.8
SILENT_DB: Final = 4.0  # how much fainter a place is that a receiver does not hear at all
PAVEMENT_MARGIN_DB: Final = 2.0  # tags differ by as much; more costs visits, and those are worth more
ENTER_MAX_DBM: Final = -60.0  # a metre from the receiver: who is not in there is in nowhere


class Sample(NamedTuple):
    """One advert of the walker's tag, worn as shoppers wear theirs, at a known distance from a receiver."""

    receiver: str
    distance_m: float
    rssi_dbm: int
    measured_power_dbm: int


def offsets_db(samples: Iterable[Sample]) -> dict[str, float]:
    """Each receiver's offset: the median of what it heard above what a tag at that distance should give.

    Stand for some seconds on every side of each receiver, a step or two away: the body and the furniture
    then take as much as they will take of shoppers' tags, and the thresholds need not know of them.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        found[sample.receiver].append(sample.rssi_dbm - _expected_dbm(sample))
    return {receiver: statistics.median(offsets) for receiver, offsets in found.items()}


def _expected_dbm(sample: Sample) -> float:
    """At this distance of a tag that says its power at 1 m, in the scale of the thresholds."""
    power_db = sample.measured_power_dbm - MEASURED_POWER_DBM
    return MEASURED_POWER_DBM + power_db - 10 * PATH_LOSS_EXPONENT * math.log10(sample.distance_m)


def place_dbm(strengths_dbm: Sequence[float], adverts: float, faintest_dbm: float) -> float:
    """How strongly a receiver hears a place, from what came of so many adverts of a tag there.

    Where many are missing it hears the strong ones only: by their share the others drowned in its noise, and
    the place is fainter than `faintest_dbm`, the least that the receiver ever heard on the walk.
    """
    share = min(max((len(strengths_dbm) + 0.5) / (adverts + 1) / RECEIVED_SHARE, 0.01), 0.99)
    by_share_dbm = faintest_dbm - SPREAD_DB * NormalDist().inv_cdf(1 - share)
    if share < HALF or not strengths_dbm:
        return max(faintest_dbm - SILENT_DB, by_share_dbm)
    mean_dbm = statistics.fmean(strengths_dbm)
    return mean_dbm if share > MOST else (mean_dbm + by_share_dbm) / 2


def above_pavement(rule: ZoneRule, outside: Iterable[tuple[float, float]]) -> ZoneRule:
    """The rule with a threshold that nobody reached on a walk along the pavement, past door and windows.

    outside: (time in seconds, strength as `Room.normal_rssi_dbm` has it) of the walker's tag at one receiver.
    """
    loudest_dbm, track = FAINT_DBM, None
    for at_seconds, rssi_dbm in outside:
        if track is None:
            track = Track(at_seconds, rssi_dbm)
        else:
            track.add(rssi_dbm, at_seconds)
        loudest_dbm = max(loudest_dbm, track.rssi_dbm)
    enter_rssi_dbm = min(loudest_dbm + PAVEMENT_MARGIN_DB, ENTER_MAX_DBM)
    return replace(rule, enter_rssi_dbm=max(rule.enter_rssi_dbm, enter_rssi_dbm))
