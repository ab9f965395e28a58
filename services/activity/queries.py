"""All SQL of `activity`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from services.activity.rules import Cart, CartState, Content, Match, Order, Purchase, Return, Session
from services.storage.sets import among, insert_new, insert_tuples, upsert
from services.storage.tables import (
    cart_lines,
    carts,
    order_lines,
    orders,
    products,
    return_lines,
    returns,
    sessions,
)


@dataclass(frozen=True, slots=True)
class StoredOrder:
    customer_id: str
    currency: str
    total_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class StoredCart:
    cart_id: str
    customer_id: str
    state: CartState
    changed_at: datetime
    skus: frozenset[str] = frozenset()


_FIND_ORDERS = select(
    orders.c.source,
    orders.c.order_id,
    orders.c.customer_id,
    orders.c.currency,
    orders.c.total_minor,
    orders.c.refunded_minor,
).where(among(orders.c.order_id, "ids"))

_INSERT_ORDERS = insert(orders)
_INSERT_RETURNS = insert(returns)
_INSERT_RETURN_LINES = insert(return_lines)


def find_orders(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], StoredOrder]:
    """Orders by (source, order id)."""
    wanted = set(keys)
    rows = connection.execute(_FIND_ORDERS, {"ids": sorted({order_id for _, order_id in wanted})})
    return {(row[0], row[1]): StoredOrder(*row[2:]) for row in rows if (row[0], row[1]) in wanted}


_HEADS = select(
    orders.c.source,
    orders.c.order_id,
    orders.c.customer_id,
    orders.c.placed_at,
    orders.c.channel,
    orders.c.currency,
).where(among(orders.c.order_id, "ids"))
_LINES = (
    select(
        order_lines.c.source,
        order_lines.c.order_id,
        order_lines.c.sku,
        order_lines.c.quantity,
        order_lines.c.unit_price_minor,
    )
    .where(among(order_lines.c.order_id, "ids"))
    .order_by(order_lines.c.source, order_lines.c.order_id, order_lines.c.line)
)


def find_contents(connection: Connection, wanted: Sequence[Order]) -> dict[tuple[str, str], Content]:
    """What is stored of the orders that are there already, by (source, order id)."""
    keys = {(order.source, order.order_id) for order in wanted}
    rows = connection.execute(_HEADS, {"ids": sorted({order_id for _, order_id in keys})})
    heads = {(row[0], row[1]): row[2:] for row in rows if (row[0], row[1]) in keys}
    lines: dict[tuple[str, str], list[tuple[str, int, int]]] = {key: [] for key in heads}
    if heads:
        for row in connection.execute(_LINES, {"ids": sorted({order_id for _, order_id in heads})}):
            lines.setdefault((row[0], row[1]), []).append((row[2], row[3], row[4]))
    return {key: Content(*head, tuple(lines[key])) for key, head in heads.items()}


def store_orders(connection: Connection, fresh: Sequence[Order]) -> None:
    if not fresh:
        return
    connection.execute(_INSERT_ORDERS, [order_row(order) for order in fresh])
    insert_tuples(connection, order_lines, [row for order in fresh for row in line_rows(order)])
    store_titles(connection, {line.sku: line.title for order in fresh for line in order.lines if line.title})


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
    }


def line_rows(order: Order) -> Iterator[tuple[Any, ...]]:
    """One tuple per line, in the order of the table's columns."""
    for position, line in enumerate(order.lines):
        yield order.order_id, order.source, position, line.sku, line.quantity, 0, line.unit_price_minor


def store_titles(connection: Connection, titles: Mapping[str, str]) -> None:
    """Keep the first name that a product was known by."""
    rows = [{"sku": sku, "title": title} for sku, title in sorted(titles.items())]
    insert_new(connection, products, rows)


_FIND_RETURNS = select(
    returns.c.source, returns.c.return_id, returns.c.refund_minor, returns.c.unmatched_units
).where(among(returns.c.return_id, "ids"))

_PURCHASES = (
    select(
        orders.c.source,
        orders.c.customer_id,
        orders.c.order_id,
        order_lines.c.line,
        orders.c.placed_at,
        order_lines.c.sku,
        (order_lines.c.quantity - order_lines.c.returned_quantity).label("left"),
        order_lines.c.unit_price_minor,
    )
    .join_from(
        orders,
        order_lines,
        (order_lines.c.source == orders.c.source) & (order_lines.c.order_id == orders.c.order_id),
    )
    .where(among(orders.c.customer_id, "customers"))
    .where(among(order_lines.c.sku, "skus"))
    .where(order_lines.c.quantity > order_lines.c.returned_quantity)
)


def find_returns(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """(refund, unmatched units) of returns by (source, return id)."""
    wanted = set(keys)
    rows = connection.execute(_FIND_RETURNS, {"ids": sorted({return_id for _, return_id in wanted})})
    return {(row[0], row[1]): (row[2], row[3]) for row in rows if (row[0], row[1]) in wanted}


def purchases(connection: Connection, back: Sequence[Return]) -> dict[tuple[str, str], list[Purchase]]:
    """What is left of earlier purchases of the returned SKUs, by (source, customer id)."""
    found: dict[tuple[str, str], list[Purchase]] = {}
    names = {
        "customers": sorted({one.customer_id for one in back}),
        "skus": sorted({line.sku for one in back for line in one.lines}),
    }
    for row in connection.execute(_PURCHASES, names):
        found.setdefault((row[0], row[1]), []).append(Purchase(*row[2:]))
    return found


@dataclass(frozen=True, slots=True)
class MatchedReturn:
    """A return with the order lines that its goods went back to."""

    back: Return
    matches: Sequence[Match]
    unmatched_units: int

    @property
    def refund_minor(self) -> int:
        return sum(match.amount_minor for match in self.matches)


_TAKE_BACK_LINE = (
    update(order_lines)
    .where(order_lines.c.source == bindparam("of_source"))
    .where(order_lines.c.order_id == bindparam("of_order"))
    .where(order_lines.c.line == bindparam("of_line"))
    .values(returned_quantity=order_lines.c.returned_quantity + bindparam("units"))
)
_REFUND_ORDER = (
    update(orders)
    .where(orders.c.source == bindparam("of_source"))
    .where(orders.c.order_id == bindparam("of_order"))
    .values(refunded_minor=orders.c.refunded_minor + bindparam("amount"))
)


def store_returns(connection: Connection, matched: Sequence[MatchedReturn]) -> None:
    if not matched:
        return
    connection.execute(_INSERT_RETURNS, [return_row(one) for one in matched])
    taken = [(one.back, position, match) for one in matched for position, match in enumerate(one.matches)]
    if not taken:
        return
    connection.execute(_INSERT_RETURN_LINES, [return_line_row(*line) for line in taken])
    connection.execute(_TAKE_BACK_LINE, [take_back_row(back, match) for back, _, match in taken])
    connection.execute(_REFUND_ORDER, [refund_row(back, match) for back, _, match in taken])


def return_row(one: MatchedReturn) -> dict[str, Any]:
    return {
        "source": one.back.source,
        "return_id": one.back.return_id,
        "customer_id": one.back.customer_id,
        "returned_at": one.back.returned_at,
        "refund_minor": one.refund_minor,
        "unmatched_units": one.unmatched_units,
    }


def return_line_row(back: Return, position: int, match: Match) -> dict[str, Any]:
    return {
        "source": back.source,
        "return_id": back.return_id,
        "line": position,
        "order_id": match.purchase.order_id,
        "order_line": match.purchase.line,
        "customer_id": back.customer_id,
        "sku": match.purchase.sku,
        "quantity": match.quantity,
        "amount_minor": match.amount_minor,
        "returned_at": back.returned_at,
    }


def take_back_row(back: Return, match: Match) -> dict[str, Any]:
    return {
        "of_source": back.source,
        "of_order": match.purchase.order_id,
        "of_line": match.purchase.line,
        "units": match.quantity,
    }


def refund_row(back: Return, match: Match) -> dict[str, Any]:
    return {"of_source": back.source, "of_order": match.purchase.order_id, "amount": match.amount_minor}


_FIND_CARTS = select(carts.c.cart_id, carts.c.customer_id, carts.c.state, carts.c.changed_at).where(
    among(carts.c.cart_id, "ids")
)
_LIVE_CARTS = (
    select(carts.c.cart_id, carts.c.customer_id, carts.c.state, carts.c.changed_at, cart_lines.c.sku)
    .join_from(carts, cart_lines, cart_lines.c.cart_id == carts.c.cart_id)
    .where(among(carts.c.customer_id, "customers"))
    .where(carts.c.state.in_((CartState.OPEN, CartState.ABANDONED)))
)
_CLOSE_CARTS = update(carts).where(carts.c.cart_id == bindparam("of_cart")).values(state=bindparam("into"))
_ABANDON_CARTS = (
    update(carts)
    .where(carts.c.cart_id == bindparam("of_cart"))
    .values(state=CartState.ABANDONED, abandoned_at=bindparam("at"))
)
_DELETE_LINES = cart_lines.delete().where(among(cart_lines.c.cart_id, "ids"))
_INSERT_CART_LINES = insert(cart_lines)


def find_carts(connection: Connection, cart_ids: Iterable[str]) -> dict[str, StoredCart]:
    rows = connection.execute(_FIND_CARTS, {"ids": sorted(set(cart_ids))})
    return {row[0]: StoredCart(row[0], row[1], CartState(row[2]), row[3]) for row in rows}


def live_carts(connection: Connection, customer_ids: Iterable[str]) -> list[StoredCart]:
    """Open and abandoned carts of the customers, with their SKUs."""
    skus: dict[tuple[Any, ...], set[str]] = {}
    for row in connection.execute(_LIVE_CARTS, {"customers": sorted(set(customer_ids))}):
        skus.setdefault(tuple(row[:4]), set()).add(row[4])
    return [StoredCart(row[0], row[1], CartState(row[2]), row[3], frozenset(of)) for row, of in skus.items()]


def store_carts(connection: Connection, changed: Mapping[str, tuple[Cart, CartState]]) -> None:
    """Replace carts and their lines."""
    if not changed:
        return
    upsert(connection, carts, [cart_row(cart, state) for cart, state in changed.values()])
    connection.execute(_DELETE_LINES, {"ids": list(changed)})
    rows = [row for cart, _ in changed.values() for row in cart_line_rows(cart)]
    if rows:
        connection.execute(_INSERT_CART_LINES, rows)


def cart_row(cart: Cart, state: CartState) -> dict[str, Any]:
    return {
        "cart_id": cart.cart_id,
        "customer_id": cart.customer_id,
        "channel": cart.channel,
        "currency": cart.currency,
        "state": state,
        "changed_at": cart.changed_at,
        "abandoned_at": None,
    }


def cart_line_rows(cart: Cart) -> list[dict[str, Any]]:
    return [
        {
            "cart_id": cart.cart_id,
            "line": position,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price_minor": line.unit_price_minor,
            "title": line.title,
        }
        for position, line in enumerate(cart.lines)
    ]


def close_carts(connection: Connection, states: Mapping[str, CartState]) -> None:
    if states:
        rows = [{"of_cart": cart_id, "into": state} for cart_id, state in states.items()]
        connection.execute(_CLOSE_CARTS, rows)


def abandon_carts(connection: Connection, abandoned: Mapping[str, datetime]) -> None:
    """Mark carts as abandoned at the moments given, however late that is noticed."""
    if abandoned:
        rows = [{"of_cart": cart_id, "at": at} for cart_id, at in abandoned.items()]
        connection.execute(_ABANDON_CARTS, rows)


_FIND_SESSIONS = select(sessions.c.session_id).where(among(sessions.c.session_id, "ids"))


def known_sessions(connection: Connection, session_ids: Iterable[str]) -> set[str]:
    return set(connection.execute(_FIND_SESSIONS, {"ids": sorted(set(session_ids))}).scalars())


def store_sessions(connection: Connection, fresh: Sequence[Session]) -> None:
    rows = [
        {
            "session_id": session.session_id,
            "customer_id": session.customer_id,
            "channel": session.channel,
            "started_at": session.started_at,
            "pages": session.pages,
        }
        for session in fresh
    ]
    insert_new(connection, sessions, rows)
