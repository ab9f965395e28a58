"""Recording returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.activity.queries import orders as order_queries
from services.activity.queries import returns as queries
from services.activity.rules.returns import (
    Match,
    OrderNotFoundError,
    Purchase,
    Return,
    ReturnExceedsOrderError,
    ReturnRecorded,
    match_return,
)
from services.errors import RegularsError, check_moment
from services.events import OrderReturned, ReturnedLine
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(ReturnRecorded)
def record_returns(unit: UnitOfWork, returns: Sequence[Return]) -> list[ReturnRecorded | RegularsError]:
    lock_customers(unit, (back.customer_id for back in returns))
    known = queries.find_returns(unit.connection, ((back.source, back.return_id) for back in returns))
    orders = order_queries.find_orders(unit.connection, ((back.source, back.order_id) for back in returns))
    purchases = queries.purchases(unit.connection, returns)
    answers: list[ReturnRecorded | RegularsError] = []
    matched: list[queries.MatchedReturn] = []
    for back in returns:
        key = (back.source, back.return_id)
        if key in known:
            answers.append(ReturnRecorded(True, *known[key]))
            continue
        outcome = _take_back(unit, back, orders, purchases.get((back.source, back.customer_id), ()))
        if isinstance(outcome, queries.MatchedReturn):
            matched.append(outcome)
            known[key] = (outcome.refund_minor, outcome.unmatched_units)
            answers.append(ReturnRecorded(False, *known[key]))
        else:
            answers.append(outcome)
    queries.store_returns(unit.connection, matched)
    _emit_returned(unit, matched)
    return answers


def _take_back(
    unit: UnitOfWork,
    back: Return,
    orders: dict[order_queries.OrderKey, order_queries.StoredOrder],
    purchases: Iterable[Purchase],
) -> queries.MatchedReturn | RegularsError:
    problem = check_moment(back.returned_at, unit.now, "order_return.returned_at")
    if problem is not None:
        return problem
    order = orders.get((back.source, back.order_id))
    if back.order_id and (order is None or order.customer_id != back.customer_id):
        return OrderNotFoundError(field="order_return.order_id", order_id=back.order_id)
    pool = [one for one in purchases if back.order_id in {"", one.order_id}]
    left = [one.left for one in pool]
    matches, unmatched = match_return(back, pool)
    if back.order_id and unmatched:
        for one, units in zip(pool, left, strict=True):
            one.left = units
        return ReturnExceedsOrderError(field="order_return.lines", units_too_many=unmatched)
    return queries.MatchedReturn(back, matches, unmatched)


def _emit_returned(unit: UnitOfWork, matched: Sequence[queries.MatchedReturn]) -> None:
    """One event per return and order, with the order's whole refund after it."""
    touched = {(one.back.source, match.purchase.order_id) for one in matched for match in one.matches}
    after = order_queries.find_orders(unit.connection, touched) if touched else {}
    for one in matched:
        for order_id in sorted({match.purchase.order_id for match in one.matches}):
            order = after[one.back.source, order_id]
            unit.emit(_returned(one, order_id, order))


def _returned(one: queries.MatchedReturn, order_id: str, order: order_queries.StoredOrder) -> OrderReturned:
    return OrderReturned(
        one.back.source,
        order_id,
        one.back.customer_id,
        one.back.returned_at,
        one.back.return_id,
        order.total_minor,
        order.refunded_minor,
        tuple(_line(match) for match in one.matches if match.purchase.order_id == order_id),
    )


def _line(match: Match) -> ReturnedLine:
    return ReturnedLine(match.purchase.line, match.purchase.quantity, match.returned_quantity)
