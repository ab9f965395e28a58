"""What can be set: the service's own settings (environment), and the programme (program.toml)."""

from __future__ import annotations

import math
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting cannot be used; the text names it and says why."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Points(Frozen):
    """How orders become points."""

    points_per_unit: Annotated[int, Field(ge=0, le=1000)] = 1  # per major unit of the currency
    pending_days: Annotated[int, Field(ge=0, le=365)] = 14  # the return window
    expiry_months: Annotated[int, Field(ge=1, le=120)] = 12


Share = Annotated[float, Field(ge=0, le=1)]


class Weights(Frozen):
    """What the engagement score is made of; shares of 1."""

    average_order_value: Share = 0.20
    repeat_rate: Share = 0.20
    purchase_frequency: Share = 0.15
    recency: Share = 0.15
    channel_count: Share = 0.15
    digital_engagement: Share = 0.05
    sentiment: Share = 0.10

    @model_validator(mode="after")
    def _sum_is_one(self) -> Self:
        total = math.fsum(share for _, share in self)
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the weights must sum to 1, these sum to {total:g}")
        return self


class Reminding(Frozen):
    """When a member in a store is reminded of a cart."""

    cart_idle_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
    abandoned_minutes_min: Annotated[int, Field(ge=0)] = 30
    valid_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    per_day_max: Annotated[int, Field(ge=1)] = 1
    per_week_max: Annotated[int, Field(ge=1)] = 3
    per_cart_max: Annotated[int, Field(ge=1)] = 2
    quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 21
    quiet_until_hour: Annotated[int, Field(ge=0, le=23)] = 8
    channels: tuple[Literal["webhook", "console"], ...] = ("console",)  # the first that the member agreed to


class Programme(Frozen):
    """The rules of one loyalty programme; all numbers default to the ones of the guide."""

    name: str = "Regulars"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "GBP"
    currency_digits: Annotated[int, Field(ge=0, le=3)] = 2
    time_zone: str = "Europe/London"
    points: Points = Points()
    weights: Weights = Weights()
    reminding: Reminding = Reminding()

    @property
    def return_window(self) -> timedelta:
        return timedelta(days=self.points.pending_days)


def load_programme(path: Path | None) -> Programme:
    """The programme of a TOML file; the defaults without one. Raises SettingsError naming the setting."""
    if path is None:
        return Programme()
    try:
        return Programme.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {name}: {first['msg']}") from error


class Settings(BaseSettings):
    """The service's settings, from REGULARS_... variables or the command line."""

    model_config = SettingsConfigDict(env_prefix="REGULARS_", frozen=True)

    data_dir: Path = Path("regulars-data")
    database_url: str = ""  # empty: SQLite in data_dir
    programme_file: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 50051
    console_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    webhook_url: str = ""
    webhook_secret: str = ""
    calls_per_second: Annotated[int, Field(ge=1)] = 20_000  # per key
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 0.01
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'regulars.db'}"

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"
