"""One scan with bleak on BlueZ. The only place that knows bleak.

Linux loses nine adverts in ten with bleak's defaults: the kernel filters repeats of an active scan, and
bluetoothd reports a passive monitor's tags only when they change a lot. Both together ("duplex") hear nearly
everything. Without a monitor (BlueZ needs `Experimental=true`) the active scan is restarted each second, and
the scan counts as degraded.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final
from uuid import UUID

from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.bluezdbus import manager
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from beacon_gateway.hearing.recovery import Patience, RadioError, Trouble
from beacon_gateway.identity.adverts import OWN_UUID

MONITOR: Final = "org.bluez.AdvertisementMonitor1"
RSSI_DBM: Final = range(-126, 21)  # what Bluetooth can say; -127 is bleak's word for "BlueZ did not"
# What a monitor must match to be accepted: the flags of nearly every tag, and our own frames' types.
MONITOR_PATTERNS: Final = (
    OrPattern(0, AdvertisementDataType.FLAGS, b"\x06"),
    OrPattern(0, AdvertisementDataType.FLAGS, b"\x1a"),
    OrPattern(0, AdvertisementDataType.SERVICE_DATA_UUID16, b"\xaa\xfe"),
    OrPattern(0, AdvertisementDataType.SERVICE_DATA_UUID128, UUID(OWN_UUID).bytes[::-1]),
    OrPattern(0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, b"\x4c\x00\x02\x15"),
)
_TROUBLES: Final = {
    "org.bluez.Error.InProgress": Trouble.BUSY,
    "org.bluez.Error.NotReady": Trouble.OFF,
    "org.freedesktop.DBus.Error.ServiceUnknown": Trouble.NO_DAEMON,
    "org.freedesktop.DBus.Error.NoReply": Trouble.NO_DAEMON,
    "org.freedesktop.DBus.Error.UnknownObject": Trouble.NO_ADAPTER,
}

# Sender's address; signal strength in dBm; company identifier -> bytes; lower-case 128-bit UUID -> bytes.
Hear = Callable[[str, int, Mapping[int, bytes], Mapping[str, bytes]], None]
Lose = Callable[[], None]


class BleakBus:
    """bleak's one connection to BlueZ, which all scans of this process share.

    One scan at a time starts or stops: bleak holds a lock while BlueZ thinks, and waiting for that lock must
    not look like a BlueZ that hangs. When the last scan ends the connection is closed, and with it goes what
    bleak remembers of strangers, and what a confused bluetoothd still does for us.

    bleak does not tell that BlueZ has released a monitor: its connection is listened to for that.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._scans = 0
        self._heeded: MessageBus | None = None
        self._monitors: dict[str, Lose] = {}

    @contextlib.asynccontextmanager
    async def lease(self) -> AsyncIterator[None]:
        self._scans += 1
        try:
            yield
        finally:
            self._scans -= 1
            if self._scans == 0:
                _hang_up()
                self._monitors.clear()

    async def start(self, scanner: BleakScanner, seconds_max: float, lose: Lose | None = None) -> None:
        """Raises RadioError. lose: called when BlueZ releases the monitor that the scanner is."""
        async with self._turn:
            before = _monitor_paths()
            try:
                async with asyncio.timeout(seconds_max):
                    await scanner.start()
            except Exception as error:  # whatever it is that bleak trips over on the bus
                raise RadioError(_trouble(error)) from error
            if lose is not None:
                self._monitors |= dict.fromkeys(_monitor_paths() - before, lose)
                self._heed()

    async def stop(self, scanner: BleakScanner, seconds_max: float) -> None:
        """Stops as well as it goes: a bluetoothd that is gone needs no stopping."""
        async with self._turn:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(seconds_max):
                    await scanner.stop()

    def _heed(self) -> None:
        bus = _bleaks_bus()
        if bus is not None and bus is not self._heeded:
            bus.add_message_handler(self._take)
            self._heeded = bus

    def _take(self, message: Message) -> None:
        """Answers nothing: bleak's own object does."""
        if message.interface == MONITOR and message.member == "Release":
            lose = self._monitors.pop(message.path or "", None)
            if lose is not None:
                lose()


class DuplexScan:
    """One scan on one adapter, from its start until it is closed.

    hear: called for each advert, from the event loop; must not raise.
    lose: called when BlueZ takes the passive half back; None when it is not to be asked for.
    monitored: False without the passive half; then call `refresh` each second.
    """

    def __init__(
        self, adapter: str, hear: Hear, bus: BleakBus, patience: Patience, lose: Lose | None
    ) -> None:
        self._adapter = adapter
        self._hear = hear
        self._bus = bus
        self._patience = patience
        self._lose = lose
        self.monitored = False

    @property
    def asks_for_monitor(self) -> bool:
        return self._lose is not None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Raises RadioError when the scan does not start."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._bus.lease())
            self.monitored = self.asks_for_monitor and await self._try_monitor(stack)
            bluez: BlueZScannerArgs = {"adapter": self._adapter, "filters": {"DuplicateData": True}}
            self._active = BleakScanner(self._take, scanning_mode="active", bluez=bluez)
            await self._start(stack, self._active)
            yield

    async def refresh(self) -> None:
        """Empties the kernel's filter of repeats. Raises RadioError."""
        await self._bus.stop(self._active, self._patience.stop)
        await self._bus.start(self._active, self._patience.start)

    async def _try_monitor(self, stack: contextlib.AsyncExitStack) -> bool:
        """Starts the passive half; its adverts reach us through the active half's callback."""
        bluez: BlueZScannerArgs = {"adapter": self._adapter, "or_patterns": list(MONITOR_PATTERNS)}
        try:
            passive = BleakScanner(None, scanning_mode="passive", bluez=bluez)
            await self._start(stack, passive, self._lose)
        except RadioError as error:
            if error.trouble is not Trouble.REFUSED:
                raise
            return False
        return True

    async def _start(
        self, stack: contextlib.AsyncExitStack, scanner: BleakScanner, lose: Lose | None = None
    ) -> None:
        """Starts a scanner and leaves its stop to the stack."""
        await self._bus.start(scanner, self._patience.start, lose)
        stack.push_async_callback(self._bus.stop, scanner, self._patience.stop)

    def _take(self, device: BLEDevice, advert: AdvertisementData) -> None:
        if advert.rssi in RSSI_DBM:
            self._hear(device.address, advert.rssi, advert.manufacturer_data, advert.service_data)


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.HUNG
    if isinstance(error, BleakDBusError):
        return _TROUBLES.get(error.dbus_error, Trouble.REFUSED)
    if isinstance(error, BleakBluetoothNotAvailableError | OSError | EOFError):
        return Trouble.NO_DAEMON
    return Trouble.REFUSED


def _bleaks_bus() -> MessageBus | None:
    kept = manager._global_instances.get(asyncio.get_running_loop())  # noqa: SLF001 - no public way; pinned
    return kept._bus if kept else None  # noqa: SLF001


def _monitor_paths() -> set[str]:
    """What bleak has exported on its connection; nothing but monitors."""
    bus = _bleaks_bus()
    return set(bus._path_exports) if bus else set()  # noqa: SLF001


def _hang_up() -> None:
    """Closes the connection that bleak would keep for as long as the event loop lives."""
    kept = manager._global_instances.pop(asyncio.get_running_loop(), None)  # noqa: SLF001 - no public way; pinned
    if kept is None:
        return
    if kept._bus_watcher_task is not None:  # noqa: SLF001 - else it warns of a lost bus
        kept._bus_watcher_task.cancel()  # noqa: SLF001
    if kept._bus is not None:  # noqa: SLF001
        kept._bus.disconnect()  # noqa: SLF001
