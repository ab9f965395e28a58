"""An `org.bluez` on a private bus: one adapter that hears what the test tells it to.

It has the habits of the real one that cost adverts: a scan alone reports a device once, since the kernel
filters repeats; a monitor alone reports it once too; only both together report every advert.
"""

import asyncio
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER_PATH = "/org/bluez/hci0"
ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
MONITOR = "org.bluez.AdvertisementMonitor1"
MONITORS = "org.bluez.AdvertisementMonitorManager1"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECTS = "org.freedesktop.DBus.ObjectManager"


class FakeBluez:
    """bluetoothd as a client sees it.

    experimental: knows monitors. busy: how often StartDiscovery answers InProgress first.
    """

    def __init__(self, address: str, *, experimental: bool = True, busy: int = 0) -> None:
        self._address = address
        self._experimental = experimental
        self._busy = busy
        self._devices: dict[str, dict[str, Variant]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.powered = True
        self.discovering = False
        self.starts = 0
        self.active_monitors: set[str] = set()
        self.patterns: list[Any] = []

    async def start(self) -> None:
        self._bus = MessageBus(bus_address=self._address)
        await self._bus.connect()
        self._bus.add_message_handler(self._take)
        await self._bus.request_name("org.bluez")

    def stop(self) -> None:
        """Dies as a killed daemon does: without a word to its clients."""
        self._bus.disconnect()

    @property
    def hears_all(self) -> bool:
        return self.discovering and bool(self.active_monitors)

    def hear(self, address: str, rssi_dbm: int, service: dict[str, bytes]) -> None:
        """An advert reaches the adapter."""
        path = f"{ADAPTER_PATH}/dev_{address.replace(':', '_')}"
        if not (self.powered and (self.discovering or self.active_monitors)):
            return
        if path not in self._devices:
            self._devices[path] = self._device(address, rssi_dbm, service)
            added = {DEVICE: dict(self._devices[path])}
            self._signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", [path, added])
        elif self.hears_all:
            changed = {"RSSI": Variant("n", rssi_dbm)}
            if self._devices[path]["ServiceData"].value != _service_data(service).value:
                changed["ServiceData"] = _service_data(service)
            self._devices[path].update(changed)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [DEVICE, changed, []])

    def power(self, on: bool) -> None:
        self.powered = on
        self.discovering = self.discovering and on
        changed = {"Powered": Variant("b", on)}
        self._signal(ADAPTER_PATH, PROPERTIES, "PropertiesChanged", "sa{sv}as", [ADAPTER, changed, []])

    def _device(self, address: str, rssi_dbm: int, service: dict[str, bytes]) -> dict[str, Variant]:
        return {
            "Address": Variant("s", address),
            "Alias": Variant("s", address.replace(":", "-")),
            "Adapter": Variant("o", ADAPTER_PATH),
            "RSSI": Variant("n", rssi_dbm),
            "UUIDs": Variant("as", list(service)),
            "ServiceData": _service_data(service),
        }

    def _take(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.interface == PROPERTIES:
            return None
        match message.member:
            case "GetManagedObjects":
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._objects()])
            case "StartDiscovery":
                return self._start_discovery(message)
            case "StopDiscovery":
                return self._stop_discovery(message)
            case "RegisterMonitor" if self._experimental:
                self._later(self._activate(message.sender or "", message.body[0]))
            case "UnregisterMonitor" if self._experimental:
                self.active_monitors.discard(message.body[0])
            case "SetDiscoveryFilter":
                pass
            case _:
                return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "unknown")
        return Message.new_method_return(message)

    def _start_discovery(self, message: Message) -> Message:
        if not self.powered:
            return Message.new_error(message, "org.bluez.Error.NotReady", "Resource Not Ready")
        if self._busy > 0:
            self._busy -= 1
            return Message.new_error(message, "org.bluez.Error.InProgress", "Operation already in progress")
        self.discovering = True
        self.starts += 1
        return Message.new_method_return(message)

    def _stop_discovery(self, message: Message) -> Message:
        if not self.discovering:
            return Message.new_error(message, "org.bluez.Error.Failed", "No discovery started")
        self.discovering = False
        return Message.new_method_return(message)

    async def _activate(self, client: str, path: str) -> None:
        """Takes the monitor, which the client exports only after RegisterMonitor has answered."""
        for _ in range(50):
            reply = await self._call(client, path, PROPERTIES, "GetAll", "s", [MONITOR])
            if reply.message_type is MessageType.METHOD_RETURN:
                self.patterns = reply.body[0]["Patterns"].value
                await self._call(client, path, MONITOR, "Activate", "", [])
                self.active_monitors.add(path)
                return
            await asyncio.sleep(0.01)

    async def _call(
        self, client: str, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> Message:
        message = Message(
            destination=client, path=path, interface=interface, member=member, signature=signature, body=body
        )
        reply = await self._bus.call(message)
        assert reply is not None
        return reply

    def _objects(self) -> dict[str, dict[str, dict[str, Variant]]]:
        adapter = {
            "Address": Variant("s", "00:00:00:00:00:01"),
            "Powered": Variant("b", self.powered),
            "Roles": Variant("as", ["central"]),
        }
        devices = {path: {DEVICE: properties} for path, properties in self._devices.items()}
        return {ADAPTER_PATH: {ADAPTER: adapter}, **devices}

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._later(self._send(Message.new_signal(path, interface, member, signature, body)))

    async def _send(self, message: Message) -> None:
        await self._bus.send(message)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _service_data(service: dict[str, bytes]) -> Variant:
    return Variant("a{sv}", {uuid: Variant("ay", body) for uuid, body in service.items()})
