"""SQL of what members did since their enrolment, before it was known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, select

from services.events import OrderedLine, OrderPlaced
from services.loyalty.rules.families import OrderKey
from services.loyalty.rules.history import PastOrder, PastReturn
from services.storage.sets import among
from services.storage.tables import exchanges, members, order_lines, orders, return_lines

_SINCE = and_(members.c.customer_id == orders.c.customer_id, orders.c.placed_at >= members.c.enrolled_at)
_OF_ORDER = and_(order_lines.c.source == orders.c.source, order_lines.c.order_id == orders.c.order_id)
_OF_RETURN = and_(
    order_lines.c.source == return_lines.c.source,
    order_lines.c.order_id == return_lines.c.order_id,
    order_lines.c.line == return_lines.c.order_line,
)
_ORDERS = (
    select(
        orders.c.source,
        orders.c.order_id,
        orders.c.customer_id,
        orders.c.placed_at,
        orders.c.channel,
        orders.c.total_minor,
        orders.c.currency,
        orders.c.points_paid_minor,
        orders.c.replaces,
    )
    .join_from(orders, members, _SINCE)
    .where(among(orders.c.customer_id, "ids"))
)
_LINES = (
    select(
        order_lines.c.source,
        order_lines.c.order_id,
        order_lines.c.line,
        order_lines.c.sku,
        order_lines.c.category,
        order_lines.c.quantity * order_lines.c.unit_price_minor,
        order_lines.c.gift_card,
    )
    .join_from(orders, members, _SINCE)
    .join(order_lines, _OF_ORDER)
    .where(among(orders.c.customer_id, "ids"))
    .order_by(order_lines.c.source, order_lines.c.order_id, order_lines.c.line)
)
_RETURNS = (
    select(
        return_lines.c.source,
        return_lines.c.return_id,
        return_lines.c.line,
        return_lines.c.customer_id,
        return_lines.c.returned_at,
        return_lines.c.order_id,
        return_lines.c.order_line,
        order_lines.c.quantity,
        return_lines.c.quantity,
        return_lines.c.amount_minor,
        order_lines.c.gift_card,
        orders.c.total_minor,
        func.coalesce(exchanges.c.order_id, ""),
    )
    .join_from(return_lines, order_lines, _OF_RETURN)
    .join(orders, _OF_ORDER)
    .outerjoin(
        exchanges,
        and_(exchanges.c.source == return_lines.c.source, exchanges.c.return_id == return_lines.c.return_id),
    )
    .where(among(return_lines.c.customer_id, "ids"))
)


def find_orders(connection: Connection, customer_ids: Iterable[str]) -> list[PastOrder]:
    """The orders that the members placed since they were enrolled."""
    ids = {"ids": sorted(set(customer_ids))}
    lines: dict[OrderKey, list[OrderedLine]] = {}
    for source, order_id, *line in connection.execute(_LINES, ids):
        lines.setdefault((source, order_id), []).append(OrderedLine(*line))
    return [
        PastOrder(OrderPlaced(*row[:7], lines=tuple(lines[row[0], row[1]]), points_paid_minor=row[7]), row[8])
        for row in connection.execute(_ORDERS, ids)
    ]


def find_returns(connection: Connection, customer_ids: Iterable[str]) -> list[PastReturn]:
    """All that the customers returned, line by line."""
    rows: Iterable[Any] = connection.execute(_RETURNS, {"ids": sorted(set(customer_ids))})
    return [PastReturn(*row) for row in rows]
