"""What every table of settings is: without changes, without settings that nobody knows, and strict.

Strict: `points = true` is no point, and `starts_at = 20260401` no day in August 1970.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

Listed = Field(strict=False)  # TOML has lists and texts; they are kept as tuples and as members of enums


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
