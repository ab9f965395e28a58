"""Returns and exchanges that came before their order take effect when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.activity.queries import orders as order_queries
from services.activity.queries import returns as return_queries
from services.activity.queries import waiting as queries
from services.activity.queries.returns import MatchedReturn
from services.activity.rules.exchanges import Exchange
from services.activity.rules.returns import Return, match_return, waiting_units
from services.activity.rules.waiting import ReturnKey, next_of_each, waiting_returns
from services.activity.use_cases.exchanges import do_waiting
from services.activity.use_cases.returns import returned_events
from services.events import OrderPlaced, OrderSettling
from services.storage.unit import UnitOfWork


def settle_orders(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """Do what waits for the orders that came, one step for each customer after another, as it happened.

    A step is followed by what its goods mean for points, and only then by the next.
    """
    _step(unit, orders, frozenset())


def settle_on(unit: UnitOfWork, settling: Iterable[OrderSettling]) -> None:
    """Take the next step."""
    for one in settling:
        _step(unit, one.orders, one.tried)


def _step(unit: UnitOfWork, orders: Sequence[OrderPlaced], tried: frozenset[ReturnKey]) -> None:
    """tried: returns that were looked at in earlier steps; these orders explain no more of them."""
    units = queries.find_units(
        unit.connection, (one.customer_id for one in orders), (sku for one in orders for sku in one.skus)
    )
    exchanges = queries.exchanges_of_orders(unit.connection, ((one.source, one.order_id) for one in orders))
    if not units and not exchanges:
        return
    waiting = [one for one in waiting_returns(units, orders) if (one.source, one.return_id) not in tried]
    returns, due, is_left = next_of_each([*waiting, *exchanges])
    _match(unit, returns)
    _exchange(unit, due)
    if is_left:
        tried |= {(one.source, one.return_id) for one in returns}
        unit.emit(OrderSettling(tuple(orders), tried))


def _match(unit: UnitOfWork, waiting: Sequence[Return]) -> None:
    """Let waiting units go back to the orders that explain them."""
    if not waiting:
        return
    purchases = return_queries.purchases(unit.connection, waiting)
    matched: list[MatchedReturn] = []
    for back in waiting:
        pool = purchases.get((back.source, back.customer_id), ())
        matches, unmatched = match_return(back, [one for one in pool if back.order_id in {"", one.order_id}])
        matched.append(MatchedReturn(back, matches, waiting_units(back, unmatched)))
    _store(unit, [one for one in matched if one.matches])


def _store(unit: UnitOfWork, matched: Sequence[MatchedReturn]) -> None:
    keys = {(one.back.source, match.purchase.order_id) for one in matched for match in one.matches}
    before = order_queries.find_orders(unit.connection, keys)
    last = queries.last_lines(unit.connection, ((one.back.source, one.back.return_id) for one in matched))
    return_queries.store_matches(
        unit.connection,
        [(one, last.get((one.back.source, one.back.return_id), -1) + 1) for one in matched],
    )
    queries.explain_units(
        unit.connection,
        [
            (one.back, match.purchase.sku, match.quantity, match.amount_minor)
            for one in matched
            for match in one.matches
        ],
    )
    for event in returned_events(matched, before):
        unit.emit(event)


def _exchange(unit: UnitOfWork, due: Sequence[Exchange]) -> None:
    if not due:
        return
    refused = do_waiting(unit, due)
    queries.refuse_exchanges(unit.connection, refused)
    done = [(one.source, one.exchange_id) for one in due]
    queries.forget_exchanges(unit.connection, [key for key in done if key not in refused])
