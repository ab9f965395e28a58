"""Carts as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

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


LIVE: Final = (CartState.OPEN, CartState.ABANDONED)  # they may still be bought


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
class Ages:
    """How long after its last change a cart is what."""

    idle: timedelta  # then it is abandoned
    expiry: timedelta  # then it is too old to matter

    def state_of(self, cart: Cart, now: datetime) -> CartState:
        """What time alone has made of a cart."""
        age = now - cart.changed_at
        if age >= self.expiry:
            return CartState.EXPIRED
        return CartState.ABANDONED if age >= self.idle else CartState.OPEN

    def idle_at(self, cart: Cart) -> datetime:
        return cart.changed_at + self.idle

    def ends_at(self, cart: Cart, state: CartState) -> datetime | None:
        """When time ends the state; None when it never does."""
        ends = {CartState.OPEN: self.idle, CartState.ABANDONED: self.expiry}
        return cart.changed_at + ends[state] if state in ends else None


@dataclass(frozen=True, slots=True)
class Closing:
    """The order that closes a cart, and what the cart is then."""

    source: str
    order_id: str
    channel: str
    placed_at: datetime
    state: CartState


def closing(cart: Cart, orders: Iterable[OrderPlaced], ages: Ages) -> Closing | None:
    """The first order that has one of a cart's SKUs, placed since its last change and before it expired."""
    span = cart.changed_at, cart.changed_at + ages.expiry
    fitting = [one for one in orders if span[0] <= one.placed_at < span[1] and one.skus & cart.skus]
    if not fitting:
        return None
    first = min(fitting, key=lambda one: (one.placed_at, one.source, one.order_id))
    state = CartState.RECOVERED if cart.skus <= first.skus else CartState.CONVERTED_ELSEWHERE
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
