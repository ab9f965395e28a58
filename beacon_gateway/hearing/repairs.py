"""The hands of the recovery: each rung of the ladder above a restart of the scan, over D-Bus or sysfs."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from dbus_fast import Message

from beacon_gateway.hearing import usb
from beacon_gateway.hearing.bluez import NOBODY_THERE, BluezWatch, BusError
from beacon_gateway.hearing.recovery import SHARED_RUNGS, Rung

OFF_SECONDS: Final = 0.5  # for a controller to lose what it held on to
SWITCH_ON_TRIES: Final = 5  # BlueZ answers Busy while it still switches off
BLUETOOTH_UNIT: Final = "bluetooth.service"
RESTART_SPACING_SECONDS: Final = 25.0  # two radios in the same trouble restart bluetoothd once
HINTS: Final = {
    Rung.POWER_CYCLE: "allow org.bluez in D-Bus's policy",
    Rung.RESTART_BLUETOOTH: "allow org.freedesktop.systemd1.manage-units for bluetooth.service in polkit",
    Rung.USB_RESET: "let the gateway's user write to the adapter's device node by a udev rule",
}
_DENIED: Final = frozenset(
    {
        "org.freedesktop.DBus.Error.AccessDenied",
        "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
    }
)
_NO_SUCH_SERVICE: Final = NOBODY_THERE | {"org.freedesktop.systemd1.NoSuchUnit"}

log = structlog.get_logger()


@dataclass(slots=True)
class BluetoothService:
    """bluetoothd as a service of systemd, shared by all radios of the machine."""

    restarted_at_seconds: float = float("-inf")

    async def restart(self, watch: BluezWatch, now_seconds: float) -> None:
        """Restarts it, unless that was done a moment ago. Raises BusError, OSError."""
        before_seconds = self.restarted_at_seconds
        if now_seconds - before_seconds < RESTART_SPACING_SECONDS:
            return
        self.restarted_at_seconds = now_seconds
        try:
            await watch.ask(_restart_unit())
        except (BusError, OSError):
            self.restarted_at_seconds = before_seconds
            raise


@dataclass(slots=True)
class Repairs:
    """What can be done for one adapter, and what was done.

    taken: how often each rung was. refused: what is not permitted; said once, then left out.
    """

    receiver: str
    service: BluetoothService
    root: Path = Path("/")
    taken: Counter[Rung] = field(default_factory=Counter)
    refused: set[Rung] = field(default_factory=set)
    _seen: bool = False
    _port: usb.UsbPort | None = None

    def usable(self, *, others_hear: bool) -> frozenset[Rung]:
        """What is permitted, less what would disturb an adapter that hears."""
        disturbing = SHARED_RUNGS if others_hear else frozenset()
        return frozenset(Rung) - self.refused - disturbing

    def remember(self, adapter: str) -> None:
        """Notes where the adapter is plugged in, for the time when it has no name any more."""
        self._seen = True
        self._port = usb.find_port(adapter, self.root) or self._port

    async def take(self, rung: Rung, watch: BluezWatch, now_seconds: float) -> None:
        """Does what the rung says, as well as it goes; a failure shows in the next scan."""
        try:
            await self._do(rung, watch, now_seconds)
        except (BusError, OSError, usb.UsbForbiddenError) as error:
            if _is_forbidden(rung, error):
                self._leave_out(rung, str(error))
                return
            log.warning("radio.remedy_failed", receiver=self.receiver, remedy=rung.name, reason=str(error))
        self.taken[rung] += 1

    async def switch_on(self, watch: BluezWatch) -> None:
        """Switches the adapter on, if it lets itself: whoever left it off, it cannot hear."""
        with contextlib.suppress(BusError, OSError):
            await watch.switch(on=True)

    async def _do(self, rung: Rung, watch: BluezWatch, now_seconds: float) -> None:
        match rung:
            case Rung.POWER_CYCLE:
                await _power_cycle(watch)
            case Rung.RESTART_BLUETOOTH:
                await self.service.restart(watch, now_seconds)
            case Rung.USB_RESET:
                await self._reset_usb()

    async def _reset_usb(self) -> None:
        if self._port is not None:
            await usb.reset(self._port)
        elif self._seen:
            raise usb.UsbForbiddenError("the adapter is not on USB")

    def _leave_out(self, rung: Rung, reason: str) -> None:
        self.refused.add(rung)
        hint = HINTS[rung]
        log.warning(
            "radio.remedy_left_out", receiver=self.receiver, remedy=rung.name, reason=reason, hint=hint
        )


def _is_forbidden(rung: Rung, error: Exception) -> bool:
    if not isinstance(error, BusError):
        return isinstance(error, usb.UsbForbiddenError)
    no_service = rung is Rung.RESTART_BLUETOOTH and error.name in _NO_SUCH_SERVICE
    return error.name in _DENIED or no_service


async def _power_cycle(watch: BluezWatch) -> None:
    with contextlib.suppress(BusError, TimeoutError):  # one that is off already, or wedged: on is what counts
        await watch.switch(on=False)
    for _ in range(SWITCH_ON_TRIES):
        await asyncio.sleep(OFF_SECONDS)
        with contextlib.suppress(BusError):
            await watch.switch(on=True)
            return
    await watch.switch(on=True)


def _restart_unit() -> Message:
    return Message(
        destination="org.freedesktop.systemd1",
        path="/org/freedesktop/systemd1",
        interface="org.freedesktop.systemd1.Manager",
        member="RestartUnit",
        signature="ss",
        body=[BLUETOOTH_UNIT, "replace"],
    )
