"""A Bluetooth adapter kept hearing: scans, watches over it, and climbs the ladder when it falls silent."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from beacon_gateway.clock import Clock
from beacon_gateway.hearing import recovery
from beacon_gateway.hearing.bluez import BluezWatch
from beacon_gateway.hearing.monitor import MonitorRecord
from beacon_gateway.hearing.radio import AdvertQueue, Heard, RadioLostError, RadioReport
from beacon_gateway.hearing.recovery import Climb, Patience, RadioError, Rung, Step, Trouble
from beacon_gateway.hearing.repairs import BluetoothService, Repairs
from beacon_gateway.hearing.scanner import BleakBus, DuplexScan
from beacon_gateway.hearing.silence import Silence

BUS_SECONDS: Final = 2.0  # between two tries to reach the system bus
EXPERIMENTAL_HINT: Final = "set Experimental=true in BlueZ's main.conf"

log = structlog.get_logger()


@dataclass(slots=True)
class Host:
    """What the adapters of one machine share. root: where /sys and /dev are."""

    clock: Clock
    queue: AdvertQueue
    patience: Patience = field(default_factory=Patience)
    root: Path = Path("/")
    bus: BleakBus = field(default_factory=BleakBus)
    service: BluetoothService = field(default_factory=BluetoothService)
    silences: dict[str, Silence] = field(default_factory=dict)

    def others_hear(self, receiver: str) -> bool:
        """True when another adapter than this receiver's hears adverts now."""
        now_seconds = self.clock.monotonic_seconds()
        return any(s.hears(now_seconds) for name, s in self.silences.items() if name != receiver)


class AdapterRadio:
    """Hears with one adapter for as long as it runs; a deaf one is repaired, and says so meanwhile.

    receiver: the name under which its adverts enter the queue.
    """

    def __init__(self, adapter: str, receiver: str, host: Host) -> None:
        self._adapter = adapter
        self._receiver = receiver
        self._host = host
        self._repairs = Repairs(receiver, host.service, host.root)
        self._silence = host.silences[receiver] = Silence(host.patience)
        self._climb = Climb()
        self._monitored = True
        self._monitors = MonitorRecord(host.patience)
        self._adverts = 0
        self._told: tuple[str, str, Rung] | None = None

    async def run(self) -> None:
        while True:
            try:
                async with BluezWatch(self._adapter) as watch:
                    self._monitors.forgive()
                    await self._keep_hearing(watch)
            except OSError as error:
                self._tell("radio.no_bus", type(error).__name__)
            await asyncio.sleep(BUS_SECONDS)

    def heard_until_seconds(self) -> float:
        return self._now_seconds()

    def deaf_receivers(self) -> frozenset[str]:
        deaf = self._silence.deaf(self._now_seconds(), others_hear=self._others_hear())
        return frozenset({self._receiver} if deaf else ())

    def degraded(self) -> bool:
        return not self._monitored

    def reports(self) -> tuple[RadioReport, ...]:
        taken = self._repairs.taken
        return (
            RadioReport(
                self._receiver,
                deaf=bool(self.deaf_receivers()),
                degraded=self.degraded(),
                silent_seconds=self._silence.seconds(self._now_seconds()),
                adverts=self._adverts,
                scan_restarts=taken[Rung.RESTART_SCAN],
                power_cycles=taken[Rung.POWER_CYCLE],
                bluetooth_restarts=taken[Rung.RESTART_BLUETOOTH],
                usb_resets=taken[Rung.USB_RESET],
                monitors_lost=self._monitors.lost,
            ),
        )

    async def _keep_hearing(self, watch: BluezWatch) -> None:
        """Scans, and scans again, until the bus is lost."""
        while not watch.lost:
            watch.changed.clear()
            step = Step(Rung.RESTART_SCAN, 0.0)
            try:
                await self._scan(watch)
            except RadioError as error:
                step = self._decide(error.trouble)
                if error.trouble is Trouble.OFF and step.rung is Rung.RESTART_SCAN:
                    await self._repairs.switch_on(watch)
            await self._repairs.take(step.rung, watch, self._now_seconds())
            await self._pause(watch, step.pause_seconds)

    async def _scan(self, watch: BluezWatch) -> None:
        """One scan, until BlueZ changes. Raises RadioError when it fails or has been silent for too long."""
        adapter = await watch.find()
        self._repairs.remember(adapter)
        scan = self._duplex(adapter, watch)
        async with scan.running():
            self._tell_whether_monitored(scan)
            self._told = None
            self._silence.start(self._now_seconds())
            try:
                await self._listen(scan, watch)
            finally:
                self._silence.stop()
                self._climb = recovery.forgive(
                    self._climb, self._silence.heard_seconds(), self._host.patience
                )

    async def _listen(self, scan: DuplexScan, watch: BluezWatch) -> None:
        while not self._too_silent():
            if await _within(watch.changed, self._host.patience.look):
                log.info("radio.changed", receiver=self._receiver)
                return
            if not (scan.monitored or self._monitors.rests(self._now_seconds())):
                return
            if not scan.monitored:
                await scan.refresh()
        self._silence.give_up()
        raise RadioError(Trouble.SILENT)

    def _too_silent(self) -> bool:
        limit_seconds = self._silence.limit_seconds(others_hear=self._others_hear())
        return self._silence.seconds(self._now_seconds()) >= limit_seconds

    def _decide(self, trouble: Trouble) -> Step:
        """Raises RadioLostError at the end of the ladder."""
        usable = self._repairs.usable(others_hear=self._others_hear())
        self._climb, step = recovery.next_step(
            self._climb, trouble, self._now_seconds(), usable, self._host.patience
        )
        self._tell("radio.trouble", trouble.value, step.rung)
        if step.rung is Rung.EXIT:
            raise RadioLostError(trouble.value)
        return step

    async def _pause(self, watch: BluezWatch, seconds: float) -> None:
        """Waits, but no longer than until BlueZ changes, and a moment more for the change to be complete."""
        await _within(watch.changed, seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        await asyncio.sleep(self._host.patience.settle)

    def _tell(self, event: str, reason: str, remedy: Rung = Rung.RESTART_SCAN) -> None:
        """Says a thing once, until there is another or the radio scans: a night in trouble fills no disk."""
        if self._told != (event, reason, remedy):
            self._told = event, reason, remedy
            log.warning(event, receiver=self._receiver, reason=reason, remedy=remedy.name)

    def _duplex(self, adapter: str, watch: BluezWatch) -> DuplexScan:
        def lose() -> None:
            self._monitors.release(self._now_seconds(), watch.changes)
            watch.changed.set()

        if self._monitors.lost_another(watch.changes):
            log.warning("radio.monitor_lost", receiver=self._receiver, times=self._monitors.lost)
        rests = self._monitors.rests(self._now_seconds())
        return DuplexScan(adapter, self._hear, self._host.bus, self._host.patience, None if rests else lose)

    def _tell_whether_monitored(self, scan: DuplexScan) -> None:
        if scan.monitored:
            self._monitors.begin(self._now_seconds())
        elif scan.asks_for_monitor:
            self._monitors.refuse(self._now_seconds())
            if self._monitored:
                log.warning("radio.unmonitored", receiver=self._receiver, hint=EXPERIMENTAL_HINT)
        self._monitored = scan.monitored

    def _hear(
        self, sender: str, rssi_dbm: int, manufacturer: Mapping[int, bytes], service: Mapping[str, bytes]
    ) -> None:
        """Called by bleak, which loses whatever it raises: so it only takes down what came."""
        now_seconds = self._now_seconds()
        self._silence.hear(now_seconds)
        self._adverts += 1
        self._host.queue.put(Heard(now_seconds, self._receiver, rssi_dbm, manufacturer, service, sender))

    def _others_hear(self) -> bool:
        return self._host.others_hear(self._receiver)

    def _now_seconds(self) -> float:
        return self._host.clock.monotonic_seconds()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """True when the event is set in time."""
    try:
        async with asyncio.timeout(seconds):  # Python 3.11's wait_for forgets a cancellation now and then
            await event.wait()
    except TimeoutError:
        return False
    return True
