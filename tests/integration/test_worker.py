"""The worker: what is due is done, whatever its neighbours do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import select

from services.composition import build, open_database, running
from services.settings import Settings
from services.storage import outbox, tables
from services.storage.database import Database
from services.storage.outbox import LEASE, RETRY_FIRST, Claimed, Work
from services.storage.unit import UnitOfWork
from services.telemetry import Telemetry
from services.worker import Ended, Worker, end_work
from tests.integration.servers import ON_POSTGRESQL
from tests.integration.shop import CALL_SECONDS, NOON, ManualClock


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
    async with asyncio.timeout(CALL_SECONDS):
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


async def due_after_a_start(database: Database, settings: Settings, clock: ManualClock) -> datetime:
    """When work that somebody had claimed is due, once a server has started."""
    enqueue(database, "claimed")
    with database.engine.begin() as connection:
        outbox.claim(connection, NOON, 1)
    async with running(build(settings, clock, Telemetry(0.0))) as house:
        with house.database.engine.connect() as connection:
            claimed = select(tables.outbox.c.due_at).where(tables.outbox.c.topic == "claimed")
            due_at: datetime = connection.execute(claimed).scalar_one()
    return due_at


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_server_that_owns_its_folder_soon_takes_up_what_the_one_before_had_claimed(
    database: Database, settings: Settings, clock: ManualClock
) -> None:
    alone = settings.model_copy(update={"database_url": ""})  # the same file, which is then nobody else's
    assert await due_after_a_start(database, alone, clock) == NOON + RETRY_FIRST


@ON_POSTGRESQL
async def test_a_server_that_shares_its_database_leaves_the_leases_of_others_alone(
    database: Database, settings: Settings, clock: ManualClock
) -> None:
    assert await due_after_a_start(database, settings, clock) == NOON + LEASE
