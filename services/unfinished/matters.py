"""What a customer has begun and not finished: carts that wait, and rewards not redeemed yet. Pure.

The fields of each value are the columns that are read for it, in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

LIST_MAX: Final = 20  # of each: what a colleague at a counter can take in


@dataclass(frozen=True, slots=True)
class CartLine:
    sku: str
    title: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that is open or abandoned."""

    cart_id: str
    channel: str
    currency: str
    state: str
    changed_at: datetime
    abandoned_at: datetime | None
    started_at: datetime
    started_channel: str
    lines: tuple[CartLine, ...]

    @property
    def total_minor(self) -> int:
        return sum(line.quantity * line.unit_price_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class OpenReward:
    """A reward that was issued and neither redeemed, cancelled nor expired."""

    member_reward_id: str
    reward_id: str
    title: str
    points: int
    state: str
    issued_at: datetime
    expires_at: datetime
