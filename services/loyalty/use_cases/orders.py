"""What `loyalty` does when orders come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.events import OrderPlaced, OrderReturned
from services.loyalty.queries import orders as queries
from services.loyalty.rules.orders import Lot, Membership, Movement, earn, points_to_reverse, take_back
from services.storage.unit import UnitOfWork


def earn_points(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """Award points for the orders of members, paying what they owe first."""
    memberships = queries.find_memberships(unit.connection, (order.customer_id for order in orders))
    earning = [order for order in orders if _earns(order, memberships.get(order.customer_id))]
    if not earning:
        return
    owed = queries.find_debts(unit.connection, (order.customer_id for order in earning))
    paid: dict[str, int] = {}
    lots: list[Lot] = []
    movements: list[Movement] = []
    for order in earning:
        lot, entries = earn(order, unit.programme, owed.get(order.customer_id, 0))
        settled = lot.points - lot.remaining_points
        if settled:
            owed[order.customer_id] -= settled
            paid[order.customer_id] = owed[order.customer_id]
        lots.append(lot)
        movements.extend(entries)
    queries.store_lots(unit.connection, lots)
    queries.store_movements(unit, movements)
    queries.store_debts(unit.connection, paid)


def _earns(order: OrderPlaced, membership: Membership | None) -> bool:
    return membership is not None and membership.may_earn and order.placed_at >= membership.enrolled_at


def reverse_points(unit: UnitOfWork, returns: Sequence[OrderReturned]) -> None:
    """Take back the points of returned goods: the original award, never today's rule."""
    customer_ids = {back.customer_id for back in returns}
    lots_of = queries.find_lots(unit.connection, customer_ids)
    if not lots_of:
        return
    causes = {_cause(back) for back in returns}
    before = queries.reversed_points(unit.connection, lots_of, causes)
    ledger = _Reversal(lots_of, before, unit.now)
    for back in returns:
        ledger.take_back(back)
    queries.store_remaining(unit.connection, ledger.remaining)
    queries.store_movements(unit, ledger.movements)
    owed = queries.find_debts(unit.connection, ledger.debts)
    queries.store_debts(
        unit.connection, {one: owed.get(one, 0) + points for one, points in ledger.debts.items()}
    )


def _cause(back: OrderReturned) -> str:
    return f"return of {back.source}/{back.order_id}"


class _Reversal:
    """Reverses awards one return after another, over the lots of one batch."""

    def __init__(self, lots_of: dict[str, list[Lot]], before: dict[str, int], now: datetime) -> None:
        self._now = now
        self._lots = {lot.lot_id: lot for lots in lots_of.values() for lot in lots}
        self._ids_of = {customer_id: [lot.lot_id for lot in lots] for customer_id, lots in lots_of.items()}
        self._before = before
        self.remaining: dict[str, int] = {}
        self.movements: list[Movement] = []
        self.debts: dict[str, int] = {}

    def take_back(self, back: OrderReturned) -> None:
        lot = self._lots.get(f"{back.source}/{back.order_id}")
        if lot is None:  # placed before the customer was a member
            return
        cause = _cause(back)
        before = self._before.get(cause, 0)
        points = points_to_reverse(lot.points, before, back.total_minor, back.refunded_minor)
        self._before[cause] = before + points
        others = [self._lots[one] for one in self._ids_of[back.customer_id] if one != lot.lot_id]
        taken = take_back(points, lot, others, cause, self._now)
        for lot_id, remaining in taken.remaining_by_lot.items():
            self._lots[lot_id] = replace(self._lots[lot_id], remaining_points=remaining)
            self.remaining[lot_id] = remaining
        self.movements.extend(taken.movements)
        if taken.debt_points:
            self.debts[back.customer_id] = self.debts.get(back.customer_id, 0) + taken.debt_points
