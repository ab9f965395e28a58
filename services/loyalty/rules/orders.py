"""Orders as occasions to earn. Pure."""

from __future__ import annotations

from services.events import OrderPlaced
from services.points.occasions import BasketLine, Occasion


def occasion_of(order: OrderPlaced, tier: str) -> Occasion:
    return Occasion(
        order.customer_id,
        f"{order.source}/{order.order_id}",
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
