"""Returned goods take their points back, and give back the points that paid for them."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import OrderReturned
from services.loyalty.rules.portions import by_subject
from services.loyalty.use_cases.settlement import Settlement
from services.points.book import Entry, open_book
from services.storage.unit import UnitOfWork


def reverse_points(unit: UnitOfWork, returns: Sequence[OrderReturned]) -> None:
    """Take back the points of returned goods: the original award, never today's rule."""
    book = open_book(unit, (back.customer_id for back in returns))
    if not book.entries:
        return
    settlement = Settlement(unit, book, ((back.source, back.order_id) for back in returns))
    for back in returns:
        entry = book.entries.get(back.customer_id)
        if entry is not None:
            _reverse(settlement, entry, back)
    settlement.store()


def _reverse(settlement: Settlement, entry: Entry, back: OrderReturned) -> None:
    settlement.restore(entry, back)
    points = by_subject((one.portion, one.amount) for one in settlement.awards.lose(back))
    spend = by_subject((one.portion, one.amount) for one in settlement.spend.lose(back))
    settlement.take_back(entry, points, back)
    settlement.count_less(entry, spend)
