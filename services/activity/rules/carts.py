"""Carts as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.errors import WrongStateError


class CartOwnerDiffersError(WrongStateError):
    """This cart belongs to another customer."""

    reason = "CART_OWNER_DIFFERS"


class CartState(StrEnum):
    OPEN = "OPEN"
    ABANDONED = "ABANDONED"
    RECOVERED = "RECOVERED"
    CONVERTED_ELSEWHERE = "CONVERTED_ELSEWHERE"
    CLEARED = "CLEARED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class CartLine:
    sku: str
    quantity: int
    unit_price_minor: int
    title: str


@dataclass(frozen=True, slots=True)
class Cart:
    cart_id: str
    customer_id: str
    channel: str
    currency: str
    lines: tuple[CartLine, ...]
    changed_at: datetime

    @property
    def total_minor(self) -> int:
        return sum(line.quantity * line.unit_price_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class CartUpdated:
    """Where a cart stands; `abandoned_at` is when it will count as abandoned, None unless OPEN."""

    state: CartState
    abandoned_at: datetime | None
