"""Who walks through the demo's store, and the scene file that the virtual radio plays. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

SCENE_SPEED: Final = (
    12.0  # a visit of three minutes takes fifteen seconds: quick to watch, slow enough to follow
)
SCENE_SECONDS: Final = 300.0  # the last has left by then
STORE: Final = "High Street"
GATEWAY: Final = "high-street-1"
DOOR: Final = (1.0, 7.0)
GIFTS: Final = (10.0, 3.0)
HOME: Final = (16.0, 11.0)
STRANGERS: Final = 6
SEED: Final = 2011


class Role(StrEnum):
    """What a member of the cast shows."""

    PHONE = "PHONE"  # agreed to push messages: the webhook carries the reminder
    COUNTER = "COUNTER"  # agreed to be spoken to in the store: the console shows it
    SILENT = "SILENT"  # agreed to no message at all: nothing is sent
    PASSER_BY = "PASSER_BY"  # walks past the door: no reminder
    BOUGHT = "BOUGHT"  # bought the item online on the way: the cart is closed


CASTING: Final = (
    *[Role.PHONE] * 8,
    *[Role.COUNTER] * 3,
    *[Role.SILENT] * 2,
    *[Role.PASSER_BY] * 2,
    Role.BOUGHT,
)
CONSENTS: Final = {
    Role.PHONE: ("PRESENCE", "PUSH"),
    Role.COUNTER: ("PRESENCE", "IN_APP"),
    Role.SILENT: ("PRESENCE",),
    Role.PASSER_BY: ("PRESENCE", "PUSH"),
    Role.BOUGHT: ("PRESENCE", "PUSH"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer is likely to want next: the item that lies in the abandoned cart."""

    customer_id: str
    sku: str
    title: str
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class Player:
    """A member of the cast with the cart and, once it has one, the device's key."""

    role: Role
    wish: Wish
    identity_key: bytes = b""

    @property
    def customer_id(self) -> str:
        return self.wish.customer_id

    @property
    def cart_id(self) -> str:
        return f"demo-{self.wish.customer_id}"


def cast(wishes: Sequence[Wish]) -> list[Player]:
    """One player per role, as far as there are customers with a wish."""
    return [Player(role, wish) for role, wish in zip(CASTING, wishes, strict=False)]


def scene(players: Sequence[Player]) -> dict[str, Any]:
    """The scene file: a shop with three receivers, the players and some strangers."""
    chance = random.Random(SEED)  # noqa: S311  (a story, not a secret)
    walkers = [walk(player, chance) for player in players]
    walkers += [stranger(chance) for _ in range(STRANGERS)]
    return {
        "seed": SEED,
        "starts_at": "server",
        "speed": SCENE_SPEED,
        "ends_seconds": SCENE_SECONDS,
        "store": {"name": STORE, "width_m": 20.0, "depth_m": 14.0},
        "receivers": [
            {"name": "door", "zone": "entrance", "position_m": DOOR},
            {"name": "shelf-3", "zone": "gifts", "position_m": GIFTS},
            {"name": "shelf-7", "zone": "home", "position_m": HOME},
        ],
        "walkers": walkers,
    }


def walk(player: Player, chance: random.Random) -> dict[str, Any]:
    arrives = chance.uniform(2.0, 70.0)
    who = {"identity_key": player.identity_key.hex()}
    if player.role is Role.PASSER_BY:
        return {**who, **path(arrives, 25.0, [(DOOR, 10.0)])}
    aisles = [(GIFTS, chance.uniform(50, 80)), (HOME, chance.uniform(30, 50))]
    chance.shuffle(aisles)
    return {**who, **path(arrives, chance.uniform(150, 185), [(DOOR, 2.0), *aisles, (DOOR, 1.0)])}


def stranger(chance: random.Random) -> dict[str, Any]:
    arrives = chance.uniform(0.0, 150.0)
    return {"stranger": True, **path(arrives, chance.uniform(20, 100), [(DOOR, 4.0), (GIFTS, 30.0)])}


def path(arrives: float, stays: float, stops: Sequence[tuple[tuple[float, float], float]]) -> dict[str, Any]:
    return {
        "arrives_seconds": round(arrives, 1),
        "leaves_seconds": round(arrives + stays, 1),
        "path": [{"at_m": at, "dwell_seconds": round(seconds, 1)} for at, seconds in stops],
    }
