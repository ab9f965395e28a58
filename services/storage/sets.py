"""The set operations that every feature stores with, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Dialect, Table, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from services.storage.arrays import insert_arrays, insert_columns, on_conflict_replace
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


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose key is not there yet."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        insert_arrays(connection, table, rows, "ON CONFLICT DO NOTHING")
    else:
        connection.execute(_insert_or_ignore(table), rows)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, none of whose keys may be there."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        insert_arrays(connection, table, rows)
    else:
        connection.execute(_insert_into(table), rows)


def insert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert plain tuples in the order of the table's columns: the quick way for many narrow rows.

    The values go to the driver as they are: no column may need a conversion, such as `Instant` does.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        insert_columns(connection, table, rows)
    else:
        connection.exec_driver_sql(_tuple_insert(table), list(rows))


@cache
def _tuple_insert(table: Table) -> str:
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  (names from tables.py)


def upsert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert plain tuples in the order of the table's columns, or replace what is there under their keys.

    No two rows have one key, and no value needs a conversion: moments are microseconds since 1970.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        insert_columns(connection, table, rows, on_conflict_replace(table, tuple(table.columns.keys())))
    else:
        connection.exec_driver_sql(_tuple_upsert(table), list(rows))


@cache
def _tuple_upsert(table: Table) -> str:
    return f"{_tuple_insert(table)} {on_conflict_replace(table, tuple(table.columns.keys()))}"


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows; where the key is there, replace the other columns that the rows carry."""
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        insert_arrays(connection, table, _last_of_each_key(table, rows), on_conflict_replace(table, columns))
    else:
        connection.execute(_upsert(table, columns), rows)


def upsert_lesser(connection: Connection, table: Table, column: Column[str], rows: Sequence[Row]) -> None:
    """Insert the rows; where the key is there, keep the lesser text of the column, by its code points."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        name = column.name
        less = f'excluded.{name} COLLATE "C" < {table.name}.{name}'
        insert_arrays(connection, table, rows, f"{on_conflict_replace(table, (name,))} WHERE {less}")
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
def _insert_into(table: Table) -> Any:
    return sqlite.insert(table)


@cache
def _insert_or_ignore(table: Table) -> Any:
    return sqlite.insert(table).on_conflict_do_nothing()


@cache
def _upsert(table: Table, columns: tuple[str, ...]) -> Any:
    statement = sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)
