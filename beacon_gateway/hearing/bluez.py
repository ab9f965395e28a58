"""Our own ear on the system bus: bleak does not tell when bluetoothd dies or an adapter goes away."""

import asyncio
import contextlib
from types import TracebackType
from typing import Final, Self

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError

from beacon_gateway.hearing.recovery import RadioError, Trouble

BLUEZ: Final = "org.bluez"
ADAPTER: Final = "org.bluez.Adapter1"
CALL_SECONDS_MAX: Final = 5.0  # bluetoothd answers in milliseconds; a power cycle takes one second
NOBODY_THERE: Final = frozenset(
    {
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.NoReply",
    }
)
_RULES: Final = (
    f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{BLUEZ}'",
    f"type='signal',sender='{BLUEZ}',member='PropertiesChanged',arg0='{ADAPTER}'",
    f"type='signal',sender='{BLUEZ}',interface='org.freedesktop.DBus.ObjectManager'",
)


class BusError(Exception):
    """A peer on the bus answered with an error; `name` is D-Bus's name of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class BluezWatch:
    """Sets `changed` when bluetoothd comes or goes, or the adapter comes, goes, or is switched on or off.

    changes: how often that was.
    adapter: its name, as hci0, or its address, which it keeps when the kernel gives it another name.
    Raises OSError when there is no system bus.
    """

    def __init__(self, adapter: str) -> None:
        self._adapter = adapter
        self._path = f"/org/bluez/{adapter}" if adapter.startswith("hci") else ""
        self._address = ""
        self.changed = asyncio.Event()
        self.changes = 0

    async def __aenter__(self) -> Self:
        self._bus = MessageBus(bus_type=BusType.SYSTEM)
        try:
            async with asyncio.timeout(CALL_SECONDS_MAX):
                await self._bus.connect()
            self._bus.add_message_handler(self._take)
            for rule in _RULES:
                await self.ask(_add_match(rule))
        except (AuthError, BusError) as error:
            self._bus.disconnect()
            raise ConnectionRefusedError from error
        except BaseException:
            self._bus.disconnect()
            raise
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

    async def find(self) -> str:
        """The adapter's present name, as hci0. Raises RadioError when it is not there or switched off."""
        adapters = await self._adapters()
        path = next((path for path in adapters if self._is_known(adapters[path])), None)
        path = path or next((path for path in adapters if self._is_meant(path, adapters[path])), None)
        if path is None:
            raise RadioError(Trouble.NO_ADAPTER)
        self._path, self._address = path, _text(adapters[path], "Address")
        if not _truth(adapters[path], "Powered"):
            raise RadioError(Trouble.OFF)
        return path.rpartition("/")[2]

    def _is_known(self, properties: dict[str, Variant]) -> bool:
        """True for the adapter that was found before: a replugged one may have another name."""
        return self._address != "" and self._address == _text(properties, "Address")

    def _is_meant(self, path: str, properties: dict[str, Variant]) -> bool:
        return self._adapter in {path.rpartition("/")[2], _text(properties, "Address")}

    async def switch(self, *, on: bool) -> None:
        """Switches the adapter on or off. Raises BusError, and OSError when there is no answer in time."""
        if not self._path:
            raise BusError("the adapter was never seen")
        await self.ask(_set_powered(self._path, on=on))

    async def ask(self, message: Message) -> Message:
        """The answer to a call. Raises BusError, TimeoutError, and OSError when the bus is lost."""
        try:
            async with asyncio.timeout(CALL_SECONDS_MAX):
                reply = await self._bus.call(message)
        except EOFError as error:
            raise ConnectionResetError from error
        if reply.message_type is MessageType.ERROR:
            raise BusError(reply.error_name or "")
        return reply

    async def _adapters(self) -> dict[str, dict[str, Variant]]:
        try:
            reply = await self.ask(_get_objects())
        except TimeoutError:
            raise RadioError(Trouble.HUNG) from None
        except BusError as error:
            raise RadioError(Trouble.NO_DAEMON if error.name in NOBODY_THERE else Trouble.REFUSED) from error
        if reply.signature != "a{oa{sa{sv}}}":
            raise RadioError(Trouble.REFUSED)
        return {path: parts[ADAPTER] for path, parts in reply.body[0].items() if ADAPTER in parts}

    async def _tell_when_lost(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        self.changed.set()

    def _take(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL and self._concerns_us(message):
            self.changes += 1
            self.changed.set()

    def _concerns_us(self, message: Message) -> bool:
        match message.member:
            case "NameOwnerChanged":
                return True
            case "PropertiesChanged":
                return message.path == self._path and "Powered" in message.body[1]
            case "InterfacesAdded" | "InterfacesRemoved":
                return ADAPTER in message.body[1]
        return False


def _text(properties: dict[str, Variant], name: str) -> str:
    return str(properties[name].value) if name in properties else ""


def _truth(properties: dict[str, Variant], name: str) -> bool:
    return name in properties and properties[name].value is True


def _add_match(rule: str) -> Message:
    return Message(
        destination="org.freedesktop.DBus",
        path="/org/freedesktop/DBus",
        interface="org.freedesktop.DBus",
        member="AddMatch",
        signature="s",
        body=[rule],
    )


def _get_objects() -> Message:
    return Message(
        destination=BLUEZ,
        path="/",
        interface="org.freedesktop.DBus.ObjectManager",
        member="GetManagedObjects",
    )


def _set_powered(path: str, *, on: bool) -> Message:
    return Message(
        destination=BLUEZ,
        path=path,
        interface="org.freedesktop.DBus.Properties",
        member="Set",
        signature="ssv",
        body=[ADAPTER, "Powered", Variant("b", on)],
    )
