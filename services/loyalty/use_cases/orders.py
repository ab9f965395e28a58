"""Orders earn points."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import OrderPlaced
from services.loyalty.queries import awards as queries
from services.loyalty.rules.orders import base_award
from services.loyalty.rules.returns import LineAward
from services.points.book import Book, Entry, open_book
from services.points.lots import MAY_EARN, Cause
from services.points.tiers import period_start
from services.storage.unit import UnitOfWork


def earn_points(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """Award points for the orders of members, paying what they owe first."""
    book = open_book(unit, (order.customer_id for order in orders), whole=False)
    earning = [order for order in orders if _earns(order, book.entries.get(order.customer_id))]
    rows: list[LineAward] = []
    for order in earning:
        rows.extend(_award(unit, book, order))
    queries.store_new_awards(unit.connection, rows)
    book.store()


def _earns(order: OrderPlaced, entry: Entry | None) -> bool:
    return entry is not None and entry.account.state in MAY_EARN and order.placed_at >= entry.enrolled_at


def _award(unit: UnitOfWork, book: Book, order: OrderPlaced) -> Sequence[LineAward]:
    entry = book.entries[order.customer_id]
    award = base_award(order, unit.programme, unit.now)
    if award is None:
        return ()
    lot, rows = award
    entry.account.credit(lot, Cause(order.placed_at, f"order {order.source}/{order.order_id}"))
    period = period_start(order.placed_at, entry.enrolled_at, unit.programme).isoformat()
    entry.qualifying[period] = entry.qualifying.get(period, 0) + lot.points
    return rows
