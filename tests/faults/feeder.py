"""A gateway without a radio, to be killed: it puts numbered events into the real spool and sends them.

python -m tests.faults.feeder SERVER KEY SPOOL FIRST LAST

Each event's zone is its number. Before events go into the spool, `begin A B` is printed, and `done B` when
they are there; `empty` when the server has all of them.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from beacon_gateway.access.channel import Link
from beacon_gateway.clock import ServerTime
from beacon_gateway.gateway import HealthReport
from beacon_gateway.identity.key_table import KeyTable, KeyUpdate, cells_of
from beacon_gateway.identity.tags import TagReading
from beacon_gateway.sending.session import Introduction
from beacon_gateway.sending.uplink import Uplink
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.room import Tuning

TOGETHER = 250  # events a commit, as a busy store's second
PAUSE_SECONDS = 0.02
WAITING_MAX = 5_000  # events that wait before more are made: the spool is to be busy, not to be endless


class Listener:
    """Knows members by the server's table, and the server's time."""

    def __init__(self) -> None:
        self.table = KeyTable()
        self._server_time = ServerTime()
        self._started_at_seconds = time.time()
        self._origin_seconds = time.monotonic()

    def names(self) -> list[bytes]:
        return [name for column in self.table.days.values() for name in cells_of(column) if any(name)]

    def table_version(self) -> str:
        return self.table.version

    def health(self) -> HealthReport:
        return HealthReport(0, 0.0, False, 0, 0.0)

    def unix_seconds(self) -> float:
        return self._started_at_seconds + self.monotonic_seconds()

    def started_at_seconds(self) -> float:
        return self._started_at_seconds + self._server_time.offset_seconds

    def monotonic_seconds(self) -> float:
        return time.monotonic() - self._origin_seconds

    def take_keys(self, update: KeyUpdate) -> None:
        self.table.apply(update)

    def take_readings(self) -> Sequence[TagReading]:
        return ()

    def configure(self, tuning: Tuning) -> None:
        """Has no radio to tune."""

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> bool:
        return self._server_time.add(
            sent_at_seconds=sent_at_seconds,
            received_at_seconds=self.unix_seconds(),
            server_at_seconds=server_at_seconds,
        )


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def feed_events(feed: Feed, listener: Listener, first: int, last: int) -> None:
    while not listener.names():  # noqa: ASYNC110 - the server's doing
        await asyncio.sleep(0.01)
    names = listener.names()
    for at in range(first, last + 1, TOGETHER):
        numbers = range(at, min(at + TOGETHER, last + 1))
        say("begin", numbers[0], numbers[-1])
        await feed.append([event_of(number, names, listener.monotonic_seconds()) for number in numbers])
        say("done", numbers[-1])
        while feed.waiting > WAITING_MAX:  # noqa: ASYNC110 - the server's doing
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
    await feed.emptied()
    say("empty")


def event_of(number: int, names: Sequence[bytes], at_seconds: float) -> PresenceEvent:
    kind = PresenceKind.DWELL if number % 7 else PresenceKind.ENTER
    return PresenceEvent(kind, names[number % len(names)], f"{number}", at_seconds, dwell_seconds=number % 7)


async def main(server: str, key: str, spool_file: str, first: str, last: str) -> None:
    listener = Listener()
    spool = Spool(Path(spool_file), started_at_seconds=listener.started_at_seconds())
    feed = Feed(spool)
    uplink = Uplink(Link(server, key, plaintext=True), Introduction("gw-1", "camden", "1"), feed, listener)
    linking = asyncio.create_task(uplink.run())
    await feed_events(feed, listener, int(first), int(last))
    uplink.close()
    await linking
    spool.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
