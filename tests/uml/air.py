"""Fobs on the air of a shop: each says who it is, once in a second."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from beacon_gateway.clock import Clock
from tests.uml.controller import VirtualController

CHANCE_SECONDS_MAX = 0.01  # by which an advert is late, so that two fobs do not collide for ever


@dataclass(frozen=True)
class Fob:
    """A tag that shows an Eddystone identifier, and does not move: its strength hardly changes."""

    number: int

    @property
    def address(self) -> str:
        return f"C0:00:00:00:00:{self.number:02X}"

    @property
    def frame(self) -> bytes:
        return b"\x30\xee" + self.number.to_bytes(8, "big")

    @property
    def eir(self) -> bytes:
        """Its bytes on the air: flags, its services, and the frame."""
        return b"\x02\x01\x06" + b"\x03\x03\xaa\xfe" + b"\x0d\x16\xaa\xfe" + self.frame


@dataclass
class Air:
    """Carries what the fobs say to the controllers. said: when, by the gateway's clock, by address."""

    clock: Clock
    controllers: Sequence[VirtualController]
    fobs: Sequence[Fob]
    said: dict[str, list[float]] = field(default_factory=dict)

    async def carry(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for fob in self.fobs:
                tasks.create_task(self._speak(fob, random.Random(fob.number)))

    async def _speak(self, fob: Fob, chance: random.Random) -> None:
        times = self.said.setdefault(fob.address, [])
        await asyncio.sleep(chance.random())
        while True:
            times.append(self.clock.monotonic_seconds())
            for controller in self.controllers:
                controller.hear(fob.address, chance.randint(-64, -56), fob.eir)
            await asyncio.sleep(1.0 + chance.uniform(0.0, CHANCE_SECONDS_MAX))
