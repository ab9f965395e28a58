"""SQL of orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from services.activity.rules.orders import Content, LineContent, Order
from services.storage.sets import among, insert_rows, insert_tuples, upsert_lesser
from services.storage.tables import order_lines, orders, products

OrderKey = tuple[str, str]  # source, order id


@dataclass(frozen=True, slots=True)
class StoredOrder:
    customer_id: str
    placed_at: datetime
    total_minor: int
    refunded_minor: int


_FIND_ORDERS = select(
    orders.c.source,
    orders.c.order_id,
    orders.c.customer_id,
    orders.c.placed_at,
    orders.c.total_minor,
    orders.c.refunded_minor,
).where(among(orders.c.order_id, "ids"))
_HEADS = select(
    orders.c.source,
    orders.c.order_id,
    orders.c.customer_id,
    orders.c.placed_at,
    orders.c.channel,
    orders.c.currency,
    orders.c.points_paid_minor,
    orders.c.replaces,
).where(among(orders.c.order_id, "ids"))
_LINES = (
    select(
        order_lines.c.source,
        order_lines.c.order_id,
        order_lines.c.sku,
        order_lines.c.quantity,
        order_lines.c.unit_price_minor,
        order_lines.c.category,
        order_lines.c.gift_card,
    )
    .where(among(order_lines.c.order_id, "ids"))
    .order_by(order_lines.c.source, order_lines.c.order_id, order_lines.c.line)
)
_TITLES = select(products.c.sku, products.c.title).where(among(products.c.sku, "skus"))


def find_orders(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, StoredOrder]:
    wanted = set(keys)
    rows = connection.execute(_FIND_ORDERS, {"ids": sorted({order_id for _, order_id in wanted})})
    return {(row[0], row[1]): StoredOrder(*row[2:]) for row in rows if (row[0], row[1]) in wanted}


def find_contents(connection: Connection, wanted: Sequence[Order]) -> dict[OrderKey, Content]:
    """What is stored of the orders that are there already."""
    keys = {(order.source, order.order_id) for order in wanted}
    rows = connection.execute(_HEADS, {"ids": sorted({order_id for _, order_id in keys})})
    heads = {(row[0], row[1]): row[2:] for row in rows if (row[0], row[1]) in keys}
    lines: dict[OrderKey, list[LineContent]] = {key: [] for key in heads}
    if heads:
        for row in connection.execute(_LINES, {"ids": sorted({order_id for _, order_id in heads})}):
            lines.setdefault((row[0], row[1]), []).append((row[2], row[3], row[4], row[5], row[6]))
    return {key: Content(*head, tuple(lines[key])) for key, head in heads.items()}


def store_orders(connection: Connection, fresh: Sequence[Order]) -> None:
    if not fresh:
        return
    insert_rows(connection, orders, [order_row(order) for order in fresh])
    insert_tuples(connection, order_lines, [row for order in fresh for row in line_rows(order)])
    store_titles(
        connection, ((line.sku, line.title) for order in fresh for line in order.lines if line.title)
    )


def order_row(order: Order) -> dict[str, Any]:
    return {
        "source": order.source,
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "channel": order.channel,
        "placed_at": order.placed_at,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "refunded_minor": 0,
        "points_paid_minor": order.points_paid_minor,
        "replaces": order.replaces,
    }


def line_rows(order: Order) -> Iterator[tuple[Any, ...]]:
    """One tuple per line, in the order of the table's columns."""
    for number, line in enumerate(order.lines):
        yield (
            order.order_id,
            order.source,
            number,
            line.sku,
            line.quantity,
            0,
            line.unit_price_minor,
            line.category,
            line.gift_card,
        )


def store_titles(connection: Connection, titles: Iterable[tuple[str, str]]) -> None:
    """Keep one name of each product: the first by its letters, whichever order told it first."""
    first: dict[str, str] = {}
    for sku, title in titles:
        first[sku] = min(title, first.get(sku, title))
    found = connection.execute(_TITLES, {"skus": sorted(first)})
    known = {row[0]: row[1] for row in found}  # most of them, and what is only read locks nobody out
    rows = [
        {"sku": sku, "title": title}
        for sku, title in sorted(first.items())
        if sku not in known or title < known[sku]
    ]
    if rows:
        upsert_lesser(connection, products, products.c.title, rows)
