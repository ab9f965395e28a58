"""A simulated shop with known truth: who is where when, and how well the tracker saw it."""

import math
import random
from collections import defaultdict
from dataclasses import dataclass, field

from beacon_gateway.identity.adverts import Advert, parse
from beacon_gateway.scenes.scene import Position, Scene
from beacon_gateway.scenes.scene import parse as parse_scene
from beacon_gateway.scenes.simulator import Route, airwaves, ends_seconds
from beacon_gateway.scenes.truth import name_of, names
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.room import Receiver, ZoneRule
from beacon_gateway.tracking.tracker import Tracker

ZONES: dict[str, Position] = {
    "door": (1.0, 6.0),
    "shoes": (6.0, 2.0),
    "coats": (6.0, 10.0),
    "bags": (13.0, 2.0),
    "till": (13.0, 10.0),
}
AISLES = [name for name in ZONES if name != "door"]
PAVEMENT_M = -5.0
STARTS_AT = 1_767_225_600.0


def shop(seed: int, shoppers: int, passers_by: int) -> Scene:
    """Shoppers come through the door, stay in some zones and leave; passers-by walk along outside."""
    source = random.Random(seed)
    walkers = [_shopper(source, index) for index in range(shoppers)]
    walkers += [_passer_by(source, index) for index in range(shoppers, shoppers + passers_by)]
    return parse_scene(
        {
            "seed": seed,
            "starts_at": "2026-01-01T00:00:00Z",
            "store": {"name": "s", "width_m": 16.0, "depth_m": 12.0},
            "propagation": {"shadowing_db": 4.0, "fading_db": 5.0},
            "receivers": [
                {"name": f"r-{zone}", "zone": zone, "position_m": at} for zone, at in ZONES.items()
            ],
            "walkers": walkers,
        }
    )


def _key(index: int) -> str:
    return f"{index + 1:032x}"


def _shopper(source: random.Random, index: int) -> dict[str, object]:
    stops = source.sample(AISLES, 2)
    path = [{"at_m": (-12.0, 6.0)}, {"at_m": (1.5, 6.0), "dwell_seconds": source.uniform(2, 6)}]
    for stop in stops:
        x_m, y_m = ZONES[stop]
        spot = (x_m + source.uniform(-2, 2), y_m + source.uniform(-1.5, 1.5))
        path.append({"at_m": spot, "dwell_seconds": source.uniform(30, 90)})
    path += [{"at_m": (1.5, 6.0)}, {"at_m": (-30.0, 6.0)}]
    arrives = source.uniform(0, 300)
    return {"identity_key": _key(index), "arrives_seconds": arrives, "leaves_seconds": 900.0, "path": path}


def _passer_by(source: random.Random, index: int) -> dict[str, object]:
    arrives = source.uniform(0, 300)
    ends = source.choice([(-40.0, 60.0), (60.0, -40.0)])
    path = [{"at_m": (PAVEMENT_M, y_m)} for y_m in ends]
    return {"identity_key": _key(index), "arrives_seconds": arrives, "leaves_seconds": 900.0, "path": path}


@dataclass
class Verdict:
    """How the tracker did against the truth; seconds are scene seconds."""

    missed: int = 0
    passers_by_entered: int = 0
    false_dwells: int = 0
    visits: int = 0
    reentries: int = 0
    entry_seconds: list[float] = field(default_factory=list)
    exit_seconds: list[float] = field(default_factory=list)
    zone_right: int = 0
    zone_total: int = 0


def track(scene: Scene) -> dict[bytes, list[tuple[float, PresenceEvent]]]:
    """Each member's events with the time of the tick that brought them."""
    tracker = Tracker(
        [Receiver(r.name, r.zone) for r in scene.receivers], {zone: ZoneRule() for zone in ZONES}
    )
    told: dict[bytes, list[tuple[float, PresenceEvent]]] = defaultdict(list)
    members = names(scene, STARTS_AT)
    tick = 1.0

    def advance(until: float) -> None:
        nonlocal tick
        while tick <= until:
            for event in tracker.tick(tick):
                told[event.pseudonym].append((tick, event))
            tick += 1.0

    for heard in airwaves(scene, STARTS_AT):
        advance(heard.at_seconds)
        advert = parse(heard.manufacturer_frames, heard.service_frames)
        assert isinstance(advert, Advert)
        name, power = members[advert.identifier], advert.measured_power_dbm
        tracker.hear(name, heard.receiver, heard.rssi_dbm, power, heard.at_seconds)
    advance(ends_seconds(scene))
    return told


def judge(scene: Scene, shoppers: int) -> Verdict:
    verdict = Verdict()
    told = track(scene)
    for index, walker in enumerate(scene.walkers):
        events = told.get(name_of(index), [])
        if index < shoppers:
            _judge_visit(verdict, events, Route(walker))
        else:
            verdict.passers_by_entered += any(event.kind is PresenceKind.ENTER for _, event in events)
            verdict.false_dwells += any(event.dwell_seconds >= 60 for _, event in events)
    return verdict


def _judge_visit(verdict: Verdict, events: list[tuple[float, PresenceEvent]], route: Route) -> None:
    inside = [t for t in range(900) if route.position(float(t))[0] >= 0.0]
    came, left = inside[0], inside[-1]
    enters = [tick for tick, event in events if event.kind is PresenceKind.ENTER]
    exits = [tick for tick, event in events if event.kind is PresenceKind.EXIT]
    verdict.visits += 1
    if not enters or not exits:
        verdict.missed += 1
        return
    verdict.reentries += len(enters) - 1
    verdict.entry_seconds.append(enters[0] - came)
    verdict.exit_seconds.append(exits[-1] - left)
    _judge_zones(verdict, events, route, inside)


def _judge_zones(
    verdict: Verdict, events: list[tuple[float, PresenceEvent]], route: Route, inside: list[int]
) -> None:
    """Counts the seconds in which the shopper stands still and the zone said is the nearest one."""
    for second in inside:
        position = route.position(float(second))
        if math.dist(position, route.position(second - 4.0)) > 0 or not events:
            continue
        said = [event.zone for tick, event in events if tick <= second]
        nearest = min(ZONES, key=lambda zone: math.dist(ZONES[zone], position))
        verdict.zone_total += 1
        verdict.zone_right += bool(said) and said[-1] == nearest
