"""SQL of carts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from services.activity.rules.carts import LIVE, Cart, CartLine, CartState, Closing, Start
from services.events import OrderedLine, OrderPlaced
from services.storage.sets import among, insert_rows, upsert
from services.storage.tables import cart_lines, carts, order_lines, orders


@dataclass(frozen=True, slots=True)
class StoredCart:
    """The latest version of a cart, and where it stands."""

    cart: Cart
    state: CartState
    start: Start
    closed_by: tuple[datetime, str, str] | None = None  # the order: placed at, source, order id


_HEAD = (
    carts.c.cart_id,
    carts.c.customer_id,
    carts.c.channel,
    carts.c.currency,
    carts.c.changed_at,
    carts.c.state,
    carts.c.started_at,
    carts.c.started_channel,
    carts.c.order_source,
    carts.c.order_id,
)
_LINE = (cart_lines.c.sku, cart_lines.c.quantity, cart_lines.c.unit_price_minor, cart_lines.c.title)
_WITH_LINES = (
    select(*_HEAD, orders.c.placed_at, *_LINE)
    .join_from(carts, cart_lines, cart_lines.c.cart_id == carts.c.cart_id, isouter=True)
    .outerjoin(orders, (orders.c.source == carts.c.order_source) & (orders.c.order_id == carts.c.order_id))
    .order_by(carts.c.cart_id, cart_lines.c.line)
)
_FIND_CARTS = _WITH_LINES.where(among(carts.c.cart_id, "ids"))
_OWNERS = select(carts.c.customer_id).where(among(carts.c.cart_id, "ids"))
_UNSOLD_CARTS = _WITH_LINES.where(
    among(carts.c.customer_id, "customers"),
    or_(
        carts.c.state.in_(LIVE),
        and_(carts.c.state == CartState.EXPIRED, carts.c.changed_at > bindparam("since")),
    ),
)
_CARTS_CLOSED_LATER = _WITH_LINES.where(
    among(carts.c.customer_id, "customers"),
    carts.c.state.in_((CartState.RECOVERED, CartState.CONVERTED_ELSEWHERE)),
    carts.c.changed_at <= bindparam("latest"),
    orders.c.placed_at >= bindparam("earliest"),
)
_BOUGHT = (
    select(
        orders.c.source,
        orders.c.order_id,
        orders.c.customer_id,
        orders.c.placed_at,
        orders.c.channel,
        orders.c.total_minor,
        orders.c.currency,
        order_lines.c.line,
        order_lines.c.sku,
    )
    .join_from(
        orders,
        order_lines,
        (order_lines.c.source == orders.c.source) & (order_lines.c.order_id == orders.c.order_id),
    )
    .where(among(orders.c.customer_id, "customers"), among(order_lines.c.sku, "skus"))
    .where(orders.c.placed_at >= bindparam("earliest"))
)
_CLOSE_CARTS = (
    update(carts)
    .where(carts.c.cart_id == bindparam("of_cart"))
    .values(
        state=bindparam("into"),
        abandoned_at=bindparam("left_at"),
        order_source=bindparam("by_source"),
        order_id=bindparam("by_order"),
        order_channel=bindparam("by_channel"),
    )
)
_START_CARTS = (
    update(carts)
    .where(carts.c.cart_id == bindparam("of_cart"))
    .values(started_at=bindparam("at"), started_channel=bindparam("in_channel"))
)
_AGE_CARTS = (
    update(carts)
    .where(carts.c.cart_id == bindparam("of_cart"))
    .values(state=bindparam("into"), abandoned_at=bindparam("left_at"))
)
_DELETE_LINES = cart_lines.delete().where(among(cart_lines.c.cart_id, "ids"))


def find_carts(connection: Connection, cart_ids: Iterable[str]) -> dict[str, StoredCart]:
    return _carts(connection.execute(_FIND_CARTS, {"ids": sorted(set(cart_ids))}))


def owners(connection: Connection, cart_ids: Iterable[str]) -> set[str]:
    """The customers whose carts they are."""
    return set(connection.execute(_OWNERS, {"ids": sorted(set(cart_ids))}).scalars())


def unsold_carts(connection: Connection, customer_ids: Iterable[str], since: datetime) -> list[StoredCart]:
    """Carts of the customers that nobody bought or cleared; expired ones only if changed after `since`."""
    names = {"customers": sorted(set(customer_ids)), "since": since}
    return list(_carts(connection.execute(_UNSOLD_CARTS, names)).values())


def carts_closed_later(
    connection: Connection, customer_ids: Iterable[str], earliest: datetime, latest: datetime
) -> list[StoredCart]:
    """Carts that lay ready at `latest`, and that an order of `earliest` or later closed."""
    names = {"customers": sorted(set(customer_ids)), "earliest": earliest, "latest": latest}
    return list(_carts(connection.execute(_CARTS_CLOSED_LATER, names)).values())


def _carts(rows: Iterable[Any]) -> dict[str, StoredCart]:
    found: dict[str, StoredCart] = {}
    for row in rows:
        cart_id, customer_id, channel, currency, changed_at, state, *start, source, order_id, placed_at = row[
            :11
        ]
        if cart_id not in found:
            cart = Cart(cart_id, customer_id, channel, currency, (), changed_at)
            closed_by = None if placed_at is None else (placed_at, source, order_id)
            found[cart_id] = StoredCart(cart, CartState(state), Start(*start), closed_by)
        if row[11] is not None:
            known = found[cart_id]
            lines = (*known.cart.lines, CartLine(*row[11:]))
            found[cart_id] = replace(known, cart=replace(known.cart, lines=lines))
    return found


def bought_since(
    connection: Connection, customer_ids: Iterable[str], skus: Iterable[str], earliest: datetime
) -> list[OrderPlaced]:
    """The orders of the customers since a moment with these SKUs, each with these lines alone."""
    names = {"customers": sorted(set(customer_ids)), "skus": sorted(set(skus)), "earliest": earliest}
    found: dict[tuple[str, str], OrderPlaced] = {}
    for row in connection.execute(_BOUGHT, names):
        key = (row.source, row.order_id)
        known = found.get(key) or OrderPlaced(*row[:7], ())
        found[key] = replace(known, lines=(*known.lines, OrderedLine(row.line, row.sku, "", 0)))
    return list(found.values())


def store_carts(connection: Connection, changed: Mapping[str, StoredCart]) -> None:
    """Replace carts and their lines."""
    if not changed:
        return
    upsert(connection, carts, [cart_row(one) for one in changed.values()])
    connection.execute(_DELETE_LINES, {"ids": list(changed)})
    insert_rows(connection, cart_lines, [row for one in changed.values() for row in cart_line_rows(one.cart)])


def cart_row(one: StoredCart) -> dict[str, Any]:
    return {
        "cart_id": one.cart.cart_id,
        "customer_id": one.cart.customer_id,
        "channel": one.cart.channel,
        "currency": one.cart.currency,
        "state": one.state,
        "changed_at": one.cart.changed_at,
        "abandoned_at": None,
        "started_at": one.start.at,
        "started_channel": one.start.channel,
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


def close_carts(connection: Connection, closed: Sequence[tuple[str, Closing, datetime | None]]) -> None:
    """Close carts: (cart id, by what, when it had been abandoned; None: it had not)."""
    if closed:
        rows = [
            {
                "of_cart": cart_id,
                "into": by.state,
                "left_at": abandoned_at,
                "by_source": by.source,
                "by_order": by.order_id,
                "by_channel": by.channel,
            }
            for cart_id, by, abandoned_at in closed
        ]
        connection.execute(_CLOSE_CARTS, rows)


def start_carts(connection: Connection, started: Mapping[str, Start]) -> None:
    """Carts turn out to have begun earlier."""
    if started:
        rows = [
            {"of_cart": cart_id, "at": start.at, "in_channel": start.channel}
            for cart_id, start in started.items()
        ]
        connection.execute(_START_CARTS, rows)


def age_carts(connection: Connection, aged: Sequence[tuple[str, CartState, datetime]]) -> None:
    """What time made of carts, and when they were abandoned, however late that is noticed."""
    if aged:
        rows = [{"of_cart": cart_id, "into": state, "left_at": at} for cart_id, state, at in aged]
        connection.execute(_AGE_CARTS, rows)
