"""The durable queue between tracker and server: SQLite, on disk before anything else happens.

Every event gets a number; the spool forgets none before the server has acknowledged it. A new spool has a
new random epoch, so that a re-flashed gateway is not taken for the old one. When the spool is full, stays
(DWELL) go first, then the oldest events; a GAP event says how many. The numbers of dropped events are never
used again: a hole in the numbers is told by the GAP that follows.
"""

import secrets
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from beacon_gateway.events import Evidence, PresenceEvent, PresenceKind, SpooledEvent

EVENTS_MAX: Final = 1_000_000  # about 150 MB: weeks of a busy store, small beside an SD card
DROP_SHARE: Final = 16  # a full spool drops a sixteenth at once: one GAP for many events

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS spool (
    epoch TEXT NOT NULL,
    dropped INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    observed_at_seconds REAL NOT NULL,
    kind TEXT NOT NULL,
    pseudonym BLOB NOT NULL,
    zone TEXT NOT NULL,
    at_seconds REAL NOT NULL,
    smoothed_rssi_dbm REAL NOT NULL,
    max_rssi_dbm REAL NOT NULL,
    samples INTEGER NOT NULL,
    degraded INTEGER NOT NULL,
    dwell_seconds REAL NOT NULL,
    dropped INTEGER NOT NULL
);
"""
_COLUMNS: Final = (
    "observed_at_seconds, kind, pseudonym, zone, at_seconds, smoothed_rssi_dbm, max_rssi_dbm, samples,"
    " degraded, dwell_seconds, dropped"
)
_INSERT: Final = f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_SELECT: Final = f"SELECT seq, {_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constants
_VICTIMS: Final = "SELECT seq, kind, dropped FROM events ORDER BY kind != 'DWELL', seq LIMIT ?"


class SpoolError(Exception):
    """The spool's file cannot be opened; its text says why."""


class Spool:
    """A queue in one SQLite file. Safe to call from several threads; every call is one transaction.

    Raises SpoolError when the file cannot be opened, sqlite3.Error when the disk refuses a write.
    """

    def __init__(self, path: Path, events_max: int = EVENTS_MAX) -> None:
        self._events_max = events_max
        self._lock = threading.Lock()
        try:
            self._connection = _open(path)
            self.epoch, self.dropped, self._length = _identity(self._connection)
        except sqlite3.Error as error:
            raise SpoolError(f"cannot open the spool {path}: {error}") from error

    def append(self, events: Sequence[PresenceEvent], *, started_at_seconds: float) -> None:
        """Puts events on disk; on return they survive a power cut.

        started_at_seconds: Unix time of the gateway's monotonic zero, corrected by the server's.
        """
        if not events:
            return
        with self._lock:
            with self._connection:
                room = self._make_room(len(events))
                gap = [_gap(room.events, events[-1].at_seconds)] if room.events else []
                rows = [_row(event, started_at_seconds) for event in (*gap, *events)]
                self._connection.executemany(_INSERT, rows)
            self._length += len(rows) - room.rows
            self.dropped += room.newly

    def after(self, seq: int, limit: int) -> list[SpooledEvent]:
        """The first `limit` events whose number is above `seq`, in order."""
        with self._lock:
            return [_event(row) for row in self._connection.execute(_SELECT, (seq, limit))]

    def acknowledge(self, epoch: str, seq: int) -> int:
        """Forgets everything up to `seq` and returns how many events that were; 0 for another epoch."""
        if epoch != self.epoch:
            return 0
        with self._lock:
            with self._connection:
                gone = self._connection.execute("DELETE FROM events WHERE seq <= ?", (seq,)).rowcount
            self._length -= gone
        return gone

    @property
    def oldest_seq(self) -> int:
        """0 when the spool is empty."""
        with self._lock:
            return int(self._connection.execute("SELECT coalesce(min(seq), 0) FROM events").fetchone()[0])

    def __len__(self) -> int:
        return self._length

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _make_room(self, wanted: int) -> "_Dropped":
        """Drops events when `wanted` more and a GAP would not fit."""
        over = self._length + wanted + 1 - self._events_max
        if over <= 0:
            return _Dropped(0, 0, 0)
        victims = self._connection.execute(_VICTIMS, (over + self._events_max // DROP_SHARE,)).fetchall()
        self._connection.executemany("DELETE FROM events WHERE seq = ?", [(seq,) for seq, _, _ in victims])
        told_before = [dropped for _, kind, dropped in victims if kind == PresenceKind.GAP]
        newly = len(victims) - len(told_before)
        self._connection.execute("UPDATE spool SET dropped = dropped + ?", (newly,))
        return _Dropped(len(victims), newly + sum(told_before), newly)


class _Dropped(NamedTuple):
    """Rows that went; the events that they stood for (a GAP stands for many); those not counted before."""

    rows: int
    events: int
    newly: int


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=5.0)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk, not in its cache
    return connection


def _identity(connection: sqlite3.Connection) -> tuple[str, int, int]:
    """Epoch, events ever dropped, events waiting; makes them with a new file."""
    connection.executescript(_SCHEMA)
    with connection:
        connection.execute(
            "INSERT INTO spool SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM spool)", (secrets.token_hex(16),)
        )
    epoch, dropped = connection.execute("SELECT epoch, dropped FROM spool").fetchone()
    (waiting,) = connection.execute("SELECT count(*) FROM events").fetchone()
    return epoch, dropped, waiting


def _gap(dropped: int, at_seconds: float) -> PresenceEvent:
    return PresenceEvent(PresenceKind.GAP, b"", "", at_seconds, dropped=dropped)


def _row(event: PresenceEvent, started_at_seconds: float) -> tuple[object, ...]:
    evidence = event.evidence
    return (
        started_at_seconds + event.at_seconds,
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


def _event(row: Sequence[Any]) -> SpooledEvent:
    seq, observed_at_seconds, kind, pseudonym, zone, at_seconds, smoothed, strongest, samples, *rest = row
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
    return SpooledEvent(seq, observed_at_seconds, event)
