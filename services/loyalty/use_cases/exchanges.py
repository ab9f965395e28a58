"""Exchanged goods keep their points and their dates; only the difference is earned or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import OrderExchanged, OrderPlaced
from services.loyalty.rules.exchanges import Swap, swap_of
from services.loyalty.rules.portions import moved, split
from services.loyalty.use_cases.orders import award_orders
from services.loyalty.use_cases.settlement import Settlement, reference_of
from services.points.book import Entry, open_book
from services.storage.unit import UnitOfWork


def exchange_points(unit: UnitOfWork, exchanges: Sequence[OrderExchanged]) -> None:
    """Move the points of exchanged goods to the new ones, as far as these are worth as much."""
    book = open_book(unit, (exchange.customer_id for exchange in exchanges))
    if not book.entries:  # nobody among them is a member
        return
    settlement = Settlement(unit, book, ((one.returned.source, one.returned.order_id) for one in exchanges))
    surplus: list[OrderPlaced] = []
    for exchange in exchanges:
        entry = book.entries.get(exchange.customer_id)
        if entry is not None:
            swap = swap_of(exchange)
            _swap(settlement, entry, exchange, swap)
            surplus += [swap.surplus] if swap.has_surplus else []
    award_orders(unit, book, surplus)
    settlement.store()


def _swap(settlement: Settlement, entry: Entry, exchange: OrderExchanged, swap: Swap) -> None:
    back = exchange.returned
    settlement.restore(entry, (back.source, back.order_id), reference_of(back))
    points = split(settlement.awards.lose(back), swap.kept_minor, exchange.returned_minor)
    spend = split(settlement.spend.lose(back), swap.kept_minor, exchange.returned_minor)
    settlement.take_back(entry, points.taken, back)
    settlement.count_less(entry, spend.taken)
    settlement.awards.put(moved(points.kept, exchange.placed, swap.weights))
    settlement.spend.put(moved(spend.kept, exchange.placed, swap.weights))
