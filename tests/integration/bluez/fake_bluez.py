"""An `org.bluez` on a private bus: adapters that hear what the test tells them to.

It has the habits of the real one that cost adverts: a scan alone reports a device once, since the kernel
filters repeats; a monitor alone reports it once too; only both together report every advert. It forgets a
client that leaves the bus, and answers InProgress to one that scans already.
"""

import asyncio
import itertools
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
MONITOR = "org.bluez.AdvertisementMonitor1"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
BURST = 50  # signals, before the bus must have read them all


@dataclass
class FakeAdapter:
    """One adapter. busy: how often StartDiscovery answers InProgress first.

    wedged: StartDiscovery never answers; power_helps: switching it off and on mends that.
    late_seconds: how long StartDiscovery takes. switching: how often switching it on answers Busy first.
    rejects: it takes monitors back as soon as it has them.
    """

    path: str
    address: str = "00:00:00:00:00:01"
    powered: bool = True
    busy: int = 0
    wedged: bool = False
    power_helps: bool = True
    late_seconds: float = 0.0
    switching: int = 0
    rejects: bool = False
    scanners: set[str] = field(default_factory=set)
    monitors: dict[str, str] = field(default_factory=dict)
    devices: dict[str, dict[str, Variant]] = field(default_factory=dict)
    starts: int = 0
    offers: int = 0
    refusals: int = 0
    power_cycles: int = 0

    @property
    def hears_all(self) -> bool:
        return bool(self.scanners and self.monitors)

    def device_path(self, address: str) -> str:
        return f"{self.path}/dev_{address.replace(':', '_')}"

    def switch(self, *, on: bool) -> None:
        if self.powered and not on:
            self.scanners.clear()
            self.power_cycles += 1
            self.wedged = self.wedged and not self.power_helps
        self.powered = on

    def forget_client(self, client: str) -> None:
        self.scanners.discard(client)
        self.monitors = {path: owner for path, owner in self.monitors.items() if owner != client}

    def properties(self) -> dict[str, Variant]:
        return {
            "Address": Variant("s", self.address),
            "Powered": Variant("b", self.powered),
            "Roles": Variant("as", ["central"]),
        }


class FakeBluez:
    """bluetoothd as a client sees it.

    experimental: knows monitors. busy: of its first adapter, hci0.
    """

    def __init__(self, address: str, *, experimental: bool = True, busy: int = 0) -> None:
        self._address = address
        self.experimental = experimental
        self._tasks: set[asyncio.Task[None]] = set()
        self._gone: set[str] = set()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self.adapters: dict[str, FakeAdapter] = {}
        self.patterns: list[Any] = []
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {}
        self.first = self.add("hci0", "00:00:00:00:00:01")
        self.first.busy = busy

    async def start(self) -> None:
        self._bus = MessageBus(bus_address=self._address)
        await self._bus.connect()
        self._bus.add_message_handler(self._take)
        rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        await self._call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "AddMatch", "s", [rule])
        await self._bus.request_name("org.bluez")
        self._sending = asyncio.create_task(self._send_on())

    def stop(self) -> None:
        """Dies as a killed daemon does: without a word to its clients."""
        self._sending.cancel()
        self._bus.disconnect()

    def add(self, name: str, address: str) -> FakeAdapter:
        """Has one more adapter, without a word."""
        adapter = self.adapters[f"/org/bluez/{name}"] = FakeAdapter(f"/org/bluez/{name}", address)
        return adapter

    def plug_in(self, name: str, address: str) -> FakeAdapter:
        adapter = self.add(name, address)
        self._announce(adapter.path, {ADAPTER: adapter.properties()})
        return adapter

    def unplug(self, name: str) -> None:
        adapter = self.adapters.pop(f"/org/bluez/{name}")
        self.release_monitors(adapter)
        for device in adapter.devices:
            self._signal("/", OBJECTS, "InterfacesRemoved", "oas", [device, [DEVICE]])
        self._signal("/", OBJECTS, "InterfacesRemoved", "oas", [adapter.path, [ADAPTER]])

    def hear(
        self, address: str, rssi_dbm: int, service: dict[str, bytes], adapter: FakeAdapter | None = None
    ) -> None:
        """An advert reaches an adapter."""
        adapter = adapter or self.first
        path = adapter.device_path(address)
        if not (adapter.powered and (adapter.scanners or adapter.monitors)):
            return
        if path not in adapter.devices:
            adapter.devices[path] = _device(adapter.path, address, rssi_dbm, service)
            self._announce(path, {DEVICE: dict(adapter.devices[path])})
        elif adapter.hears_all:
            changed = {"RSSI": Variant("n", rssi_dbm)}
            if adapter.devices[path]["ServiceData"].value != _service_data(service).value:
                changed["ServiceData"] = _service_data(service)
            adapter.devices[path].update(changed)
            self.change(path, DEVICE, changed)

    def forget(self, address: str) -> None:
        """bluetoothd drops a device that it has not heard for 30 s."""
        path = self.first.device_path(address)
        del self.first.devices[path]
        self._signal("/", OBJECTS, "InterfacesRemoved", "oas", [path, [DEVICE]])

    def power(self, on: bool, adapter: FakeAdapter | None = None) -> None:
        adapter = adapter or self.first
        adapter.switch(on=on)
        self.change(adapter.path, ADAPTER, {"Powered": Variant("b", on)})

    def release_monitors(self, adapter: FakeAdapter | None = None) -> None:
        """Takes them back, as when the controller has no more room for them."""
        adapter = adapter or self.first
        released, adapter.monitors = adapter.monitors, {}
        for path, client in released.items():
            self._later(self._release(client, path))

    async def _release(self, client: str, path: str) -> None:
        await self._call(client, path, MONITOR, "Release", "", [])

    def change(self, path: str, interface: str, changed: dict[str, Variant]) -> None:
        """Announces any change, however senseless."""
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, []])

    def announce_device(self, path: str, properties: dict[str, Variant]) -> None:
        """Announces any device, however senseless."""
        self._announce(path, {DEVICE: properties})

    def _take(self, message: Message) -> Message | bool | None:
        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged":
            self._see_client_leave(*message.body)
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if message.member == "GetManagedObjects":
            return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._objects()])
        adapter = self.adapters.get(message.path or "")
        if adapter is None:
            return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownObject", "no such object")
        return self._answer(message, adapter)

    def _answer(self, message: Message, adapter: FakeAdapter) -> Message | bool:
        sender = message.sender or ""
        match message.member:
            case "StartDiscovery":
                return self._start_discovery(message, adapter)
            case "StopDiscovery" if sender not in adapter.scanners:
                return Message.new_error(message, "org.bluez.Error.Failed", "No discovery started")
            case "StopDiscovery":
                adapter.scanners.remove(sender)
            case "RegisterMonitor" if self.experimental:
                self._later(self._activate(adapter, sender, message.body[0]))
            case "UnregisterMonitor" if self.experimental:
                adapter.monitors.pop(message.body[0], None)
            case "Set":
                return self._switch(message, adapter)
            case "SetDiscoveryFilter":
                pass
            case _:
                return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "unknown")
        return Message.new_method_return(message)

    def _switch(self, message: Message, adapter: FakeAdapter) -> Message:
        on = message.body[2].value
        if on and adapter.switching > 0:
            adapter.switching -= 1
            return Message.new_error(message, "org.bluez.Error.Busy", "")
        self.power(on, adapter)
        return Message.new_method_return(message)

    def _start_discovery(self, message: Message, adapter: FakeAdapter) -> Message | bool:
        if adapter.wedged:
            return True
        if not adapter.powered:
            return Message.new_error(message, "org.bluez.Error.NotReady", "Resource Not Ready")
        if adapter.busy > 0 or message.sender in adapter.scanners:
            adapter.busy -= 1
            adapter.refusals += 1
            return Message.new_error(message, "org.bluez.Error.InProgress", "Operation already in progress")
        adapter.starts += 1
        self._later(self._begin(message, adapter, adapter.late_seconds))
        return True

    async def _begin(self, message: Message, adapter: FakeAdapter, late_seconds: float) -> None:
        await asyncio.sleep(late_seconds)
        if message.sender not in self._gone:
            adapter.scanners.add(message.sender or "")
            self._outbox.put_nowait(Message.new_method_return(message))

    def _see_client_leave(self, name: str, _before: str, after: str) -> None:
        if not after:
            self._gone.add(name)
            for adapter in self.adapters.values():
                adapter.forget_client(name)

    async def _activate(self, adapter: FakeAdapter, client: str, path: str) -> None:
        """Takes the monitor, which the client exports only after RegisterMonitor has answered."""
        for _ in range(50):
            reply = await self._call(client, path, PROPERTIES, "GetAll", "s", [MONITOR])
            if reply.message_type is MessageType.METHOD_RETURN:
                self.patterns = reply.body[0]["Patterns"].value
                adapter.offers += 1
                if adapter.rejects:
                    await self._release(client, path)
                    return
                await self._call(client, path, MONITOR, "Activate", "", [])
                adapter.monitors[path] = client
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
        adapters = {path: {ADAPTER: adapter.properties()} for path, adapter in self.adapters.items()}
        devices = {
            path: {DEVICE: properties}
            for adapter in self.adapters.values()
            for path, properties in adapter.devices.items()
        }
        return adapters | devices | self.objects

    def _announce(self, path: str, interfaces: dict[str, dict[str, Variant]]) -> None:
        self._signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def _signal(self, path: str, interface: str, member: str, signature: str, body: Sequence[Any]) -> None:
        self._outbox.put_nowait(Message.new_signal(path, interface, member, signature, list(body)))

    async def _send_on(self) -> None:
        """Never more than the bus has room for: dbus-fast gives up on a full socket."""
        for number in itertools.count(1):
            await self._bus.send(await self._outbox.get())
            if number % BURST == 0:
                await self._call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", "", [])

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _device(adapter: str, address: str, rssi_dbm: int, service: dict[str, bytes]) -> dict[str, Variant]:
    return {
        "Address": Variant("s", address),
        "Alias": Variant("s", address.replace(":", "-")),
        "Adapter": Variant("o", adapter),
        "RSSI": Variant("n", rssi_dbm),
        "UUIDs": Variant("as", list(service)),
        "ServiceData": _service_data(service),
    }


def _service_data(service: dict[str, bytes]) -> Variant:
    return Variant("a{sv}", {uuid: Variant("ay", body) for uuid, body in service.items()})
