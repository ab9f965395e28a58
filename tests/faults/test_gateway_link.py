"""A link that is dead and does not say so: a proxy that swallows everything, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from beacon_gateway.access.channel import Link
from beacon_gateway.sending.session import Introduction
from beacon_gateway.sending.uplink import Uplink
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from tests.faults.feeder import Listener, event_of
from tests.unit.beacon_gateway.session_server import KEY, Behaviour, SessionServer, eventually, serve

NOTICED_SECONDS_MAX = 15.0  # what is promised


class Proxy:
    """Carries bytes between a gateway and its server; `swallow` lets no more through, and closes nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._swallows: list[asyncio.Event] = []
        self._carrying: set[asyncio.Task[None] | None] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._carrying.add(asyncio.current_task())
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        swallowing = asyncio.Event()
        self._swallows.append(swallowing)
        met = contextlib.suppress(asyncio.CancelledError)  # asyncio complains of one that it meets here
        with contextlib.closing(writer), contextlib.closing(there_writer), met:
            await asyncio.gather(
                pump(reader, there_writer, swallowing), pump(there_reader, writer, swallowing)
            )

    async def end(self) -> None:
        carrying = [task for task in self._carrying if task is not None]
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)

    def swallow(self) -> None:
        """The connections of now are dead; later ones work."""
        for swallowing in self._swallows:
            swallowing.set()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swallowing: asyncio.Event) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            if not swallowing.is_set():
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def behind_a_proxy(port: int) -> AsyncIterator[tuple[Proxy, int]]:
    proxy = Proxy(port)
    listening = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    async with listening:
        try:
            yield proxy, listening.sockets[0].getsockname()[1]
        finally:
            await proxy.end()


async def test_a_dead_link_is_noticed_in_time_and_nothing_is_lost(tmp_path: Path) -> None:
    servicer, listener = SessionServer(Behaviour()), Listener()
    server, port = await serve(servicer)
    with contextlib.closing(Spool(tmp_path / "spool.db")) as spool:
        feed = Feed(spool)
        async with behind_a_proxy(port) as (proxy, through):
            link, who = Link(f"127.0.0.1:{through}", KEY, plaintext=True), Introduction("g1", "harbour", "1")
            uplink = Uplink(link, who, feed, listener)
            linking = asyncio.create_task(uplink.run())
            await feed.append([event_of(number, [b"pseudony"], 1.0) for number in range(10)])
            await asyncio.wait_for(feed.emptied(), 10)
            proxy.swallow()
            dead_since = time.monotonic()
            await feed.append([event_of(number, [b"pseudony"], 2.0) for number in range(10, 20)])
            await eventually(lambda: not uplink.connected, NOTICED_SECONDS_MAX)
            noticed_seconds = time.monotonic() - dead_since
            await asyncio.wait_for(feed.emptied(), 10)
            uplink.close()
            await linking
    await server.stop(0)
    assert noticed_seconds < NOTICED_SECONDS_MAX
    assert sorted(int(event.zone) for event in servicer.stored.values()) == list(range(20))
