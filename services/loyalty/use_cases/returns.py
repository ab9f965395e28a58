"""Returned goods take their points back, and give back the points that paid for them."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import OrderReturned, PointsSpent, ReturnMoved
from services.loyalty.queries import families
from services.loyalty.rules.portions import by_subject
from services.loyalty.use_cases.settlement import Settlement, reference_of
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
    settlement.restore(entry, (back.source, back.order_id), reference_of(back))
    points = by_subject((one.portion, one.amount) for one in settlement.awards.lose(back))
    spend = by_subject((one.portion, one.amount) for one in settlement.spend.lose(back))
    settlement.take_back(entry, points, back)
    settlement.count_less(entry, spend)


def give_points_again(unit: UnitOfWork, moves: Sequence[ReturnMoved]) -> None:
    """Undo what returns did to points of orders to which their goods turn out not to belong."""
    book = open_book(unit, (move.customer_id for move in moves))
    if not book.entries:
        return
    settlement = Settlement(unit, book, ((one.returned.source, one.returned.order_id) for one in moves))
    for move in moves:
        entry = book.entries.get(move.customer_id)
        if entry is not None:
            _undo(settlement, entry, move.returned)
    settlement.store()


def _undo(settlement: Settlement, entry: Entry, back: OrderReturned) -> None:
    points = by_subject((one.portion, one.amount) for one in settlement.awards.regain(back))
    spend = by_subject((one.portion, -one.amount) for one in settlement.spend.regain(back))
    settlement.give_again(entry, points, back)
    settlement.count_less(entry, spend)
    settlement.spend_again(entry, (back.source, back.order_id), reference_of(back))


def restore_spent(unit: UnitOfWork, spent: Sequence[PointsSpent]) -> None:
    """Points may be spent on one's order when it is returned already: what it repays comes back at once."""
    returned = families.returned_orders(unit.connection, ((one.source, one.order_id) for one in spent))
    late = [one for one in spent if returned.get((one.source, one.order_id)) == one.customer_id]
    if not late:
        return
    book = open_book(unit, (one.customer_id for one in late))
    settlement = Settlement(unit, book, returned)
    for one in late:
        entry = book.entries.get(one.customer_id)
        if entry is not None:
            settlement.restore(entry, (one.source, one.order_id), f"order {one.source}/{one.order_id}")
    settlement.store()
