"""SQL that counts what was met at each touchpoint."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select, union_all

from services.activity.rules.touchpoints import Met
from services.touch_records import (
    ANSWERS,
    CARTS,
    CASES,
    EXCHANGES,
    ORDERS,
    RETURNS,
    TOUCHES,
    VISITS,
    Record,
)
from services.windows import Window

COUNTED: Final = (TOUCHES, ORDERS, EXCHANGES, RETURNS, CARTS, VISITS, ANSWERS, CASES)


def _met(record: Record) -> Select[Any]:
    """A row for each time that customers were met in the window."""
    row = record.select(
        record.customer.label("customer_id"),
        record.touchpoint.label("name"),
        record.channel.label("channel"),
    )
    return row.where(record.at > bindparam("since"), record.at <= bindparam("until"))


_ALL = union_all(*map(_met, COUNTED)).subquery().c
_COUNTS = select(_ALL.name, _ALL.channel, func.count(), func.count(_ALL.customer_id.distinct())).group_by(
    _ALL.name, _ALL.channel
)


def count_touchpoints(connection: Connection, window: Window) -> list[Met]:
    """What was met in a window, by name and channel."""
    names = {"since": window.begins_after, "until": window.until}
    return [Met(*row) for row in connection.execute(_COUNTS, names)]
