"""SQL of past orders, to be run again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select

from services.points.lots import MAY_EARN, cumulative_share
from services.points.occasions import BasketLine, Occasion
from services.storage.sets import among
from services.storage.tables import accounts, members, order_lines, orders

_MEMBERS = (
    select(members.c.customer_id, members.c.enrolled_at, accounts.c.tier)
    .outerjoin_from(members, accounts, accounts.c.customer_id == members.c.customer_id)
    .where(
        members.c.customer_id > bindparam("after"),
        members.c.state.in_(sorted(MAY_EARN)),
        exists().where(
            orders.c.customer_id == members.c.customer_id,
            orders.c.placed_at > bindparam("since"),
            orders.c.placed_at <= bindparam("until"),
        ),
    )
    .order_by(members.c.customer_id)
    .limit(bindparam("size"))
)
_ORDERS = (
    select(
        orders.c.customer_id,
        orders.c.source,
        orders.c.order_id,
        orders.c.placed_at,
        orders.c.channel,
        orders.c.total_minor,
        orders.c.points_paid_minor,
        order_lines.c.line,
        order_lines.c.sku,
        order_lines.c.category,
        order_lines.c.gift_card,
        (order_lines.c.quantity - order_lines.c.returned_quantity).label("kept"),
        order_lines.c.unit_price_minor,
    )
    .join_from(
        orders,
        order_lines,
        (order_lines.c.source == orders.c.source) & (order_lines.c.order_id == orders.c.order_id),
    )
    .where(
        among(orders.c.customer_id, "ids"),
        orders.c.placed_at > bindparam("since"),
        orders.c.placed_at <= bindparam("until"),
        order_lines.c.quantity > order_lines.c.returned_quantity,
    )
    .order_by(orders.c.placed_at, orders.c.source, orders.c.order_id, order_lines.c.line)
)
_BOUGHT_BEFORE = (
    select(orders.c.customer_id)
    .distinct()
    .where(
        among(orders.c.customer_id, "ids"),
        orders.c.placed_at <= bindparam("since"),
        orders.c.refunded_minor < orders.c.total_minor,
    )
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A member who placed orders in the span."""

    customer_id: str
    enrolled_at: datetime
    tier: str  # empty: not known yet


def find_buyers(
    connection: Connection, after: str, since: datetime, until: datetime, size: int
) -> list[Buyer]:
    """The next members, by id, who may earn and placed orders in the span."""
    names = {"after": after, "since": since, "until": until, "size": size}
    return [Buyer(row[0], row[1], row[2] or "") for row in connection.execute(_MEMBERS, names)]


def find_kept_orders(
    connection: Connection, customer_ids: Sequence[str], since: datetime, until: datetime
) -> list[Occasion]:
    """What was kept of the orders of the span, as it was placed, earliest first."""
    names = {"ids": customer_ids, "since": since, "until": until}
    rows = connection.execute(_ORDERS, names)
    return [
        _kept_order(list(lines)) for _, lines in groupby(rows, key=lambda row: (row.source, row.order_id))
    ]


def _kept_order(rows: Sequence[Any]) -> Occasion:
    head = rows[0]
    lines = tuple(
        BasketLine(row.line, row.sku, row.category, row.kept * row.unit_price_minor, not row.gift_card)
        for row in rows
    )
    kept_minor = sum(line.amount_minor for line in lines)
    return Occasion(
        customer_id=head.customer_id,
        key=f"{head.source}/{head.order_id}",
        trigger="ORDER",
        at=head.placed_at,
        channel=head.channel,
        lines=lines,
        points_paid_minor=cumulative_share(head.points_paid_minor, kept_minor, head.total_minor),
    )


def bought_before(connection: Connection, customer_ids: Iterable[str], since: datetime) -> set[str]:
    """The customers who kept an order from before the span."""
    names = {"ids": sorted(set(customer_ids)), "since": since}
    return set(connection.execute(_BOUGHT_BEFORE, names).scalars())
