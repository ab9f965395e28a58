"""What customers do."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Index, Integer
from sqlalchemy import text as text_of

from services.storage.columns import key, moment, number, position, table, text

TAKEN_IN_EXCHANGE: Final = text_of("replaces <> ''")  # few orders: they are found without reading the others
HAS_UNMATCHED: Final = text_of("unmatched_units > 0")  # few returns
PURCHASE: Final = (  # all that a report reads of an order, by customer: to fetch a million rows takes seconds
    *("customer_id", "placed_at", "replaces", "total_minor", "refunded_minor"),
    *("channel", "source", "order_id"),
)
SHOWS_EXPERIENCE: Final = text_of("kind IN ('HELP_VIEWED', 'RECOMMENDATION_ACCEPTED')")  # few touches

products = table("products", key("sku", 64), text("title", 200))

orders = table(
    "orders",
    key("order_id", 64),
    key("source", 32),
    text("customer_id"),
    text("channel", 16),
    moment("placed_at"),
    text("currency", 3),
    number("total_minor"),
    number("refunded_minor"),
    number("points_paid_minor"),  # the part of the total that was paid with points
    text("replaces", 64),  # the order whose goods were exchanged for these; empty: none
    Index("ix_orders_purchases", *PURCHASE),
    Index(None, "customer_id", sqlite_where=TAKEN_IN_EXCHANGE, postgresql_where=TAKEN_IN_EXCHANGE),
)

order_lines = table(
    "order_lines",
    key("order_id", 64),
    key("source", 32),
    position("line"),
    text("sku", 64),
    number("quantity"),
    number("returned_quantity"),
    number("unit_price_minor"),
    text("category", 64),
    Column("gift_card", Boolean, nullable=False),  # earns nothing
    clustered=True,
)

returns = table(
    "returns",
    key("return_id", 64),
    key("source", 32),
    text("customer_id"),
    moment("returned_at"),
    number("refund_minor"),
    number("unmatched_units"),
    Index(None, "customer_id", "returned_at"),
    Index("ix_returns_unmatched", "returned_at", sqlite_where=HAS_UNMATCHED, postgresql_where=HAS_UNMATCHED),
)

return_lines = table(  # one row per order line that goods went back to
    "return_lines",
    key("return_id", 64),
    key("source", 32),
    position("line"),
    text("order_id", 64),
    Column("order_line", Integer, nullable=False),
    text("customer_id"),
    text("sku", 64),
    number("quantity"),
    number("amount_minor"),
    moment("returned_at"),
    Index(None, "customer_id"),
    clustered=True,
)

open_units = (
    table(  # returned units that a late order may explain: all that name none, and all that wait for one
        "open_units",
        key("return_id", 64),
        key("source", 32),
        key("sku", 64),
        text("customer_id"),
        text("order_id", 64),  # the order that the return names; empty: none
        number("quantity"),
        moment("returned_at"),
        Index(None, "customer_id"),
        clustered=True,
    )
)

waiting_exchanges = table(  # exchanges that came before the order they speak of
    "waiting_exchanges",
    key("exchange_id", 64),
    key("source", 32),
    text("customer_id"),
    text("order_id", 64),  # the order whose goods came back
    moment("exchanged_at"),
    Column("content", JSON, nullable=False),  # the rest of it; nothing about the person
    text("refused", 64),  # why it could not be done when the order came; empty: it waits
    Index(None, "customer_id"),
    Index(None, "order_id"),
)

exchanges = table(
    "exchanges",
    key("exchange_id", 64),
    key("source", 32),
    text("customer_id"),
    moment("exchanged_at"),
    text("original_id", 64),  # the order whose goods came back
    text("return_id", 64),
    text("order_id", 64),  # the order of the new goods
    number("kept_minor"),  # the part of the returned value that was not paid out
    Index(None, "original_id"),
    Index(None, "customer_id"),
)

carts = table(
    "carts",
    key("cart_id", 64),
    text("customer_id"),
    text("channel", 16),
    text("currency", 3),
    text("state", 24),
    moment("changed_at"),
    moment("abandoned_at", nullable=True),
    moment("started_at"),
    text("started_channel", 16),
    text("order_source", 32),  # the order that closed it; empty: none did
    text("order_id", 64),
    text("order_channel", 16),
    Index(None, "customer_id", "state"),
)

cart_lines = table(
    "cart_lines",
    key("cart_id", 64),
    position("line"),
    text("sku", 64),
    number("quantity"),
    number("unit_price_minor"),
    text("title", 200),
    clustered=True,
)

touches = table(  # all that is no order, return, cart, visit or answer
    "touches",
    key("event_id", 64),
    key("source", 32),
    text("customer_id"),
    text("kind", 24),
    text("channel", 16),
    moment("occurred_at"),
    text("touchpoint", 64),  # empty: named like the kind
    text("subject", 200),  # a page, newsletter, product or campaign; nothing about the person
    text("session_id", 64),  # the session that it belongs to; empty: none
    Column("pages", Integer, nullable=False),  # of a session; 0 where it was not told
    Column("outbound", Boolean, nullable=False),  # we began it
    Column("proxied", Boolean, nullable=False),  # opened by a privacy proxy, not by the person
    Index(None, "customer_id", "occurred_at"),
    Index(None, "occurred_at"),
    Index(
        "ix_touches_experience",
        "customer_id",
        sqlite_where=SHOWS_EXPERIENCE,
        postgresql_where=SHOWS_EXPERIENCE,
    ),
)
