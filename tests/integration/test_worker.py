"""The worker: what is due is done, whatever its neighbours do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.composition import open_database
from services.settings import Settings
from services.storage import outbox
from services.storage.database import Database
from services.storage.outbox import Claimed, Work
from services.storage.unit import UnitOfWork
from services.worker import Ended, Worker, end_work
from tests.integration.shop import NOON, ManualClock


@pytest.fixture
async def database(settings: Settings, clock: ManualClock) -> AsyncIterator[Database]:
    found = open_database(settings, clock)
    await found.open()
    yield found
    await found.close()


def enqueue(database: Database, *topics: str) -> None:
    with database.engine.begin() as connection:
        unit = UnitOfWork(connection, NOON, database.programme, database.vault)
        outbox.enqueue(unit, [Work(topic, topic, {}, NOON) for topic in topics])


async def test_a_receiver_that_hangs_holds_up_nobody_else(database: Database) -> None:
    released, delivered = asyncio.Event(), asyncio.Event()

    async def hang(work: Claimed) -> None:
        await released.wait()
        await database.write(end_work, Ended(work, ""))

    async def deliver(work: Claimed) -> None:
        await database.write(end_work, Ended(work, ""))
        delivered.set()

    worker = Worker(database, {"slow": hang, "quick": deliver})
    enqueue(database, "slow")
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    enqueue(database, "quick")
    worker.wake()
    async with asyncio.timeout(5):
        await delivered.wait()
    assert not released.is_set()
    released.set()
    worker.stop()
    await running


async def test_a_handler_that_fails_leaves_its_work_for_later(database: Database) -> None:
    async def fail(work: Claimed) -> None:
        raise ConnectionError(work.topic)

    worker = Worker(database, {"broken": fail})
    enqueue(database, "broken")
    await worker.drain()
    with database.engine.connect() as connection:
        due_at = outbox.next_due_at(connection)
    assert due_at is not None
    assert due_at > NOON
