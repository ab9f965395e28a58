"""The service's own settings, from the environment. The rules of the programme are in `programme/`."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting cannot be used; the text names it and says why."""


class Settings(BaseSettings):
    """The service's settings, from REGULARS_... variables or the command line."""

    model_config = SettingsConfigDict(env_prefix="REGULARS_", frozen=True)

    data_dir: Path = Path("regulars-data")
    database_url: str = ""  # empty: SQLite in data_dir
    programme_file: Path | None = None
    master_key: str = ""  # 32 bytes in base64; empty: a file in data_dir, made at the first start
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 50051
    gateway_port: Annotated[int, Field(ge=0, le=65535)] = 50052  # for gateways with certificates; TLS only
    tls_certificate: Path | None = (
        None  # PEM with all that leads to its authority, read again when it changes
    )
    tls_key: Path | None = None
    tls_names: str = ""  # comma-separated names and addresses, for a certificate of our own authority
    plaintext: bool | None = None  # None: only on this machine, and only without any tls_ setting
    console_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    webhook_url: str = ""
    webhook_secret: str = ""
    calls_per_second: Annotated[int, Field(ge=1)] = 20_000  # per key
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 0.01
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _tls_fits_together(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        if self.plaintext and (self.tls_certificate or self.tls_names):
            raise ValueError("plaintext and a tls_ setting exclude each other")
        return self

    @property
    def is_plaintext(self) -> bool:
        """TLS everywhere but on this machine, unless said otherwise."""
        if self.plaintext is not None:
            return self.plaintext
        return is_loopback(self.host) and not (self.tls_certificate or self.tls_names)

    @property
    def tls_hosts(self) -> tuple[str, ...]:
        """What the server is called in a certificate of our own authority."""
        names = (*(name.strip() for name in self.tls_names.split(",")), self.host, "localhost", "127.0.0.1")
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'regulars.db'}"

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
