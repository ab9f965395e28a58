"""One SQLite database of events that wait, bounded in bytes: on the disk, or in memory when there is none.

Rows lie in the order in which they are dropped: stays (DWELL) before all others, each oldest first, so that
what is dropped frees whole pages.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from beacon_gateway.spooling import layout
from beacon_gateway.spooling.layout import ShelvedEvent
from beacon_gateway.tracking.events import Position, PresenceEvent, PresenceKind

DROP_SHARE: Final = 32  # a full shelf drops a thirty-second at once: one GAP for many events
DROP_ROWS: Final = 500  # at a time, until enough is free
WAL_SHARE: Final = 16  # of the bound, for what SQLite writes beside the file
WAL_BYTES_MIN: Final = 400_000  # a batch of the largest size and the index of the log
_RANKS: Final = (0, 1)
_OF_RANK: Final = (
    "SELECT * FROM (SELECT * FROM events WHERE rank = {} AND (run, seq) > (:run, :seq)"
    " ORDER BY run, seq LIMIT :limit)"
)
_SELECT: Final = f"{' UNION ALL '.join(map(_OF_RANK.format, _RANKS))} ORDER BY run, seq LIMIT :limit"
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


def gap(at_seconds: float, dropped: int) -> PresenceEvent:
    """Says that events were lost; `dropped` is 0 when nobody knows how many."""
    return PresenceEvent(PresenceKind.GAP, b"", "", at_seconds, dropped=dropped)


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
        self._connection = layout.opened(path, beside // 2)
        try:
            layout.make_or_check(self._connection)
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
        return [layout.event_of(row) for row in self._connection.execute(_SELECT, asked)]

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
        self._connection.executemany(layout.INSERT, [layout.row_of(event) for event in events])
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
