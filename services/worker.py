"""The worker: claims due work (messages to send, timers that ring), runs its handlers, marks it done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from services.errors import RegularsError
from services.storage import outbox
from services.storage.database import Database
from services.storage.outbox import Claimed
from services.storage.unit import UnitOfWork, use_case

HANDLING_MAX: Final = 64  # as many as one group commit finishes in a few milliseconds
POLL_SECONDS: Final = 1.0  # other processes' commits on PostgreSQL do not wake us; our own do at once

log = structlog.get_logger()

Handler = Callable[[Claimed], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Claim:
    """Asks for due work."""

    limit: int
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """A piece of work that was tried: `error` is empty when it is done."""

    work: Claimed
    error: str

    @property
    def customer_id(self) -> str:
        return self.work.customer_id


@use_case(list[Claimed])
def claim_work(unit: UnitOfWork, claims: Sequence[Claim]) -> list[list[Claimed] | RegularsError]:
    return [outbox.claim(unit.connection, unit.now, claim.limit) for claim in claims]


@use_case(type(None))
def end_work(unit: UnitOfWork, ended: Sequence[Ended]) -> list[RegularsError | None]:
    outbox.done(unit.connection, [one.work.work_id for one in ended if not one.error])
    for one in ended:
        if one.error:
            outbox.failed(unit.connection, one.work, one.error, unit.now)
    return [None] * len(ended)


class Worker:
    """Runs handlers by topic until it is stopped. A handler that fails is tried again, later and later."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        self._database = database
        self._handlers = handlers
        self._woken = asyncio.Event()
        self._handling: set[asyncio.Task[None]] = set()
        self._stopping = False

    def wake(self) -> None:
        """Look for work now: something was committed."""
        self._woken.set()

    def stop(self) -> None:
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                if await self._start_due():
                    continue
            except Exception:
                log.exception("worker_round_failed")  # a full disk or a restarting database: try again
            await self._rest()
        await asyncio.gather(*self._handling)

    async def drain(self) -> None:
        """Do all that is due now, and what follows from it, and return when it is done."""
        while await self._start_due():
            await asyncio.gather(*self._handling)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _start_due(self) -> bool:
        """Start what is due beside what is running, so that a slow receiver holds up nobody else."""
        room = HANDLING_MAX - len(self._handling)
        if not room or not await self._is_due():
            return False
        claimed = await self._database.write(claim_work, Claim(room))
        for work in claimed:
            task = asyncio.create_task(self._handle(work))
            self._handling.add(task)
            task.add_done_callback(self._handled)
        return bool(claimed)

    def _handled(self, task: asyncio.Task[None]) -> None:
        self._handling.discard(task)
        self.wake()

    async def _is_due(self) -> bool:
        due_at: datetime | None = await self._database.fetch(outbox.next_due_at)
        return due_at is not None and due_at <= self._database.clock.now()

    async def _handle(self, work: Claimed) -> None:
        try:
            await self._handlers[work.topic](work)
        except Exception as error:  # noqa: BLE001  (a failing handler must not stop the others)
            log.warning("work_failed", topic=work.topic, attempt=work.attempts, error=type(error).__name__)
            await self._database.write(end_work, Ended(work, f"{type(error).__name__}: {error}"))
