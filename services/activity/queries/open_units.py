"""SQL of returned units that are not settled for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, bindparam, delete, select, update

from services.activity.rules.open_units import Held, OpenUnits, Owner, Pool, open_pool
from services.activity.rules.returns import Match, Purchase, Return
from services.storage.sets import among, insert_rows
from services.storage.tables import open_units, order_lines, orders, return_lines

_UNITS = select(*(open_units.c[name] for name in OpenUnits.__dataclass_fields__))
_FIND_UNITS = _UNITS.where(among(open_units.c.customer_id, "customers")).where(
    among(open_units.c.sku, "skus")
)
_UNITS_OF_RETURNS = _UNITS.where(among(open_units.c.return_id, "ids"))
_PURCHASES = (
    select(
        orders.c.source,
        orders.c.customer_id,
        orders.c.order_id,
        order_lines.c.line,
        orders.c.placed_at,
        order_lines.c.sku,
        order_lines.c.quantity,
        order_lines.c.returned_quantity,
        order_lines.c.unit_price_minor,
        order_lines.c.gift_card,
        (order_lines.c.quantity - order_lines.c.returned_quantity).label("left"),
    )
    .join_from(
        orders,
        order_lines,
        (order_lines.c.source == orders.c.source) & (order_lines.c.order_id == orders.c.order_id),
    )
    .where(among(orders.c.customer_id, "customers"))
    .where(among(order_lines.c.sku, "skus"))
)
_HELD = select(
    return_lines.c.source,
    return_lines.c.return_id,
    return_lines.c.sku,
    return_lines.c.order_id,
    return_lines.c.order_line,
    return_lines.c.quantity,
).where(among(return_lines.c.return_id, "ids"))
_ROW = (open_units.c.source == bindparam("of_source")) & (open_units.c.return_id == bindparam("of_id"))
_ROW &= open_units.c.sku == bindparam("of_sku")
_LESS_UNITS = update(open_units).where(_ROW).values(quantity=open_units.c.quantity - bindparam("units"))
_NO_UNITS = delete(open_units).where(_ROW, open_units.c.quantity <= 0)


def find_units(connection: Connection, customer_ids: Iterable[str], skus: Iterable[str]) -> list[OpenUnits]:
    """What is open of these products, of these customers."""
    names = {"customers": sorted(set(customer_ids)), "skus": sorted(set(skus))}
    return [OpenUnits(*row) for row in connection.execute(_FIND_UNITS, names)]


def units_of_returns(connection: Connection, return_ids: Iterable[str]) -> list[OpenUnits]:
    rows = connection.execute(_UNITS_OF_RETURNS, {"ids": sorted(set(return_ids))})
    return [OpenUnits(*row) for row in rows]


def find_pool(connection: Connection, back: Iterable[Return], units: Iterable[OpenUnits] = ()) -> Pool:
    """What customers bought of the goods that come back, and what came back of these without an order.

    units: open ones, whose goods are looked at too.
    """
    goods = {one.goods for one in units}
    goods |= {(one.source, one.customer_id, line.sku) for one in back for line in one.lines}
    customers, skus = {customer for _, customer, _ in goods}, {sku for *_, sku in goods}
    found = find_units(connection, customers, skus)
    nameless = [one for one in found if not one.order_id and one.goods in goods]
    held = find_held(connection, (one.return_id for one in nameless))
    return open_pool(purchases(connection, customers, skus), nameless, held)


def purchases(
    connection: Connection, customer_ids: Iterable[str], skus: Iterable[str]
) -> dict[Owner, list[Purchase]]:
    """The lines of these products in the orders of these customers."""
    found: dict[Owner, list[Purchase]] = {}
    names = {"customers": sorted(set(customer_ids)), "skus": sorted(set(skus))}
    for source, customer_id, *rest in connection.execute(_PURCHASES, names):
        found.setdefault((source, customer_id), []).append(Purchase(*rest))
    return found


def find_held(connection: Connection, return_ids: Iterable[str]) -> Held:
    """Where the units of returns went."""
    ids = sorted(set(return_ids))
    found: Held = {}
    rows = connection.execute(_HELD, {"ids": ids}) if ids else ()
    for source, return_id, sku, order_id, line, quantity in rows:
        held = found.setdefault((source, return_id, sku), {})
        held[order_id, line] = held.get((order_id, line), 0) + quantity
    return found


def explain_units(connection: Connection, explained: Sequence[tuple[Return, Match]]) -> None:
    """Units of returns wait no more: their order has come."""
    rows = [
        {
            "of_source": back.source,
            "of_id": back.return_id,
            "of_sku": match.purchase.sku,
            "units": match.quantity,
        }
        for back, match in explained
    ]
    connection.execute(_LESS_UNITS, rows)
    connection.execute(_NO_UNITS, rows)


def store_units(connection: Connection, units: Sequence[OpenUnits]) -> None:
    insert_rows(connection, open_units, [asdict(one) for one in units])
