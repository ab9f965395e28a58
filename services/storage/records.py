"""Many rows of several tables in one statement on PostgreSQL: the rows of a table travel as one JSON text.

A server plans and runs one statement, where one per row costs it several times as much, and one per table a
round trip each. One JSON text costs this process half of what an array per column does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from services.clock import EPOCH, MICROSECOND

Shape = tuple[Table, tuple[str, ...], str]  # table, columns, what happens on conflict


@dataclass(frozen=True, slots=True)
class Records:
    """Rows for a table that all carry the same columns, at least one row.

    on_conflict: SQL that says what becomes of rows whose key is there; empty: they are refused.
    """

    table: Table
    rows: Sequence[Mapping[str, Any]]
    on_conflict: str = ""

    @property
    def shape(self) -> Shape:
        return self.table, tuple(self.rows[0]), self.on_conflict


def store_records(connection: Connection, records: Sequence[Records]) -> None:
    """Store the rows of at least one table; no two of them may have one key."""
    texts = {f"rows_{place}": json.dumps(one.rows, default=_plain) for place, one in enumerate(records)}
    connection.exec_driver_sql(_statement(tuple(one.shape for one in records)), texts)


@cache
def on_conflict_replace(table: Table, names: tuple[str, ...]) -> str:
    """Replace the columns named, apart from the key's, where the key is there."""
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}"


@cache
def _statement(shapes: tuple[Shape, ...]) -> str:
    *others, last = (_insert(place, *shape) for place, shape in enumerate(shapes))
    first = ", ".join(f"part_{place} AS ({part})" for place, part in enumerate(others))
    return f"WITH {first} {last}" if first else last


def _insert(place: int, table: Table, names: tuple[str, ...], on_conflict: str) -> str:
    into = ", ".join(names)
    sent = f"json_populate_recordset(NULL::{table.name}, %(rows_{place})s::json)"
    return f"INSERT INTO {table.name} ({into}) SELECT {into} FROM {sent} {on_conflict}"  # noqa: S608  (names from tables/)


def _plain(value: Any) -> int | str:
    """What JSON has no form for, as the database keeps or reads it."""
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(type(value).__name__)
