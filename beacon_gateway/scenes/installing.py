"""The walk of whoever installs a store's gateways: it shows them how each place is heard.

Outside along door and windows with some stands, once more farther out, in by the door, and to every side of
each receiver, and into the corners of each zone; a turn on the spot at every stand, so that no receiver sees
more of the body than another.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from beacon_gateway.scenes.scene import Position, Scene, SceneZone, Walker, Waypoint

PACE_M_PER_SECOND: Final = 1.0
STAND_SECONDS: Final = 10.0
TURN_METRES: Final = 0.3  # half a side of the square that a turn on the spot is
BESIDE_METRES: Final = 1.5  # from a receiver: a step or two
FRONT_SHARES: Final = (0.12, 0.3, 0.5, 0.7, 0.88)  # of the front: stands before door and windows
PAVEMENT_METRES: Final = (1.0, 2.5)  # from the front; who passes farther out is heard by few
BEYOND_METRES: Final = 12.5  # to both sides of the door
PIECE_SECONDS: Final = 4.0  # a way is noted in pieces that are places each
CORNER_METRES: Final = 1.5  # from both borders of a zone: shelves stand along them
SIDES: Final = ((-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the walk and when. zone: empty outside. receiver: the one that it is a step or two from."""

    zone: str
    since_seconds: float
    until_seconds: float
    receiver: str = ""

    def holds(self, at_seconds: float) -> bool:
        return self.since_seconds <= at_seconds < self.until_seconds


@dataclass(frozen=True, slots=True)
class _Leg:
    """A stand, a way that is noted in pieces, or a way of no account (`noted` is None)."""

    path: Sequence[Waypoint]
    noted: Stop | None = None
    is_way: bool = False


def installers_walk(scene: Scene, entrance: str) -> tuple[Scene, tuple[Stop, ...]]:
    """The same store, empty but for the installer, and the places that the walk is to show."""
    legs = list(_legs(scene, entrance))
    path = tuple(point for leg in legs for point in leg.path)
    walker = Walker(
        identity_key="ca" * 16,
        arrives_seconds=0.0,
        leaves_seconds=_seconds(path),
        path=path,
        pace_m_per_second=PACE_M_PER_SECOND,
    )
    return scene.model_copy(update={"walkers": (walker,)}), tuple(_stops(legs))


def _legs(scene: Scene, entrance: str) -> Iterator[_Leg]:
    (door,) = scene.store.doors
    door_m = (door.from_m[0] + door.to_m[0]) / 2
    near_m, far_m = PAVEMENT_METRES
    left_m, right_m = door_m - BEYOND_METRES, door_m + BEYOND_METRES
    yield _Leg(_way((left_m, -near_m)))
    for share in FRONT_SHARES:
        yield _Leg(_turn((scene.store.width_m * share, -near_m)), Stop("", 0, 0))
    there_and_back = _way((right_m, -near_m), (right_m, -far_m), (left_m, -far_m), (left_m, -near_m))
    yield _Leg((*there_and_back, *_way((door_m, -near_m))), Stop("", 0, 0), is_way=True)
    yield _Leg(_turn((door_m, near_m)), Stop(entrance, 0, 0))
    for receiver in scene.receivers:
        x_m, y_m = receiver.position_m
        yield _Leg(_way((door_m, y_m)))
        for right, back in SIDES:
            at_m = (x_m + right * BESIDE_METRES, y_m + back * BESIDE_METRES)
            yield _Leg(_turn(at_m), Stop(receiver.zone, 0, 0, receiver.name))
        yield _Leg(_way((door_m, y_m)))
    for name, zone in scene.zones.items():
        for at_m in _corners(zone):
            yield _Leg(_turn(at_m), Stop(name, 0, 0))


def _corners(zone: SceneZone) -> tuple[Position, ...]:
    """Around a zone, somewhat inside its corners."""
    if zone.area_m is None:
        return ()
    (left_m, front_m), (right_m, back_m) = zone.area_m
    left_m, right_m = left_m + CORNER_METRES, right_m - CORNER_METRES
    front_m, back_m = front_m + CORNER_METRES, back_m - CORNER_METRES
    return (left_m, front_m), (right_m, front_m), (right_m, back_m), (left_m, back_m)


def _way(*places: Position) -> tuple[Waypoint, ...]:
    return tuple(Waypoint(at_m=at_m) for at_m in places)


def _turn(at_m: Position) -> tuple[Waypoint, ...]:
    """A small square: who goes along its sides faces each way once."""
    x_m, y_m = at_m
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return tuple(
        Waypoint(at_m=(x_m + right * TURN_METRES, y_m + back * TURN_METRES), dwell_seconds=STAND_SECONDS / 4)
        for right, back in corners
    )


def _stops(legs: Sequence[_Leg]) -> Iterator[Stop]:
    here, now_seconds = legs[0].path[0].at_m, 0.0
    for leg in legs:
        comes_seconds = now_seconds + math.dist(here, leg.path[0].at_m) / PACE_M_PER_SECOND
        ends_seconds = comes_seconds + _seconds(leg.path)
        if leg.noted is not None and leg.is_way:
            yield from _pieces(leg.noted, now_seconds, ends_seconds)
        elif leg.noted is not None:
            yield replace(leg.noted, since_seconds=comes_seconds, until_seconds=ends_seconds)
        here, now_seconds = leg.path[-1].at_m, ends_seconds


def _pieces(noted: Stop, since_seconds: float, until_seconds: float) -> Iterator[Stop]:
    pieces = max(1, round((until_seconds - since_seconds) / PIECE_SECONDS))
    each_seconds = (until_seconds - since_seconds) / pieces
    for piece in range(pieces):
        begins_seconds = since_seconds + piece * each_seconds
        yield replace(noted, since_seconds=begins_seconds, until_seconds=begins_seconds + each_seconds)


def _seconds(path: Sequence[Waypoint]) -> float:
    walked_m = sum(math.dist(here.at_m, there.at_m) for here, there in pairwise(path))
    return walked_m / PACE_M_PER_SECOND + sum(point.dwell_seconds for point in path)
