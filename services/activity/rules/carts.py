"""Carts as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.errors import WrongStateError
from services.events import OrderPlaced


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

    @property
    def skus(self) -> frozenset[str]:
        return frozenset(line.sku for line in self.lines)


@dataclass(frozen=True, slots=True)
class Start:
    """When and where a cart began to be filled. The earlier one counts, whichever is told first."""

    at: datetime
    channel: str

    def earlier(self, cart: Cart) -> Start:
        return min(self, Start(cart.changed_at, cart.channel), key=lambda one: (one.at, one.channel))


@dataclass(frozen=True, slots=True)
class Closing:
    """The order that closes a cart, and what the cart is then."""

    source: str
    order_id: str
    channel: str
    placed_at: datetime
    state: CartState


def closing(skus: frozenset[str], changed_at: datetime, orders: Iterable[OrderPlaced]) -> Closing | None:
    """The first order since a cart was changed that has one of its SKUs; None when there is none."""
    fitting = [one for one in orders if one.placed_at >= changed_at and one.skus & skus]
    if not fitting:
        return None
    first = min(fitting, key=lambda one: (one.placed_at, one.source, one.order_id))
    state = CartState.RECOVERED if skus <= first.skus else CartState.CONVERTED_ELSEWHERE
    return Closing(first.source, first.order_id, first.channel, first.placed_at, state)


def is_newer(cart: Cart, known: Cart) -> bool:
    """Whether a version of a cart replaces the known one; of two of one moment the same one always does."""
    return _version(cart) > _version(known)


def _version(cart: Cart) -> tuple[object, ...]:
    lines = sorted((line.sku, line.quantity, line.unit_price_minor, line.title) for line in cart.lines)
    return cart.changed_at, len(lines), lines, cart.channel


@dataclass(frozen=True, slots=True)
class CartUpdated:
    """Where a cart stands; `abandoned_at` is when it will count as abandoned, None unless OPEN.

    duplicate: the update told nothing new.
    """

    state: CartState
    abandoned_at: datetime | None
    duplicate: bool = False
