"""Reads program.toml and single earning rules; what is wrong is said with its line."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from services.programme.programme import Programme
from services.settings import SettingsError


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
