"""Everything that is stored about a person, as one JSON document, as the registry of personal data says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from services.storage.owned import IDS, owned
from services.storage.personal import HOLDINGS, Holding
from services.storage.tables import metadata
from services.storage.vault import Sealed, Vault

PART_BYTES: Final = 256 * 1024  # a quarter of the message limit: one row more never exceeds it

Row = dict[str, Any]


def export(
    connection: Connection, vault: Vault, customer_ids: Sequence[str], now: datetime
) -> Iterator[bytes]:
    """The document in parts: an object with `customer_ids`, `exported_at` and a list of rows per table."""
    part = bytearray()
    for text in _texts(connection, vault, customer_ids, now):
        part += text.encode()
        if len(part) >= PART_BYTES:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def _texts(connection: Connection, vault: Vault, customer_ids: Sequence[str], now: datetime) -> Iterator[str]:
    head = {"customer_ids": list(customer_ids), "exported_at": now.isoformat()}
    yield json.dumps(head, ensure_ascii=False)[:-1]
    for name, holding in HOLDINGS.items():
        if holding.exported:
            yield f", {json.dumps(name)}: ["
            yield from _separated(_rows(connection, vault, name, holding, customer_ids))
            yield "]"
    yield "}"


def _separated(rows: Iterator[Row]) -> Iterator[str]:
    for position, row in enumerate(rows):
        yield (", " if position else "") + json.dumps(row, ensure_ascii=False, default=_plain)


def _rows(
    connection: Connection, vault: Vault, name: str, holding: Holding, customer_ids: Sequence[str]
) -> Iterator[Row]:
    table = metadata.tables[name]
    query = select(table).where(owned(name)).order_by(*table.primary_key)
    opened = OPENED.get(name, _as_it_is)
    for row in connection.execute(query, {IDS: customer_ids}).mappings():
        shown = opened(vault, dict(row))
        yield {key: value for key, value in shown.items() if key not in holding.secrets}


def _as_it_is(_vault: Vault, row: Row) -> Row:
    return row


def _open_profile(vault: Vault, row: Row) -> Row:
    return {**row, "profile": vault.open(Sealed(row["data_key"], row["sealed"]), row["customer_id"])}


def _open_identifier(vault: Vault, row: Row) -> Row:
    return {**row, "value": vault.open_whole(row["sealed"], f"{row['kind']}|{row['digest']}")}


OPENED: Final[dict[str, Callable[[Vault, Row], Row]]] = {
    "profiles": _open_profile,
    "identifiers": _open_identifier,
}


def _plain(value: Any) -> str:
    """What JSON has no form of: moments and days, as ISO 8601."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in an export")
