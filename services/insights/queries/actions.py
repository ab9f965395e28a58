"""What each customer adds to a metric before and after an action."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, literal_column, select

from services.insights.queries.returns import placed_orders
from services.insights.rules.actions import Amounts, Metric, PerCustomer, Windows
from services.insights.rules.spans import Span
from services.purchases import kept_orders
from services.storage.columns import Instant
from services.storage.tables import answers

Both = tuple[PerCustomer, PerCustomer]


def amounts_around(connection: Connection, metric: Metric, windows: Windows) -> Both:
    """What each customer adds, before and after: each window as it was known at its own end."""
    if metric is Metric.ORDERS_PER_CUSTOMER:
        return _orders_per_customer(connection, windows)
    query = _QUERIES[metric]()
    return _amounts(connection, query, windows.before), _amounts(connection, query, windows.after)


def _amounts(connection: Connection, query: Select[Any], span: Span) -> PerCustomer:
    rows = connection.execute(query, {"since": span.since, "until": span.until})
    return {row[0]: Amounts(*map(int, row[1:])) for row in rows}  # PostgreSQL sums to decimals


@cache
def _order_value() -> Select[Any]:
    kept = kept_orders(since=True)
    return select(kept.c.customer_id, func.sum(kept.c.net_minor), func.count()).group_by(kept.c.customer_id)


@cache
def _repeat_rate() -> Select[Any]:
    kept = kept_orders(since=True)
    again = case((func.count() > 1, 1), else_=0)
    return select(kept.c.customer_id, again, literal_column("1")).group_by(kept.c.customer_id)


@cache
def _return_rate() -> Select[Any]:
    placed = placed_orders()
    return select(placed.c.customer_id, func.sum(placed.c.returned), func.count()).group_by(
        placed.c.customer_id
    )


@cache
def _nps() -> Select[Any]:
    detractors = func.sum(case((answers.c.answer <= 6, 1), else_=0))
    promoters = func.sum(case((answers.c.answer >= 9, 1), else_=0))
    return (
        select(answers.c.customer_id, promoters - detractors, func.count(), detractors)
        .where(
            answers.c.survey == "NPS",
            answers.c.answered_at > bindparam("since"),
            answers.c.answered_at <= bindparam("until"),
        )
        .group_by(answers.c.customer_id)
    )


_QUERIES: dict[Metric, Callable[[], Select[Any]]] = {
    Metric.ORDER_VALUE: _order_value,
    Metric.REPEAT_RATE: _repeat_rate,
    Metric.RETURN_RATE: _return_rate,
    Metric.NPS: _nps,
}


@cache
def _panel() -> Select[Any]:
    """Everybody who had bought before the first window: their orders in each window, none counting as 0."""
    kept = kept_orders()
    since, moment = (bindparam(name, type_=Instant()) for name in ("before", "moment"))
    placed = kept.c.placed_at
    before = func.sum(case(((placed > since) & (placed <= moment), 1), else_=0))
    after = func.sum(case((placed > moment, 1), else_=0))
    return (
        select(kept.c.customer_id, before, after)
        .group_by(kept.c.customer_id)
        .having(func.min(placed) <= since)
    )


def _orders_per_customer(connection: Connection, windows: Windows) -> Both:
    times = {
        "before": windows.before.since,
        "moment": windows.before.until,
        "until": windows.after.until,
    }
    rows = connection.execute(_panel(), times).all()
    return {row[0]: Amounts(row[1], 1) for row in rows}, {row[0]: Amounts(row[2], 1) for row in rows}
