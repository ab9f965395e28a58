"""Which placed orders came back."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import CTE, Connection, Select, Subquery, bindparam, case, func, literal_column, select

from services.insights.queries.channels import channel_counts
from services.insights.queries.sums import moments_columns, moments_of
from services.insights.rules.returns import CHANNELS_TOP
from services.intervals import Moments
from services.spans import Span
from services.storage.columns import Instant
from services.storage.tables import orders, return_lines

EXCHANGED: Final = "exchange/%"  # how the return inside an exchange is named; no other return may be
_NO_ORIGINAL: Any = literal_column("''")


@cache
def _returned(time: str) -> CTE:
    """source, order_id: orders of which something came back for money up to `until`.

    What was taken in exchange and came back belongs to the order that the first goods were bought with.
    """
    came = select(return_lines.c.source, return_lines.c.order_id).where(
        return_lines.c.returned_at <= bindparam(f"{time}until", type_=Instant()),
        ~return_lines.c.return_id.like(EXCHANGED),
    )
    returned = came.cte(f"{time}returned", recursive=True)
    before = select(orders.c.source, orders.c.replaces).join_from(
        returned,
        orders,
        (orders.c.source == returned.c.source)
        & (orders.c.order_id == returned.c.order_id)
        & (orders.c.replaces != _NO_ORIGINAL),
    )
    return returned.union(before)


@cache
def placed_orders(time: str = "") -> Subquery:
    """customer_id, placed_at, returned (0 or 1) of the orders placed after `since` up to `until`.

    Orders of nothing and goods taken in exchange are no orders here; fully returned ones are. time: as in
    `kept_orders`.
    """
    returned = _returned(time)
    return (
        select(
            orders.c.customer_id,
            orders.c.placed_at,
            case((returned.c.order_id.is_not(None), 1), else_=0).label("returned"),
        )
        .outerjoin_from(
            orders,
            returned,
            (returned.c.source == orders.c.source) & (returned.c.order_id == orders.c.order_id),
        )
        .where(
            orders.c.replaces == _NO_ORIGINAL,
            orders.c.total_minor > 0,
            orders.c.placed_at > bindparam(f"{time}since", type_=Instant()),
            orders.c.placed_at <= bindparam(f"{time}until", type_=Instant()),
        )
        .subquery(f"{time}placed_orders")
    )


@cache
def _by_channels() -> Select[Any]:
    placed, counts = placed_orders(), channel_counts()
    each = (
        select(placed.c.customer_id, func.sum(placed.c.returned).label("y"), func.count().label("x"))
        .group_by(placed.c.customer_id)
        .subquery("each")
    )
    top = case((counts.c.channels < CHANNELS_TOP, counts.c.channels), else_=CHANNELS_TOP).label("top")
    return (
        select(top, *moments_columns("orders", each.c.y, each.c.x))
        .join_from(each, counts, counts.c.customer_id == each.c.customer_id)
        .group_by("top")
    )


def returns_by_channels(connection: Connection, span: Span) -> dict[int, Moments]:
    """By the number of channels (3: three or more): returned (y) of placed (x) orders of each customer."""
    rows = connection.execute(_by_channels(), {"since": span.since, "until": span.until})
    return {row.top: moments_of(row, "orders") for row in rows}
