"""The service's own settings, from the environment. The rules of the programme are in `programme/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
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
