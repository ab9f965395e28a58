"""SQL of returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from services.activity.rules.returns import (
    Match,
    Purchase,
    Return,
    ReturnLine,
    StoredReturn,
    units_of,
)
from services.storage.sets import among, insert_rows
from services.storage.tables import order_lines, orders, return_lines, returns

ReturnKey = tuple[str, str]  # source, return id

_FIND_RETURNS = (
    select(
        returns.c.source,
        returns.c.return_id,
        returns.c.customer_id,
        returns.c.returned_at,
        returns.c.refund_minor,
        returns.c.unmatched_units,
        return_lines.c.order_id,
        return_lines.c.sku,
        return_lines.c.quantity,
    )
    .outerjoin_from(
        returns,
        return_lines,
        (return_lines.c.source == returns.c.source) & (return_lines.c.return_id == returns.c.return_id),
    )
    .where(among(returns.c.return_id, "ids"))
)
_PURCHASES = (
    select(
        orders.c.source,
        orders.c.customer_id,
        orders.c.order_id,
        order_lines.c.line,
        orders.c.placed_at,
        order_lines.c.sku,
        order_lines.c.quantity,
        (order_lines.c.quantity - order_lines.c.returned_quantity).label("left"),
        order_lines.c.unit_price_minor,
        order_lines.c.gift_card,
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


@dataclass(frozen=True, slots=True)
class MatchedReturn:
    """A return with the order lines that its goods went back to."""

    back: Return
    matches: Sequence[Match]
    unmatched_units: int

    @property
    def stored(self) -> StoredReturn:
        """What will be found of it."""
        return StoredReturn(
            self.back.customer_id,
            self.back.returned_at,
            self.refund_minor,
            self.unmatched_units,
            {match.purchase.order_id for match in self.matches},
            units_of(ReturnLine(match.purchase.sku, match.quantity) for match in self.matches),
        )

    @property
    def refund_minor(self) -> int:
        return sum(match.amount_minor for match in self.matches)

    @property
    def earning_minor(self) -> int:
        """The refund for goods that may have earned points: all but gift cards."""
        return sum(match.amount_minor for match in self.matches if not match.purchase.gift_card)


def find_returns(connection: Connection, keys: Iterable[ReturnKey]) -> dict[ReturnKey, StoredReturn]:
    wanted = set(keys)
    found: dict[ReturnKey, StoredReturn] = {}
    rows: Iterable[Any] = connection.execute(
        _FIND_RETURNS, {"ids": sorted({return_id for _, return_id in wanted})}
    )
    for source, return_id, customer_id, returned_at, refund_minor, unmatched, order_id, sku, units in rows:
        if (source, return_id) in wanted:
            fresh = StoredReturn(customer_id, returned_at, refund_minor, unmatched, set(), Counter())
            known = found.setdefault((source, return_id), fresh)
            known.order_ids.update(() if order_id is None else (order_id,))
            known.units.update({} if sku is None else {sku: units})
    return found


def purchases(connection: Connection, back: Sequence[Return]) -> dict[tuple[str, str], list[Purchase]]:
    """What is left of earlier purchases of the returned SKUs, by (source, customer id)."""
    found: dict[tuple[str, str], list[Purchase]] = {}
    names = {
        "customers": sorted({one.customer_id for one in back}),
        "skus": sorted({line.sku for one in back for line in one.lines}),
    }
    for source, customer_id, *rest in connection.execute(_PURCHASES, names):
        found.setdefault((source, customer_id), []).append(Purchase(*rest))
    return found


def store_returns(connection: Connection, matched: Sequence[MatchedReturn]) -> None:
    if not matched:
        return
    insert_rows(connection, returns, [return_row(one) for one in matched])
    taken = [(one.back, position, match) for one in matched for position, match in enumerate(one.matches)]
    if not taken:
        return
    insert_rows(connection, return_lines, [return_line_row(*line) for line in taken])
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
