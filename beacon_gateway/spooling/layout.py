"""How a spool lies in its SQLite file: the header, the tables, and what a row says."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from beacon_gateway.tracking.events import Evidence, Position, PresenceEvent, PresenceKind

APPLICATION_ID: Final = 0x52656753  # "RegS", in the file's header: this database is a spool
LAYOUT: Final = 2
WAL_PAGES_MAX: Final = 1_000
BUSY_SECONDS: Final = 5.0  # a backup that reads the file may hold it for so long

_SCHEMA: Final = """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL UNIQUE,
    started_at_seconds REAL NOT NULL,
    told_by INTEGER NOT NULL
);
CREATE TABLE events (
    rank INTEGER NOT NULL,
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    pseudonym BLOB NOT NULL,
    zone TEXT NOT NULL,
    at_seconds REAL NOT NULL,
    smoothed_rssi_dbm REAL NOT NULL,
    max_rssi_dbm REAL NOT NULL,
    samples INTEGER NOT NULL,
    degraded INTEGER NOT NULL,
    dwell_seconds REAL NOT NULL,
    dropped INTEGER NOT NULL,
    PRIMARY KEY (rank, run, seq)
) WITHOUT ROWID;
CREATE TABLE drops (
    reason TEXT NOT NULL,
    kind TEXT NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (reason, kind)
) WITHOUT ROWID;
"""
INSERT: Final = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class ShelvedEvent(NamedTuple):
    """An event and where it lies. Its times are by the clock of its run."""

    position: Position
    event: PresenceEvent


class ForeignFileError(Exception):
    """The file is a database of something else."""


def opened(path: Path | None, wal_bytes_max: int) -> sqlite3.Connection:
    """A connection whose commits are on the disk; None means in memory. Raises sqlite3.Error."""
    connection = sqlite3.connect(path or ":memory:", check_same_thread=False, timeout=BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk, not in its cache
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        wal_pages = max(1, min(WAL_PAGES_MAX, wal_bytes_max // page_bytes))
        connection.execute(f"PRAGMA wal_autocheckpoint = {wal_pages}")
        connection.execute(f"PRAGMA journal_size_limit = {wal_pages * page_bytes}")
    except BaseException:
        connection.close()
        raise
    return connection


def make_or_check(connection: sqlite3.Connection) -> None:
    """Makes the tables of a new file. Raises sqlite3.DatabaseError for a broken one, ForeignFileError."""
    found = _numbers(connection, "application_id", "user_version")
    if found == (APPLICATION_ID, LAYOUT):
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {verdict}")
        return
    if connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise ForeignFileError(f"a database that is no spool of layout {LAYOUT}")
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {LAYOUT};"
    connection.executescript(f"BEGIN; {_SCHEMA} {marks} COMMIT;")


def _numbers(connection: sqlite3.Connection, *pragmas: str) -> tuple[int, ...]:
    return tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas)


def _rank(kind: PresenceKind) -> int:
    return 0 if kind is PresenceKind.DWELL else 1


def row_of(shelved: ShelvedEvent) -> tuple[object, ...]:
    event, evidence = shelved.event, shelved.event.evidence
    return (
        _rank(event.kind),
        *shelved.position,
        event.kind.value,
        event.pseudonym,
        event.zone,
        event.at_seconds,
        evidence.smoothed_rssi_dbm,
        evidence.max_rssi_dbm,
        evidence.samples,
        event.degraded,
        event.dwell_seconds,
        event.dropped,
    )


def event_of(row: Sequence[Any]) -> ShelvedEvent:
    _, run, seq, kind, pseudonym, zone, at_seconds, smoothed, strongest, samples, *rest = row
    degraded, dwell_seconds, dropped = rest
    event = PresenceEvent(
        PresenceKind(kind),
        pseudonym,
        zone,
        at_seconds,
        Evidence(smoothed, strongest, samples),
        bool(degraded),
        dwell_seconds,
        dropped,
    )
    return ShelvedEvent(Position(run, seq), event)
