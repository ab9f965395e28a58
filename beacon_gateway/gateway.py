"""The way of an advert: queue -> advert -> pseudonym -> tracker -> spool."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from logging import INFO, WARNING
from typing import Final

import structlog

from beacon_gateway.clock import SKEW_SECONDS_MAX, Clock, ServerTime
from beacon_gateway.hearing.radio import AdvertQueue, Heard, Radio, RadioReport
from beacon_gateway.identity.adverts import NO_FORMATS, Formats, Telemetry, parse
from beacon_gateway.identity.identities import Resolver
from beacon_gateway.identity.key_table import Coverage, KeyUpdate
from beacon_gateway.identity.tags import TagReading, Tags
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.room import Tuning
from beacon_gateway.tracking.tracker import Tracker

TICK_SECONDS: Final = 1.0  # the tracker's step
LOOK_SECONDS: Final = (
    0.1  # real seconds between two looks into the queue: idle costs nothing, a tick is not late
)
SKEWED_HINT: Final = "times are corrected by the server's; set this clock: timedatectl set-ntp true"
STAY_SECONDS_MAX: Final = 3.0  # a word that one stays on waits for company: an SD card wears by each commit
AWAITED_SECONDS: Final = (60.0, 120.0)  # the word of a stay that the server acts on; the next is at 120

log = structlog.get_logger()


@dataclass(slots=True)
class Counts:
    """What passed by; numbers only."""

    adverts: int = 0
    members: int = 0


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

    def __init__(
        self,
        radio: Radio,
        queue: AdvertQueue,
        clock: Clock,
        tracker: Tracker,
        feed: Feed,
        formats: Formats = NO_FORMATS,
    ) -> None:
        self._radio = radio
        self._queue = queue
        self._clock = clock
        self._tracker = tracker
        self._feed = feed
        self._resolver = Resolver()
        self._tuning = Tuning()
        self._tags = Tags()
        self._formats = formats
        self._keep: Callable[[KeyUpdate], None] = lambda _: None
        self._coverage = Coverage.NONE
        self._server_time = ServerTime()
        self._next_tick_seconds = TICK_SECONDS
        self._last_advert_seconds = 0.0
        self._pending: list[PresenceEvent] = []
        self._pending_since_seconds = 0.0
        self._is_clock_skewed = False
        self.counts = Counts()
        self.looks = 0  # grows as long as the gateway lives

    async def run(self) -> None:
        """Follows the radio until cancelled."""
        while True:
            self._listen()
            if self._is_due():
                await self._store()
            await asyncio.sleep(LOOK_SECONDS)

    async def catch_up(self) -> None:
        """Works through what the radio has heard so far and puts what follows from it on disk."""
        self._listen()
        await self._store()

    def _listen(self) -> None:
        heard_until_seconds = self._radio.heard_until_seconds()
        for heard in self._queue.drain():
            self._tick_until(heard.at_seconds)
            self._hear(heard)
        self._tick_until(heard_until_seconds)
        self.looks += 1

    def _hear(self, heard: Heard) -> None:
        self.counts.adverts += 1
        self._last_advert_seconds = heard.at_seconds
        said = parse(heard.manufacturer_frames, heard.service_frames, self._formats)
        if said is None:
            return
        if isinstance(said, Telemetry):
            self._tags.told(heard.sender, said, heard.at_seconds)
            return
        pseudonym = self._resolver.pseudonyms.get(said.identifier)
        if pseudonym is None:
            return
        self.counts.members += 1
        self._tags.met(heard.sender, pseudonym, heard.at_seconds)
        power_dbm = said.measured_power_dbm
        self._tracker.hear(pseudonym, heard.receiver, heard.rssi_dbm, power_dbm, heard.at_seconds)

    def _tick_until(self, at_seconds: float) -> None:
        while self._next_tick_seconds <= at_seconds:
            now_seconds = self._next_tick_seconds
            self._follow_table(now_seconds)
            deaf, degraded = self._radio.deaf_receivers(), self._radio.degraded()
            self._pending.extend(self._tracker.tick(now_seconds, deaf=deaf, degraded=degraded))
            self._feed.show(self._tracker.signals(now_seconds), self.started_at_seconds())
            self._next_tick_seconds += TICK_SECONDS

    def _follow_table(self, now_seconds: float) -> None:
        """Goes on to the next window, and to the next day's pseudonyms."""
        at_seconds = self._server_seconds(now_seconds)
        if renames := self._resolver.refresh(at_seconds):
            self._tracker.rename(renames)
            self._tags.rename(renames)
        self._tags.tick(now_seconds)
        coverage = self._resolver.coverage(at_seconds)
        if coverage is not self._coverage:
            self._coverage = coverage
            log.log(
                INFO if coverage is Coverage.CURRENT else WARNING, "table.coverage", coverage=coverage.value
            )

    def _is_due(self) -> bool:
        """Who comes, stays or goes is on disk with this second's look: a power cut costs no more."""
        if not self._pending:
            self._pending_since_seconds = time.monotonic()
            return False
        waited_seconds = time.monotonic() - self._pending_since_seconds
        return waited_seconds >= STAY_SECONDS_MAX or not all(map(_may_wait, self._pending))

    async def _store(self) -> None:
        events, self._pending = self._pending, []
        await self._feed.append(events)

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
            clock_offset_seconds=self._skew_seconds(),
            radios=self._radio.reports(),
        )

    def unix_seconds(self) -> float:
        return self._clock.started_at_seconds() + self._clock.monotonic_seconds()

    def take_keys(self, update: KeyUpdate) -> None:
        """Changes the table; who is in it no longer is forgotten at once. Raises TableError."""
        self._resolver.take(update, self._server_seconds(self._clock.monotonic_seconds()))
        table = self._resolver.table
        self._tracker.forget_unless(table.holds)
        self._tags.forget_unless(table.holds)
        self._keep(update)
        log.info("table.changed", version=table.version, windows=len(table.windows))

    def keep_keys(self, keep: Callable[[KeyUpdate], None]) -> None:
        """Calls `keep` with every change of the table from now on."""
        self._keep = keep

    def take_readings(self) -> Sequence[TagReading]:
        """What members' tags said of themselves since the last time; then it is forgotten here."""
        return self._tags.take()

    def configure(self, tuning: Tuning) -> None:
        """Takes what the server tells us to do differently; it says so anew at each session."""
        if tuning == self._tuning:
            return
        self._tuning = tuning
        self._tracker.calibrate(tuning.rssi_offset_db)
        self._tracker.configure(tuning.receiver_offsets_db, tuning.zone_rules, tells_news=tuning.tells_news)
        if unknown := sorted(tuning.zone_rules.keys() - self._tracker.zones):
            log.warning("tuning.unknown_zones", zones=unknown, known=sorted(self._tracker.zones))
        log.info("tuning.changed", zones=len(tuning.zone_rules), receivers=len(tuning.receiver_offsets_db))

    def started_at_seconds(self) -> float:
        return self._server_seconds(0.0)

    def monotonic_seconds(self) -> float:
        return self._clock.monotonic_seconds()

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> bool:
        """The first answer starts a clock that waits for it; every later one measures the offset."""
        if not self._clock.started.is_set():
            self._clock.start(server_at_seconds)
            return True
        is_taken = self._server_time.add(
            sent_at_seconds=sent_at_seconds,
            received_at_seconds=self.unix_seconds(),
            server_at_seconds=server_at_seconds,
        )
        self._watch_skew()
        return is_taken or self._server_time.is_known

    def _skew_seconds(self) -> float:
        """How far the server is ahead of the device's own clock, which somebody may have set meanwhile."""
        if not self._server_time.is_known:
            return 0.0
        return self._server_seconds(self._clock.monotonic_seconds()) - self._clock.wall_seconds()

    def _watch_skew(self) -> None:
        skew_seconds = self._skew_seconds()
        is_skewed = abs(skew_seconds) > SKEW_SECONDS_MAX
        if is_skewed and not self._is_clock_skewed:
            log.warning("clock.skewed", seconds=round(skew_seconds, 3), hint=SKEWED_HINT)
        if self._is_clock_skewed and not is_skewed:
            log.info("clock.right")
        self._is_clock_skewed = is_skewed


def _may_wait(event: PresenceEvent) -> bool:
    """Whether nobody waits for it: that a stay goes on, but not that it has become one."""
    first, second = AWAITED_SECONDS
    return event.kind is PresenceKind.DWELL and not first <= event.dwell_seconds < second
