"""In how many channels each customer came to us within a window."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, case, func, literal_column, select, union

from services.programme.touchpoints import INITIATED_KINDS, TouchKind
from services.storage.columns import Instant
from services.storage.tables import orders, touches, visits

STORE: Final = "STORE"

_SINCE: Any = bindparam("since", type_=Instant())
_UNTIL: Any = bindparam("until", type_=Instant())


def _within(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Reads the whole table: to fetch the rows of some months by an index would cost ten times more."""
    unindexed: ColumnElement[Any] = moment + literal_column("0")
    return and_(unindexed > _SINCE, unindexed <= _UNTIL)


def _unsorted(customer_id: ColumnElement[str]) -> ColumnElement[str]:
    """The same id: SQLite would walk an index for it, and fetch each of its rows."""
    found: ColumnElement[str] = customer_id.concat(literal_column("''"))
    return found.label("customer_id")


@cache
def channel_counts() -> Subquery:
    """customer_id and channels: how many distinct ones the customer began something in, after `since`.

    Orders, touches that the customer began, and visits to stores; what we send never counts.
    """
    placed = select(orders.c.customer_id, orders.c.channel).where(_within(orders.c.placed_at))
    clicked = case((touches.c.kind == TouchKind.NEWSLETTER_CLICKED, "EMAIL"), else_=touches.c.channel)
    in_store: ColumnElement[str] = literal_column(f"'{STORE}'")
    touched = select(_unsorted(touches.c.customer_id), clicked.label("channel")).where(
        touches.c.kind.in_(sorted(INITIATED_KINDS)), ~touches.c.outbound, _within(touches.c.occurred_at)
    )
    visited = select(visits.c.customer_id, in_store.label("channel")).where(_within(visits.c.entered_at))
    used = union(*(select(one.distinct().subquery()) for one in (placed, touched, visited))).subquery("used")
    return (
        select(used.c.customer_id, func.count().label("channels"))
        .group_by(used.c.customer_id)
        .subquery("channel_counts")
    )
