"""SQL of exchanges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from services.activity.queries.returns import MatchedReturn
from services.activity.rules.exchanges import Exchange, ExchangeKey, StoredExchange
from services.storage.sets import among
from services.storage.tables import exchanges, return_lines, returns

_FIND = (
    select(
        exchanges.c.source,
        exchanges.c.exchange_id,
        exchanges.c.order_id,
        returns.c.refund_minor,
        return_lines.c.sku,
        return_lines.c.quantity,
    )
    .join_from(
        exchanges,
        returns,
        (returns.c.source == exchanges.c.source) & (returns.c.return_id == exchanges.c.return_id),
    )
    .join(
        return_lines,
        (return_lines.c.source == returns.c.source) & (return_lines.c.return_id == returns.c.return_id),
    )
    .where(among(exchanges.c.exchange_id, "ids"))
)


def find_exchanges(connection: Connection, keys: Iterable[ExchangeKey]) -> dict[ExchangeKey, StoredExchange]:
    wanted = set(keys)
    found: dict[ExchangeKey, StoredExchange] = {}
    rows = connection.execute(_FIND, {"ids": sorted({exchange_id for _, exchange_id in wanted})})
    for source, exchange_id, order_id, refund_minor, sku, quantity in rows:
        if (source, exchange_id) in wanted:
            fresh = StoredExchange(order_id, refund_minor, Counter())
            found.setdefault((source, exchange_id), fresh).units[sku] += quantity
    return found


def store_exchanges(connection: Connection, made: Sequence[tuple[Exchange, MatchedReturn]]) -> None:
    if made:
        connection.execute(insert(exchanges), [exchange_row(*one) for one in made])


def exchange_row(exchange: Exchange, matched: MatchedReturn) -> dict[str, Any]:
    return {
        "source": exchange.source,
        "exchange_id": exchange.exchange_id,
        "customer_id": exchange.customer_id,
        "exchanged_at": exchange.exchanged_at,
        "original_id": exchange.order_id,
        "return_id": matched.back.return_id,
        "order_id": exchange.new_order_id,
        "kept_minor": min(matched.refund_minor, exchange.order.total_minor),
    }
