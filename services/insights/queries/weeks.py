"""What was bought and returned in each week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Subquery, and_, case, func, select
from sqlalchemy import type_coerce as seen_as

from services.clock import EPOCH, MICROSECOND
from services.insights.queries.comparisons import was_member
from services.insights.queries.returns import placed_orders
from services.insights.queries.sums import moments_columns, moments_of
from services.insights.rules.weeks import WeekSums
from services.intervals import Moments
from services.purchases import kept_orders
from services.spans import YEAR, Run, runs, whole
from services.storage.columns import Instant
from services.storage.tables import members, orders

YEAR_MICROSECONDS: Final = YEAR // MICROSECOND


def bought_by_week(
    connection: Connection, starts: Sequence[datetime], as_of: datetime
) -> dict[int, WeekSums]:
    """By the number of the week, which begins at starts[number]; nothing of later than `as_of`."""
    first = whole(starts[0], starts[0]).since
    query = _bought(runs(starts), _micros(starts[0]))
    rows = connection.execute(query, {"since": first - YEAR, "until": as_of})
    return {row.week: WeekSums(moments_of(row, "bought"), row.repeat_buyers, row.members) for row in rows}


def _bought(lengths: tuple[Run, ...], begins: int) -> Select[Any]:
    steps = _steps()
    week = week_number(steps.c.placed, lengths)
    each = (
        select(
            week.label("week"),
            func.sum(steps.c.net_minor).label("net"),
            func.count().label("orders"),
            func.max(steps.c.repeated).label("repeated"),
            func.max(case((was_member(seen_as(steps.c.placed, Instant)), 1), else_=0)).label("member"),
        )
        .outerjoin_from(steps, members, members.c.customer_id == steps.c.customer_id)
        .where(steps.c.placed >= begins)
        .group_by("week", steps.c.customer_id)
        .subquery("each")
    )
    return select(
        each.c.week,
        func.sum(each.c.repeated).label("repeat_buyers"),
        func.sum(each.c.member).label("members"),
        *moments_columns("bought", each.c.net, each.c.orders),
    ).group_by(each.c.week)


@cache
def _steps() -> Subquery:
    """Each kept order, and whether its customer had bought within a year before it."""
    kept = kept_orders(since=True)
    placed: ColumnElement[int] = seen_as(kept.c.placed_at, BigInteger)
    before = func.lag(placed).over(partition_by=kept.c.customer_id, order_by=kept.c.placed_at)
    return select(
        kept.c.customer_id,
        placed.label("placed"),
        kept.c.net_minor,
        case((placed - before <= YEAR_MICROSECONDS, 1), else_=0).label("repeated"),
    ).subquery("steps")


def returned_by_week(
    connection: Connection, starts: Sequence[datetime], as_of: datetime
) -> dict[int, Moments]:
    """By the number of the week: returned (y) of placed (x) orders of each customer."""
    placed = placed_orders()
    week = week_number(seen_as(placed.c.placed_at, BigInteger), runs(starts))
    each = (
        select(
            week.label("week"), func.sum(placed.c.returned).label("returned"), func.count().label("orders")
        )
        .group_by("week", placed.c.customer_id)
        .subquery("each")
    )
    query = select(each.c.week, *moments_columns("orders", each.c.returned, each.c.orders))
    times = {"since": whole(starts[0], starts[0]).since, "until": as_of}
    rows = connection.execute(query.group_by(each.c.week), times)
    return {row.week: moments_of(row, "orders") for row in rows}


def week_number(placed: ColumnElement[int], lengths: tuple[Run, ...]) -> ColumnElement[int]:
    """The number of the week of a moment in microseconds; weeks of one length are found by division."""
    return case(
        *(
            (
                and_(placed < _micros(run.end)),
                run.first + (placed - _micros(run.start)) // (run.length // MICROSECOND),
            )
            for run in lengths
        )
    )


def first_order_at(connection: Connection) -> datetime | None:
    """When the first order was placed that is known; None without orders."""
    found: datetime | None = connection.execute(select(func.min(orders.c.placed_at))).scalar()
    return found


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
