"""How many of each cohort came back, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Subquery, case, func, select
from sqlalchemy import type_coerce as seen_as
from sqlalchemy.sql.functions import FunctionElement

from services.clock import EPOCH, MICROSECOND
from services.insights.rules.cohorts import YEARS_AFTER, CohortCounts
from services.purchases import kept_orders
from services.spans import YEAR

YEAR_MICROSECONDS: Final = YEAR // MICROSECOND


@cache
def _steps() -> Subquery:
    """Each kept order: its place among the customer's, how far after the first it and the one before came."""
    kept = kept_orders()
    placed: ColumnElement[int] = seen_as(kept.c.placed_at, BigInteger)

    def over(function: FunctionElement[int]) -> ColumnElement[int]:
        return function.over(partition_by=kept.c.customer_id, order_by=kept.c.placed_at)

    first = over(func.min(placed))
    return select(
        first.label("first"),
        over(func.row_number()).label("place"),
        (placed - first).label("age"),
        (over(func.lag(placed)) - first).label("age_before"),
    ).subquery("steps")


def count_cohorts(
    connection: Connection, starts: Sequence[datetime], as_of: datetime
) -> dict[int, CohortCounts]:
    """By the number of the cohort, which begins at starts[number]; nothing of later than `as_of`."""
    steps = _steps()
    bounds = [(start - EPOCH) // MICROSECOND for start in starts]
    cohort = case(*((steps.c.first < end, number) for number, end in enumerate(bounds[1:])))
    repeated = (steps.c.place == 2) & (steps.c.age <= YEAR_MICROSECONDS)
    years = (_comes_in(steps, year) for year in range(1, YEARS_AFTER + 1))
    query = (
        select(cohort.label("cohort"), *map(_count, (steps.c.place == 1, repeated, *years)))
        .where(steps.c.first >= bounds[0], steps.c.first < bounds[-1])
        .group_by("cohort")
    )
    rows = connection.execute(query, {"until": as_of})
    return {row[0]: CohortCounts(row[1], row[2], tuple(row[3:])) for row in rows}


def _comes_in(steps: Subquery, year: int) -> ColumnElement[bool]:
    """Whether the order is its customer's first one in a year after the first, counted from 1."""
    begins = year * YEAR_MICROSECONDS
    return (
        (steps.c.age > begins) & (steps.c.age <= begins + YEAR_MICROSECONDS) & (steps.c.age_before <= begins)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
