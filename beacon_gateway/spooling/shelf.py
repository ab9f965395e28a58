"""One SQLite database of events that wait, bounded in bytes: on the disk, or in memory when there is none.

Rows lie in the order in which they are dropped: stays (DWELL) before all others, each oldest first, so that
what is dropped frees whole pages.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from beacon_gateway.tracking.events import Evidence, Position, PresenceEvent, PresenceKind

APPLICATION_ID: Final = 0x52656753  # "RegS", in the file's header: this database is a spool
LAYOUT: Final = 2
DROP_SHARE: Final = 32  # a full shelf drops a thirty-second at once: one GAP for many events
DROP_ROWS: Final = 500  # at a time, until enough is free
WAL_SHARE: Final = 16  # of the bound, for what SQLite writes beside the file
WAL_BYTES_MIN: Final = 400_000  # a batch of the largest size and the index of the log
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
_RANKS: Final = (0, 1)
_OF_RANK: Final = (
    "SELECT * FROM (SELECT * FROM events WHERE rank = {} AND (run, seq) > (:run, :seq)"
    " ORDER BY run, seq LIMIT :limit)"
)
_SELECT: Final = f"{' UNION ALL '.join(map(_OF_RANK.format, _RANKS))} ORDER BY run, seq LIMIT :limit"
_INSERT: Final = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_COUNT_DROP: Final = (
    "INSERT INTO drops VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events"
)


class ToldBy(IntEnum):
    """Who said when a run began."""

    DEVICE = 0
    SERVER = 1
    GUESS = 2  # the run never met the server, and lies between two that are known


class DropReason(StrEnum):
    FULL = "FULL"
    OLD = "OLD"
    DISK = "DISK"


Drops: TypeAlias = Counter[tuple[DropReason, PresenceKind]]


START: Final = Position(0, 0)


class Run(NamedTuple):
    """One life of the gateway's process: `started_at_seconds` is the Unix time of its monotonic zero."""

    run: int
    epoch: str
    started_at_seconds: float
    told_by: ToldBy


class ShelvedEvent(NamedTuple):
    """An event and where it lies. Its times are by the clock of its run."""

    position: Position
    event: PresenceEvent


def gap(at_seconds: float, dropped: int) -> PresenceEvent:
    """Says that events were lost; `dropped` is 0 when nobody knows how many."""
    return PresenceEvent(PresenceKind.GAP, b"", "", at_seconds, dropped=dropped)


class ForeignFileError(Exception):
    """The file is a database of something else."""


class Shelf:
    """Events in the order of their numbers. Every call is one transaction; not safe for several threads.

    path: None means in memory. bytes_max: of the file and of what lies beside it.
    Raises sqlite3.Error when the disk refuses, ForeignFileError when the file is no spool.
    """

    def __init__(self, path: Path | None, bytes_max: int, full: DropReason = DropReason.FULL) -> None:
        self.path = path
        beside = max(bytes_max // WAL_SHARE, WAL_BYTES_MIN) if path else 0
        self._bytes_max = bytes_max - beside
        self._full = full
        self._connection = _open(path, beside // 2)
        try:
            _make_or_check(self._connection)
            self.length = self._number("SELECT count(*) FROM events")
            self.drops = self._stored_drops()
        except BaseException:
            self._connection.close()
            raise

    def runs(self) -> list[Run]:
        """The runs that may have events here, oldest first."""
        rows = self._connection.execute("SELECT * FROM runs ORDER BY run")
        return [Run(run, epoch, started_at, ToldBy(told_by)) for run, epoch, started_at, told_by in rows]

    def put_run(self, run: Run) -> None:
        with self._connection:
            self._connection.execute("REPLACE INTO runs VALUES (?, ?, ?, ?)", run)

    def forget_runs(self) -> None:
        """Forgets the runs that have no events any more."""
        with self._connection:
            self._connection.execute("DELETE FROM runs WHERE run NOT IN (SELECT run FROM events)")

    def put(self, events: Sequence[ShelvedEvent], gap_at: Position, drops: Drops | None = None) -> bool:
        """Puts events here. When they are too many, drops some, leaves a GAP at `gap_at` and returns True.

        drops: what was dropped elsewhere and is to be counted here.
        """
        with self._change() as counted:
            counted.update(drops or ())
            self._insert(events)
            if dropped := self._make_room(counted):
                self._insert([ShelvedEvent(gap_at, gap(events[-1].event.at_seconds, dropped))])
        return dropped > 0

    def after(self, position: Position, limit: int) -> list[ShelvedEvent]:
        """The first `limit` events beyond a position, in order."""
        asked = {"run": position.run, "seq": position.seq, "limit": limit}
        return [_event(row) for row in self._connection.execute(_SELECT, asked)]

    def remove(self, position: Position) -> int:
        """Takes out a run's events up to a position; returns how many those were."""
        with self._change():
            gone = self._connection.execute(
                "DELETE FROM events WHERE rank IN (0, 1) AND run = ? AND seq <= ?", position
            ).rowcount
            self.length -= gone
        return gone

    def clear(self) -> None:
        """Takes out everything, and forgets what was dropped."""
        with self._change():
            self._connection.execute("DELETE FROM events")
            self._connection.execute("DELETE FROM drops")
            self.length = 0
        self.drops.clear()

    def drop_before(self, run: int, at_seconds: float, gap_at: Position, now_seconds: float) -> bool:
        """Drops what a run noticed before a moment; leaves a GAP and returns True when that was anything."""
        with self._change() as counted:
            victims = self._connection.execute(
                "SELECT rank, run, seq, kind, dropped FROM events WHERE run = ? AND at_seconds < ?",
                (run, at_seconds),
            ).fetchall()
            if dropped := self._drop(victims, DropReason.OLD, counted):
                self._insert([ShelvedEvent(gap_at, gap(now_seconds, dropped))])
        return dropped > 0

    def last_at_seconds(self, run: int) -> float:
        """When a run noticed the last that is here, by its own clock."""
        last = "SELECT coalesce(max(at_seconds), 0) FROM events WHERE run = ?"
        return float(self._connection.execute(last, (run,)).fetchone()[0])

    @property
    def bytes(self) -> int:
        """What the events take, without what is free for the next."""
        free = self._number("PRAGMA freelist_count")
        return (self._number("PRAGMA page_count") - free) * self._number("PRAGMA page_size")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _change(self) -> Iterator[Drops]:
        """One transaction; what it counts as dropped is counted on the disk too, and only when it stands."""
        counted: Drops = Counter()
        length = self.length
        try:
            with self._connection:
                yield counted
                rows = [(reason, kind, events) for (reason, kind), events in counted.items()]
                self._connection.executemany(_COUNT_DROP, rows)
        except BaseException:
            self.length = length
            raise
        self.drops.update(counted)

    def _insert(self, events: Sequence[ShelvedEvent]) -> None:
        self._connection.executemany(_INSERT, [_row(event) for event in events])
        self.length += len(events)

    def _make_room(self, counted: Drops) -> int:
        """Drops while more bytes are taken than may be; returns how many events were lost."""
        if self.bytes <= self._bytes_max:
            return 0
        dropped, enough = 0, self._bytes_max - self._bytes_max // DROP_SHARE
        while self.bytes > enough and self.length:
            victims = self._connection.execute(
                "SELECT rank, run, seq, kind, dropped FROM events ORDER BY rank, run, seq LIMIT ?",
                (DROP_ROWS,),
            ).fetchall()
            dropped += self._drop(victims, self._full, counted)
        return dropped

    def _drop(
        self, victims: Sequence[tuple[int, int, int, str, int]], reason: DropReason, counted: Drops
    ) -> int:
        """Returns the events that were lost: a GAP stands for many, which were counted when it was made."""
        keys = [(rank, run, seq) for rank, run, seq, _, _ in victims]
        self._connection.executemany("DELETE FROM events WHERE rank = ? AND run = ? AND seq = ?", keys)
        self.length -= len(victims)
        kinds = [PresenceKind(kind) for *_, kind, _ in victims if kind != PresenceKind.GAP]
        counted.update((reason, kind) for kind in kinds)
        return len(kinds) + sum(dropped for *_, dropped in victims)

    def _number(self, question: str) -> int:
        return int(self._connection.execute(question).fetchone()[0])

    def _stored_drops(self) -> Drops:
        rows = self._connection.execute("SELECT * FROM drops")
        return Counter({(DropReason(reason), PresenceKind(kind)): events for reason, kind, events in rows})


def _open(path: Path | None, wal_bytes_max: int) -> sqlite3.Connection:
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


def _make_or_check(connection: sqlite3.Connection) -> None:
    """Makes the tables of a new file. Raises sqlite3.DatabaseError for a broken one."""
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


def _row(shelved: ShelvedEvent) -> tuple[object, ...]:
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


def _event(row: Sequence[Any]) -> ShelvedEvent:
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
