"""The tables that let gateways recognise members: identifiers of the next hours, and no keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from services.presence.queries import keys as queries
from services.presence.rules.identifiers import (
    PSEUDONYM_BYTES,
    WINDOW,
    announced,
    day_of,
    pseudonym_of,
    window_start,
    window_starts,
)
from services.presence.use_cases.keys import Pseudonyms, name_members
from services.storage.database import Database

ENTRIES_PER_PART: Final = 30_000  # 16 bytes each: half of the message limit
REFRESH_WINDOWS: Final = 4  # about an hour: a table reaches 12 hours ahead and is renewed long before its end


@dataclass(frozen=True, slots=True)
class TablePart:
    """A part of one window: identifiers and pseudonyms, 8 bytes each, in the same order."""

    starts_at: datetime
    identifiers: bytes
    pseudonyms: bytes

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + WINDOW


@dataclass(frozen=True, slots=True)
class KeyTable:
    """All parts of one version."""

    version: str
    parts: tuple[TablePart, ...]


class KeyTables:
    """Makes the present table, once for all gateways, and again when a key or the hour changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._table = KeyTable("", ())

    async def current(self) -> KeyTable:
        now = self._database.clock.now()
        state = await self._database.fetch(queries.keys_state)
        version = f"{state.version}@{hour_of(now)}"
        async with self._lock:
            if version != self._table.version:
                self._table = await self._make(version, now)
            return self._table

    async def _make(self, version: str, now: datetime) -> KeyTable:
        starts = window_starts(now)
        keys = await self._database.fetch(queries.all_keys)
        for day in sorted({day_of(start) for start in starts}):
            named = tuple((pseudonym_of(key, day).hex(), customer_id) for customer_id, key in keys)
            await self._database.write(name_members, Pseudonyms(day, named))
        parts = await self._database.fetch(make_parts, [key for _, key in keys], starts)
        return KeyTable(version, parts)


def hour_of(now: datetime) -> int:
    """Changes when a table should be renewed."""
    return int(window_start(now).timestamp()) // int(WINDOW.total_seconds()) // REFRESH_WINDOWS


def make_parts(
    _connection: Connection, keys: Sequence[bytes], starts: Sequence[datetime]
) -> tuple[TablePart, ...]:
    """Every window's entries, cut to parts; at least one part per window, so that an empty table says so."""
    parts: list[TablePart] = []
    for start in starts:
        identifiers = announced(keys, start)
        pseudonyms = b"".join(pseudonym_of(key, day_of(start)) for key in keys)
        step = ENTRIES_PER_PART * PSEUDONYM_BYTES
        parts.extend(
            TablePart(start, identifiers[cut : cut + step], pseudonyms[cut : cut + step])
            for cut in range(0, max(len(identifiers), 1), step)
        )
    return tuple(parts)
