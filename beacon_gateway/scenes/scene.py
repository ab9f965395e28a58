"""The scene that the virtual radio plays: parsed from TOML or JSON, every error names its field."""

import json
import tomllib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from beacon_gateway.identity.adverts import MEASURED_POWER_DBM
from beacon_gateway.tracking.zones import ZoneSettings

Metres = Annotated[float, Field(ge=-1000, le=1000)]
Position = tuple[Metres, Metres]


class SceneError(ValueError):
    """A scene file that cannot be played; the text names the file's fields and what is wrong with them."""


def _key(text: str) -> str:
    if len(text) != 32 or set(text) - set("0123456789abcdefABCDEF"):
        raise ValueError("must be 16 bytes in hexadecimal, 32 digits")
    return text


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("must carry its offset from UTC, as RFC 3339 does")
    return moment


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wall(_Part):
    """What stands between two points, a shelf or a wall, and what it takes from a signal that crosses it."""

    from_m: Position
    to_m: Position
    loss_db: float = Field(default=5.0, ge=0, le=60)


class Store(_Part):
    """The room is the rectangle from (0, 0) to (width, depth); `doors` are gaps in its outer walls."""

    name: str = Field(min_length=1, max_length=64)
    width_m: float = Field(gt=0, le=1000)
    depth_m: float = Field(gt=0, le=1000)
    doors: tuple[Wall, ...] = Field(default=(), max_length=64)
    walls: tuple[Wall, ...] = Field(default=(), max_length=1000)

    def encloses(self, position: Position) -> bool:
        x_m, y_m = position
        return 0 <= x_m <= self.width_m and 0 <= y_m <= self.depth_m


class Propagation(_Part):
    """How signals fade on their way. The defaults are a furnished shop at 2.4 GHz.

    shadowing_db: spread of what stands in the way, alike for places a step apart.
    body_db: what the walker's own body takes when it stands between tag and receiver.
    fading_db: spread of the reflections, new with every advert.
    """

    path_loss_exponent: float = Field(default=2.2, ge=1, le=6)
    shadowing_db: float = Field(default=3.0, ge=0, le=20)
    body_db: float = Field(default=6.0, ge=0, le=40)
    fading_db: float = Field(default=4.0, ge=0, le=20)
    wall_db: float = Field(default=8.0, ge=0, le=60)
    loss_share: float = Field(default=0.1, ge=0, lt=1)
    sensitivity_dbm: float = Field(default=-96.0, ge=-120, le=-40)


class SceneZone(ZoneSettings):
    """A zone's thresholds, and where it is in truth: the rectangle between two corners."""

    area_m: tuple[Position, Position] | None = None

    def holds(self, position: Position) -> bool:
        if self.area_m is None:
            return False
        (left_m, front_m), (right_m, back_m) = self.area_m
        return left_m <= position[0] <= right_m and front_m <= position[1] <= back_m


class SceneReceiver(_Part):
    """`gateway` is the device that the receiver belongs to; a scene without names is one gateway's."""

    name: str = Field(min_length=1, max_length=64)
    gateway: str = Field(default="", max_length=64)
    zone: str = Field(min_length=1, max_length=64)
    position_m: Position
    offset_db: float = Field(default=0.0, ge=-30, le=30)


class Waypoint(_Part):
    at_m: Position
    dwell_seconds: float = Field(default=0.0, ge=0)


class Walker(_Part):
    """A member's tag (`identity_key`) or anyone's (`stranger`), on the air from arriving to leaving.

    power_error_db: by how much the tag is stronger than it says.
    """

    identity_key: Annotated[str, AfterValidator(_key)] | None = None
    stranger: bool = False
    arrives_seconds: float = Field(ge=0)
    leaves_seconds: float = Field(gt=0)
    path: tuple[Waypoint, ...] = Field(min_length=1)
    pace_m_per_second: float = Field(default=1.2, gt=0, le=5)
    advert_interval_seconds: float = Field(default=0.5, ge=0.02, le=60)
    power_at_1m_dbm: int = Field(default=MEASURED_POWER_DBM, ge=-100, le=-20)
    power_error_db: float = Field(default=0.0, ge=-20, le=20)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.identity_key is None) != self.stranger:
            raise ValueError("needs either identity_key or stranger = true")
        if self.leaves_seconds <= self.arrives_seconds:
            raise ValueError("leaves_seconds must be after arrives_seconds")
        return self


class Scene(_Part):
    """A store, its receivers and who walks there when; all times are scene seconds from its start."""

    seed: int = 0
    starts_at: Literal["server"] | Annotated[datetime, AfterValidator(_aware)]
    speed: float = Field(default=1.0, gt=0, le=1000)
    ends_seconds: float | None = Field(default=None, gt=0)
    store: Store
    propagation: Propagation = Propagation()
    receivers: tuple[SceneReceiver, ...] = Field(min_length=1, max_length=64)
    zones: dict[str, SceneZone] = {}
    walkers: tuple[Walker, ...] = Field(default=(), max_length=10_000)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        names = [receiver.name for receiver in self.receivers]
        if len(set(names)) < len(names):
            raise ValueError("two receivers have the same name")
        unknown = set(self.zones) - {receiver.zone for receiver in self.receivers}
        if unknown:
            raise ValueError(f"zones without a receiver: {', '.join(sorted(unknown))}")
        return self

    def starts_at_seconds(self) -> float | None:
        """Unix time of the start; None when the server says it."""
        return None if isinstance(self.starts_at, str) else self.starts_at.timestamp()

    @property
    def gateways(self) -> tuple[str, ...]:
        """The devices that hear this scene, each once, in the order of their receivers."""
        return tuple(dict.fromkeys(receiver.gateway for receiver in self.receivers))

    def heard_by(self, gateway: str) -> "Scene":
        """The same scene with the receivers of one gateway. Raises SceneError when it has none."""
        receivers = tuple(receiver for receiver in self.receivers if receiver.gateway == gateway)
        if not receivers:
            raise SceneError(f"no receiver of gateway {gateway!r}; there are {', '.join(self.gateways)}")
        return self.model_copy(update={"receivers": receivers})

    def restricted_to(self, zones: Collection[str]) -> "Scene":
        """The same scene, heard in these zones only. Raises SceneError for a zone without a receiver."""
        unknown = set(zones) - {receiver.zone for receiver in self.receivers}
        if unknown:
            raise SceneError(f"zones without a receiver: {', '.join(sorted(unknown))}")
        receivers = tuple(receiver for receiver in self.receivers if receiver.zone in zones)
        return self.model_copy(update={"receivers": receivers})


def load(path: Path) -> Scene:
    """Reads a scene: JSON when the file's name ends in `.json`, else TOML. Raises SceneError."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise SceneError(f"{path}: {error}") from error
    return parse(content, str(path))


def parse(content: Any, name: str = "scene") -> Scene:
    """A scene from the plain content of a file. Raises SceneError."""
    try:
        return Scene.model_validate(content)
    except ValidationError as error:
        lines = [f"{name}: {_field(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise SceneError("\n".join(lines)) from error


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "scene"
