"""The domain events. A use case emits them into its unit of work; `reactions.py` says what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """Something happened that may change a customer's score: a session, an answer, a visit."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was stored for the first time."""

    source: str
    order_id: str
    customer_id: str
    placed_at: datetime
    total_minor: int
    currency: str
    skus: frozenset[str]


@dataclass(frozen=True, slots=True)
class OrderReturned:
    """Goods of one order came back. `refunded_minor` is the order's whole refund so far."""

    source: str
    order_id: str
    customer_id: str
    returned_at: datetime
    return_id: str
    total_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class CartChanged:
    """A cart was filled, changed or cleared by its customer."""

    cart_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class CartClosed:
    """A cart will never be bought as it is: an item was ordered, or it was cleared."""

    cart_id: str
    customer_id: str
    converted: bool


@dataclass(frozen=True, slots=True)
class ConsentsChanged:
    """A member gave or withdrew consents; the kinds that are granted now."""

    customer_id: str
    granted: frozenset[str]


@dataclass(frozen=True, slots=True)
class VisitDwelled:
    """A member has stayed long enough in a store to be spoken to."""

    visit_id: str
    customer_id: str
    store: str
    zone: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """A member left a store."""

    visit_id: str
    customer_id: str


Event = (
    CustomerSeen
    | OrderPlaced
    | OrderReturned
    | CartChanged
    | CartClosed
    | ConsentsChanged
    | VisitDwelled
    | VisitEnded
)
