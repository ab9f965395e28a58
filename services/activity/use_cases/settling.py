"""Goods go back to orders: first what names its order, then what names none, each to its best place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from services.activity.queries.orders import OrderKey, find_orders
from services.activity.queries.returns import MatchedReturn, Part, store_moves
from services.activity.rules.open_units import Move, Pool
from services.activity.rules.returns import Match
from services.events import OrderReturned, ReturnedLine, ReturnMoved
from services.storage.unit import UnitOfWork


class Settling:
    """What returns that were matched in a pool mean for the orders, told one after another.

    Call `make_room`, then store the returns and tell of them (`returned`), then `fill`. Each event says what
    is back of an order up to it, so what leaves an order is told before what comes back to it.
    """

    def __init__(self, unit: UnitOfWork, pool: Pool, matched: Iterable[MatchedReturn]) -> None:
        moves = pool.settle()
        self._unit = unit
        self._leaving = [one for one in moves if one.match.quantity < 0]
        self._coming = [one for one in moves if one.match.quantity > 0]
        keys = {(one.back.source, match.purchase.order_id) for one in matched for match in one.matches}
        keys |= {(one.units.source, one.match.purchase.order_id) for one in moves}
        self._orders = find_orders(unit.connection, keys) if keys else {}
        self._refunded_minor = {key: order.refunded_minor for key, order in self._orders.items()}

    def make_room(self) -> None:
        """Take units away from orders where others take their places, or find better ones themselves.

        What came last leaves first: so each return gives up the points that it had taken, to the last one.
        """
        store_moves(self._unit.connection, self._leaving)
        for part, order_id, matches in reversed(list(_by_order(self._leaving))):
            self._unit.emit(ReturnMoved(self._tell(part, order_id, matches)))

    def returned(self, matched: Iterable[MatchedReturn]) -> Iterator[OrderReturned]:
        """One event for each return whose order is known."""
        for one in matched:
            if one.matches:
                yield self._tell(one.back, one.back.order_id, one.matches)

    def fill(self) -> None:
        """Let units of returns without an order go to their places."""
        store_moves(self._unit.connection, self._coming)
        for part, order_id, matches in _by_order(self._coming):
            self._unit.emit(self._tell(part, order_id, matches))

    def _tell(self, part: Part, order_id: str, matches: Sequence[Match]) -> OrderReturned:
        key: OrderKey = (part.source, order_id)
        self._refunded_minor[key] += sum(match.amount_minor for match in matches)
        lines: dict[int, ReturnedLine] = {}
        for match in matches:
            purchase = match.purchase
            purchase.returned += match.quantity
            lines[purchase.line] = ReturnedLine(purchase.line, purchase.quantity, purchase.returned)
        return OrderReturned(
            part.source,
            order_id,
            part.customer_id,
            part.returned_at,
            part.return_id,
            self._orders[key].total_minor,
            self._refunded_minor[key],
            tuple(lines.values()),
        )


def _by_order(moves: Sequence[Move]) -> Iterator[tuple[Part, str, list[Match]]]:
    """The moves of each return and order together, by time."""
    for _, found in groupby(sorted(moves, key=_place), key=_place):
        parts = list(found)
        yield parts[0].units, parts[0].match.purchase.order_id, [one.match for one in parts]


def _place(move: Move) -> tuple[datetime, str, str, str]:
    units = move.units
    return units.returned_at, units.source, units.return_id, move.match.purchase.order_id
