"""SQL of returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from services.activity.queries.open_units import explain_units, store_units, units_of_returns
from services.activity.rules.open_units import Move, OpenUnits
from services.activity.rules.returns import Match, Return, ReturnKey, ReturnLine, StoredReturn, units_of
from services.storage.sets import among, insert_rows
from services.storage.tables import order_lines, orders, return_lines, returns

Part = Return | OpenUnits

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


_MORE_REFUNDED = (
    update(returns)
    .where(returns.c.source == bindparam("of_source"), returns.c.return_id == bindparam("of_id"))
    .values(
        refund_minor=returns.c.refund_minor + bindparam("amount"),
        unmatched_units=returns.c.unmatched_units - bindparam("units"),
    )
)
_LAST_LINES = (
    select(return_lines.c.source, return_lines.c.return_id, func.max(return_lines.c.line))
    .where(among(return_lines.c.return_id, "ids"))
    .group_by(return_lines.c.source, return_lines.c.return_id)
)
_LEAVE_LINE = (
    delete(return_lines)
    .where(return_lines.c.source == bindparam("of_source"), return_lines.c.return_id == bindparam("of_id"))
    .where(return_lines.c.order_id == bindparam("of_order"))
    .where(return_lines.c.order_line == bindparam("of_line"))
)


@dataclass(frozen=True, slots=True)
class MatchedReturn:
    """A return with the order lines that its goods went back to, and what is left of it.

    The rest waits for the order that it names; of a return that names none, all is the rest, at first.
    """

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
        known = found.get(one.key)
        if known is not None:
            placed = 0 if one.order_id else known.units[one.sku]
            known.waiting[one.sku] += one.quantity - placed
            found[one.key] = replace(known, waits_for=one.order_id)


def store_returns(connection: Connection, matched: Sequence[MatchedReturn]) -> None:
    """Store new returns."""
    if not matched:
        return
    insert_rows(connection, returns, [return_row(one) for one in matched])
    store_units(connection, [units for one in matched for units in units_left(one)])
    lines = [return_line_row(one.back, match, match.quantity) for one in matched for match in one.matches]
    _store_lines(connection, lines, {})
    _count(connection, [(one.back, match) for one in matched for match in one.matches])


def store_matches(connection: Connection, matched: Sequence[MatchedReturn]) -> None:
    """Let goods of stored returns, which waited for their order, go back to it."""
    found = [(one.back, match) for one in matched for match in one.matches]
    if found:
        lines = [return_line_row(back, match, match.quantity) for back, match in found]
        _store_lines(connection, lines, _last_lines(connection, found))
        explain_units(connection, found)
        _count(connection, found)
        connection.execute(_MORE_REFUNDED, [more_refunded_row(*one) for one in found])


def store_moves(connection: Connection, moves: Sequence[Move]) -> None:
    """Let units of stored returns leave order lines, or go to others."""
    found = [(one.units, one.match) for one in moves]
    if found:
        last = _last_lines(connection, found)
        connection.execute(_LEAVE_LINE, [leave_line_row(*one) for one in found])
        lines = [return_line_row(one.units, one.match, one.rest) for one in moves if one.rest]
        _store_lines(connection, lines, last)
        _count(connection, found)
        connection.execute(_MORE_REFUNDED, [more_refunded_row(*one) for one in found])


def _last_lines(connection: Connection, found: Sequence[tuple[Part, Match]]) -> dict[ReturnKey, int]:
    """The last position among the stored lines of returns that have some."""
    rows = connection.execute(_LAST_LINES, {"ids": sorted({part.return_id for part, _ in found})})
    return {(source, return_id): line for source, return_id, line in rows}


def _store_lines(connection: Connection, lines: Sequence[dict[str, Any]], last: dict[ReturnKey, int]) -> None:
    """Store lines of returns behind those that they have."""
    for line in lines:
        key = (line["source"], line["return_id"])
        last[key] = line["line"] = last.get(key, -1) + 1
    insert_rows(connection, return_lines, lines)


def _count(connection: Connection, found: Sequence[tuple[Part, Match]]) -> None:
    """Count what goes back to orders, or leaves them."""
    if found:
        connection.execute(_TAKE_BACK_LINE, [take_back_row(*one) for one in found])
        connection.execute(_REFUND_ORDER, [refund_row(*one) for one in found])


def units_left(one: MatchedReturn) -> Iterator[OpenUnits]:
    back = one.back
    for sku, quantity in one.waiting.items():
        yield OpenUnits(
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


def return_line_row(part: Part, match: Match, quantity: int) -> dict[str, Any]:
    return {
        "source": part.source,
        "return_id": part.return_id,
        "order_id": match.purchase.order_id,
        "order_line": match.purchase.line,
        "customer_id": part.customer_id,
        "sku": match.purchase.sku,
        "quantity": quantity,
        "amount_minor": quantity * match.purchase.unit_price_minor,
        "returned_at": part.returned_at,
    }


def leave_line_row(part: Part, match: Match) -> dict[str, Any]:
    purchase = match.purchase
    return {
        "of_source": part.source,
        "of_id": part.return_id,
        "of_order": purchase.order_id,
        "of_line": purchase.line,
    }


def take_back_row(part: Part, match: Match) -> dict[str, Any]:
    purchase = match.purchase
    return {
        "of_source": part.source,
        "of_order": purchase.order_id,
        "of_line": purchase.line,
        "units": match.quantity,
    }


def refund_row(part: Part, match: Match) -> dict[str, Any]:
    return {"of_source": part.source, "of_order": match.purchase.order_id, "amount": match.amount_minor}


def more_refunded_row(part: Part, match: Match) -> dict[str, Any]:
    amount = match.amount_minor
    return {"of_source": part.source, "of_id": part.return_id, "units": match.quantity, "amount": amount}
