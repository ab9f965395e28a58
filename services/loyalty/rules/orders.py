"""Orders: what they earn. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.events import OrderPlaced
from services.loyalty.rules.returns import LineAward
from services.points.lots import Kind, Lot, LotState, end_of_month
from services.programme.programme import Programme


def base_award(
    order: OrderPlaced, programme: Programme, now: datetime
) -> tuple[Lot, tuple[LineAward, ...]] | None:
    """One point for each unit spent, floored once; None for an order that is too small."""
    points = order.total_minor // 10**programme.currency_digits
    if not points:
        return None
    activates_at = order.placed_at + timedelta(days=programme.points.pending_days)
    lot = Lot(
        f"{order.source}/{order.order_id}/base",
        order.customer_id,
        Kind.EARN,
        points,
        points,
        0,
        LotState.PENDING if activates_at > now else LotState.ACTIVE,
        order.source,
        order.order_id,
        "base@1",
        order.placed_at,
        activates_at,
        end_of_month(order.placed_at, programme.points.expiry_months, programme.zone),
    )
    shares = allotted(points, [line.amount_minor for line in order.lines])
    return lot, tuple(
        LineAward(order.order_id, order.source, line.line, lot.lot_id, share, 0)
        for line, share in zip(order.lines, shares, strict=True)
        if share
    )


def allotted(points: int, weights: list[int]) -> list[int]:
    """The points shared out by weight, by largest remainder."""
    whole = sum(weights)
    shares = [points * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(points * weights[place] % whole), place))
    for place in order[: points - sum(shares)]:
        shares[place] += 1
    return shares
