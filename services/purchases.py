"""What a purchase is, once for everybody: kept orders as a selectable over the stored orders.

A kept order is worth something: what was placed less what was refunded, with the exchanges of its goods
folded into it. Orders of nothing and fully refunded ones do not count, and an exchange is no purchase.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from services.storage.columns import Instant
from services.storage.sets import among
from services.storage.tables import orders, return_lines

# Written into the text: a partial index serves only a condition that it can see.
_NO_ORIGINAL: Any = literal_column("''")


@cache
def kept_orders(*, since: bool = False, ids: bool = False, time: str = "") -> Subquery:
    """The kept orders as of the parameter `until`, as far as is known now, one row each.

    Columns: customer_id, source, order_id, placed_at, channel, net_minor (above 0). Orders, exchanges and
    returns later than `until` have not happened. since: only orders placed after the parameter `since`.
    ids: only of the customers in the parameter `ids`. time: comes before the names of the parameters `since`
    and `until`, so that one statement can look at two times.
    """
    until = bindparam(f"{time}until", type_=Instant())
    later = _later_refunds(until, time, ids=ids)
    swapped = _exchanged(later, until, time, ids=ids)
    net = _worth(orders, later) + func.coalesce(swapped.c.net_minor, 0)
    found = (
        select(
            orders.c.customer_id,
            orders.c.source,
            orders.c.order_id,
            orders.c.placed_at,
            orders.c.channel,
            net.label("net_minor"),
        )
        .outerjoin_from(orders, later, _same_order(later, orders))
        .outerjoin(swapped, _same_order(swapped, orders))
        .where(orders.c.replaces == _NO_ORIGINAL, orders.c.placed_at <= until, net > 0)
    )
    if since:
        found = found.where(orders.c.placed_at > bindparam(f"{time}since", type_=Instant()))
    return _of_ids(found, orders, ids=ids).subquery(f"{time}kept_orders")


def _later_refunds(until: Any, time: str, *, ids: bool) -> CTE:
    """What was refunded of each order after `until`: at the present almost nothing."""
    found = select(
        return_lines.c.source,
        return_lines.c.order_id,
        _total(return_lines.c.amount_minor).label("amount_minor"),
    ).where(return_lines.c.returned_at > until)
    grouped = found.group_by(return_lines.c.source, return_lines.c.order_id)
    return _of_ids(grouped, return_lines, ids=ids).cte(f"{time}later_refunds")


def _exchanged(later: CTE, until: Any, time: str, *, ids: bool) -> CTE:
    """What the goods taken in exchange are worth, by the order that the first goods were bought with.

    Goods taken in an exchange may be exchanged again, so the way back goes over any number of orders.
    """
    first = select(orders.c.source, orders.c.order_id, orders.c.replaces.label("original_id")).where(
        orders.c.replaces != _NO_ORIGINAL, orders.c.placed_at <= until
    )
    chain = _of_ids(first, orders, ids=ids).cte(f"{time}chain", recursive=True)
    before = orders.alias("before")
    further = select(chain.c.source, chain.c.order_id, before.c.replaces).join_from(
        chain,
        before,
        (before.c.source == chain.c.source)
        & (before.c.order_id == chain.c.original_id)
        & (before.c.replaces != _NO_ORIGINAL),
    )
    chain = chain.union_all(further)
    taken = orders.alias("taken")
    return (
        select(
            chain.c.source,
            chain.c.original_id.label("order_id"),
            _total(_worth(taken, later)).label("net_minor"),
        )
        .join_from(chain, taken, _same_order(taken, chain))
        .outerjoin(later, _same_order(later, taken))
        .group_by(chain.c.source, chain.c.original_id)
        .cte(f"{time}exchanged")
    )


def _worth(of: FromClause, later: CTE) -> ColumnElement[int]:
    return of.c.total_minor - of.c.refunded_minor + func.coalesce(later.c.amount_minor, 0)


def _total(amount: ColumnElement[int]) -> ColumnElement[int]:
    """A sum that stays a whole number: PostgreSQL makes a decimal of it."""
    return cast(func.sum(amount), BigInteger)


def _same_order(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return (one.c.source == other.c.source) & (one.c.order_id == other.c.order_id)


def _of_ids(found: Select[Any], rows: FromClause, *, ids: bool) -> Select[Any]:
    return found.where(among(rows.c.customer_id, "ids")) if ids else found
