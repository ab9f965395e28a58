"""What only a scene's maker knows: who was inside when, in which zone, by which name.

For tests and figures.
"""

import math
from dataclasses import dataclass
from typing import Final

from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import ROTATION_SECONDS
from beacon_gateway.scenes.scene import Position, Scene
from beacon_gateway.scenes.simulator import Route, ends_seconds

STEP_SECONDS: Final = 0.25  # a walker's third of a metre


@dataclass(frozen=True, slots=True)
class Stay:
    """A walker's true visit, in scene seconds."""

    entered_seconds: float
    left_seconds: float

    @property
    def seconds(self) -> float:
        return self.left_seconds - self.entered_seconds


def stays(scene: Scene, walker: int) -> list[Stay]:
    """When a walker was inside with a tag on the air, in order."""
    who = scene.walkers[walker]
    route = Route(who)
    found: list[Stay] = []
    entered: float | None = None
    for step in range(int((who.leaves_seconds - who.arrives_seconds) / STEP_SECONDS) + 1):
        now_seconds = who.arrives_seconds + step * STEP_SECONDS
        inside = scene.store.encloses(route.position(now_seconds))
        if inside and entered is None:
            entered = now_seconds
        if not inside and entered is not None:
            found.append(Stay(entered, now_seconds))
            entered = None
    return found if entered is None else [*found, Stay(entered, who.leaves_seconds)]


def zone_at(scene: Scene, position: Position) -> str:
    """The zone that a place inside belongs to: by its area, else that of the nearest receiver."""
    for name, zone in scene.zones.items():
        if zone.holds(position):
            return name
    return min(scene.receivers, key=lambda receiver: math.dist(receiver.position_m, position)).zone


def name_of(walker: int) -> bytes:
    """The pseudonym of a walker of a scene that no server names."""
    return walker.to_bytes(8, "big")


def names(scene: Scene, starts_at_seconds: float) -> dict[bytes, bytes]:
    """Identifier -> pseudonym for all that the scene's members announce; `starts_at_seconds` is Unix time."""
    first = int(starts_at_seconds) // ROTATION_SECONDS
    last = int(starts_at_seconds + ends_seconds(scene)) // ROTATION_SECONDS
    return {
        eid(bytes.fromhex(walker.identity_key), window * ROTATION_SECONDS): name_of(index)
        for index, walker in enumerate(scene.walkers)
        if walker.identity_key is not None
        for window in range(first, last + 1)
    }
