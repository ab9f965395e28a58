"""The set operations that every feature stores with, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Dialect, Table, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from services.storage.records import Records, on_conflict_replace, store_records
from services.storage.tables import customers
from services.storage.unit import UnitOfWork

Row = Mapping[str, Any]


class KeyList(UserDefinedType[Sequence[str]]):
    """Many keys as one value: an array on PostgreSQL, a JSON text on SQLite."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "TEXT[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return list if dialect.name == "postgresql" else _json_list


def _json_list(keys: Iterable[str]) -> str:
    return json.dumps(list(keys))


class _Among(FunctionElement[bool]):
    """`column` is one of the keys. Its text never changes, so that every cache of statements works."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> Any:
        del against
        return self  # SQLAlchemy would write `(...) = 1` on SQLite, and no index serves that


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608  (both are compiled)


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({keys})"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column` is one of the keys in the parameter `name`: the quick form of `column.in_(...)`."""
    return _Among(column, bindparam(name, type_=KeyList()))


class Present(Enum):
    """What becomes of a row whose key is there."""

    REFUSED = auto()
    KEPT = auto()
    REPLACED = auto()  # in the columns that the new row carries


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for a table, which all carry the same columns."""

    table: Table
    rows: Sequence[Row]
    present: Present = Present.REFUSED


def store_rows(connection: Connection, *parts: Rows) -> None:
    """Store rows of several tables: on PostgreSQL with one statement, so no two may have one key."""
    filled = [part for part in parts if part.rows]
    if connection.dialect.name != "postgresql":
        for part in filled:
            connection.execute(_statement(part.table, part.present, tuple(part.rows[0])), part.rows)
    elif filled:
        store_records(connection, [_records(part) for part in filled])


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose key is not there yet."""
    store_rows(connection, Rows(table, rows, Present.KEPT))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, none of whose keys may be there."""
    store_rows(connection, Rows(table, rows))


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows; where the key is there, replace the other columns that the rows carry."""
    store_rows(connection, Rows(table, rows, Present.REPLACED))


def insert_tuples(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    present: Present = Present.REFUSED,
) -> None:
    """Insert plain tuples in the order of the table's columns: the quick way for many narrow rows.

    The values go to the driver as they are: one of a column that needs a conversion, such as `Instant`, is
    converted already.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        store_rows(connection, Rows(table, _named(table, rows), present))
    else:
        connection.exec_driver_sql(_tuple_insert(table, present), list(rows))


def upsert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert plain tuples as `insert_tuples` does, or replace what is there under their keys."""
    insert_tuples(connection, table, rows, Present.REPLACED)


@cache
def _tuple_insert(table: Table, present: Present) -> str:
    names = tuple(table.columns.keys())
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    values = f"VALUES ({', '.join('?' * len(names))})"
    on_conflict = {
        Present.KEPT: "ON CONFLICT DO NOTHING",
        Present.REPLACED: on_conflict_replace(table, names),
    }
    return f"{into} {values} {on_conflict.get(present, '')}"


def _named(table: Table, rows: Sequence[tuple[Any, ...]]) -> list[Row]:
    names = table.columns.keys()
    return [dict(zip(names, row, strict=True)) for row in rows]


def _records(part: Rows) -> Records:
    if part.present is Present.REPLACED:
        replaced = on_conflict_replace(part.table, tuple(part.rows[0]))
        return Records(part.table, _last_of_each_key(part.table, part.rows), replaced)
    kept = "ON CONFLICT DO NOTHING" if part.present is Present.KEPT else ""
    return Records(part.table, part.rows, kept)


def upsert_lesser(connection: Connection, table: Table, column: Column[str], rows: Sequence[Row]) -> None:
    """Insert the rows; where the key is there, keep the lesser text of the column, by its code points."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        name = column.name
        less = f'excluded.{name} COLLATE "C" < {table.name}.{name}'
        on_conflict = f"{on_conflict_replace(table, (name,))} WHERE {less}"
        store_records(connection, [Records(table, rows, on_conflict)])
    else:
        connection.execute(_upsert_lesser(table, column), rows)


@cache
def _upsert_lesser(table: Table, column: Column[str]) -> Any:
    statement = sqlite.insert(table)
    less = statement.excluded[column.name] < column
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: statement.excluded[column.name]},
        where=less,
    )


def _last_of_each_key(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """One statement may not touch a row twice; the later news counts."""
    names = [column.name for column in table.primary_key]
    return list({tuple(row[name] for name in names): row for row in rows}.values())


def lock_customers(unit: UnitOfWork, customer_ids: Iterable[str]) -> None:
    """Make the customers known; on PostgreSQL lock their rows in key order, so that no writers deadlock."""
    ids = sorted(set(customer_ids))
    rows = [{"customer_id": customer_id, "first_seen_at": unit.now} for customer_id in ids]
    insert_new(unit.connection, customers, rows)
    if unit.connection.dialect.name == "postgresql":
        unit.connection.execute(_LOCK, {"ids": ids})


def lock_known(unit: UnitOfWork, customer_ids: Iterable[str]) -> None:
    """Lock customers for commands that only members may give: one who is not known stays so."""
    if unit.connection.dialect.name == "postgresql":
        unit.connection.execute(_LOCK, {"ids": sorted(set(customer_ids))})


_KNOWN = select(customers.c.customer_id).where(among(customers.c.customer_id, "ids"))


def known_customers(connection: Connection, customer_ids: Sequence[str]) -> dict[str, bool]:
    """True for each of the customers that is known."""
    return dict.fromkeys(connection.execute(_KNOWN, {"ids": customer_ids}).scalars(), True)


_LOCK = (
    select(customers.c.customer_id)
    .where(among(customers.c.customer_id, "ids"))
    .order_by(customers.c.customer_id)
    .with_for_update()
)


@cache
def _statement(table: Table, present: Present, columns: tuple[str, ...]) -> Any:
    statement = sqlite.insert(table)
    if present is Present.KEPT:
        return statement.on_conflict_do_nothing()
    if present is Present.REFUSED:
        return statement
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)
