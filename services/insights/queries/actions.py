"""What customers add to a metric before and after an action, summed over a group and over the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from services.insights.queries.returns import placed_orders
from services.insights.queries.sums import moments_columns, moments_of, product
from services.insights.rules.actions import Metric, Question, ShiftSums
from services.intervals import Cross
from services.purchases import kept_orders
from services.storage.columns import Instant
from services.storage.sets import KeyList, among
from services.storage.tables import answers

BEFORE: Final = "before_"
AFTER: Final = "after_"
AMOUNTS: Final = ("y", "x", "detractors")
ZERO: Final[ColumnElement[int]] = literal_column("0", Integer)
ONE: Final[ColumnElement[int]] = literal_column("1", Integer)
NO_ANSWER: Final = ZERO.label("detractors")


def sums_around(connection: Connection, question: Question) -> dict[bool, ShiftSums]:
    """By whether the customers are in the group: each window as it was known at its own end."""
    windows, chosen = question.windows, question.customer_ids
    names: dict[str, Any] = {
        f"{BEFORE}since": windows.before.since,
        f"{BEFORE}until": windows.before.until,
        f"{AFTER}since": windows.after.since,
        f"{AFTER}until": windows.after.until,
    }
    if chosen is not None:
        names["ids"] = sorted(chosen)
        return _sides(connection, _grouped(question.metric, connection.dialect.name), names)
    return _sides(connection, _ungrouped(question.metric), names)


def _sides(connection: Connection, query: Select[Any], names: dict[str, Any]) -> dict[bool, ShiftSums]:
    rows = connection.execute(query, names)
    return {bool(row.inside): _shift_sums(row) for row in rows}


def _shift_sums(row: Any) -> ShiftSums:
    cross = Cross(*(float(part) for part in (row.yy, row.yx, row.xy, row.xx)))
    before, after = moments_of(row, "before"), moments_of(row, "after")
    return ShiftSums(row.customers, before, after, cross, int(row.before_against), int(row.after_against))


@cache
def _ungrouped(metric: Metric) -> Select[Any]:
    each = _each(metric)
    return select(ONE.label("inside"), *_sums(each)).having(func.count() > 0)


@cache
def _grouped(metric: Metric, dialect: str) -> Select[Any]:
    """On PostgreSQL the ids are rows to join: it would look through a long array once for each customer."""
    each = _each(metric)
    rows: FromClause = each
    inside = among(each.c.customer_id, "ids")
    if dialect == "postgresql":
        ids = cast(bindparam("ids", type_=KeyList()), KeyList())
        chosen = func.unnest(ids).table_valued("value", name="chosen").render_derived()
        rows = each.outerjoin(chosen, chosen.c.value == each.c.customer_id)
        inside = chosen.c.value.is_not(None)
    side = case((inside, 1), else_=0).label("inside")
    return select(side, *_sums(each)).select_from(rows).group_by("inside")


def _each(metric: Metric) -> Subquery:
    return _panel() if metric is Metric.ORDERS_PER_CUSTOMER else _both(_AMOUNTS[metric])


def _sums(each: Subquery) -> tuple[ColumnElement[Any], ...]:
    before, after = ((each.c[f"{time}y"], each.c[f"{time}x"]) for time in (BEFORE, AFTER))
    return (
        func.count().label("customers"),
        *moments_columns("before", *before),
        *moments_columns("after", *after),
        product(after[0], before[0]).label("yy"),
        product(after[0], before[1]).label("yx"),
        product(after[1], before[0]).label("xy"),
        product(after[1], before[1]).label("xx"),
        func.sum(each.c[f"{BEFORE}detractors"]).label("before_against"),
        func.sum(each.c[f"{AFTER}detractors"]).label("after_against"),
    )


def _both(amounts: Callable[[str], Select[Any]]) -> Subquery:
    """One row per customer of either window; what was in one window only is 0 in the other."""
    first, second = amounts(BEFORE).subquery(), amounts(AFTER).subquery()
    nothing = (ZERO, ZERO, ZERO)
    parts = union_all(
        select(first.c.customer_id, *_named(BEFORE, tuple(first.c)[1:]), *_named(AFTER, nothing)),
        select(second.c.customer_id, *_named(BEFORE, nothing), *_named(AFTER, tuple(second.c)[1:])),
    ).subquery("part")
    names = [time + name for time in (BEFORE, AFTER) for name in AMOUNTS]
    sums = (func.sum(parts.c[name]).label(name) for name in names)
    return select(parts.c.customer_id, *sums).group_by(parts.c.customer_id).subquery("each")


def _named(time: str, amounts: tuple[ColumnElement[Any], ...]) -> list[ColumnElement[Any]]:
    return [amount.label(time + name) for amount, name in zip(amounts, AMOUNTS, strict=True)]


def _order_value(time: str) -> Select[Any]:
    kept = kept_orders(since=True, time=time)
    found = select(
        kept.c.customer_id, func.sum(kept.c.net_minor).label("y"), func.count().label("x"), NO_ANSWER
    )
    return found.group_by(kept.c.customer_id)


def _repeat_rate(time: str) -> Select[Any]:
    kept = kept_orders(since=True, time=time)
    again = case((func.count() > 1, 1), else_=0).label("y")
    return select(kept.c.customer_id, again, ONE.label("x"), NO_ANSWER).group_by(kept.c.customer_id)


def _return_rate(time: str) -> Select[Any]:
    placed = placed_orders(time)
    returned = func.sum(placed.c.returned).label("y")
    found = select(placed.c.customer_id, returned, func.count().label("x"), NO_ANSWER)
    return found.group_by(placed.c.customer_id)


def _nps(time: str) -> Select[Any]:
    detractors = func.sum(case((answers.c.answer <= 6, 1), else_=0))
    promoters = func.sum(case((answers.c.answer >= 9, 1), else_=0))
    net = (promoters - detractors).label("y")
    return (
        select(answers.c.customer_id, net, func.count().label("x"), detractors.label("detractors"))
        .where(
            answers.c.survey == "NPS",
            answers.c.answered_at > bindparam(f"{time}since", type_=Instant()),
            answers.c.answered_at <= bindparam(f"{time}until", type_=Instant()),
        )
        .group_by(answers.c.customer_id)
    )


_AMOUNTS: Final[dict[Metric, Callable[[str], Select[Any]]]] = {
    Metric.ORDER_VALUE: _order_value,
    Metric.REPEAT_RATE: _repeat_rate,
    Metric.RETURN_RATE: _return_rate,
    Metric.NPS: _nps,
}


def _panel() -> Subquery:
    """Everybody who had bought before the first window: their orders in each window, none counting as 0."""
    kept = kept_orders(time=AFTER)
    since, moment = (bindparam(f"{BEFORE}{name}", type_=Instant()) for name in ("since", "until"))
    placed = kept.c.placed_at
    before = func.sum(case(((placed > since) & (placed <= moment), 1), else_=0))
    after = func.sum(case((placed > moment, 1), else_=0))
    return (
        select(kept.c.customer_id, *_named(BEFORE, (before, ONE, ZERO)), *_named(AFTER, (after, ONE, ZERO)))
        .group_by(kept.c.customer_id)
        .having(func.min(placed) <= since)
        .subquery("each")
    )
