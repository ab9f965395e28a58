"""The durable queue between tracker and server: on disk before anything else happens.

An epoch is one run of the gateway: it names its numbers, which count up from 1, and its clock. The server
knows each event by gateway, epoch and number, so no number is ever used for two events, whatever becomes of
the file. Nothing is forgotten before the server has acknowledged it, but what does not fit: when the spool is
full, stays (DWELL) go first, then the oldest events; what is older than a week goes too. A GAP says how many.

An event's time is corrected when it is read, by what is known then of its run's clock.

A disk that refuses events (full, read-only, failing) is asked again; until then they wait in memory, within
bounds, and go to the server from there: only a restart loses them. A broken file is set aside.
"""

import secrets
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from beacon_gateway.clock import placed
from beacon_gateway.spooling.broken import is_broken, set_aside, times_set_aside
from beacon_gateway.spooling.layout import ForeignFileError, ShelvedEvent
from beacon_gateway.spooling.limits import LIMITS, SpoolLimits, SpoolReport
from beacon_gateway.spooling.shelf import (
    START,
    DropReason,
    Run,
    Shelf,
    ToldBy,
    gap,
)
from beacon_gateway.tracking.events import Position, PresenceEvent, SpooledEvent

RETRY_SECONDS: Final = 10.0  # between two questions to a disk that refuses
MOVED_SECONDS: Final = 0.1  # a start that moved by less is not worth a write
RUNS_UNSEEN: Final = 1 << 62  # numbers from here on lie after all runs of a file that cannot be read yet
ALL: Final = 1 << 62
REFUSED_HINT: Final = "events wait in memory, and a restart loses them; ask regulars-gateway doctor"
DAY_SECONDS: Final = 86_400.0
SUFFIXES: Final = (".db", ".sqlite", ".spool")  # a file of another name was never ours to rename

log = structlog.get_logger()


class SpoolError(Exception):
    """The spool's file is something else; its text says what."""


class Spool:
    """A queue in one SQLite file. Safe to call from several threads.

    started_at_seconds: Unix time of the run's monotonic zero, by the device's own clock.
    Raises SpoolError when the file is a database of something else, sqlite3.Error when it cannot be read now.
    """

    def __init__(self, path: Path, limits: SpoolLimits = LIMITS, started_at_seconds: float = 0.0) -> None:
        self._path = path
        self._limits = limits
        self._lock = threading.Lock()
        self._memory = Shelf(None, limits.bytes_in_memory_max, DropReason.DISK)
        self._disk: Shelf | None = None
        self._error = ""
        self._times_set_aside = times_set_aside(path)
        self._retry_at_seconds = 0.0
        self._lost_count: int | None = None
        self._next_seq = 1
        self._runs: dict[int, Run] = {}
        self.epoch = secrets.token_hex(16)
        self._run = Run(RUNS_UNSEEN + secrets.randbits(32), self.epoch, started_at_seconds, ToldBy.DEVICE)
        self._begin()

    def _begin(self) -> None:
        """Opens the file; a run that cannot read it comes after all runs that may be in it."""
        try:
            self._disk = self._open()
        except (sqlite3.Error, OSError) as error:
            self._refused(error)
        else:
            self._run = self._run._replace(run=max(self._runs, default=0) + 1)
        self._runs[self._run.run] = self._run
        self._keep(self._run)
        self._look()

    def append(self, events: Sequence[PresenceEvent]) -> None:
        """Takes events; on return they survive a power cut, or the disk refuses and the report says so."""
        if not events:
            return
        with self._lock:
            noticed = [*self._lost(events[0].at_seconds), *events]
            shelved = [
                ShelvedEvent(Position(self._run.run, seq), event)
                for seq, event in enumerate(noticed, self._next_seq)
            ]
            self._next_seq += len(noticed)
            if not self._to_disk(shelved):
                self._count_gap(self._memory.put(shelved, self._here))
            self._look()

    def after(self, position: Position, limit: int) -> list[SpooledEvent]:
        """The first `limit` events beyond a position, in order."""
        with self._lock:
            found = self._on_disk(position, limit)
            found += self._memory.after(position, limit - len(found)) if len(found) < limit else []
            return [self._told(shelved) for shelved in found]

    def acknowledge(self, epoch: str, seq: int) -> int:
        """Forgets a run's events up to `seq`; returns how many those were, 0 for a run that is not ours."""
        with self._lock:
            run = next((run.run for run in self._runs.values() if run.epoch == epoch), None)
            if run is None:
                return 0
            shelves = [shelf for shelf in (self._disk, self._memory) if shelf and shelf.length]
            gone = sum(shelf.remove(Position(run, seq)) for shelf in shelves)
            self._look()
        return gone

    def learn(self, started_at_seconds: float) -> None:
        """Takes the Unix time of this run's start by the server's clock; runs before are placed by it."""
        with self._lock:
            before = self._run
            self._run = before._replace(started_at_seconds=started_at_seconds, told_by=ToldBy.SERVER)
            self._runs[before.run] = self._run
            moved_seconds = abs(started_at_seconds - before.started_at_seconds)
            if before.told_by is not ToldBy.SERVER:
                self._place_earlier_runs()
            elif moved_seconds < MOVED_SECONDS:
                return
            self._keep(self._run)

    def drop_old(self, now_seconds: float) -> None:
        """Drops what is too old. `now_seconds` is by this run's clock; only the server knows its meaning."""
        with self._lock:
            if self._disk is None or self._run.told_by is not ToldBy.SERVER:
                return
            oldest = self._run.started_at_seconds + now_seconds - self._limits.days_max * DAY_SECONDS
            for run in self._runs.values():
                if run.told_by is ToldBy.SERVER:
                    since = oldest - run.started_at_seconds
                    self._count_gap(self._disk.drop_before(run.run, since, self._here, now_seconds))
            self._look()

    def report(self) -> SpoolReport:
        """As of the latest change; never waits for the disk."""
        return self._report

    def __len__(self) -> int:
        return self._report.waiting

    def close(self) -> None:
        with self._lock:
            self._memory.close()
            if self._disk:
                self._disk.close()

    @property
    def _here(self) -> Position:
        return Position(self._run.run, self._next_seq)

    def _count_gap(self, was_left: bool) -> None:
        self._next_seq += was_left

    def _lost(self, at_seconds: float) -> list[PresenceEvent]:
        """A GAP for what was in a file that is set aside, once."""
        lost, self._lost_count = self._lost_count, None
        return [] if lost is None else [gap(at_seconds, lost)]

    def _told(self, shelved: ShelvedEvent) -> SpooledEvent:
        run = self._runs[shelved.position.run]
        return SpooledEvent(
            shelved.position,
            run.epoch,
            run.started_at_seconds + shelved.event.at_seconds,
            shelved.event,
            is_time_uncertain=run.told_by is not ToldBy.SERVER,
        )

    def _to_disk(self, shelved: list[ShelvedEvent]) -> bool:
        """Puts events, and what waits in memory before them, on the disk; False when it refuses."""
        if self._error and time.monotonic() < self._retry_at_seconds:
            return False
        try:
            disk = self._disk = self._disk or self._open()
            waiting = [*self._memory.after(START, ALL), *shelved]
            self._count_gap(disk.put(waiting, self._here, self._memory.drops))
        except (sqlite3.Error, OSError, SpoolError) as error:
            self._refused(error)
            return False
        if self._memory.length:
            self._memory.clear()
        self._error = ""
        return True

    def _on_disk(self, position: Position, limit: int) -> list[ShelvedEvent]:
        if self._disk is None:
            return []
        try:
            return self._disk.after(position, limit)
        except sqlite3.Error as error:
            if not is_broken(error):
                raise
            self._refused(error)
            return []

    def _open(self) -> Shelf:
        """The file with its runs; a new one in the place of a broken one."""
        try:
            shelf = self._shelf()
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
            if self._path.suffix not in SUFFIXES:
                raise SpoolError(f"{self._path} is no spool; name another file for it") from error
            self._set_aside(error, lost=0)
            shelf = self._shelf()
        shelf.forget_runs()
        self._runs = {run.run: run for run in shelf.runs()} | self._runs
        return shelf

    def _shelf(self) -> Shelf:
        try:
            return Shelf(self._path, self._limits.bytes_max)
        except ForeignFileError as error:
            raise SpoolError(f"{self._path} is {error}; name another file for the spool") from error

    def _refused(self, error: Exception) -> None:
        """Says once why the disk refuses, and has it asked again later."""
        if isinstance(error, sqlite3.DatabaseError) and self._disk and is_broken(error):
            lost = self._disk.length
            self._disk.close()
            self._disk = None
            self._set_aside(error, lost)
            return
        if not self._error:
            log.warning("spool.refused", reason=str(error), path=str(self._path), hint=REFUSED_HINT)
        self._error = str(error) or type(error).__name__
        self._retry_at_seconds = time.monotonic() + RETRY_SECONDS

    def _set_aside(self, error: Exception, lost: int) -> None:
        """Moves a broken file out of the way; what is in it may be delivered, so nobody salvages it."""
        place = set_aside(self._path)
        self._times_set_aside = times_set_aside(self._path)
        log.error("spool.broken", reason=str(error), lost=lost, set_aside=place.name)
        self._lost_count = lost + (self._lost_count or 0)

    def _place_earlier_runs(self) -> None:
        """Runs that never met the server find their place between those that did, latest first."""
        next_start_seconds = self._run.started_at_seconds
        for run in sorted(self._runs.values(), reverse=True):
            if run.told_by is ToldBy.DEVICE and self._disk:
                last_seconds = self._disk.last_at_seconds(run.run)
                at_seconds = placed(run.started_at_seconds, last_seconds, next_start_seconds)
                run = run._replace(started_at_seconds=at_seconds, told_by=ToldBy.GUESS)  # noqa: PLW2901
                self._runs[run.run] = run
                self._keep(run)
            next_start_seconds = run.started_at_seconds

    def _keep(self, run: Run) -> None:
        try:
            if self._disk:
                self._disk.put_run(run)
        except sqlite3.Error as error:
            self._refused(error)

    def _look(self) -> None:
        """Takes down how the spool fares, for whoever must not wait."""
        disk = self._disk
        self._report = SpoolReport(
            waiting=self._memory.length + (disk.length if disk else 0),
            drops=self._memory.drops + (disk.drops if disk else Counter()),
            error=self._error,
            set_aside=self._times_set_aside,
            bytes_used=disk.bytes if disk else 0,
        )
