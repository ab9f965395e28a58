"""SQL that counts what was met at each touchpoint."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    case,
    func,
    literal,
    select,
    union_all,
)

from services.activity.rules.touchpoints import Met
from services.storage.tables import answers, carts, cases, exchanges, orders, returns, touches, visits
from services.windows import Window

_SINCE: Any = bindparam("since")
_UNTIL: Any = bindparam("until")
_NAME = case((touches.c.touchpoint == "", func.lower(touches.c.kind)), else_=touches.c.touchpoint)
_ORDER_OF = (orders.c.source == exchanges.c.source) & (orders.c.order_id == exchanges.c.order_id)
_EXCHANGE_OF = (exchanges.c.source == returns.c.source) & (exchanges.c.return_id == returns.c.return_id)


def _met(
    table: Table, name: ColumnElement[Any] | str, channel: ColumnElement[Any] | str, at: ColumnElement[Any]
) -> Select[Any]:
    """A row for each time that customers were met."""
    names = literal(name) if isinstance(name, str) else name
    channels = literal(channel) if isinstance(channel, str) else channel
    row = select(table.c.customer_id, names.label("name"), channels.label("channel"))
    return row.where(at > _SINCE, at <= _UNTIL)


_ALL = union_all(
    _met(touches, _NAME, touches.c.channel, touches.c.occurred_at),
    _met(orders, "order", orders.c.channel, orders.c.placed_at).where(orders.c.replaces == ""),
    _met(exchanges, "exchange", orders.c.channel, exchanges.c.exchanged_at).join_from(
        exchanges, orders, _ORDER_OF
    ),
    _met(returns, "return", "", returns.c.returned_at)
    .outerjoin_from(returns, exchanges, _EXCHANGE_OF)
    .where(exchanges.c.exchange_id.is_(None)),
    _met(carts, "cart", carts.c.started_channel, carts.c.started_at),
    _met(visits, "store_visit", "STORE", visits.c.entered_at),
    _met(answers, "survey", "", answers.c.answered_at),
    _met(cases, "case", "", cases.c.opened_at),
).subquery()
_COUNTS = select(
    _ALL.c.name, _ALL.c.channel, func.count(), func.count(_ALL.c.customer_id.distinct())
).group_by(_ALL.c.name, _ALL.c.channel)


def count_touchpoints(connection: Connection, window: Window) -> list[Met]:
    """What was met in a window, by name and channel."""
    names = {"since": window.begins_after, "until": window.until}
    return [Met(*row) for row in connection.execute(_COUNTS, names)]
