"""Orders, returns, carts and sessions as values, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from services.errors import DuplicateError, InvalidError, NotFoundError, WrongStateError

AMOUNT_MINOR_MAX: Final = 10**15  # of Money: a thousand times the largest order ever placed anywhere


class OrderDiffersError(DuplicateError):
    """An order with this id is stored with another content; an order's content never changes."""

    reason = "ORDER_DIFFERS"


class OrderNotFoundError(NotFoundError):
    """No order with this id; record the order before its return."""

    reason = "ORDER_NOT_FOUND"


class ReturnExceedsOrderError(WrongStateError):
    """More units come back than are left of the order."""

    reason = "RETURN_EXCEEDS_ORDER"


class CartOwnerDiffersError(WrongStateError):
    """This cart belongs to another customer."""

    reason = "CART_OWNER_DIFFERS"


@dataclass(frozen=True, slots=True)
class OrderLine:
    sku: str
    quantity: int
    unit_price_minor: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What an order says, apart from its names: two orders of one id must be alike in it."""

    customer_id: str
    placed_at: datetime
    channel: str
    currency: str
    lines: tuple[tuple[str, int, int], ...]  # (sku, quantity, unit price)


@dataclass(frozen=True)  # without slots, so that the total is summed once
class Order:
    source: str
    order_id: str
    customer_id: str
    placed_at: datetime
    channel: str
    currency: str
    lines: tuple[OrderLine, ...]

    @cached_property
    def total_minor(self) -> int:
        return sum(line.quantity * line.unit_price_minor for line in self.lines)

    @property
    def content(self) -> Content:
        lines = tuple((line.sku, line.quantity, line.unit_price_minor) for line in self.lines)
        return Content(self.customer_id, self.placed_at, self.channel, self.currency, lines)


@dataclass(frozen=True, slots=True)
class OrderRecorded:
    """What recording an order did. `total_minor` in the order's currency."""

    duplicate: bool
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ReturnLine:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Return:
    source: str
    return_id: str
    order_id: str  # empty: not known
    customer_id: str
    returned_at: datetime
    lines: tuple[ReturnLine, ...]


@dataclass(frozen=True, slots=True)
class ReturnRecorded:
    """What recording a return did. Unmatched units belong to no known purchase and change no metric."""

    duplicate: bool
    refund_minor: int
    unmatched_units: int


@dataclass(slots=True)
class Purchase:
    """An order line with what is left of it; `left` shrinks as returns are matched within one batch."""

    order_id: str
    line: int
    placed_at: datetime
    sku: str
    left: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class Match:
    """Units that go back to one order line, at the price paid."""

    purchase: Purchase
    quantity: int

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.purchase.unit_price_minor


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


@dataclass(frozen=True, slots=True)
class Session:
    session_id: str
    customer_id: str
    channel: str
    started_at: datetime
    pages: int


def check_amount(amount_minor: int, field: str) -> InvalidError | None:
    if amount_minor <= AMOUNT_MINOR_MAX:
        return None
    return InvalidError(f"{field}: the total is larger than {AMOUNT_MINOR_MAX} minor units", field=field)


def check_currency(currency: str, expected: str, field: str) -> InvalidError | None:
    if currency == expected:
        return None
    return InvalidError(f"{field}: the programme runs in {expected}; convert before sending", field=field)


def match_return(back: Return, purchases: Sequence[Purchase]) -> tuple[list[Match], int]:
    """Match the units of a return with purchases, the latest purchase before the return first.

    purchases: of the same customer, and of the named order only when the return names one. Their `left`
    is reduced. Returns the matches and the units for which there was no purchase.
    """
    matches: list[Match] = []
    unmatched = 0
    for line in back.lines:
        wanted = line.quantity
        for purchase in _candidates(line.sku, back, purchases):
            taken = min(wanted, purchase.left)
            purchase.left -= taken
            wanted -= taken
            matches.append(Match(purchase, taken))
            if not wanted:
                break
        unmatched += wanted
    return matches, unmatched


def _candidates(sku: str, back: Return, purchases: Iterable[Purchase]) -> list[Purchase]:
    fitting = [
        purchase
        for purchase in purchases
        if purchase.sku == sku and purchase.left > 0 and purchase.placed_at <= back.returned_at
    ]
    return sorted(fitting, key=lambda purchase: (purchase.placed_at, purchase.line), reverse=True)
