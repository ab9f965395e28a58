"""SQL of exchanges that wait for an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from services.activity.queries.orders import OrderKey
from services.activity.rules.exchanges import Exchange, ExchangeKey
from services.activity.rules.orders import OrderLine
from services.activity.rules.returns import ReturnLine
from services.storage.sets import among, insert_rows
from services.storage.tables import waiting_exchanges

_EXCHANGES = select(
    waiting_exchanges.c.source,
    waiting_exchanges.c.exchange_id,
    waiting_exchanges.c.customer_id,
    waiting_exchanges.c.exchanged_at,
    waiting_exchanges.c.order_id,
    waiting_exchanges.c.content,
)
_EXCHANGES_OF_ORDERS = _EXCHANGES.where(
    among(waiting_exchanges.c.order_id, "orders"), waiting_exchanges.c.refused == ""
)
_FIND_EXCHANGES = _EXCHANGES.where(among(waiting_exchanges.c.exchange_id, "ids"))
_EXCHANGE = (waiting_exchanges.c.source == bindparam("of_source")) & (
    waiting_exchanges.c.exchange_id == bindparam("of_id")
)
_REFUSE = update(waiting_exchanges).where(_EXCHANGE).values(refused=bindparam("reason"))
_FORGET = delete(waiting_exchanges).where(_EXCHANGE)


def exchanges_of_orders(connection: Connection, keys: Iterable[OrderKey]) -> list[Exchange]:
    """The exchanges that wait for the orders."""
    wanted = set(keys)
    rows = connection.execute(_EXCHANGES_OF_ORDERS, {"orders": sorted({order_id for _, order_id in wanted})})
    found = [exchange_of(*row) for row in rows]
    return [one for one in found if (one.source, one.order_id) in wanted]


def find_exchanges(connection: Connection, keys: Iterable[ExchangeKey]) -> dict[ExchangeKey, Exchange]:
    """What waits of these exchanges, also where it was refused since."""
    wanted = set(keys)
    rows = connection.execute(_FIND_EXCHANGES, {"ids": sorted({exchange_id for _, exchange_id in wanted})})
    found = {(one.source, one.exchange_id): one for one in (exchange_of(*row) for row in rows)}
    return {key: one for key, one in found.items() if key in wanted}


def store_exchanges(connection: Connection, waiting: Sequence[Exchange]) -> None:
    insert_rows(connection, waiting_exchanges, [exchange_row(one) for one in waiting])


def refuse_exchanges(connection: Connection, reasons: Mapping[ExchangeKey, str]) -> None:
    if reasons:
        rows = [{"of_source": key[0], "of_id": key[1], "reason": reason} for key, reason in reasons.items()]
        connection.execute(_REFUSE, rows)


def forget_exchanges(connection: Connection, keys: Sequence[ExchangeKey]) -> None:
    """They wait no more."""
    if keys:
        rows = [{"of_source": source, "of_id": exchange_id} for source, exchange_id in keys]
        connection.execute(_FORGET, rows)


def exchange_row(one: Exchange) -> dict[str, Any]:
    return {
        "source": one.source,
        "exchange_id": one.exchange_id,
        "customer_id": one.customer_id,
        "exchanged_at": one.exchanged_at,
        "order_id": one.order_id,
        "content": {
            "channel": one.channel,
            "returned": [asdict(line) for line in one.returned],
            "new_order_id": one.new_order_id,
            "taken": [asdict(line) for line in one.taken],
            "currency": one.currency,
            "points_paid_minor": one.points_paid_minor,
        },
        "refused": "",
    }


def exchange_of(
    source: str, exchange_id: str, customer_id: str, exchanged_at: Any, order_id: str, content: Any
) -> Exchange:
    return Exchange(
        source,
        exchange_id,
        customer_id,
        exchanged_at,
        content["channel"],
        order_id,
        tuple(ReturnLine(**line) for line in content["returned"]),
        content["new_order_id"],
        tuple(OrderLine(**line) for line in content["taken"]),
        content["currency"],
        content["points_paid_minor"],
    )
