"""Returns and exchanges that came before their order take effect when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.activity.queries import returns as return_queries
from services.activity.queries import waiting as queries
from services.activity.queries.open_units import find_pool, find_units
from services.activity.queries.returns import MatchedReturn
from services.activity.rules.exchanges import Exchange
from services.activity.rules.open_units import OpenUnits, waiting_returns
from services.activity.rules.returns import Return, ReturnKey, match_return, waiting_units
from services.activity.rules.waiting import next_of_each
from services.activity.use_cases.exchanges import do_waiting
from services.activity.use_cases.settling import Settling
from services.events import OrderPlaced, OrderSettling
from services.storage.unit import UnitOfWork


def settle_orders(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """Do what waits for the orders that came, one step for each customer after another, as it happened.

    A step is followed by what its goods mean for points, and only then by the next. Units that came back
    without an order may find better places now.
    """
    _step(unit, orders, frozenset())


def settle_on(unit: UnitOfWork, settling: Iterable[OrderSettling]) -> None:
    """Take the next step."""
    for one in settling:
        _step(unit, one.orders, one.tried)


def _step(unit: UnitOfWork, orders: Sequence[OrderPlaced], tried: frozenset[ReturnKey]) -> None:
    """tried: returns that were looked at in earlier steps; these orders explain no more of them."""
    found = find_units(
        unit.connection, (one.customer_id for one in orders), (sku for one in orders for sku in one.skus)
    )
    units = [one for one in found if any(map(one.explained_by, orders))]
    exchanges = queries.exchanges_of_orders(unit.connection, ((one.source, one.order_id) for one in orders))
    waiting = [one for one in waiting_returns(units) if one.key not in tried]
    returns, due, is_left = next_of_each([*waiting, *exchanges])
    if units:
        _match(unit, units, returns)
    _exchange(unit, due)
    if is_left:
        tried |= {one.key for one in returns}
        unit.emit(OrderSettling(tuple(orders), tried))


def _match(unit: UnitOfWork, units: Sequence[OpenUnits], waiting: Sequence[Return]) -> None:
    """Let units go back to the orders that explain them: first those of returns that wait for one."""
    pool = find_pool(unit.connection, waiting, units)
    matched: list[MatchedReturn] = []
    for back in waiting:
        matches, unmatched = match_return(back, pool.of(back.source, back.customer_id))
        matched.append(MatchedReturn(back, matches, waiting_units(back, unmatched)))
    settling = Settling(unit, pool, matched)
    settling.make_room()
    return_queries.store_matches(unit.connection, matched)
    for event in settling.returned(matched):
        unit.emit(event)
    settling.fill()


def _exchange(unit: UnitOfWork, due: Sequence[Exchange]) -> None:
    if not due:
        return
    refused = do_waiting(unit, due)
    queries.refuse_exchanges(unit.connection, refused)
    done = [(one.source, one.exchange_id) for one in due]
    queries.forget_exchanges(unit.connection, [key for key in done if key not in refused])
