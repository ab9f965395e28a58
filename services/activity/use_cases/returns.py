"""Recording returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.activity.queries import orders as order_queries
from services.activity.queries import returns as queries
from services.activity.queries.open_units import find_pool
from services.activity.queries.orders import OrderKey, StoredOrder
from services.activity.queries.returns import MatchedReturn, units_left
from services.activity.rules.open_units import Pool
from services.activity.rules.returns import (
    Fields,
    Return,
    ReturnKey,
    ReturnRecorded,
    StoredReturn,
    check_order,
    exceeding,
    match_return,
    put_back,
    repeated,
    units_of,
    waiting_units,
)
from services.activity.use_cases.settling import Settling
from services.errors import InvalidError, RegularsError, check_moment
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case

NAMES: Final = Fields("order_return.order_id", "order_return.returned_at", "order_return.lines")


@use_case(ReturnRecorded)
def record_returns(unit: UnitOfWork, returns: Sequence[Return]) -> list[ReturnRecorded | RegularsError]:
    orders = _lock(unit, returns)
    known = queries.find_returns(unit.connection, (one.key for one in returns))
    pool = find_pool(unit.connection, (one for one in returns if one.key not in known))
    fresh: dict[ReturnKey, MatchedReturn] = {}
    problems: list[RegularsError | None] = [None] * len(returns)
    for place, back in enumerate(returns):
        if back.key in known or back.key in fresh:
            continue
        outcome = _moment_problem(unit, back) or take_back(back, orders, pool, NAMES)
        if isinstance(outcome, MatchedReturn):
            fresh[back.key] = outcome
        else:
            problems[place] = outcome
    if fresh:
        _store(unit, pool, list(fresh.values()))
        known |= _stored(unit, fresh)
    return [
        problem or _answer(back, known[back.key], fresh)
        for back, problem in zip(returns, problems, strict=True)
    ]


def _stored(unit: UnitOfWork, fresh: Mapping[ReturnKey, MatchedReturn]) -> dict[ReturnKey, StoredReturn]:
    """What is stored of new returns; those without an order have found their places only now."""
    stored = {key: one.stored for key, one in fresh.items()}
    nameless = [key for key, one in fresh.items() if not one.back.order_id]
    return stored | (queries.find_returns(unit.connection, nameless) if nameless else {})


def _answer(
    back: Return, stored: StoredReturn, fresh: Mapping[ReturnKey, MatchedReturn]
) -> ReturnRecorded | RegularsError:
    answer = repeated(back, stored)
    is_first = back.key in fresh and fresh[back.key].back is back
    return replace(answer, duplicate=False) if is_first and isinstance(answer, ReturnRecorded) else answer


def _lock(unit: UnitOfWork, returns: Sequence[Return]) -> Mapping[OrderKey, StoredOrder]:
    """Lock the customers; the orders that the returns name and that are known.

    Customers may return what nobody knew they had bought; a return of what another bought makes nobody known.
    """
    lock_known(unit, (one.customer_id for one in returns))
    keys = [(one.source, one.order_id) for one in returns]
    orders = order_queries.find_orders(unit.connection, keys)
    strangers = [
        one
        for one, key in zip(returns, keys, strict=True)
        if key not in orders and _moment_problem(unit, one) is None
    ]
    lock_customers(unit, (one.customer_id for one in strangers))
    may_have_come = any(one.order_id for one in strangers)  # while the customer was not locked
    return order_queries.find_orders(unit.connection, keys) if may_have_come else orders


def _moment_problem(unit: UnitOfWork, back: Return) -> InvalidError | None:
    return check_moment(back.returned_at, unit.now, NAMES.returned_at)


def _store(unit: UnitOfWork, pool: Pool, fresh: Sequence[MatchedReturn]) -> None:
    for one in fresh:
        if not one.back.order_id:
            pool.units += units_left(one)
    settling = Settling(unit, pool, fresh)
    settling.make_room()
    queries.store_returns(unit.connection, fresh)
    for event in settling.returned(fresh):
        unit.emit(event)
    settling.fill()


def take_back(
    back: Return, orders: Mapping[OrderKey, StoredOrder], pool: Pool, names: Fields
) -> MatchedReturn | RegularsError:
    """Match a return with the order that it names, or say why not.

    It waits for an order that is not known yet. Units that name no order find their places in the pool later.
    orders: what is stored for the batch.
    """
    order = orders.get((back.source, back.order_id)) if back.order_id else None
    if order is None:
        return MatchedReturn(back, (), units_of(back.lines))
    problem = check_order(back, order.customer_id, order.placed_at, names)
    if problem is not None:
        return problem
    matches, unmatched = match_return(back, pool.of(back.source, back.customer_id))
    too_many = exceeding(back, unmatched, names)
    if too_many is not None:
        put_back(matches)
        return too_many
    return MatchedReturn(back, matches, waiting_units(back, unmatched))
