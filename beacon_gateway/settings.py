"""The gateway's settings: command line over environment (REGULARS_GATEWAY_*) over TOML file over defaults."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from beacon_gateway.spool import EVENTS_MAX
from beacon_gateway.telemetry import Exporter
from beacon_gateway.zones import ZoneSettings

# As hci0, or its address: that stays when a replugged adapter gets another number.
Adapter = Annotated[str, Field(pattern=r"^(hci\d+|([0-9A-F]{2}:){5}[0-9A-F]{2})$")]


class SettingsError(ValueError):
    """Settings that do not fit; the text names each one."""


class ReceiverSettings(BaseModel):
    """One Bluetooth adapter and the zone that it covers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    adapter: Adapter
    zone: str = Field(min_length=1, max_length=64)
    rssi_offset_db: float = Field(default=0.0, ge=-30, le=30)


class Settings(BaseSettings):
    """Everything that can be set. The key is a secret and never shown."""

    model_config = SettingsConfigDict(env_prefix="REGULARS_GATEWAY_", extra="forbid", frozen=True)

    server: str = Field(pattern=r"^\S+:\d{1,5}$")
    key: SecretStr
    gateway: str = Field(min_length=1, max_length=64)
    store: str = Field(min_length=1, max_length=64)
    spool: Path
    radio: Literal["simulated", "bleak"] = "bleak"
    scene: Path | None = None
    zones: tuple[str, ...] = ()
    zone_rules: dict[str, ZoneSettings] = {}
    adapter: Adapter = "hci0"
    receivers: tuple[ReceiverSettings, ...] = ()
    rssi_offset_db: float = Field(default=0.0, ge=-30, le=30)
    plaintext: bool | None = None
    ca: Path | None = None
    spool_events_max: int = Field(default=EVENTS_MAX, ge=100)
    queue_length_max: int = Field(default=16_384, ge=16)
    silence_seconds_max: float = Field(default=30.0, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics: Exporter = "none"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.radio == "simulated" and self.scene is None:
            raise ValueError("a simulated radio needs a scene")
        if self.radio == "bleak" and len(self.zones) > 1:
            raise ValueError("one adapter covers one zone; list several under receivers")
        if len({receiver.adapter for receiver in self.receivers}) < len(self.receivers):
            raise ValueError("two receivers have the same adapter")
        return self

    def is_plaintext(self) -> bool:
        """TLS everywhere but on this machine, unless said otherwise."""
        return _is_loopback(self.server) if self.plaintext is None else self.plaintext


def load(config: Path | None, options: dict[str, Any]) -> Settings:
    """Settings from everywhere; `options` (None means not given) come first. Raises SettingsError."""

    class _Sourced(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config)

    try:
        return _Sourced(**{name: value for name, value in options.items() if value is not None})
    except (ValidationError, ValueError) as error:
        raise SettingsError(_explain(error)) from error


def _explain(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "\n".join(
        f"{'.'.join(str(step) for step in fault['loc']) or 'settings'}: {fault['msg']}"
        for fault in error.errors(include_input=False)
    )


def _is_loopback(server: str) -> bool:
    host = server.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
