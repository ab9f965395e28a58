"""Random stores with shoppers and passers-by, to test and show a gateway on what nobody arranged for it.

The front is the line y = 0, the street lies below it. Inside the door is a zone of its own, around and behind
it are four others to both sides of a middle aisle; shelves stand across from the outer walls to the aisle, so
that nobody walks through one.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise, product
from typing import Final

from beacon_gateway.scenes.scene import (
    Position,
    Propagation,
    Scene,
    SceneReceiver,
    SceneZone,
    Store,
    Walker,
    Wall,
    Waypoint,
)
from beacon_gateway.tracking.room import DOOR_RULE, INNER_RULE

DOOR_ZONE: Final = "door"
ZONES: Final = ("shoes", "coats", "bags", "till")  # left front, right front, left back, right back
DOOR_ZONE_METRES: Final = 6.0  # across; it lies before the parts of the front zones that it covers
SHELF_METRES: Final = 1.0  # a shelf and the step that one keeps from it
SHOPPERS: Final = 240
PASSERS_BY: Final = 60
OPENS_AT: Final = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
COME_WITHIN_SECONDS: Final = 1800.0
OFFSETS_DB: Final = (-7.0, 6.0)  # measured between receivers of one make
STREET_METRES: Final = 25.0  # to both sides of the door: out of every receiver's reach
STOP_SECONDS: Final = (4.0, 300.0)
WINDOW_SHOPPERS_SHARE: Final = 0.25  # of those who pass by: they stop before the window
QUICK_SHARE: Final = 0.1  # of the shoppers: they look in at the door and leave


@dataclass(frozen=True, slots=True)
class Plan:
    """A store's measures, in metres."""

    width_m: float
    depth_m: float
    door_m: float  # from the left
    front_m: float  # depth of the zone inside the door, where the shelves begin
    middle_m: float  # depth at which the back zones begin
    aisle_m: float = 1.0  # half the middle aisle's width

    def area(self, zone: str) -> tuple[Position, Position]:
        """Two corners of a zone's rectangle."""
        if zone == DOOR_ZONE:
            half_m = DOOR_ZONE_METRES / 2
            return (self.door_m - half_m, 0.0), (self.door_m + half_m, self.front_m)
        right, back = ZONES.index(zone) % 2, ZONES.index(zone) // 2
        left_m, right_m = (self.door_m, self.width_m) if right else (0.0, self.door_m)
        front_m, back_m = (self.middle_m, self.depth_m) if back else (0.0, self.middle_m)
        return (left_m, front_m), (right_m, back_m)

    def shelves(self, source: random.Random) -> Iterator[Wall]:
        """Between the zones, and one or two within each."""
        bays = [self.front_m, self.middle_m]
        bays += [(self.front_m + self.middle_m) / 2, (self.middle_m + self.depth_m) / 2]
        sides = ((0.0, self.door_m - self.aisle_m), (self.door_m + self.aisle_m, self.width_m))
        for y_m, (from_m, to_m) in product(bays, sides):
            yield Wall(from_m=(from_m, y_m), to_m=(to_m, y_m), loss_db=source.uniform(2.0, 6.0))

    def spot(self, zone: str, source: random.Random) -> Position:
        """Somewhere in a zone before a shelf, which stand along its edges."""
        (left_m, front_m), (right_m, back_m) = self.area(zone)
        room_m = SHELF_METRES
        return source.uniform(left_m + room_m, right_m - room_m), source.uniform(
            front_m + room_m, back_m - room_m
        )

    def centre(self, zone: str) -> Position:
        (left_m, front_m), (right_m, back_m) = self.area(zone)
        return (left_m + right_m) / 2, (front_m + back_m) / 2


def random_store(seed: int, shoppers: int = SHOPPERS, passers_by: int = PASSERS_BY) -> Scene:
    """A store with a door and four zones, five gateways, and who comes and who passes by.

    The same seed gives the same scene. Walkers are the shoppers first, then the passers-by.
    """
    source = random.Random(seed)  # noqa: S311 - a simulation, seeded on purpose
    plan = _plan(source)
    people = [_shopper(source, plan) for _ in range(shoppers)]
    people += [_passer_by(source, plan) for _ in range(passers_by)]
    return Scene(
        seed=seed,
        starts_at=OPENS_AT,
        store=_store(source, plan),
        propagation=_propagation(source),
        receivers=tuple(_receiver(source, plan, zone) for zone in (DOOR_ZONE, *ZONES)),
        zones={zone: _zone(plan, zone) for zone in (DOOR_ZONE, *ZONES)},
        walkers=tuple(people),
    )


def _plan(source: random.Random) -> Plan:
    width_m, depth_m = source.uniform(14.0, 24.0), source.uniform(14.0, 22.0)
    front_m = source.uniform(3.5, 5.0)
    middle_m = front_m + (depth_m - front_m) * source.uniform(0.42, 0.58)
    return Plan(width_m, depth_m, width_m * source.uniform(0.42, 0.58), front_m, middle_m)


def _zone(plan: Plan, zone: str) -> SceneZone:
    rule = DOOR_RULE if zone == DOOR_ZONE else INNER_RULE
    return SceneZone(**asdict(rule), area_m=plan.area(zone))


def _store(source: random.Random, plan: Plan) -> Store:
    half_m = source.uniform(0.8, 1.3)
    door = Wall(from_m=(plan.door_m - half_m, 0.0), to_m=(plan.door_m + half_m, 0.0), loss_db=1.0)
    walls = tuple(plan.shelves(source))
    return Store(name="store", width_m=plan.width_m, depth_m=plan.depth_m, doors=(door,), walls=walls)


def _propagation(source: random.Random) -> Propagation:
    return Propagation(
        path_loss_exponent=source.uniform(2.0, 2.5),
        shadowing_db=source.uniform(3.0, 4.5),
        body_db=source.uniform(5.0, 9.0),
        fading_db=source.uniform(4.0, 5.5),
        wall_db=source.uniform(6.0, 12.0),
    )


def _receiver(source: random.Random, plan: Plan, zone: str) -> SceneReceiver:
    """Near the middle of its zone; the door's hangs within the strip behind the door."""
    x_m, y_m = (plan.door_m, plan.front_m * 0.7) if zone == DOOR_ZONE else plan.centre(zone)
    at_m = (x_m + source.uniform(-1.5, 1.5), y_m + source.uniform(-1.0, 1.0))
    offset_db = min(max(source.gauss(0.0, 3.5), OFFSETS_DB[0]), OFFSETS_DB[1])
    return SceneReceiver(name=zone, gateway=f"gw-{zone}", zone=zone, position_m=at_m, offset_db=offset_db)


def _walker(source: random.Random, path: list[Waypoint]) -> Walker:
    """Gone from the air some seconds after the end of the way."""
    pace = source.uniform(0.8, 1.5)
    arrives_seconds = source.uniform(0.0, COME_WITHIN_SECONDS)
    return Walker(
        identity_key=source.randbytes(16).hex(),
        arrives_seconds=arrives_seconds,
        leaves_seconds=arrives_seconds + _way_seconds(path, pace),
        path=tuple(path),
        pace_m_per_second=pace,
        power_error_db=source.gauss(0.0, 1.5),
    )


def _way_seconds(path: list[Waypoint], pace_m_per_second: float) -> float:
    walked_m = sum(math.dist(here.at_m, there.at_m) for here, there in pairwise(path))
    return walked_m / pace_m_per_second + sum(point.dwell_seconds for point in path)


def _shopper(source: random.Random, plan: Plan) -> Walker:
    """From the street through the door, some stops, and out again."""
    inside = Waypoint(at_m=(plan.door_m, 1.0))
    step = Waypoint(at_m=(plan.door_m, -1.0))
    stops = _quick_stops(source, plan) if source.random() < QUICK_SHARE else _stops(source, plan)
    path = [_street(source, plan), step, inside, *stops, inside, step, _street(source, plan)]
    return _walker(source, path)


def _street(source: random.Random, plan: Plan) -> Waypoint:
    side = source.choice((-1, 1))
    return Waypoint(at_m=(plan.door_m + side * STREET_METRES, -source.uniform(1.5, 4.0)))


def _quick_stops(source: random.Random, plan: Plan) -> Iterator[Waypoint]:
    yield Waypoint(at_m=plan.spot(DOOR_ZONE, source), dwell_seconds=source.uniform(8.0, 30.0))


def _stops(source: random.Random, plan: Plan) -> Iterator[Waypoint]:
    """One to five, each reached by the aisle and left by it."""
    for _ in range(source.randint(1, 5)):
        zone = source.choice((DOOR_ZONE, *ZONES))
        x_m, y_m = plan.spot(zone, source)
        seconds = min(max(source.lognormvariate(3.6, 0.8), STOP_SECONDS[0]), STOP_SECONDS[1])
        aisle = Waypoint(at_m=(plan.door_m, y_m))
        yield from (aisle, Waypoint(at_m=(x_m, y_m), dwell_seconds=seconds), aisle)


def _passer_by(source: random.Random, plan: Plan) -> Walker:
    """Along the pavement from one side to the other; some stop before the window."""
    ends = [plan.door_m - STREET_METRES, plan.door_m + STREET_METRES]
    source.shuffle(ends)
    y_m = -source.uniform(1.0, 4.0)
    path = [Waypoint(at_m=(ends[0], y_m)), Waypoint(at_m=(ends[1], y_m))]
    if source.random() < WINDOW_SHOPPERS_SHARE:
        at_m = (source.uniform(0.0, plan.width_m), max(y_m, -2.0))
        path.insert(1, Waypoint(at_m=at_m, dwell_seconds=source.uniform(5.0, 45.0)))
    return _walker(source, path)
