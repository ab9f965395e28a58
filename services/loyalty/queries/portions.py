"""SQL of portions: what order lines stand for, in points of lots and in money that counts towards tiers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from services.loyalty.rules.families import OrderKey
from services.loyalty.rules.portions import Portion
from services.storage.sets import among, insert_rows, insert_tuples, upsert
from services.storage.tables import awards, tier_spend

_AWARDS = (
    select(
        awards.c.order_id,
        awards.c.source,
        awards.c.line,
        awards.c.lot_id,
        awards.c.points,
        awards.c.gone_points,
    )
    .where(among(awards.c.order_id, "ids"))
    .order_by(awards.c.order_id, awards.c.source, awards.c.line, awards.c.lot_id)
)
_SPEND = (
    select(
        tier_spend.c.order_id,
        tier_spend.c.source,
        tier_spend.c.line,
        tier_spend.c.spent_at,
        tier_spend.c.amount_minor,
        tier_spend.c.gone_minor,
    )
    .where(among(tier_spend.c.order_id, "ids"))
    .order_by(tier_spend.c.order_id, tier_spend.c.source, tier_spend.c.line, tier_spend.c.spent_at)
)


def find_awards(connection: Connection, keys: Iterable[OrderKey]) -> list[Portion]:
    """The points that the orders' lines stand for, by lot."""
    return _of_orders([Portion(*row) for row in connection.execute(_AWARDS, _order_ids(keys))], keys)


def find_spend(connection: Connection, keys: Iterable[OrderKey]) -> list[Portion]:
    """The money with which the orders' lines count towards tiers, by the moment that it was spent at."""
    found = [
        Portion(order_id, source, line, spent_at.isoformat(), amount, gone)
        for order_id, source, line, spent_at, amount, gone in connection.execute(_SPEND, _order_ids(keys))
    ]
    return _of_orders(found, keys)


def _order_ids(keys: Iterable[OrderKey]) -> dict[str, list[str]]:
    return {"ids": sorted({order_id for _, order_id in keys})}


def _of_orders(found: Iterable[Portion], keys: Iterable[OrderKey]) -> list[Portion]:
    wanted = set(keys)
    return [portion for portion in found if (portion.source, portion.order_id) in wanted]


def insert_awards(connection: Connection, fresh: Sequence[Portion]) -> None:
    rows = [(one.order_id, one.source, one.line, one.of, one.amount, one.gone) for one in fresh]
    insert_tuples(connection, awards, rows)


def insert_spend(connection: Connection, fresh: Sequence[Portion]) -> None:
    insert_rows(connection, tier_spend, [_spend_row(one) for one in fresh])


def store_awards(connection: Connection, changed: Sequence[Portion]) -> None:
    upsert(connection, awards, [award_row(one) for one in changed])


def award_row(one: Portion) -> dict[str, str | int]:
    return {
        "order_id": one.order_id,
        "source": one.source,
        "line": one.line,
        "lot_id": one.of,
        "points": one.amount,
        "gone_points": one.gone,
    }


def store_spend(connection: Connection, changed: Sequence[Portion]) -> None:
    upsert(connection, tier_spend, [_spend_row(one) for one in changed])


def _spend_row(one: Portion) -> dict[str, str | int | datetime]:
    return {
        "order_id": one.order_id,
        "source": one.source,
        "line": one.line,
        "spent_at": datetime.fromisoformat(one.of),
        "amount_minor": one.amount,
        "gone_minor": one.gone,
    }
