"""What a calibration walk teaches: by how much each receiver hears stronger than it should. Pure."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from beacon_gateway.adverts import MEASURED_POWER_DBM

PATH_LOSS_EXPONENT: Final = 2.2  # a furnished shop; over the metre or two of the walk it hardly matters


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
