"""SQL of families of orders, and of the points that paid for them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from services.loyalty.rules.families import Child, Family, Kin, OrderKey
from services.points.holds import HoldState
from services.storage.sets import among
from services.storage.tables import exchanges, holds, order_lines, orders

_KIN = select(
    orders.c.source,
    orders.c.order_id,
    orders.c.total_minor,
    orders.c.refunded_minor,
    orders.c.replaces,
).where(among(orders.c.order_id, "ids"))
_RETURNED = (
    select(orders.c.source, orders.c.order_id, orders.c.customer_id)
    .distinct()
    .join_from(
        orders,
        order_lines,
        (order_lines.c.source == orders.c.source) & (order_lines.c.order_id == orders.c.order_id),
    )
    .where(among(orders.c.order_id, "ids"), order_lines.c.returned_quantity > 0)
)
_CHILDREN = (
    select(exchanges.c.source, exchanges.c.original_id, exchanges.c.order_id, exchanges.c.kept_minor)
    .where(among(exchanges.c.original_id, "ids"))
    .order_by(exchanges.c.source, exchanges.c.order_id)
)
_UNITS = (
    select(
        order_lines.c.source,
        order_lines.c.order_id,
        func.sum(order_lines.c.quantity),
        func.sum(order_lines.c.returned_quantity),
    )
    .where(among(order_lines.c.order_id, "ids"))
    .group_by(order_lines.c.source, order_lines.c.order_id)
)
_PAYING = (
    select(holds.c.source, holds.c.order_id, holds.c.hold_id)
    .where(among(holds.c.order_id, "ids"), holds.c.state == HoldState.CAPTURED)
    .order_by(holds.c.hold_id)
)


def returned_orders(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, str]:
    """Those of the orders that something came back of, with their customers."""
    wanted = set(keys)
    rows = connection.execute(_RETURNED, {"ids": sorted({order_id for _, order_id in wanted})})
    return {(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in wanted}


def find_family(connection: Connection, keys: Iterable[OrderKey]) -> Family:
    """The orders with all that they go back to, and all that was exchanged for any of their goods."""
    found: dict[OrderKey, Kin] = {}
    children: dict[OrderKey, list[Child]] = {}
    asked: set[OrderKey] = set()
    wanted = set(keys)
    while wanted:
        asked |= wanted
        ids = {"ids": sorted({order_id for _, order_id in wanted})}
        rows = ((row[0], row[1], Kin(*row[2:])) for row in connection.execute(_KIN, ids))
        kin = {(source, order_id): one for source, order_id, one in rows if (source, order_id) in wanted}
        found |= kin
        wanted = {(source, one.replaces) for (source, _), one in kin.items() if one.replaces}
        for source, original_id, order_id, kept_minor in connection.execute(_CHILDREN, ids):
            if (source, original_id) in kin:
                children.setdefault((source, original_id), []).append(Child(order_id, kept_minor))
                wanted.add((source, order_id))
        wanted -= asked
    return Family(_by_units(connection, found), children)


def _by_units(connection: Connection, found: dict[OrderKey, Kin]) -> dict[OrderKey, Kin]:
    """Orders that cost nothing but points go by their units."""
    free = {key for key, one in found.items() if not one.total_minor}
    if not free:
        return found
    counted = dict(found)
    rows = connection.execute(_UNITS, {"ids": sorted({order_id for _, order_id in free})})
    for source, order_id, bought, returned in rows:
        if (source, order_id) in free:
            counted[source, order_id] = Kin(int(bought), int(returned), found[source, order_id].replaces)
    return counted


def paying_holds(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, list[str]]:
    """The ids of the holds whose points paid for the orders."""
    wanted = set(keys)
    found: dict[OrderKey, list[str]] = {}
    rows = connection.execute(_PAYING, {"ids": sorted({order_id for _, order_id in wanted})})
    for source, order_id, hold_id in rows:
        if (source, order_id) in wanted:
            found.setdefault((source, order_id), []).append(hold_id)
    return found
