"""Orders earn points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.events import OrderPlaced
from services.loyalty.queries import portions as queries
from services.loyalty.rules.orders import in_turn, key_of, occasion_of
from services.loyalty.rules.portions import Portion
from services.points.book import Book, Entry, open_book
from services.points.earning import Award, lots_of
from services.points.lots import MAY_EARN, Cause
from services.points.occasions import Occasion, counted_lines
from services.points.rulebook import award_all
from services.storage.unit import UnitOfWork


def earn_points(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """Award points for the orders of members, paying what they owe first."""
    book = open_book(unit, (order.customer_id for order in orders), whole=False)
    award_orders(unit, book, orders)
    book.store()


def award_orders(unit: UnitOfWork, book: Book, orders: Iterable[OrderPlaced]) -> None:
    """Credit what the orders earn to the accounts of a book, and note which lines stand for it."""
    earning = [order for order in orders if _earns(order, book.entries.get(order.customer_id))]
    awards: list[Portion] = []
    spend: list[Portion] = []
    waiting = {key_of(order) for order in earning}
    for together in in_turn(earning):
        occasions = [occasion_of(order, _tier(unit, book, order)) for order in together]
        waiting -= {one.key for one in occasions}
        for occasion, given in zip(occasions, award_all(unit, occasions, waiting), strict=True):
            entry = book.entries[occasion.customer_id]
            awards += _credit(unit, entry, occasion, given)
            spend += _count_spend(unit, entry, occasion)
    queries.insert_awards(unit.connection, awards)
    queries.insert_spend(unit.connection, spend)


def _earns(order: OrderPlaced, entry: Entry | None) -> bool:
    return entry is not None and entry.account.state in MAY_EARN and order.placed_at >= entry.enrolled_at


def _tier(unit: UnitOfWork, book: Book, order: OrderPlaced) -> str:
    return book.entries[order.customer_id].standing(order.placed_at, unit.programme).tier


def _credit(unit: UnitOfWork, entry: Entry, occasion: Occasion, given: Sequence[Award]) -> list[Portion]:
    """Credit the lots of an order; what each of its lines stands for."""
    source, order_id = occasion.key.split("/", 1)
    portions: list[Portion] = []
    for lot, shares in lots_of(occasion, given, unit.programme, unit.now):
        entry.account.credit(lot, Cause(occasion.at, f"order {occasion.key}"))
        portions += [Portion(order_id, source, line, lot.lot_id, points, 0) for line, points in shares]
    if unit.programme.tiers.metric == "points":
        entry.count(sum(one.points for one in given), occasion.at, unit.programme)
    entry.account.bring_to(unit.now)
    return portions


def _count_spend(unit: UnitOfWork, entry: Entry, occasion: Occasion) -> list[Portion]:
    """Where the tier metric is money: let the order count, and note with how much each line does."""
    if unit.programme.tiers.metric != "spend":
        return []
    source, order_id = occasion.key.split("/", 1)
    at = occasion.at.isoformat()
    lines = counted_lines(occasion)
    entry.count(sum(line.basis_minor for line in lines), occasion.at, unit.programme)
    return [Portion(order_id, source, line.line, at, line.basis_minor, 0) for line in lines]
