"""The virtual radio: walkers with tags in a room, heard by receivers; all chance comes from the seed."""

import asyncio
import heapq
import math
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from beacon_gateway.clock import Clock
from beacon_gateway.hearing.radio import AdvertQueue, Heard, Radio
from beacon_gateway.identity.adverts import APPLE_COMPANY, EDDYSTONE_LOSS_DB, EDDYSTONE_UUID
from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import ROTATION_SECONDS
from beacon_gateway.scenes.propagation import Body, RadioMap, RadioPath
from beacon_gateway.scenes.scene import Position, Scene, Walker

ADVERT_JITTER_SECONDS: Final = 0.01  # the advDelay of the Bluetooth specification, 0-10 ms
QUIET_TAIL_SECONDS: Final = 45.0  # after the last walker: long enough for the tracker to see everyone out
STEP_SECONDS: Final = 0.5  # of the scene, between two looks at the real clock


class Route:
    """Where a walker is at a time, in scene seconds: straight from waypoint to waypoint, with pauses."""

    def __init__(self, walker: Walker) -> None:
        self._legs: list[tuple[float, float, Position, Position]] = []
        now_seconds, here = walker.arrives_seconds, walker.path[0].at_m
        for point in walker.path:
            walk_seconds = math.dist(here, point.at_m) / walker.pace_m_per_second
            self._legs.append((now_seconds, walk_seconds, here, point.at_m))
            now_seconds, here = now_seconds + walk_seconds + point.dwell_seconds, point.at_m

    def position(self, at_seconds: float) -> Position:
        begins_seconds, walk_seconds, start, end = self._leg(at_seconds)
        share = min(1.0, (at_seconds - begins_seconds) / walk_seconds) if walk_seconds else 1.0
        return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

    def heading_radians(self, at_seconds: float) -> float | None:
        """Which way the walker goes; None while standing."""
        begins_seconds, walk_seconds, start, end = self._leg(at_seconds)
        if at_seconds >= begins_seconds + walk_seconds:
            return None
        return math.atan2(end[1] - start[1], end[0] - start[0])

    def _leg(self, at_seconds: float) -> tuple[float, float, Position, Position]:
        return next((leg for leg in reversed(self._legs) if leg[0] <= at_seconds), self._legs[0])


class Tag:
    """What one walker's device puts on the air."""

    def __init__(self, walker: Walker, source: random.Random) -> None:
        self._key = bytes.fromhex(walker.identity_key) if walker.identity_key else None
        self._power_byte = (walker.power_at_1m_dbm + EDDYSTONE_LOSS_DB).to_bytes(1, "big", signed=True)
        self._random = source
        self._window = -1
        self._frame: dict[str, bytes] = {}

    def frames(self, unix_seconds: float) -> tuple[Mapping[int, bytes], Mapping[str, bytes]]:
        """(manufacturer frames, service frames) at a time."""
        if self._key is None:
            return self._of_a_stranger()
        window = int(unix_seconds) // ROTATION_SECONDS
        if window != self._window:
            identifier = eid(self._key, int(unix_seconds))
            self._window, self._frame = window, {EDDYSTONE_UUID: b"\x30" + self._power_byte + identifier}
        return {}, self._frame

    def _of_a_stranger(self) -> tuple[Mapping[int, bytes], Mapping[str, bytes]]:
        """A phone, a headset, somebody else's beacon: random bytes in well-known wrappings."""
        body = self._random.randbytes(24)
        wrapping = self._random.randrange(4)
        if wrapping == 0:
            return {APPLE_COMPANY: b"\x10" + body[:6]}, {}
        if wrapping == 1:
            return {APPLE_COMPANY: b"\x02\x15" + body[:21]}, {}
        if wrapping == 2:
            return {}, {EDDYSTONE_UUID: b"\x30" + body[:9]}
        return {self._random.randrange(0x10000): body}, {}


class _OnAir:
    """One walker with tag, route and a radio path to every receiver.

    Each receiver has its own chance: a gateway that plays a part of the scene hears what it would hear in
    the whole.
    """

    def __init__(self, scene: Scene, index: int, rooms: Mapping[str, RadioMap]) -> None:
        self.walker = scene.walkers[index]
        self._random = random.Random(f"{scene.seed}/{index}")  # noqa: S311 - a simulation, seeded on purpose
        self._route = Route(self.walker)
        self._tag = Tag(self.walker, self._random)
        self._body = Body(self._random)
        self._power_dbm = self.walker.power_at_1m_dbm + self.walker.power_error_db
        self._paths = [
            (name, RadioPath(room, scene.propagation, random.Random(f"{scene.seed}/{index}/{name}")))  # noqa: S311
            for name, room in rooms.items()
        ]

    def announce(self, at_seconds: float, unix_seconds: float) -> Iterator[Heard]:
        """One advert, at every receiver that hears it."""
        manufacturer, service = self._tag.frames(unix_seconds)
        position = self._route.position(at_seconds)
        looks = self._body.looks(at_seconds, self._route.heading_radians(at_seconds))
        for name, path in self._paths:
            rssi = path.rssi_dbm(self._power_dbm, position, looks, at_seconds)
            if rssi is not None:
                yield Heard(at_seconds, name, min(20, round(rssi)), manufacturer, service)

    def next_seconds(self, at_seconds: float) -> float:
        interval_seconds = self.walker.advert_interval_seconds
        return at_seconds + interval_seconds + self._random.uniform(0.0, ADVERT_JITTER_SECONDS)


def airwaves(scene: Scene, starts_at_seconds: float) -> Iterator[Heard]:
    """Everything that the scene's receivers hear, in order of time; `starts_at_seconds` is Unix time."""
    rooms = {r.name: RadioMap(scene.store, scene.propagation, r, scene.seed) for r in scene.receivers}
    people = [_OnAir(scene, index, rooms) for index in range(len(scene.walkers))]
    due = [(person.walker.arrives_seconds, index) for index, person in enumerate(people)]
    heapq.heapify(due)
    while due:
        at_seconds, index = due[0]
        person = people[index]
        yield from person.announce(at_seconds, starts_at_seconds + at_seconds)
        next_seconds = person.next_seconds(at_seconds)
        if next_seconds < person.walker.leaves_seconds:
            heapq.heapreplace(due, (next_seconds, index))
        else:
            heapq.heappop(due)


def ends_seconds(scene: Scene) -> float:
    """When the scene is over, in scene seconds."""
    if scene.ends_seconds is not None:
        return scene.ends_seconds
    return max((walker.leaves_seconds for walker in scene.walkers), default=0.0) + QUIET_TAIL_SECONDS


Play = Callable[[float], Iterator[Heard]]  # by the Unix time of the start: what is heard, in order of time


class VirtualRadio(Radio):
    """Plays what is to be heard on the gateway's clock, such as a scene's `airwaves`, to its end.

    A busy machine makes it late, never wrong: it loses no advert.
    """

    def __init__(self, play: Play, ends_at_seconds: float, clock: Clock, queue: AdvertQueue) -> None:
        self._play = play
        self._ends_at_seconds = ends_at_seconds
        self._clock = clock
        self._queue = queue
        self._heard_until_seconds = 0.0

    async def run(self) -> None:
        await self._clock.started.wait()
        adverts = self._play(self._clock.started_at_seconds())
        upcoming = next(adverts, None)
        while self._heard_until_seconds < self._ends_at_seconds:
            step_ends_at = min(self._heard_until_seconds + STEP_SECONDS, self._ends_at_seconds)
            await self._reach(step_ends_at)
            while upcoming is not None and upcoming.at_seconds <= step_ends_at:
                self._queue.put(upcoming)
                upcoming = next(adverts, None)
            self._heard_until_seconds = step_ends_at

    async def _reach(self, at_seconds: float) -> None:
        """Waits for the time, and for room in the queue."""
        lead_seconds = at_seconds - self._clock.monotonic_seconds()
        await asyncio.sleep(max(0.0, lead_seconds / self._clock.speed))
        await self._queue.room.wait()

    def heard_until_seconds(self) -> float:
        return self._heard_until_seconds
