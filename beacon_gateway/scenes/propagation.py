"""How a signal fades from a tag to a receiver: distance, walls, what stands about, bodies, reflections.

Sources: log-distance path loss (ITU-R P.1238), spatially correlated shadowing (Gudmundson 1991), Rician
fading.
"""

import math
import random
from itertools import product
from typing import Final

from beacon_gateway.scenes.scene import Position, Propagation, SceneReceiver, Store, Wall

CELL_M: Final = 0.25  # half a wavelength of nothing that matters here, and few enough cells to keep
SHADOW_METRES: Final = 2.0  # a step behind a shelf changes what is in the way
SHADOW_FREE_METRES: Final = 3.0  # little stands between a receiver and a tag right below it
SHADOW_SECONDS: Final = 30.0  # other people move too
SHADOW_FIXED_SHARE: Final = 0.7  # of the variance: furniture; the rest are people
TURN_SECONDS: Final = 8.0  # how long a shopper looks one way
DISTANCE_MIN_M: Final = 0.3  # nearer than this the antennas, not the distance, decide


class ShadowField:
    """Gaussian values over the plane, alike for places near each other. One per receiver."""

    def __init__(self, seed: str, spread_db: float) -> None:
        self._seed = seed
        self._spread_db = spread_db
        self._corners: dict[tuple[int, int], float] = {}

    def at(self, position: Position) -> float:
        """The shadowing at a place, in dB: interpolated between the corners of its square."""
        column, row = (math.floor(metres / SHADOW_METRES) for metres in position)
        right, back = position[0] / SHADOW_METRES - column, position[1] / SHADOW_METRES - row
        weights = [
            ((right if step else 1 - right) * (back if stride else 1 - back), (column + step, row + stride))
            for step, stride in product((0, 1), repeat=2)
        ]
        spread = math.sqrt(sum(weight * weight for weight, _ in weights))
        return self._spread_db * sum(weight * self._corner(at) for weight, at in weights) / spread

    def _corner(self, at: tuple[int, int]) -> float:
        if at not in self._corners:
            self._corners[at] = random.Random(f"{self._seed}/{at}").gauss(0.0, 1.0)  # noqa: S311 - a simulation
        return self._corners[at]


class RadioMap:
    """What the room does to a signal on its way to one receiver, the same for everybody."""

    def __init__(self, store: Store, propagation: Propagation, receiver: SceneReceiver, seed: int) -> None:
        self.at_m = receiver.position_m
        self._store = store
        self._how = propagation
        spread_db = propagation.shadowing_db * math.sqrt(SHADOW_FIXED_SHARE)
        self._shadow = ShadowField(f"{seed}/shadow/{receiver.name}", spread_db)
        self._gain_db: dict[tuple[int, int], float] = {}
        self._offset_db = receiver.offset_db

    def gain_db(self, position: Position) -> float:
        """What is added to the strength at 1 m; negative but for the closest places."""
        cell = (int(position[0] // CELL_M), int(position[1] // CELL_M))
        gain = self._gain_db.get(cell)
        if gain is None:
            gain = self._gain_db[cell] = self._measure((cell[0] * CELL_M, cell[1] * CELL_M))
        return gain

    def _measure(self, position: Position) -> float:
        distance_m = max(DISTANCE_MIN_M, math.dist(position, self.at_m))
        loss_db = 10 * self._how.path_loss_exponent * math.log10(distance_m) + self._walls_db(position)
        shadow_db = self._shadow.at(position) * (1 - math.exp(-distance_m / SHADOW_FREE_METRES))
        return self._offset_db - loss_db + shadow_db

    def _walls_db(self, position: Position) -> float:
        inner = sum(wall.loss_db for wall in self._store.walls if _crosses(wall, position, self.at_m))
        if self._store.encloses(position) == self._store.encloses(self.at_m):
            return inner
        doors = [door.loss_db for door in self._store.doors if _crosses(door, position, self.at_m)]
        return inner + min(doors, default=self._how.wall_db)


def _crosses(wall: Wall, start: Position, end: Position) -> bool:
    """Whether the straight way from `start` to `end` goes through the wall."""
    return _side(wall.from_m, wall.to_m, start) != _side(wall.from_m, wall.to_m, end) and _side(
        start, end, wall.from_m
    ) != _side(start, end, wall.to_m)


def _side(start: Position, end: Position, point: Position) -> bool:
    """Whether a point lies to the left of the line."""
    return (end[0] - start[0]) * (point[1] - start[1]) > (end[1] - start[1]) * (point[0] - start[0])


class Body:
    """Which way a tag looks: it is worn on one side of a body that turns."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._worn_radians = source.gauss(0.0, 1.0)  # mostly in front: a lanyard, a pocket, a hand
        self._facing_radians = source.uniform(-math.pi, math.pi)
        self._turns_at_seconds = 0.0

    def looks(self, at_seconds: float, heading_radians: float | None) -> float:
        """The tag's direction, in radians; a walker faces ahead, one who stands looks about."""
        if heading_radians is not None:
            self._facing_radians, self._turns_at_seconds = heading_radians, at_seconds + TURN_SECONDS
        elif at_seconds >= self._turns_at_seconds:
            self._facing_radians += self._random.gauss(0.0, 1.5)
            self._turns_at_seconds = at_seconds + self._random.expovariate(1 / TURN_SECONDS)
        return self._facing_radians + self._worn_radians


class RadioPath:
    """The way from one walker to one receiver: the room, people who come between, the body, reflections."""

    def __init__(self, room: RadioMap, propagation: Propagation, source: random.Random) -> None:
        self._room = room
        self._how = propagation
        self._random = source
        self._crowd_spread_db = propagation.shadowing_db * math.sqrt(1 - SHADOW_FIXED_SHARE)
        self._crowd_db = source.gauss(0.0, self._crowd_spread_db)
        self._at_seconds: float | None = None

    def rssi_dbm(
        self, power_dbm: float, position: Position, looks_radians: float, at_seconds: float
    ) -> float | None:
        """What the receiver reads; None when it misses the advert."""
        if self._random.random() < self._how.loss_share:
            return None
        rssi = power_dbm + self._room.gain_db(position) - self._body_db(position, looks_radians)
        rssi += self._crowd(at_seconds) + self._fade_db()
        return rssi if rssi >= self._how.sensitivity_dbm else None

    def _body_db(self, position: Position, looks_radians: float) -> float:
        """Nothing while the tag looks at the receiver, all while it looks away."""
        across_m, along_m = self._room.at_m[0] - position[0], self._room.at_m[1] - position[1]
        away = 1 - math.cos(math.atan2(along_m, across_m) - looks_radians)
        return self._how.body_db * away / 2

    def _crowd(self, at_seconds: float) -> float:
        """Moves the people between on, as far as time has come since the sample before."""
        if self._at_seconds is not None:
            kept = math.exp((self._at_seconds - at_seconds) / SHADOW_SECONDS)
            fresh_db = self._random.gauss(0.0, self._crowd_spread_db)
            self._crowd_db = kept * self._crowd_db + math.sqrt(1 - kept * kept) * fresh_db
        self._at_seconds = at_seconds
        return self._crowd_db

    def _fade_db(self) -> float:
        """Reflections: mostly small, at times a deep fade, as a Rician channel has it."""
        spread = self._how.fading_db / 10.0
        real, imaginary = 1 + self._random.gauss(0.0, spread), self._random.gauss(0.0, spread)
        return 20 * math.log10(max(0.01, math.hypot(real, imaginary)))
