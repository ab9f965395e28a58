"""Whole lives of a gateway, drawn at random in virtual time: everything that may befall it, in any order.

Nothing that the server acknowledged is lost or doubled, and what was dropped is counted and told.
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from beacon_gateway.spooling.limits import SpoolLimits
from beacon_gateway.spooling.shelf import START
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from tests.unit.beacon_gateway.virtual_world import Gateway, Server, now_seconds, virtually

ROUNDS = int(os.environ.get("REGULARS_FAULT_ROUNDS", "3"))
SEEDS = range(ROUNDS * 4)
STEPS = 40
NOON = 1_790_000_000.0
MINUTE, HOUR = 60.0, 3_600.0
SMALL = SpoolLimits(bytes_max=600_000)  # full after some 3,000 events, for the file beside it takes most
CLOCKS = (0.0, 0.0, -NOON + 5.0, 86_400.0)  # how far the device's clock is off at a start
STEP_WEIGHTS = {
    "notice": 8,
    "flood": 2,
    "wait": 4,
    "lose": 3,
    "find": 4,
    "hang_up": 2,
    "kill": 3,
    "reflash": 1,
}


@dataclass
class Life:
    """A gateway and its book: what was noticed when, and what went with a card that was flashed anew."""

    draw: random.Random
    folder: Path
    server: Server = field(default_factory=lambda: Server(NOON))
    truth: dict[str, float] = field(default_factory=dict)
    flashed_away: int = 0
    cards: int = 0

    async def go(self) -> None:
        self.start()
        for _ in range(STEPS):
            (step,) = self.draw.choices(list(STEP_WEIGHTS), list(STEP_WEIGHTS.values()))
            await getattr(self, step)()
        self.server.is_reachable = True
        await asyncio.sleep(3 * MINUTE)
        await self.gateway.feed.emptied()
        await self.gateway.kill()

    def start(self) -> None:
        clock_seconds = NOON + now_seconds() + self.draw.choice(CLOCKS)
        self.gateway = Gateway(self.server, self.folder / f"{self.cards}.db", clock_seconds, SMALL)

    async def notice(self) -> None:
        await self._notice(self.draw.randint(1, 300))

    async def flood(self) -> None:
        """As much as a spool holds."""
        await self._notice(3_000)

    async def _notice(self, count: int) -> None:
        since_seconds, events = self.gateway.listener.monotonic_seconds(), []
        for number in range(len(self.truth), len(self.truth) + count):
            kind = self.draw.choice((PresenceKind.ENTER, PresenceKind.DWELL, PresenceKind.EXIT))
            self.truth[f"{number}"] = NOON + now_seconds()
            events.append(PresenceEvent(kind, b"pseudony", f"{number}", since_seconds))
        await self.gateway.notice(*events)

    async def wait(self) -> None:
        await asyncio.sleep(self.draw.choice((0.05, 1.0, MINUTE, HOUR)))

    async def lose(self) -> None:
        self.server.lose()

    async def find(self) -> None:
        self.server.is_reachable = True
        self.server.ack_faults = self.draw.choices(("lost", "late", "twice", ""), k=3)
        await asyncio.sleep(self.draw.choice((0.1, 5.0)))

    async def hang_up(self) -> None:
        self.server.hang_up()

    async def kill(self) -> None:
        await self.gateway.kill()
        self.start()

    async def reflash(self) -> None:
        """A new card: what waited on the old one is gone with it."""
        for waiting in self.gateway.spool.after(START, 1_000_000):
            if (waiting.epoch, waiting.position.seq) not in self.server.stored:
                self.flashed_away += 1 if waiting.event.zone else waiting.event.dropped
        await self.gateway.kill()
        self.cards += 1
        self.start()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_befalls_a_gateway_nothing_is_lost_or_doubled_but_what_it_tells(
    seed: int, tmp_path: Path
) -> None:
    life = Life(random.Random(seed), tmp_path)
    virtually(life.go())
    events = list(life.server.stored.values())
    zones = [event.zone for event in events if event.zone]
    told_dropped = sum(event.dropped for event in events)
    assert len(set(zones)) == len(zones)
    missing = len(life.truth) - len(zones) - life.flashed_away
    assert missing <= told_dropped  # of what was dropped some may be stored, its acknowledgement lost
    timely = [event for event in events if event.zone and not event.time_uncertain]
    assert all(
        abs(event.observed_at.ToMicroseconds() / 1e6 - life.truth[event.zone]) < 1.0 for event in timely
    )
