"""Orders as values, and what follows from them alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from services.activity.rules.amounts import check_amount
from services.errors import DuplicateError, InvalidError, check_currency, check_moment
from services.events import OrderedLine, OrderPlaced


class OrderDiffersError(DuplicateError):
    """An order with this id is stored with another content; an order's content never changes."""

    reason = "ORDER_DIFFERS"


class OrderOfAnotherCustomerError(DuplicateError):
    """An order with this id is stored for another customer; an order never changes its customer."""

    reason = "ORDER_OF_ANOTHER_CUSTOMER"


@dataclass(frozen=True, slots=True)
class OrderLine:
    sku: str
    quantity: int
    unit_price_minor: int
    title: str = ""
    category: str = ""
    gift_card: bool = False

    @property
    def content(self) -> LineContent:
        return self.sku, self.quantity, self.unit_price_minor, self.category, self.gift_card


LineContent = tuple[str, int, int, str, bool]  # sku, quantity, unit price, category, gift card


@dataclass(frozen=True, slots=True)
class Content:
    """What an order says, apart from its names: two orders of one id must be alike in it."""

    customer_id: str
    placed_at: datetime
    channel: str
    currency: str
    points_paid_minor: int
    replaces: str
    lines: tuple[LineContent, ...]


@dataclass(frozen=True)  # without slots, so that the total is summed once
class Order:
    source: str
    order_id: str
    customer_id: str
    placed_at: datetime
    channel: str
    currency: str
    lines: tuple[OrderLine, ...]
    points_paid_minor: int = 0
    replaces: str = ""  # the order whose goods were exchanged for these

    @cached_property
    def total_minor(self) -> int:
        return sum(line.quantity * line.unit_price_minor for line in self.lines)

    @property
    def content(self) -> Content:
        return Content(
            self.customer_id,
            self.placed_at,
            self.channel,
            self.currency,
            self.points_paid_minor,
            self.replaces,
            tuple(line.content for line in self.lines),
        )

    def placed(self) -> OrderPlaced:
        """The event of storing it."""
        return OrderPlaced(
            self.source,
            self.order_id,
            self.customer_id,
            self.placed_at,
            self.channel,
            self.total_minor,
            self.currency,
            tuple(
                OrderedLine(
                    number, line.sku, line.category, line.quantity * line.unit_price_minor, line.gift_card
                )
                for number, line in enumerate(self.lines)
            ),
            self.points_paid_minor,
        )


@dataclass(frozen=True, slots=True)
class OrderRecorded:
    """What recording an order did. `total_minor` in the order's currency."""

    duplicate: bool
    total_minor: int
    currency: str


def order_problem(order: Order, now: datetime, currency: str) -> InvalidError | None:
    """Why an order cannot be stored; None when it can."""
    return (
        check_moment(order.placed_at, now, "order.placed_at")
        or check_currency(order.currency, currency, "order.currency")
        or check_amount(order.total_minor, "order.lines")
        or check_points_paid(order, "order.points_paid_minor")
    )


def check_points_paid(order: Order, field: str) -> InvalidError | None:
    if order.points_paid_minor <= order.total_minor:
        return None
    return InvalidError(f"{field}: more than the order's total of {order.total_minor}", field=field)


def repeated(order: Order, known: Content) -> OrderRecorded | DuplicateError:
    """The answer to an order that is there already."""
    if known.customer_id != order.customer_id:
        return OrderOfAnotherCustomerError(field="order.customer_id", order_id=order.order_id)
    if known != order.content:
        return OrderDiffersError(field="order.order_id", order_id=order.order_id)
    return OrderRecorded(True, order.total_minor, order.currency)
