"""The database: async at the edge, synchronous sets inside.

`write` hands an item to the writer and waits until it is on disk; `read` answers concurrent reads of one
kind with one set query; `fetch` runs a longer query off the event loop. A read never sees a connection
that writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from services.clock import Clock
from services.errors import RegularsError
from services.programme.programme import Programme
from services.requests import RequestKey
from services.storage.redirects import Signpost, all_survivors
from services.storage.requests import Job
from services.storage.unit import React, UseCase, WriteItem
from services.storage.vault import Vault
from services.storage.writer import RecordFailedError, Waiting, Writer

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Item = TypeVar("Item", bound=WriteItem)

SQLITE_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=10000",  # 40 MB: a checkpoint has fsyncs of its own, and callers wait for them
    "cache_size=-16384",  # 16 MB a connection; the operating system caches the rest
    "temp_store=MEMORY",
    "secure_delete=ON",  # what is erased is overwritten, not only unlinked
)

SetQuery = Callable[[Connection, Sequence[Key]], Mapping[Key, Value]]

LOCK_SECONDS: Final = 60  # only the rewriting of a large file after an erasure keeps writes waiting
WRITERS: Final = 1  # of a process: a second one halves the batches, and costs more than what overlaps saves
READ_GAP_SECONDS: Final = 0.003  # a turn of the loop brings one call; a gap's worth of calls shares one query
READER_THREADS: Final = 2  # lists and reports; point reads are coalesced and need none


class Database:
    """Opens one database and serves its reads and writes until it is closed."""

    def __init__(
        self, engine: Engine, clock: Clock, programme: Programme, vault: Vault, react: React
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.programme = programme
        self.vault = vault
        self._signpost = Signpost(vault)
        self._react = react
        self._sqlite = self.engine.dialect.name == "sqlite"
        self._writer = Writer(engine, clock, programme, vault, react, self)
        self._readers = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="reader")
        self._inline: Connection | None = None
        self._pending: dict[Any, dict[Any, asyncio.Future[Any]]] = {}
        self._asked_at: dict[Any, float] = {}
        self._listeners: list[Callable[[], None]] = []

    def on_due_work(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the event loop after each commit that leaves work to do at once."""
        self._listeners.append(listener)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.on_redirects()
        self._writer.start(loop)
        self._inline = read_connection(self.engine) if self._sqlite else None

    async def close(self) -> None:
        await self._writer.stop()
        self._readers.shutdown()
        if self._inline is not None:
            self._inline.close()
        self.engine.dispose()

    async def write(
        self, use_case: UseCase[Item, Value], item: Item, request: RequestKey | None = None
    ) -> Value:
        """Store one item and return its answer once it is on disk; raises what the use case refused it with.

        A caller who gives up does not undo the write: it is whole or not at all.
        """
        waiting = self._waiting_for(Job(use_case, item, request))
        self._writer.put((waiting,))
        answer: Value = await waiting.future
        return answer

    async def write_all(
        self, use_case: UseCase[Item, Value], items: Sequence[Item]
    ) -> list[Value | RegularsError]:
        """Store items together, each with an answer or an error of its own, in the order of `items`."""
        together = [self._waiting_for(Job(use_case, item, None)) for item in items]
        if together:
            self._writer.put(together)
        return [await settled(waiting.future) for waiting in together]

    def _waiting_for(self, job: Job) -> Waiting:
        return Waiting(job, asyncio.get_running_loop().create_future())

    async def read(self, query: SetQuery[Key, Value], key: Key) -> Value | None:
        """The row of `key`; concurrent reads of one kind become one query. None when there is no row."""
        waiting = self._pending.get(query)
        if waiting is None:
            waiting = self._pending[query] = {}
            self._flush_soon(query)
        future = waiting.get(key)
        if future is None:
            future = waiting[key] = asyncio.get_running_loop().create_future()
        row: Value | None = await future
        return row

    async def fetch(self, query: Callable[..., Value], *arguments: Any) -> Value:
        """Run `query(connection, *arguments)` in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self._run_read, query, arguments
        )

    def survivor(self, customer_id: str) -> str:
        """The customer whom an id means now: after a merge the survivor. Raises CustomerErasedError."""
        return self._signpost.survivor(customer_id)

    def on_redirects(self) -> None:
        """Learn which ids mean other customers now. Blocks; any thread may call it."""
        self._signpost.renew(self._run_read(all_survivors, ()))

    async def learn_redirects(self) -> None:
        """Like `on_redirects`, in a reader thread, which `close` waits for."""
        await asyncio.get_running_loop().run_in_executor(self._readers, self.on_redirects)

    def on_work(self) -> None:
        for listener in self._listeners:
            listener()

    def _flush_soon(self, query: SetQuery[Any, Any]) -> None:
        """Ask at once if nobody asked lately; else when the gap is over, with all who come till then."""
        loop = asyncio.get_running_loop()
        rest = self._asked_at.get(query, 0.0) + READ_GAP_SECONDS - loop.time()
        if rest > 0:
            loop.call_later(rest, self._flush, query)
        else:
            loop.call_soon(self._flush, query)

    def _flush(self, query: SetQuery[Any, Any]) -> None:
        waiting = self._pending.pop(query)
        self._asked_at[query] = asyncio.get_running_loop().time()
        if self._inline is None:
            task = asyncio.ensure_future(self.fetch(query, list(waiting)))
            task.add_done_callback(lambda done: _settle(waiting, done.exception() or done.result()))
            return
        try:
            with one_moment(self._inline):
                rows = query(self._inline, list(waiting))
        except Exception as error:  # noqa: BLE001  (every waiting caller gets it)
            _settle(waiting, error)
        else:
            _settle(waiting, rows)

    def _run_read(self, query: Callable[..., Value], arguments: tuple[Any, ...]) -> Value:
        with read_connection(self.engine) as connection, one_moment(connection):
            return query(connection, *arguments)


async def settled(future: asyncio.Future[Any]) -> Any:
    try:
        return await future
    except RegularsError as error:
        return error
    except Exception:  # noqa: BLE001  (the writer has logged it; the other items go on)
        return RecordFailedError()


def _settle(waiting: Mapping[Any, asyncio.Future[Any]], rows: Mapping[Any, Any] | BaseException) -> None:
    for key, future in waiting.items():
        if future.done():
            continue
        if isinstance(rows, BaseException):
            future.set_exception(rows)
        else:
            future.set_result(rows.get(key))


def read_connection(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def one_moment(connection: Connection) -> Iterator[None]:
    """Let all statements of the block see the database as it is at the first: never half a write."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN" if is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        connection.exec_driver_sql("COMMIT")


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://...`: durable, and no value in its errors."""
    if url.startswith("sqlite"):
        arguments = {"check_same_thread": False, "timeout": LOCK_SECONDS}
        engine = create_engine(url, connect_args=arguments, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    size = WRITERS + READER_THREADS
    return create_engine(url, pool_size=size, max_overflow=2, pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
