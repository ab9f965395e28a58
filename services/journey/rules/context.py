"""What a customer carries over from channel to channel. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.journey.rules.touches import Touch
from services.unfinished.matters import Cart, OpenReward

VIEWED: Final = timedelta(days=30)  # what was looked at longer ago, nobody remembers
NOTHING_OPEN: Final = "NOTHING_OPEN"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a customer agrees to now. presence: visits may be shown. profiling: what was looked at may be."""

    presence: bool
    profiling: bool


@dataclass(frozen=True, slots=True)
class Viewed:
    """A product whose page was seen, and when and where last."""

    sku: str
    title: str
    channel: str
    viewed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenCoupon:
    code: str
    title: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class OpenCase:
    case_id: str
    opened_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What is open, what was looked at lately, and the last touch, as of a moment."""

    as_of: datetime
    agreed: Agreed
    carts: tuple[Cart, ...]
    viewed: tuple[Viewed, ...]
    rewards: tuple[OpenReward, ...]
    coupons: tuple[OpenCoupon, ...]
    cases: tuple[OpenCase, ...]
    last_touch: Touch | None

    @property
    def fallback(self) -> str:
        is_something = self.carts or self.viewed or self.rewards or self.coupons or self.cases
        return "" if is_something else NOTHING_OPEN
