"""Recording returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from services.activity.queries import orders as order_queries
from services.activity.queries import returns as queries
from services.activity.queries.orders import OrderKey, StoredOrder
from services.activity.queries.returns import MatchedReturn
from services.activity.rules.returns import (
    Fields,
    Match,
    Purchase,
    Return,
    ReturnRecorded,
    check_order,
    exceeding,
    match_return,
    put_back,
    repeated,
    units_of,
    waiting_units,
)
from services.errors import InvalidError, RegularsError, check_moment
from services.events import OrderReturned, ReturnedLine
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case

NAMES: Final = Fields("order_return.order_id", "order_return.returned_at", "order_return.lines")


@use_case(ReturnRecorded)
def record_returns(unit: UnitOfWork, returns: Sequence[Return]) -> list[ReturnRecorded | RegularsError]:
    orders = _lock(unit, returns)
    known = queries.find_returns(unit.connection, ((back.source, back.return_id) for back in returns))
    purchases = queries.purchases(unit.connection, returns)
    answers: list[ReturnRecorded | RegularsError] = []
    matched: list[MatchedReturn] = []
    for back in returns:
        key = (back.source, back.return_id)
        if key in known:
            answers.append(repeated(back, known[key]))
            continue
        outcome = _moment_problem(unit, back) or take_back(
            back, orders, purchases.get((back.source, back.customer_id), ()), NAMES
        )
        if isinstance(outcome, MatchedReturn):
            matched.append(outcome)
            known[key] = outcome.stored
            answers.append(
                ReturnRecorded(False, outcome.refund_minor, outcome.waiting.total(), outcome.waits)
            )
        else:
            answers.append(outcome)
    if matched:
        _store(unit, matched)
    return answers


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


def _store(unit: UnitOfWork, matched: Sequence[MatchedReturn]) -> None:
    touched = {(one.back.source, match.purchase.order_id) for one in matched for match in one.matches}
    before = order_queries.find_orders(unit.connection, touched)
    queries.store_returns(unit.connection, matched)
    for event in returned_events(matched, before):
        unit.emit(event)


def take_back(
    back: Return,
    orders: Mapping[OrderKey, StoredOrder],
    purchases: Iterable[Purchase],
    names: Fields,
) -> MatchedReturn | RegularsError:
    """Match a return with what was bought, or say why not; it waits for an order that is not known yet.

    orders, purchases: what is stored for the batch.
    """
    if back.order_id:
        order = orders.get((back.source, back.order_id))
        if order is None:
            return MatchedReturn(back, (), units_of(back.lines))
        problem = check_order(back, order.customer_id, order.placed_at, names)
        if problem is not None:
            return problem
    pool = [one for one in purchases if back.order_id in {"", one.order_id}]
    matches, unmatched = match_return(back, pool)
    too_many = exceeding(back, unmatched, names) if back.order_id else None
    if too_many is not None:
        put_back(matches)
        return too_many
    return MatchedReturn(back, matches, waiting_units(back, unmatched))


def returned_events(
    matched: Sequence[MatchedReturn], before: Mapping[OrderKey, StoredOrder]
) -> Iterator[OrderReturned]:
    """One event per return and order, with all that came back of the order up to it.

    before: the orders as they were before the batch.
    """
    refunded: dict[OrderKey, int] = {}
    for one in matched:
        for order_id in sorted({match.purchase.order_id for match in one.matches}):
            key = (one.back.source, order_id)
            matches = [match for match in one.matches if match.purchase.order_id == order_id]
            so_far = refunded.get(key, before[key].refunded_minor)
            refunded[key] = so_far + sum(match.amount_minor for match in matches)
            yield _returned(one.back, order_id, before[key].total_minor, refunded[key], matches)


def _returned(
    back: Return, order_id: str, total_minor: int, refunded_minor: int, matches: Iterable[Match]
) -> OrderReturned:
    lines = {
        match.purchase.line: ReturnedLine(
            match.purchase.line, match.purchase.quantity, match.returned_quantity
        )
        for match in matches
    }
    return OrderReturned(
        back.source,
        order_id,
        back.customer_id,
        back.returned_at,
        back.return_id,
        total_minor,
        refunded_minor,
        tuple(lines.values()),
    )
