"""The real radio: bleak on BlueZ. The only place that knows bleak.

Linux loses nine adverts in ten with bleak's defaults: the kernel filters repeats of an active scan, and
bluetoothd reports a passive monitor's tags only when they change a lot. Both together ("duplex") hear nearly
everything. Without a monitor (BlueZ needs `Experimental=true`) the active scan is restarted each second, and
the radio counts as degraded.
"""

import asyncio
import contextlib
import random
from typing import Final
from uuid import UUID

import structlog
from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from beacon_gateway.adverts import OWN_UUID
from beacon_gateway.bluez import BluezWatch
from beacon_gateway.clock import Clock
from beacon_gateway.radio import AdvertQueue, Heard

START_SECONDS_MAX: Final = 15.0  # bluetoothd answers in milliseconds, or is wedged
STOP_SECONDS_MAX: Final = 5.0
BACKOFF_SECONDS: Final = (0.5, 30.0)
BUS_SECONDS: Final = 2.0  # between two tries to reach the system bus
DOUBT_SECONDS: Final = 5.0  # a store full of phones is never silent for so long
EMPTY_STORE_SILENCE_SECONDS: Final = 300.0  # once a fresh scan has confirmed the silence
CYCLE_SECONDS: Final = 1.0  # without a monitor: how often the kernel's filter of repeats is emptied
RSSI_UNKNOWN_DBM: Final = -127  # bleak's word for "BlueZ did not say"
# What a monitor must match to be accepted: the flags of nearly every tag, and our own frames' types.
MONITOR_PATTERNS: Final = (
    OrPattern(0, AdvertisementDataType.FLAGS, b"\x06"),
    OrPattern(0, AdvertisementDataType.FLAGS, b"\x1a"),
    OrPattern(0, AdvertisementDataType.SERVICE_DATA_UUID16, b"\xaa\xfe"),
    OrPattern(0, AdvertisementDataType.SERVICE_DATA_UUID128, UUID(OWN_UUID).bytes[::-1]),
    OrPattern(0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, b"\x4c\x00\x02\x15"),
)

log = structlog.get_logger()


class BleakRadio:
    """Scans on one adapter, watches that it goes on hearing, and starts anew when it does not.

    receiver: the name under which its adverts enter the queue.
    silence_seconds_max: without a single advert of anyone for so long the scan is restarted.
    """

    def __init__(
        self, adapter: str, receiver: str, clock: Clock, queue: AdvertQueue, silence_seconds_max: float
    ) -> None:
        self._adapter = adapter
        self._receiver = receiver
        self._clock = clock
        self._queue = queue
        self._silence_seconds_max = silence_seconds_max
        self._scanning = False
        self._monitored = True
        self._heard_at_seconds = 0.0
        self._started_at_seconds = 0.0
        self.restarts = 0

    async def run(self) -> None:
        """Scans until cancelled; a failed start is tried again, later and later, or when BlueZ changes."""
        while True:
            try:
                async with BluezWatch(self._adapter) as watch:
                    await self._scan_again(watch)
            except OSError as error:
                log.warning("radio.no_bus", reason=type(error).__name__)
            self._scanning = False
            await asyncio.sleep(BUS_SECONDS)

    async def _scan_again(self, watch: BluezWatch) -> None:
        """Scans, and scans again, until the bus is lost."""
        failures = 0
        while not watch.lost:
            watch.changed.clear()
            try:
                await self._scan(watch)
                failures = 0
            except (BleakError, OSError, EOFError, TimeoutError) as error:
                failures += 1
                log.warning("radio.failed", reason=type(error).__name__, failures=failures)
            self._scanning = False
            self.restarts += 1
            await _back_off(failures, watch)

    def heard_until_seconds(self) -> float:
        return self._clock.monotonic_seconds()

    def deaf(self) -> bool:
        """Not scanning; or silent without a fresh scan that has confirmed the silence."""
        if not self._scanning:
            return True
        confirmed = self._started_at_seconds > self._heard_at_seconds
        return not confirmed and self._silent_seconds() > DOUBT_SECONDS

    def degraded(self) -> bool:
        return not self._monitored

    async def _scan(self, watch: BluezWatch) -> None:
        """One scan, from its start until it has been silent for too long, or BlueZ has changed."""
        async with contextlib.AsyncExitStack() as stack:
            self._monitored = await self._try_monitor(stack)
            active = BleakScanner(self._hear, scanning_mode="active", bluez=self._active_arguments())
            await _started(stack, active)
            self._scanning = True
            self._started_at_seconds = self._clock.monotonic_seconds()
            await self._listen(active, watch)

    async def _try_monitor(self, stack: contextlib.AsyncExitStack) -> bool:
        """Starts the passive half; its adverts reach us through the active half's callback."""
        arguments: BlueZScannerArgs = {"adapter": self._adapter, "or_patterns": list(MONITOR_PATTERNS)}
        try:
            await _started(stack, BleakScanner(None, scanning_mode="passive", bluez=arguments))
        except BleakError as error:
            hint = "set Experimental=true in BlueZ's main.conf"
            log.warning("radio.unmonitored", reason=type(error).__name__, hint=hint)
            return False
        return True

    async def _listen(self, active: BleakScanner, watch: BluezWatch) -> None:
        while self._silent_seconds() < self._patience_seconds():
            if await _within(watch.changed, CYCLE_SECONDS):
                log.warning("radio.changed")
                return
            if not self._monitored:
                await asyncio.wait_for(active.stop(), STOP_SECONDS_MAX)
                await asyncio.wait_for(active.start(), START_SECONDS_MAX)
        log.warning("radio.silent", silent_seconds=round(self._silent_seconds()))

    def _patience_seconds(self) -> float:
        """Longer once a fresh scan heard nothing either: then the store is empty."""
        fresh = self._started_at_seconds > self._heard_at_seconds and self.restarts > 0
        longest = max(EMPTY_STORE_SILENCE_SECONDS, self._silence_seconds_max)
        return longest if fresh else self._silence_seconds_max

    def _silent_seconds(self) -> float:
        since = max(self._heard_at_seconds, self._started_at_seconds)
        return self._clock.monotonic_seconds() - since

    def _active_arguments(self) -> BlueZScannerArgs:
        return {"adapter": self._adapter, "filters": {"DuplicateData": True}}

    def _hear(self, _device: BLEDevice, advert: AdvertisementData) -> None:
        """Called by bleak, which loses whatever it raises: so it only takes down what came."""
        if advert.rssi == RSSI_UNKNOWN_DBM:
            return
        now_seconds = self._heard_at_seconds = self._clock.monotonic_seconds()
        self._queue.put(
            Heard(now_seconds, self._receiver, advert.rssi, advert.manufacturer_data, advert.service_data)
        )


async def _started(stack: contextlib.AsyncExitStack, scanner: BleakScanner) -> None:
    """Starts a scanner and leaves its stop to the stack."""
    await asyncio.wait_for(scanner.start(), START_SECONDS_MAX)
    stack.push_async_callback(_stop, scanner)


async def _stop(scanner: BleakScanner) -> None:
    """Stops as well as it goes: a bluetoothd that is gone needs no stopping."""
    with contextlib.suppress(BleakError, OSError, EOFError, TimeoutError):
        await asyncio.wait_for(scanner.stop(), STOP_SECONDS_MAX)


async def _back_off(failures: int, watch: BluezWatch) -> None:
    """Waits longer after each failure, but no longer than until BlueZ changes."""
    shortest, longest = BACKOFF_SECONDS
    await asyncio.sleep(shortest)
    watch.changed.clear()
    ceiling = min(longest, shortest * 2.0 ** min(failures, 10)) - shortest
    await _within(watch.changed, ceiling * random.uniform(0.5, 1.0))  # noqa: S311 - jitter


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """True when the event is set in time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
