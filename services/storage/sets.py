"""The set operations that every feature stores with, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from services.storage.tables import customers
from services.storage.unit import UnitOfWork

Row = Mapping[str, Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        connection.execute(_insert_of(connection.dialect.name, table).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows; where the key is there, replace the other columns that the rows carry."""
    if rows:
        connection.execute(_upsert(connection.dialect.name, table, tuple(rows[0])), rows)


def lock_customers(unit: UnitOfWork, customer_ids: Iterable[str]) -> None:
    """Make the customers known; on PostgreSQL lock their rows in key order, so that no writers deadlock."""
    ids = sorted(set(customer_ids))
    rows = [{"customer_id": customer_id, "first_seen_at": unit.now} for customer_id in ids]
    insert_new(unit.connection, customers, rows)
    if unit.connection.dialect.name == "postgresql":
        unit.connection.execute(_LOCK, {"ids": ids})


_LOCK = (
    select(customers.c.customer_id)
    .where(customers.c.customer_id.in_(bindparam("ids", expanding=True)))
    .order_by(customers.c.customer_id)
    .with_for_update()
)


@cache
def _insert_of(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...]) -> Any:
    statement = _insert_of(dialect, table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)
