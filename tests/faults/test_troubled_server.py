"""A full disk, and a stop in the middle of everything: refused with a reason, and over when the cause is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import event

from services.composition import House, build, create_key, live_keys, running
from services.errors import RegularsError
from services.server import STOP_GRACE_SECONDS
from services.settings import Settings
from services.storage.unit import UnitOfWork, use_case
from services.telemetry import Telemetry
from tests.faults.server_process import ServerProcess
from tests.integration.shop import Caller, ManualClock, cart, eventually, order, refusal
from tests.integration.test_storage import Note

PAGES_FREE = 12  # of 4 KiB: room for a few orders, not for many


@use_case(str)
def make_room(unit: UnitOfWork, notes: Sequence[Note]) -> list[str | RegularsError]:
    """Lift the limit on the writer's own connection, as an operator frees a disk."""
    unit.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    return ["" for _ in notes]


def limit_pages(connection: Any, _record: Any) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + PAGES_FREE}")


async def fill(backend: Caller) -> grpc.StatusCode:
    """Record orders until one is refused; answers how."""
    for _ in range(500):
        try:
            await backend.record_order(order())
        except grpc.aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_writes_serves_reads_and_is_over_when_there_is_room(
    settings: Settings, clock: ManualClock
) -> None:
    house = build(settings, clock, Telemetry(0.0))
    new = create_key(house.database, "shop", ("backend",))
    house.keyring.replace(live_keys(house.database))
    house.database.engine.dispose()
    event.listen(house.database.engine, "connect", limit_pages)
    async with running(house), grpc.aio.insecure_channel(f"127.0.0.1:{house.rpc.port}") as channel:
        backend = Caller(channel, (("authorization", f"Bearer {new.text}"),))
        await backend.enrol("anna")
        assert await fill(backend) is grpc.StatusCode.RESOURCE_EXHAUSTED
        refused = await refusal(backend.record_order(order("o-last"), "same"))
        assert refused.reason == "STORAGE_FULL"
        assert (await backend.balance("anna")).pending_points > 0
        await house.database.write(make_room, Note("anna"))
        assert not (await backend.record_order(order("o-last"), "same")).duplicate
        await the_worker_still_works(house, backend, clock)


async def the_worker_still_works(house: House, backend: Caller, clock: ManualClock) -> None:
    """A timer that rings after the trouble is heard."""
    await backend.update_cart(cart(at=clock.advance(minutes=1)))  # after the orders, which would close it
    clock.advance(minutes=61)
    house.worker.wake()

    async def is_abandoned() -> bool:
        older = cart(at=clock.now().replace(year=2025))  # older news changes nothing and answers the state
        return bool((await backend.update_cart(older)).state == 2)

    await eventually(is_abandoned)


async def test_a_stop_does_not_wait_for_gateways_for_ever(idle_server: ServerProcess) -> None:
    server, key = idle_server, idle_server.make_key("gateway")
    await asyncio.to_thread(server.start)
    async with grpc.aio.insecure_channel(server.address) as channel:
        caller = Caller(channel, (("authorization", f"Bearer {key}"),))
        call = caller.presence.Session(metadata=caller.metadata)
        hello = presence.Hello(gateway="gw-1", store="camden", epoch="epoch-0001")
        await call.write(presence.SessionRequest(hello=hello))
        assert (await call.read()).HasField("ack")
        began = time.monotonic()
        assert await asyncio.to_thread(server.stop) == 0
        assert time.monotonic() - began < STOP_GRACE_SECONDS
        assert (await refusal(read_on(call))).code is grpc.StatusCode.UNAVAILABLE


async def read_on(call: Any) -> None:
    while await call.read():
        pass
