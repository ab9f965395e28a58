"""SQL of rows that a merge cannot just rename: those computed anew, and amounts that add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, Table, bindparam, delete, select

from services.clock import EPOCH, MICROSECOND
from services.membership.rules.merging import AddedUsage
from services.storage.personal import HOLDINGS, Merging
from services.storage.sets import insert_new, upsert
from services.storage.tables import Instant, metadata, rule_usage

Rows = Mapping[str, tuple[Mapping[str, Any], ...]]

_USAGE = select(*(rule_usage.c[name] for name in AddedUsage.__dataclass_fields__)).where(
    rule_usage.c.customer_id == bindparam("of_customer")
)
_DROP_USAGE = delete(rule_usage).where(rule_usage.c.customer_id == bindparam("of_customer"))
_DROP_UNUSED = _DROP_USAGE.where(rule_usage.c.times == 0)


def derived_tables() -> Iterator[Table]:
    return (metadata.tables[name] for name, holding in HOLDINGS.items() if holding.merging is Merging.DROP)


def set_aside(connection: Connection, customer_id: str) -> Rows:
    """Delete a customer's derived rows; answers them, as JSON holds them, by table."""
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for table in derived_tables():
        own = table.c.customer_id == customer_id
        rows = connection.execute(select(table).where(own)).mappings().all()
        if rows:
            found[table.name] = tuple({name: to_json(value) for name, value in row.items()} for row in rows)
            connection.execute(delete(table).where(own))
    return found


def put_back(connection: Connection, rows_of: Rows) -> None:
    """Store the rows again that `set_aside` answered."""
    for name, rows in rows_of.items():
        table = metadata.tables[name]
        values = [{column: from_json(table.c[column], row[column]) for column in row} for row in rows]
        insert_new(connection, table, values)


def to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    return value.isoformat() if isinstance(value, date) else value


def from_json(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return EPOCH + value * MICROSECOND
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def add_usage(connection: Connection, old: str, new: str) -> tuple[AddedUsage, ...]:
    """Let what rules with limits gave `old` count for `new`; answers what that was."""
    given = tuple(AddedUsage(*row) for row in connection.execute(_USAGE, {"of_customer": old}))
    _count(connection, new, given, 1)
    connection.execute(_DROP_USAGE, {"of_customer": old})
    return given


def take_usage_off(connection: Connection, given: Sequence[AddedUsage], old: str, new: str) -> None:
    """Let what was added to `new` count for `old` again."""
    _count(connection, new, given, -1)
    connection.execute(_DROP_UNUSED, {"of_customer": new})
    _count(connection, old, given, 1)


def _count(connection: Connection, customer_id: str, given: Iterable[AddedUsage], sign: int) -> None:
    rows = connection.execute(_USAGE, {"of_customer": customer_id})
    so_far = {(row.rule_id, row.period): row for row in rows}
    changed: list[dict[str, Any]] = []
    for one in given:
        found = so_far.get((one.rule_id, one.period))
        changed.append(
            {
                "rule_id": one.rule_id,
                "customer_id": customer_id,
                "period": one.period,
                "points": (found.points if found else 0) + sign * one.points,
                "times": (found.times if found else 0) + sign * one.times,
            }
        )
    upsert(connection, rule_usage, changed)
