"""Sessions as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Session:
    session_id: str
    customer_id: str
    channel: str
    started_at: datetime
    pages: int
