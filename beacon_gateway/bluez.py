"""Our own ear on the system bus: bleak does not tell when bluetoothd dies or an adapter goes away."""

import asyncio
import contextlib
from types import TracebackType
from typing import Final, Self

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

BLUEZ: Final = "org.bluez"
_RULES: Final = (
    f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{BLUEZ}'",
    f"type='signal',sender='{BLUEZ}',member='PropertiesChanged',arg0='org.bluez.Adapter1'",
    f"type='signal',sender='{BLUEZ}',interface='org.freedesktop.DBus.ObjectManager'",
)


class BluezWatch:
    """Sets `changed` when bluetoothd comes or goes, or the adapter comes, goes, or is switched on or off.

    Raises OSError when there is no system bus.
    """

    def __init__(self, adapter: str) -> None:
        self._adapter_path = f"/org/bluez/{adapter}"
        self.changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        bus = MessageBus(bus_type=BusType.SYSTEM)
        try:
            await bus.connect()
            bus.add_message_handler(self._take)
            for rule in _RULES:
                await bus.call(_add_match(rule))
        except BaseException:
            bus.disconnect()
            raise
        self._bus = bus
        self._lost = asyncio.create_task(self._tell_when_lost())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lost.cancel()
        self._bus.disconnect()

    @property
    def lost(self) -> bool:
        """True when the bus itself is gone; a new watch is needed."""
        return self._lost.done()

    async def _tell_when_lost(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        self.changed.set()

    def _take(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL and self._concerns_us(message):
            self.changed.set()

    def _concerns_us(self, message: Message) -> bool:
        match message.member:
            case "NameOwnerChanged":
                return True
            case "PropertiesChanged":
                return message.path == self._adapter_path and "Powered" in message.body[1]
            case "InterfacesAdded" | "InterfacesRemoved":
                return bool(message.body[0] == self._adapter_path)
        return False


def _add_match(rule: str) -> Message:
    return Message(
        destination="org.freedesktop.DBus",
        path="/org/freedesktop/DBus",
        interface="org.freedesktop.DBus",
        member="AddMatch",
        signature="s",
        body=[rule],
    )
