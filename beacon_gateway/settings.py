"""The gateway's settings: command line over environment (REGULARS_GATEWAY_*) over TOML file over defaults."""

import ipaddress
import json
import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from beacon_gateway.hearing.recovery import Patience
from beacon_gateway.identity.adverts import TagFormat, formats_of
from beacon_gateway.spooling.limits import BYTES_MAX, DAYS_MAX, SpoolLimits
from beacon_gateway.tracking.zones import ZoneSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Exporter = Literal["none", "console", "otlp"]
# As hci0, or its address: that stays when a replugged adapter gets another number.
Adapter = Annotated[str, Field(pattern=r"^(hci\d+|([0-9A-F]{2}:){5}[0-9A-F]{2})$")]
PREFIX: Final = "REGULARS_GATEWAY_"
DEFAULT_ZONE: Final = "store"  # of a gateway with one adapter that names no zone
FIXES: Final = {
    "server": "write HOST:PORT, such as loyalty.example.com:50051",
    "spool": "name a file on a disk that survives a restart, such as /var/lib/regulars/spool.db",
    "adapter": "write hci0, or the adapter's address in capitals; bluetoothctl list shows both",
    "radio": "write bleak, or simulated with a scene",
    "log_level": "write DEBUG, INFO, WARNING or ERROR",
    "metrics": "write none, console or otlp",
    "otlp_endpoint": "write http://HOST:PORT of a collector's gRPC receiver",
}


class SettingsError(ValueError):
    """Settings that do not fit; the text names each one."""


class ReceiverSettings(BaseModel):
    """One Bluetooth adapter and the zone that it covers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    adapter: Adapter
    zone: str = Field(min_length=1, max_length=64)
    rssi_offset_db: float = Field(default=0.0, ge=-30, le=30)


class Settings(BaseModel):
    """Everything that can be set. The key is a secret and never shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = Field(pattern=r"^\S+:\d{1,5}$")
    key: SecretStr | None = None
    gateway: str = Field(default="", max_length=64)
    store: str = Field(default="", max_length=64)
    spool: Path
    credentials: Path | None = None
    status_file: Path = Path("/run/regulars-gateway/status.json")
    radio: Literal["simulated", "bleak"] = "bleak"
    scene: Path | None = None
    zones: tuple[str, ...] = ()
    zone_rules: dict[str, ZoneSettings] = {}
    adapter: Adapter = "hci0"
    receivers: tuple[ReceiverSettings, ...] = ()
    rssi_offset_db: float = Field(default=0.0, ge=-30, le=30)
    plaintext: bool | None = None
    ca: Path | None = None
    spool_bytes_max: int = Field(default=BYTES_MAX, ge=1_000_000)
    spool_days_max: float = Field(default=DAYS_MAX, gt=0, le=DAYS_MAX)  # after 8 the server knows no names
    keep_table: bool = True
    tags: tuple[TagFormat, ...] = ()
    queue_length_max: int = Field(default=16_384, ge=16)
    patience: Patience = Patience()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics: Exporter = "none"
    otlp_endpoint: str = Field(default="http://localhost:4317", pattern=r"^https?://\S+:\d{1,5}$")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.radio == "simulated" and self.scene is None:
            raise ValueError("a simulated radio needs a scene")
        if self.radio == "bleak" and len(self.zones) > 1:
            raise ValueError("one adapter covers one zone; list several under receivers")
        formats_of(self.tags)  # refuses two formats for the same bytes
        if len({receiver.adapter for receiver in self.receivers}) < len(self.receivers):
            raise ValueError("two receivers have the same adapter")
        if unknown := sorted(self.zone_rules.keys() - self.covered_zones()):
            raise ValueError(f"zone_rules: no receiver covers the zone {unknown[0]!r}; look at its spelling")
        return self

    def covered_zones(self) -> frozenset[str]:
        """The zones that may be named; of a scene, which has its own, those with rules too."""
        if self.radio == "simulated":
            return frozenset(self.zone_rules) | frozenset(self.zones)
        return frozenset({one.zone for one in self.receivers} or self.zones or {DEFAULT_ZONE})

    @property
    def table_file(self) -> Path:
        """Beside the spool."""
        return self.spool.with_name("keys.db")

    @property
    def credentials_file(self) -> Path:
        """Beside the spool, unless said otherwise."""
        return self.credentials or self.spool.with_name("credentials.json")

    def spool_limits(self) -> SpoolLimits:
        return SpoolLimits(bytes_max=self.spool_bytes_max, days_max=self.spool_days_max)

    def is_plaintext(self) -> bool:
        """TLS everywhere but on this machine, unless said otherwise."""
        return _is_loopback(self.server) if self.plaintext is None else self.plaintext


def load(config: Path | None, options: dict[str, Any]) -> Settings:
    """Settings from everywhere; `options` (None means not given) come first. Raises SettingsError."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**{**_from_file(config), **_from_environment(), **given})
    except TOMLDecodeError as error:
        raise SettingsError(f"{config}: {error}") from error
    except OSError as error:
        raise SettingsError(f"{config}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(_explain(error)) from error


def _from_file(config: Path | None) -> dict[str, Any]:
    return tomllib.loads(config.read_text(encoding="utf-8")) if config else {}


def _from_environment() -> dict[str, Any]:
    """Lists and tables are written as JSON there."""
    found = {name: os.environ.get(PREFIX + name.upper()) for name in Settings.model_fields}
    return {
        name: json.loads(text) if text.startswith(("[", "{")) else text
        for name, text in found.items()
        if text is not None
    }


def _explain(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "\n".join(_explain_one(fault) for fault in error.errors(include_input=False))


def _explain_one(fault: "ErrorDetails") -> str:
    """The field, what is wrong with it, and how to put it right."""
    field = ".".join(str(step) for step in fault["loc"])
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(name, Settings.model_fields, 1)
        return f"{field}: there is no such setting" + (f"; did you mean {near[0]}?" if near else "")
    message, fix = fault["msg"].removeprefix("Value error, "), FIXES.get(name)
    if fix and fault["type"] == "string_pattern_mismatch":  # a regular expression helps nobody
        message = "is not written as it should be"
    return f"{field or 'settings'}: {message}" + (f"; {fix}" if fix else "")


def _is_loopback(server: str) -> bool:
    host = server.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
