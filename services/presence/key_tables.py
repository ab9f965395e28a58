"""Keeps the table that lets gateways recognise members: one for all gateways, changed row by row."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Final

from services.presence.queries import keys as queries
from services.presence.queries.keys import KeysState
from services.presence.rules.identifiers import (
    WINDOW,
    days_of,
    pseudonym_of,
    window_start,
    window_starts,
)
from services.presence.rules.key_table import Device, History, KeyTable, KeyUpdate, changed
from services.presence.use_cases.keys import Pseudonyms, name_members
from services.storage.database import Database

LOOK_SECONDS: Final = 1.0  # half of how soon a withdrawn consent reaches a gateway that is online
REFRESH_WINDOWS: Final = 4  # about an hour: a table reaches 12 hours ahead and is renewed long before its end
NAMES_PER_WRITE: Final = 2_000  # orders and points wait no longer than for these


class KeyTables:
    """The present table and the way to it.

    What one process makes another does not know: a gateway that comes to another server gets it all anew.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._looked_at_seconds = float("-inf")
        self._state: tuple[KeysState, int] | None = None
        self._named: frozenset[date] = frozenset()
        self._table = KeyTable(secrets.token_hex(8))
        self._history = History()

    async def since(self, version: str) -> tuple[KeyUpdate, ...]:
        """What turns the table that a gateway has into the present one; nothing when it has that."""
        await self._look()
        if version == self._table.version:
            return ()
        return self._history.since(version) or (self._table.whole(),)

    async def _look(self) -> None:
        """Asks the database at most once in `LOOK_SECONDS`, however many gateways wait for the answer."""
        async with self._lock:
            if time.monotonic() - self._looked_at_seconds < LOOK_SECONDS:
                return
            now = self._database.clock.now()
            state = (await self._database.fetch(queries.keys_state), hour_of(now))
            if state != self._state:
                await self._change(now)
                self._state = state
            self._looked_at_seconds = time.monotonic()

    async def _change(self, now: datetime) -> None:
        if self._table.is_hollow:
            self._table, self._history, self._named = KeyTable(secrets.token_hex(8)), History(), frozenset()
        before = self._table
        come, gone = await self._database.fetch(queries.devices_since, before.row_of)
        await self._name([one for one in before.rows if one and one.serial not in gone], come, now)
        self._table, update = await asyncio.to_thread(changed, before, come, gone, now)
        self._history.add(update)

    async def _name(self, there: Sequence[Device], come: Sequence[Device], now: datetime) -> None:
        """Keeps what gateways will call the members, before any gateway learns it."""
        days = frozenset(days_of(window_starts(now)))
        for day in sorted(days):
            devices = iter(come if day in self._named else [*there, *come])
            while some := tuple(islice(devices, NAMES_PER_WRITE)):
                await self._database.write(name_members, named(day, some))
        self._named = days


def named(day: date, devices: Sequence[Device]) -> Pseudonyms:
    return Pseudonyms(day, tuple((pseudonym_of(one.identity_key, day).hex(), one) for one in devices))


def hour_of(now: datetime) -> int:
    """Changes when a table should be renewed."""
    return int(window_start(now).timestamp()) // int(WINDOW.total_seconds()) // REFRESH_WINDOWS
