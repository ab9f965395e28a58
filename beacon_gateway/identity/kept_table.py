"""The key table on disk, so that a gateway that starts without its server still knows the members.

Without it a power cut that takes the store's network along would leave the gateway blind until both are
back; with it the gateway goes on for the rest of the table's 12 hours. What a thief of the disk learns is
what a thief of the running gateway learns: the identifiers of those hours, and no keys and no names. The file
is for its owner alone. Who withdraws is overwritten in it, not appended to it. It is a copy: when in doubt it
is emptied, and the server sends the table again.
"""

import asyncio
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import structlog

from beacon_gateway.identity.key_table import (
    CELL_BYTES,
    DAYS_MAX,
    EMPTY,
    WINDOWS_MAX,
    KeyUpdate,
    Span,
    StaticTag,
    Stretch,
    TableError,
)

OWNER_ONLY: Final = 0o600
IDENTIFIERS: Final = "identifiers"
PSEUDONYMS: Final = "pseudonyms"
COLUMNS_MAX: Final = {IDENTIFIERS: WINDOWS_MAX, PSEUDONYMS: DAYS_MAX}

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS versions (version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tags (row INTEGER NOT NULL, identifier BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS stretches (
    kind TEXT NOT NULL,
    starts_at_seconds REAL NOT NULL,
    ends_at_seconds REAL NOT NULL,
    first_row INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    cells BLOB NOT NULL
);
"""
_STRETCHES: Final = (
    "SELECT starts_at_seconds, ends_at_seconds, first_row, cells FROM stretches WHERE kind = ? ORDER BY rowid"
)
_HOLDING: Final = "SELECT rowid, first_row FROM stretches WHERE first_row <= ?1 AND ?1 < first_row + rows"
_PAST: Final = (
    "DELETE FROM stretches WHERE kind = ?1 AND starts_at_seconds NOT IN (SELECT DISTINCT starts_at_seconds"
    " FROM stretches WHERE kind = ?1 ORDER BY starts_at_seconds DESC LIMIT ?2)"
)

log = structlog.get_logger()


class KeptTable:
    """A copy of the key table in one SQLite file.

    A disk that refuses is said once; the gateway goes on with what it has in memory. A copy that nobody wants
    is deleted.
    """

    def __init__(self, path: Path, *, is_wanted: bool = True) -> None:
        self._path = path
        self._is_wanted = is_wanted
        self._unwritten: list[KeyUpdate] = []
        self._come = asyncio.Event()
        self._is_refused = False

    def load(self) -> KeyUpdate | None:
        """The table as it was kept, as an update of an empty one; None when there is none to read."""
        if not self._is_wanted:
            self._discard()
        if not self._path.exists():
            return None
        try:
            return read_table(self._path)
        except (sqlite3.Error, TableError) as error:
            log.warning("table.unreadable", reason=str(error))
            if _is_damage(error):
                self._discard()
            return None

    def _discard(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def add(self, update: KeyUpdate) -> None:
        """Leaves an update to `run`."""
        if self._is_wanted:
            self._unwritten.append(update)
            self._come.set()

    async def run(self) -> None:
        """Writes what comes, until cancelled."""
        while True:
            await self._come.wait()
            self._come.clear()
            await asyncio.to_thread(self.write, self._taken())

    def _taken(self) -> list[KeyUpdate]:
        """What came since; nobody holds on to a table's worth of it once it is written."""
        updates, self._unwritten = self._unwritten, []
        return updates

    def write(self, updates: Iterable[KeyUpdate]) -> None:
        """Puts updates on disk, each whole or not at all."""
        try:
            with closing(self._open()) as connection:
                for update in updates:
                    with connection:
                        _write(connection, update)
        except (sqlite3.Error, OSError) as error:
            if not self._is_refused:
                log.warning("table.not_kept", reason=str(error))
            self._is_refused = True
        else:
            self._is_refused = False

    def close(self) -> None:
        """Writes what is left."""
        if self._unwritten:
            self.write(self._unwritten)
            self._unwritten = []

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
        self._path.chmod(OWNER_ONLY)
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
        connection.executescript(_SCHEMA)
        return connection


def read_table(path: Path) -> KeyUpdate | None:
    """The table in a file, on a disk that cannot be written too. Raises sqlite3.Error, TableError."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        return _read(connection)


def _is_damage(error: Exception) -> bool:
    """Whether the file is no table of ours; what may pass, such as a lock, says so by another name."""
    kept = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname != "SQLITE_ERROR"
    return not kept


def _read(connection: sqlite3.Connection) -> KeyUpdate | None:
    found = connection.execute("SELECT version FROM versions").fetchone()
    if found is None:
        return None
    tags = connection.execute("SELECT row, identifier FROM tags")
    return KeyUpdate(
        "",
        found[0],
        _stretches(connection, IDENTIFIERS),
        _stretches(connection, PSEUDONYMS),
        tuple(StaticTag(*one) for one in tags),
    )


def _stretches(connection: sqlite3.Connection, kind: str) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(Span(starts_at, ends_at), first_row, cells)
        for starts_at, ends_at, first_row, cells in connection.execute(_STRETCHES, (kind,))
    )


def _write(connection: sqlite3.Connection, update: KeyUpdate) -> None:
    found = connection.execute("SELECT version FROM versions").fetchone()
    if not update.base_version or found != (update.base_version,):
        for table in ("versions", "tags", "stretches"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - three constants
    if update.base_version and found != (update.base_version,):
        return  # an update was lost: an empty copy is better than a wrong one
    _forget(connection, update.forgotten_rows)
    for kind, stretches in ((IDENTIFIERS, update.identifiers), (PSEUDONYMS, update.pseudonyms)):
        rows = [(kind, *one.span, one.first_row, one.end_row - one.first_row, one.cells) for one in stretches]
        connection.executemany("INSERT INTO stretches VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute(_PAST, (kind, COLUMNS_MAX[kind]))
    connection.executemany("INSERT INTO tags VALUES (?, ?)", update.tags)
    connection.execute("DELETE FROM versions")
    connection.execute("INSERT INTO versions VALUES (?)", (update.version,))


def _forget(connection: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Overwrites the cells of a row where they lie."""
    for row in rows:
        connection.execute("DELETE FROM tags WHERE row = ?", (row,))
        for rowid, first_row in connection.execute(_HOLDING, (row,)).fetchall():
            with connection.blobopen("stretches", "cells", rowid) as cells:
                cells.seek((row - first_row) * CELL_BYTES)
                cells.write(EMPTY)
