"""Orders as occasions to earn. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from services.events import OrderPlaced
from services.loyalty.rules.rounds import rounds
from services.points.occasions import BasketLine, Occasion


def key_of(order: OrderPlaced) -> str:
    """How occasions and lots name an order."""
    return f"{order.source}/{order.order_id}"


def occasion_of(order: OrderPlaced, tier: str) -> Occasion:
    return Occasion(
        order.customer_id,
        key_of(order),
        "ORDER",
        order.placed_at,
        order.channel,
        tuple(
            BasketLine(line.line, line.sku, line.category, line.amount_minor, not line.gift_card)
            for line in order.lines
        ),
        order.points_paid_minor,
        tier,
    )


def in_turn(orders: Iterable[OrderPlaced]) -> list[list[OrderPlaced]]:
    """The orders by time, each customer's first ones before anybody's second ones, and so on.

    An order may raise the tier by which the same customer's next one earns, however they arrived.
    """
    return rounds(sorted(orders, key=lambda one: (one.placed_at, one.source, one.order_id)))
