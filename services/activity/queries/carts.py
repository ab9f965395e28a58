"""SQL of carts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from services.activity.rules.carts import Cart, CartState
from services.storage.sets import among, insert_rows, upsert
from services.storage.tables import cart_lines, carts


@dataclass(frozen=True, slots=True)
class StoredCart:
    cart_id: str
    customer_id: str
    state: CartState
    changed_at: datetime
    skus: frozenset[str] = frozenset()


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
    insert_rows(connection, cart_lines, rows)


def cart_row(cart: Cart, state: CartState) -> dict[str, Any]:
    return {
        "cart_id": cart.cart_id,
        "customer_id": cart.customer_id,
        "channel": cart.channel,
        "currency": cart.currency,
        "state": state,
        "changed_at": cart.changed_at,
        "abandoned_at": None,
        "started_at": cart.changed_at,
        "started_channel": cart.channel,
        "order_source": "",
        "order_id": "",
        "order_channel": "",
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
