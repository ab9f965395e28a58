"""SQL of returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from services.activity.queries.waiting import store_units, units_of_returns
from services.activity.rules.returns import (
    Match,
    Purchase,
    Return,
    ReturnLine,
    StoredReturn,
    units_of,
)
from services.activity.rules.waiting import WaitingUnits
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
    """A return with the order lines that its goods went back to, and what waits for orders to come."""

    back: Return
    matches: Sequence[Match]
    waiting: Counter[str]  # units by SKU

    @property
    def stored(self) -> StoredReturn:
        """What will be found of it."""
        return StoredReturn(
            self.back.customer_id,
            self.back.returned_at,
            self.refund_minor,
            self.waiting.total(),
            {match.purchase.order_id for match in self.matches},
            units_of(ReturnLine(match.purchase.sku, match.quantity) for match in self.matches),
            self.waiting,
            self.back.order_id if self.waiting else "",
        )

    @property
    def waits(self) -> bool:
        """Whether it waits for the order that it names."""
        return bool(self.waiting and self.back.order_id)

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
            fresh = StoredReturn(
                customer_id, returned_at, refund_minor, unmatched, set(), Counter(), Counter()
            )
            known = found.setdefault((source, return_id), fresh)
            known.order_ids.update(() if order_id is None else (order_id,))
            known.units.update({} if sku is None else {sku: units})
    if any(one.unmatched_units for one in found.values()):
        _add_waiting(connection, found)
    return found


def _add_waiting(connection: Connection, found: dict[ReturnKey, StoredReturn]) -> None:
    for one in units_of_returns(connection, (return_id for _, return_id in found)):
        known = found.get((one.source, one.return_id))
        if known is not None:
            known.waiting[one.sku] += one.quantity
            found[one.source, one.return_id] = replace(known, waits_for=one.order_id)


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
    store_units(connection, [units for one in matched for units in waiting_of(one)])
    store_matches(connection, [(one, 0) for one in matched])


def store_matches(connection: Connection, matched: Sequence[tuple[MatchedReturn, int]]) -> None:
    """Let goods go back to their order lines: returns, each with the first free position of its lines."""
    taken = [
        (one.back, position, match)
        for one, first in matched
        for position, match in enumerate(one.matches, start=first)
    ]
    if not taken:
        return
    insert_rows(connection, return_lines, [return_line_row(*line) for line in taken])
    connection.execute(_TAKE_BACK_LINE, [take_back_row(back, match) for back, _, match in taken])
    connection.execute(_REFUND_ORDER, [refund_row(back, match) for back, _, match in taken])


def waiting_of(one: MatchedReturn) -> Iterator[WaitingUnits]:
    back = one.back
    for sku, quantity in one.waiting.items():
        yield WaitingUnits(
            back.return_id, back.source, sku, back.customer_id, back.order_id, quantity, back.returned_at
        )


def return_row(one: MatchedReturn) -> dict[str, Any]:
    return {
        "source": one.back.source,
        "return_id": one.back.return_id,
        "customer_id": one.back.customer_id,
        "returned_at": one.back.returned_at,
        "refund_minor": one.refund_minor,
        "unmatched_units": one.waiting.total(),
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
