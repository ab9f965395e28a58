"""The writer: a thread that gathers what waits, runs each use case once over its items, and commits once.

While one commit is on its way to disk the next batch gathers by itself, so one lone caller waits for one
fsync and many callers share one. Nobody is answered before the commit is on disk.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from services.clock import Clock
from services.errors import ExhaustedError, RegularsError, UnavailableError
from services.programme.programme import Programme
from services.storage.requests import Job, run_once
from services.storage.unit import AnyUseCase, React, UnitOfWork
from services.storage.vault import Vault

BATCH_ITEMS_MAX: Final = 512  # beyond it a batch's own run time, not the fsync, is what callers wait for
RETRIES_MAX: Final = 5  # a serialisation failure or deadlock among processes on PostgreSQL clears at once
RETRYABLE_SQLSTATES: Final = frozenset({"40001", "40P01"})

log = structlog.get_logger()

Run = Callable[[Connection, AnyUseCase, Sequence[Job]], list[Any]]  # a use case over its jobs


class StoppedError(UnavailableError):
    """The server is stopping; try again."""

    reason = "STOPPING"


class StorageFullError(ExhaustedError):
    """The disk is full; nothing was stored. Free some space and try again."""

    reason = "STORAGE_FULL"


class StorageFailedError(UnavailableError):
    """The database refused the write; nothing was stored. Try again."""

    reason = "STORAGE_FAILED"


class RecordFailedError(UnavailableError):
    """The server failed at this record and logged why; nothing of it was stored, and all others were."""

    reason = "RECORD_FAILED"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job and the caller who waits for its answer."""

    job: Job
    future: asyncio.Future[Any]


class Listener(Protocol):
    """Whom a writer tells what its commits left behind."""

    def on_work(self) -> None:
        """There is work to do at once. Called on the event loop."""

    def on_redirects(self) -> None:
        """Some ids mean other customers now. Called on the writer's thread."""


class Writer:
    """All writes of one process, on one connection. Thread-safe: `put` is called by the event loop."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        programme: Programme,
        vault: Vault,
        react: React,
        listener: Listener,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._programme = programme
        self._vault = vault
        self._react = react
        self._listener = listener
        self._has_due_work = False
        self._has_redirected = False
        self._queue: SimpleQueue[Sequence[Waiting] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = False

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread.start()

    def put(self, together: Sequence[Waiting]) -> None:
        """Queue items that arrived together, for one transaction. Raises StoppedError after `stop`."""
        if self._stopped:
            raise StoppedError
        self._queue.put(together)

    async def stop(self) -> None:
        """Finish what waits, then end the thread."""
        self._stopped = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while batch := self._gather():
                jobs = [waiting.job for waiting in batch]
                answers = self._commit(connection, jobs)
                self._tell_redirects()
                self._answer(batch, answers)

    def _gather(self) -> list[Waiting]:
        """Everything that waits now, at least one; empty when the writer is to stop."""
        batch: list[Waiting] = []
        together = self._queue.get()
        while together is not None:
            batch.extend(together)
            if len(batch) >= BATCH_ITEMS_MAX:
                return batch
            try:
                together = self._queue.get_nowait()
            except Empty:
                return batch
        self._queue.put(None)  # stop after this batch
        return batch

    def _commit(self, connection: Connection, jobs: Sequence[Job]) -> list[Any]:
        """Store all together; with savepoints, two round trips each, only when something has failed."""
        run: Run = self._run_unit
        failed: Exception = StorageFailedError()
        for _ in range(RETRIES_MAX):
            try:
                with connection.begin():
                    return self._run_all(connection, jobs, run)
            except Exception as error:  # noqa: BLE001  (told to every caller, and logged)
                failed = error
            if run == self._run_unit and not is_transactions_fault(failed):
                run = self._run_group
            elif not is_retryable(failed):
                break
        log.error("write_failed", jobs=len(jobs), exc_info=failed)
        return [storage_error(failed) if isinstance(failed, DBAPIError) else failed] * len(jobs)

    def _run_all(self, connection: Connection, jobs: Sequence[Job], run: Run) -> list[Any]:
        answers: list[Any] = [None] * len(jobs)
        for use_case, positions in by_use_case(jobs):
            group = [jobs[position] for position in positions]
            for position, answer in zip(positions, run(connection, use_case, group), strict=True):
                answers[position] = answer
        return answers

    def _run_group(self, connection: Connection, use_case: AnyUseCase, jobs: Sequence[Job]) -> list[Any]:
        """Run a use case over its jobs; when it fails, one by one, so that a poison item fails alone."""
        try:
            return self._run_saved(connection, use_case, jobs)
        except Exception as error:
            if is_transactions_fault(error):
                raise
            if len(jobs) == 1:
                return [self._run_again(connection, use_case, jobs[0], error)]
        return [answer for job in jobs for answer in self._run_group(connection, use_case, [job])]

    def _run_again(self, connection: Connection, use_case: AnyUseCase, job: Job, error: Exception) -> Any:
        """The answer to a job that failed alone; another process may have stored its key meanwhile."""
        if isinstance(error, IntegrityError):
            try:
                return self._run_saved(connection, use_case, [job])[0]
            except IntegrityError as again:
                error = again
        if not isinstance(error, RegularsError):
            log.error("use_case_failed", use_case=use_case.name, exc_info=error)
        return storage_error(error) if isinstance(error, DBAPIError) else error

    def _run_saved(self, connection: Connection, use_case: AnyUseCase, jobs: Sequence[Job]) -> list[Any]:
        with connection.begin_nested():
            return self._run_unit(connection, use_case, jobs)

    def _run_unit(self, connection: Connection, use_case: AnyUseCase, jobs: Sequence[Job]) -> list[Any]:
        unit = UnitOfWork(connection, self._clock.now(), self._programme, self._vault)
        answers = run_once(unit, use_case, jobs)
        self._react(unit)
        for step in unit.last_steps:
            step(unit)
        self._has_due_work |= unit.has_due_work
        self._has_redirected |= unit.has_redirected
        return answers

    def _tell_redirects(self) -> None:
        """Before anybody is answered, so that no caller reads past a merge or an erasure of its own."""
        if self._has_redirected:
            self._has_redirected = False
            self._listener.on_redirects()

    def _answer(self, batch: Sequence[Waiting], answers: Sequence[Any]) -> None:
        assert self._loop is not None
        wake, self._has_due_work = self._has_due_work, False
        self._loop.call_soon_threadsafe(self._deliver, batch, answers, wake)

    def _deliver(self, batch: Sequence[Waiting], answers: Sequence[Any], wake: bool) -> None:
        for waiting, answer in zip(batch, answers, strict=True):
            if waiting.future.done():  # its caller gave up; the write stands
                continue
            if isinstance(answer, Exception):
                waiting.future.set_exception(answer)
            else:
                waiting.future.set_result(answer)
        if wake:
            self._listener.on_work()


def by_use_case(jobs: Sequence[Job]) -> Iterable[tuple[AnyUseCase, list[int]]]:
    """The positions of each use case's jobs, in order of first arrival."""
    groups: dict[AnyUseCase, list[int]] = {}
    for position, job in enumerate(jobs):
        groups.setdefault(job.use_case, []).append(position)
    return groups.items()


def is_retryable(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRYABLE_SQLSTATES


def is_transactions_fault(error: Exception) -> bool:
    """Whether the whole transaction is at fault, and not an item of it."""
    return isinstance(error, OperationalError) or is_retryable(error)


def storage_error(error: DBAPIError) -> RegularsError:
    """What a caller may know of a database's refusal: never the driver's text."""
    return StorageFullError() if any(map(is_full, causes(error))) else StorageFailedError()


def is_full(error: BaseException) -> bool:
    return (
        getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
        or getattr(error, "sqlstate", "") == "53100"  # PostgreSQL's disk_full
    )


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it: on a full disk SQLite forgets the savepoint, and that fails next."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
