"""The way of an advert: queue -> advert -> pseudonym -> tracker -> spool."""

import asyncio
import sqlite3
from dataclasses import dataclass
from typing import Final

import structlog

from beacon_gateway.adverts import Advert, parse
from beacon_gateway.clock import Clock, ServerTime
from beacon_gateway.events import PresenceEvent
from beacon_gateway.feed import Feed
from beacon_gateway.identities import KeyTable, Resolver
from beacon_gateway.radio import AdvertQueue, Heard, Radio, RadioReport
from beacon_gateway.tracker import Tracker

TICK_SECONDS: Final = 1.0  # the tracker's step
LOOK_SECONDS: Final = (
    0.1  # real seconds between two looks into the queue: idle costs nothing, a tick is not late
)
PENDING_MAX: Final = 10_000  # events kept in memory while the disk refuses them

log = structlog.get_logger()


@dataclass(slots=True)
class Counts:
    """What passed by; numbers only."""

    adverts: int = 0
    members: int = 0
    unwritten: int = 0


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How the gateway fares."""

    adverts: int
    silent_seconds: float
    degraded: bool
    members_present: int
    clock_offset_seconds: float
    radios: tuple[RadioReport, ...] = ()


class Gateway:
    """Turns what a radio hears into events on disk. One per process.

    It also is the uplink's `Listener`: tables, calibration and the server's time come in here.
    """

    def __init__(self, radio: Radio, queue: AdvertQueue, clock: Clock, tracker: Tracker, feed: Feed) -> None:
        self._radio = radio
        self._queue = queue
        self._clock = clock
        self._tracker = tracker
        self._feed = feed
        self._resolver = Resolver()
        self._server_time = ServerTime()
        self._next_tick_seconds = TICK_SECONDS
        self._last_advert_seconds = 0.0
        self._pending: list[PresenceEvent] = []
        self.counts = Counts()

    async def run(self) -> None:
        """Follows the radio until cancelled."""
        while True:
            await self.catch_up()
            await asyncio.sleep(LOOK_SECONDS)

    async def catch_up(self) -> None:
        """Works through what the radio has heard so far and puts what follows from it on disk."""
        heard_until_seconds = self._radio.heard_until_seconds()
        for heard in self._queue.drain():
            self._tick_until(heard.at_seconds)
            self._hear(heard)
        self._tick_until(heard_until_seconds)
        await self._store()

    def _hear(self, heard: Heard) -> None:
        self.counts.adverts += 1
        self._last_advert_seconds = heard.at_seconds
        advert = parse(heard.manufacturer_frames, heard.service_frames)
        if not isinstance(advert, Advert):
            return
        pseudonym = self._resolver.pseudonyms.get(advert.identifier)
        if pseudonym is None:
            return
        self.counts.members += 1
        power_dbm = advert.measured_power_dbm
        self._tracker.hear(pseudonym, heard.receiver, heard.rssi_dbm, power_dbm, heard.at_seconds)

    def _tick_until(self, at_seconds: float) -> None:
        while self._next_tick_seconds <= at_seconds:
            now_seconds = self._next_tick_seconds
            self._resolver.refresh(self._server_seconds(now_seconds))
            deaf, degraded = self._radio.deaf_receivers(), self._radio.degraded()
            self._pending.extend(self._tracker.tick(now_seconds, deaf=deaf, degraded=degraded))
            self._next_tick_seconds += TICK_SECONDS

    async def _store(self) -> None:
        """A disk that refuses is asked again; what it refused waits in memory, within bounds."""
        if not self._pending:
            return
        over = max(0, len(self._pending) - PENDING_MAX)
        self.counts.unwritten += over
        events = self._pending[over:]
        try:
            await self._feed.append(events, self._server_seconds(0.0))
        except sqlite3.Error as error:
            log.warning("spool.refused", reason=str(error), pending=len(events))
            self._pending = events
        else:
            self._pending = []

    def _server_seconds(self, at_seconds: float) -> float:
        """The server's Unix time at a monotonic time of ours."""
        return self._clock.started_at_seconds() + self._server_time.offset_seconds + at_seconds

    def table_version(self) -> str:
        return self._resolver.table.version

    def health(self) -> HealthReport:
        return HealthReport(
            adverts=self.counts.adverts,
            silent_seconds=max(0.0, self._clock.monotonic_seconds() - self._last_advert_seconds),
            degraded=bool(self._radio.deaf_receivers()) or self._radio.degraded(),
            members_present=self._tracker.present,
            clock_offset_seconds=self._server_time.offset_seconds,
            radios=self._radio.reports(),
        )

    def unix_seconds(self) -> float:
        return self._clock.started_at_seconds() + self._clock.monotonic_seconds()

    def take_table(self, table: KeyTable) -> None:
        """Replaces the table; who is in it no longer is forgotten at once."""
        self._resolver.replace(table, self._server_seconds(self._clock.monotonic_seconds()))
        self._tracker.forget_unless(table.holds)
        log.info("table.replaced", version=table.version, windows=len(table.windows))

    def calibrate(self, rssi_offset_db: float) -> None:
        self._tracker.calibrate(rssi_offset_db)

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> None:
        """The first answer starts a clock that waits for it; every later one measures the offset."""
        if not self._clock.started.is_set():
            self._clock.start(server_at_seconds)
            return
        self._server_time.add(
            sent_at_seconds=sent_at_seconds,
            received_at_seconds=self.unix_seconds(),
            server_at_seconds=server_at_seconds,
        )
