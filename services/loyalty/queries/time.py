"""SQL of the sweep: whose accounts are due, and who was warned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from services.storage.sets import among
from services.storage.tables import accounts, members, tier_warnings

Warned = tuple[str, datetime, int]  # customer id, when the tier is evaluated, days ahead

_BY_DUE = (
    select(accounts.c.customer_id, accounts.c.due_at)
    .join_from(accounts, members, members.c.customer_id == accounts.c.customer_id)
    .where(accounts.c.due_at.is_not(None))
    .order_by(accounts.c.due_at)
)
_DUE = _BY_DUE.where(accounts.c.due_at <= bindparam("now")).limit(bindparam("most"))
_NEXT = _BY_DUE.limit(1)
_WARNED = select(tier_warnings.c.customer_id, tier_warnings.c.evaluates_at, tier_warnings.c.days_ahead).where(
    among(tier_warnings.c.customer_id, "ids")
)


def due_accounts(connection: Connection, now: datetime, most: int) -> list[str]:
    """Members whose accounts are due, the longest waiting first."""
    return list(connection.execute(_DUE, {"now": now, "most": most}).scalars())


def next_due_at(connection: Connection) -> datetime | None:
    row = connection.execute(_NEXT).first()
    return None if row is None else row[1]


def find_warned(connection: Connection, customer_ids: Iterable[str]) -> set[Warned]:
    rows = connection.execute(_WARNED, {"ids": sorted(set(customer_ids))})
    return {(row[0], row[1], row[2]) for row in rows}


def store_warnings(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(tier_warnings), rows)
