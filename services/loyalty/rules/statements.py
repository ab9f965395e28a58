"""What is told of an account, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.points.lots import Movement


@dataclass(frozen=True, slots=True)
class Written:
    """A movement as it stands in the ledger."""

    movement_id: int
    movement: Movement
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TierWarning:
    """That a member is about to lose a tier."""

    customer_id: str
    evaluates_at: datetime
    days_ahead: int
    tier: str
    projected_tier: str
    to_stay: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class ImportSum:
    """What an import has credited."""

    rows: int
    points: int
