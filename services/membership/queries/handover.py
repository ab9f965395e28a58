"""SQL that hands a customer's rows to another, and the same rows back: as the registry of tables says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, bindparam, select, update

from services.storage.personal import HOLDINGS, Merging
from services.storage.sets import among, insert_new
from services.storage.tables import (
    exchanges,
    lots,
    merge_rows,
    metadata,
    orders,
    outbox,
    return_lines,
    returns,
    visits,
)

_OLD: Any = bindparam("old")
_NEW: Any = bindparam("new")
_KEYS = select(merge_rows.c.row_key).where(
    merge_rows.c.merge_id == bindparam("of_merge"), merge_rows.c.table_name == bindparam("of_table")
)
_OF_CUSTOMER: Any = bindparam("of_customer")
_EXCHANGED = select(
    exchanges.c.exchange_id, exchanges.c.source, exchanges.c.original_id, exchanges.c.order_id
).where(among(exchanges.c.original_id, "ids"), exchanges.c.customer_id == _OF_CUSTOMER)
_EARNED = select(lots.c.lot_id, lots.c.order_id, lots.c.source).where(
    lots.c.customer_id == _OF_CUSTOMER, among(lots.c.order_id, "ids")
)
_RETURNED = select(
    return_lines.c.return_id, return_lines.c.source, return_lines.c.line, return_lines.c.order_id
).where(among(return_lines.c.order_id, "ids"), return_lines.c.customer_id == _OF_CUSTOMER)
_LINES_OF_RETURNS = select(
    return_lines.c.return_id, return_lines.c.source, return_lines.c.line, return_lines.c.order_id
).where(among(return_lines.c.return_id, "ids"), return_lines.c.customer_id == _OF_CUSTOMER)
_WORK = select(outbox.c.work_id, outbox.c.payload).where(outbox.c.payload["customer_id"].as_string() == _OLD)
_CHANGE_WORK = (
    update(outbox).where(outbox.c.work_id == bindparam("of_work")).values(payload=bindparam("changed"))
)
_END_VISITS = (
    update(visits)
    .where(visits.c.customer_id == _OF_CUSTOMER, visits.c.state != "EXITED")
    .values(state="EXITED", exited_at=visits.c.last_seen_at)
    .returning(visits.c.visit_id)
)


def owned_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that names the customer whose row it is, of the tables whose rows move."""
    for name, holding in HOLDINGS.items():
        for column in holding.customer_columns if holding.merging is Merging.MOVE else ():
            yield metadata.tables[name], metadata.tables[name].c[column]


# --- rows that move ---


def move_rows(connection: Connection, merge_id: str, old: str, new: str) -> None:
    """Let the rows of one customer name another, and note which ones they were."""
    for table, column in owned_columns():
        keys = select(*table.primary_key).where(column == _OLD)
        moved = connection.execute(keys, {"old": old}).all()
        insert_new(connection, merge_rows, [_noted(merge_id, table, column.name, key) for key in moved])
        if moved:
            change = update(table).where(column == _OLD).values({column.name: _NEW})
            connection.execute(change, {"old": old, "new": new})


def hand_back_rows(connection: Connection, merge_id: str, old: str, new: str) -> None:
    """Let the rows that a merge moved from `old` to `new` name `old` again, where they still name `new`."""
    for table, column in owned_columns():
        keys = [key[1:] for key in noted_keys(connection, merge_id, table) if key[0] == column.name]
        _rename(connection, table, column, keys, {"old": old, "new": new})


def noted_keys(connection: Connection, merge_id: str, table: Table) -> list[list[Any]]:
    """Column and primary key of the rows of a table that a merge moved."""
    rows = connection.execute(_KEYS, {"of_merge": merge_id, "of_table": table.name})
    return [json.loads(key) for key in rows.scalars()]


def _rename(
    connection: Connection,
    table: Table,
    column: Column[Any],
    keys: Iterable[Sequence[Any]],
    change: Mapping[str, str],
) -> None:
    """From `new` to `old`."""
    parts: list[tuple[Column[Any], Any]] = [
        (part, bindparam(f"of_{part.name}")) for part in table.primary_key
    ]
    rows = [
        {**change, **{f"of_{part.name}": value for part, value in zip(table.primary_key, key, strict=True)}}
        for key in keys
    ]
    if rows:
        same = and_(*(part == value for part, value in parts), column == _NEW)
        connection.execute(update(table).where(same).values({column.name: _OLD}), rows)


def note_exchanges(connection: Connection, merge_id: str, survivor_id: str) -> None:
    """Note the orders that moved goods were exchanged for since: they go back with the goods' points."""
    orders_found = {(key[1], key[2]) for key in noted_keys(connection, merge_id, orders)}
    wanted = set(orders_found)
    noted: list[tuple[Table, Sequence[str]]] = []
    while wanted:
        asked = {"ids": sorted({order_id for order_id, _ in wanted}), "of_customer": survivor_id}
        made = [
            row for row in connection.execute(_EXCHANGED, asked) if (row.original_id, row.source) in wanted
        ]
        wanted = {(row.order_id, row.source) for row in made} - orders_found
        orders_found |= wanted
        noted += [(exchanges, (row.exchange_id, row.source)) for row in made]
        noted += [(orders, key) for key in sorted(wanted)]
    asked = {"ids": sorted({order_id for order_id, _ in orders_found}), "of_customer": survivor_id}
    for lot_id, *key in connection.execute(_EARNED, asked):
        if tuple(key) in orders_found:
            noted.append((lots, (lot_id,)))
    insert_new(connection, merge_rows, [_noted(merge_id, table, "customer_id", key) for table, key in noted])


def note_returns(connection: Connection, merge_id: str, survivor_id: str) -> None:
    """Note what came back since of orders that go back, and the returns in which nothing else came back."""
    theirs = {(key[1], key[2]) for key in noted_keys(connection, merge_id, orders)}
    asked = {"ids": sorted({order_id for order_id, _ in theirs}), "of_customer": survivor_id}
    lines = [row for row in connection.execute(_RETURNED, asked) if (row.order_id, row.source) in theirs]
    asked = {"ids": sorted({row.return_id for row in lines}), "of_customer": survivor_id}
    mixed = {
        (row.return_id, row.source)
        for row in connection.execute(_LINES_OF_RETURNS, asked)
        if (row.order_id, row.source) not in theirs
    }
    whole = {(row.return_id, row.source) for row in lines} - mixed
    keys: list[tuple[Table, tuple[Any, ...]]] = [
        (return_lines, (row.return_id, row.source, row.line)) for row in lines
    ]
    keys += [(returns, key) for key in sorted(whole)]
    insert_new(connection, merge_rows, [_noted(merge_id, table, "customer_id", key) for table, key in keys])


def _noted(merge_id: str, table: Table, column: str, key: Iterable[Any]) -> dict[str, str]:
    row_key = json.dumps([column, *key], ensure_ascii=False)
    return {"merge_id": merge_id, "table_name": table.name, "row_key": row_key}


# --- what waits, and who is inside ---


def move_work(connection: Connection, merge_id: str, old: str, new: str) -> None:
    """Let waiting work about one customer speak of another, and note which work it was."""
    waiting = connection.execute(_WORK, {"old": old}).all()
    _readdress(connection, [(work_id, payload, new) for work_id, payload in waiting])
    noted = [_noted(merge_id, outbox, "payload", (work_id,)) for work_id, _ in waiting]
    insert_new(connection, merge_rows, noted)


def hand_back_work(connection: Connection, merge_id: str, old: str, new: str) -> None:
    """Let the work that still waits speak of `old` again."""
    noted = {key[1] for key in noted_keys(connection, merge_id, outbox)}
    waiting = connection.execute(_WORK, {"old": new}).all() if noted else ()
    _readdress(connection, [(work_id, payload, old) for work_id, payload in waiting if work_id in noted])


def _readdress(connection: Connection, changes: Sequence[tuple[int, Mapping[str, Any], str]]) -> None:
    rows = [
        {"of_work": work_id, "changed": {**payload, "customer_id": customer_id}}
        for work_id, payload, customer_id in changes
    ]
    if rows:
        connection.execute(_CHANGE_WORK, rows)


def end_visits(connection: Connection, customer_id: str) -> list[str]:
    """End the visits that a customer is on when last seen; answers their ids. No gateway will say more."""
    return list(connection.execute(_END_VISITS, {"of_customer": customer_id}).scalars())
