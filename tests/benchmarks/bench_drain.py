"""How fast a gateway that was alone for long gets rid of what waits in its spool."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import text

from beacon_gateway.access.channel import Link
from beacon_gateway.sending.session import Introduction
from beacon_gateway.sending.uplink import Uplink
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import Evidence, PresenceEvent, PresenceKind
from services.storage.database import make_engine, read_connection
from tests.benchmarks.shops import postgres
from tests.benchmarks.verdicts import Sizes, Verdict
from tests.faults.feeder import Listener
from tests.faults.gateway_process import enrol_members
from tests.faults.server_process import ServerProcess

EVENTS: Final = 40_000  # a busy store's week
MEMBERS: Final = 200
VISIT_EVENTS: Final = 10  # one comes, stays with a word each minute, and goes
EVENT_SECONDS: Final = 60.0
VISIT_SECONDS: Final = 900.0  # from coming to coming again: long enough away to have left
TARGET_PER_SECOND: Final = 5_000.0
LOOK_SECONDS: Final = 0.02  # between two looks at what the server has stored
ACKNOWLEDGED: Final = text("SELECT acked_seq FROM gateway_epochs WHERE epoch = :epoch")


def from_a_full_spool(sizes: Sizes) -> list[Verdict]:
    """Events a second from the gateway's disk to the server's, acknowledged, over a socket."""
    with postgres(sizes.folder) as address:
        return [_drained(sizes, "SQLite (FULL)", ""), _drained(sizes, "PostgreSQL", address)]


def _drained(sizes: Sizes, database: str, address: str) -> Verdict:
    folder = Path(tempfile.mkdtemp(prefix="drain-", dir=sizes.folder))
    server = ServerProcess(folder, database_url=address)
    key = server.make_key("gateway")
    server.start()
    try:
        enrol_members(server, MEMBERS)
        events = max(int(EVENTS * sizes.scale), 2_000)
        rates = [
            events / asyncio.run(drain_seconds(server, key, folder / f"{spans_ago}.db", events, spans_ago))
            for spans_ago in range(sizes.rounds, 0, -1)
        ]
    finally:
        server.stop()
    rate = statistics.median(rates)
    sides = {"rounds": ", ".join(f"{one:,.0f}/s" for one in rates)}
    what = f"events a second from a spool with {events:,} to the server's disk, {database}"
    return Verdict("GD", what, TARGET_PER_SECOND, rate, at_least=True, sides=sides)


async def drain_seconds(server: ServerProcess, key: str, path: Path, events: int, spans_ago: int) -> float:
    """Learns whom to notice, fills the spool alone, then connects again.

    spans_ago: how long ago it was alone; each round lies in a time of its own.
    """
    listener = Listener()
    with contextlib.closing(Spool(path, started_at_seconds=listener.started_at_seconds())) as spool:
        feed = Feed(spool)
        async with linked(server, key, feed, listener):
            while not listener.names():  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.01)
        names, span_seconds = listener.names(), (events / MEMBERS / VISIT_EVENTS + 1) * VISIT_SECONDS
        since_seconds = listener.monotonic_seconds() - span_seconds * spans_ago
        for first in range(0, events, 1_000):
            numbers = range(first, first + 1_000)
            await feed.append([event_of(number, names, since_seconds) for number in numbers])
        began = time.perf_counter()
        async with linked(server, key, feed, listener):
            await stored(server, feed.epoch, events)
            taken_seconds = time.perf_counter() - began
            await feed.emptied()
    return taken_seconds


async def stored(server: ServerProcess, epoch: str, events: int) -> None:
    """Returns when so many events of a run are on the server's disk."""
    engine = make_engine(server.settings.url)
    with read_connection(engine) as looking:
        while looking.execute(ACKNOWLEDGED, {"epoch": epoch}).scalars().all() != [events]:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
    engine.dispose()


@contextlib.asynccontextmanager
async def linked(server: ServerProcess, key: str, feed: Feed, listener: Listener) -> AsyncIterator[None]:
    link, who = Link(server.address, key, plaintext=True), Introduction("gw", "camden", "1")
    uplink = Uplink(link, who, feed, listener)
    linking = asyncio.create_task(uplink.run())
    yield
    uplink.close()
    await linking


def event_of(number: int, names: Sequence[bytes], since_seconds: float) -> PresenceEvent:
    """All members come and go at the same time, one visit after the other."""
    member, (visit, step) = number % len(names), divmod(number // len(names), VISIT_EVENTS)
    kind = {0: PresenceKind.ENTER, VISIT_EVENTS - 1: PresenceKind.EXIT}.get(step, PresenceKind.DWELL)
    at_seconds = since_seconds + visit * VISIT_SECONDS + step * EVENT_SECONDS + member / len(names)
    heard, stayed_seconds = Evidence(-60.0, -55.0, 100), step * EVENT_SECONDS
    return PresenceEvent(kind, names[member], "door", at_seconds, heard, dwell_seconds=stayed_seconds)
