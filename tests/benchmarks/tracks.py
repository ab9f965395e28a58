"""Tracks walked in a real room of four zones, each with a receiver in its middle and two at its walls.

`sensor31` is of the third zone. A zone's border is half-way between the middle receivers.
"""

from __future__ import annotations

import csv
import gzip
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from beacon_gateway.tracking.calibration import Sample, offsets_db
from beacon_gateway.tracking.room import Receiver, ZoneRule
from beacon_gateway.tracking.tracker import Tracker

FOLDER: Final = Path(__file__).parents[1] / "data" / "ble_tracks"
TOLERANCE_METRES: Final = 1.5  # so near to a border either zone is right
EVERYWHERE: Final = ZoneRule(enter_rssi_dbm=-95.0, exit_rssi_dbm=-110.0)  # the walker never leaves the room
POWER_DBM: Final = -59  # the beacon does not say
WALKER: Final = b"walker00"

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """One sample and where the walker was."""

    at_seconds: float
    receiver: str
    rssi_dbm: int
    position_m: Position


@dataclass(frozen=True, slots=True)
class Walk:
    """How well one track was followed."""

    seconds: int
    right: int
    changes: int


@cache
def receivers() -> dict[str, Position]:
    with (FOLDER / "receivers.csv").open() as file:
        return {row["receiver"]: (float(row["x_m"]), float(row["y_m"])) for row in csv.DictReader(file)}


@cache
def _tracks() -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    with gzip.open(FOLDER / "tracks.csv.gz", "rt") as file:
        for name, at, receiver, rssi, x_m, y_m in list(csv.reader(file))[1:]:
            found[name].append(Step(float(at), receiver, int(rssi), (float(x_m), float(y_m))))
    return dict(found)


def all_tracks() -> list[str]:
    return sorted(_tracks())


def walk(track: str, count: int) -> Walk:
    """Follows one track with the 4 middle receivers or all 12, calibrated by the other tracks."""
    names = [name for name in receivers() if count == len(receivers()) or name.endswith("0")]
    others = (step for name, steps in _tracks().items() if name != track for step in steps)
    offsets = offsets_db(_samples(others))
    tracker = Tracker(
        [Receiver(name, zone_of(name), offsets[name]) for name in names],
        {zone_of(name): EVERYWHERE for name in names},
    )
    said = list(_follow(tracker, [step for step in _tracks()[track] if step.receiver in names]))
    changes = sum(one[0] != other[0] for one, other in pairwise(said))
    return Walk(len(said), sum(is_right(zone, position) for zone, position in said), changes)


def zone_of(receiver: str) -> str:
    return receiver[-2]


def _samples(steps: Iterator[Step]) -> Iterator[Sample]:
    for step in steps:
        distance_m = max(0.5, math.dist(step.position_m, receivers()[step.receiver]))
        yield Sample(step.receiver, distance_m, step.rssi_dbm, POWER_DBM)


def _follow(tracker: Tracker, steps: list[Step]) -> Iterator[tuple[str, Position]]:
    """(zone as known, true position) in each second from the first in which a zone was known."""
    zone, tick = "", 1.0
    for step in steps:
        while tick <= step.at_seconds:
            for event in tracker.tick(tick):
                zone = event.zone
            if zone:
                yield zone, step.position_m
            tick += 1.0
        tracker.hear(WALKER, step.receiver, step.rssi_dbm, POWER_DBM, step.at_seconds)


@cache
def _middle() -> Position:
    middles = [position for name, position in receivers().items() if name.endswith("0")]
    x_m, y_m = (statistics.fmean(axis) for axis in zip(*middles, strict=True))
    return x_m, y_m


def is_right(zone: str, position: Position) -> bool:
    """Zones 1 and 2 lie to the left, 1 and 4 in front."""
    x_m, y_m = _middle()
    across = x_m - position[0] if zone in "12" else position[0] - x_m
    along = y_m - position[1] if zone in "14" else position[1] - y_m
    return min(across, along) >= -TOLERANCE_METRES
