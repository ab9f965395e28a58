"""Many rows in one statement on PostgreSQL: a column travels as an array.

A server plans and runs the statement once, where one statement per row costs it several times as much.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, Connection, Float, String, Table
from sqlalchemy.dialects import postgresql

_dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_arrays(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str = ""
) -> None:
    """Insert rows that all carry the same columns, at least one row."""
    names = tuple(rows[0])
    arrays = {name: _sent(table.c[name], [row[name] for row in rows]) for name in names}
    connection.exec_driver_sql(_statement(table, names, on_conflict), arrays)


def insert_columns(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], on_conflict: str = ""
) -> None:
    """Insert tuples in the order of the table's columns, whose values need no conversion."""
    names = tuple(column.name for column in table.columns)
    arrays = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    connection.exec_driver_sql(_statement(table, names, on_conflict), arrays)


@cache
def _statement(table: Table, names: tuple[str, ...], on_conflict: str) -> str:
    into = ", ".join(names)
    taken = ", ".join(f"sent.{name}::json" if _is_json(table.c[name]) else f"sent.{name}" for name in names)
    arrays = ", ".join(f"%({name})s::{_element(table.c[name])}[]" for name in names)
    return f"INSERT INTO {table.name} ({into}) SELECT {taken} FROM unnest({arrays}) AS sent({into}) {on_conflict}"  # noqa: S608, E501  (names from tables/)


@cache
def on_conflict_replace(table: Table, names: tuple[str, ...]) -> str:
    """Replace the columns named, apart from the key's, where the key is there."""
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}"


def _sent(column: Column[Any], values: list[Any]) -> list[Any]:
    convert = _conversion(column)
    return values if convert is None else [convert(value) for value in values]


@cache
def _conversion(column: Column[Any]) -> Callable[[Any], Any] | None:
    if _is_json(column):
        return json.dumps
    convert: Callable[[Any], Any] | None = column.type.bind_processor(_dialect)
    return convert


@cache
def _element(column: Column[Any]) -> str:
    """The type of the array's elements. Texts without their length: a cast would cut what is too long."""
    if _is_json(column) or isinstance(column.type, String):
        return "text"
    if isinstance(column.type, Float):
        return "float8"
    return str(column.type.compile(_dialect))


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)
