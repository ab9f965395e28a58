"""The kernel as bluetoothd sees it: a management socket, and controllers that hear what a test says.

It has the kernel's habits that cost adverts: an active scan reports a device once, since the controller
filters repeats; the filter is off while there is a monitor. The layouts are those of BlueZ's mgmt-api.
"""

import asyncio
import socket
import struct
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NO_INDEX = 0xFFFF
COMPLETE, INDEX_ADDED, INDEX_REMOVED, DEVICE_FOUND, DISCOVERING, MONITOR_FOUND = 1, 4, 5, 0x12, 0x13, 0x2F
READ_VERSION, READ_COMMANDS, READ_INDEXES, READ_INFO, SET_POWERED = 1, 2, 3, 4, 5
START_DISCOVERY, STOP_DISCOVERY, START_SERVICE_DISCOVERY = 0x23, 0x24, 0x3A
ADD_MONITOR, REMOVE_MONITOR, ADD_MONITOR_RSSI = 0x52, 0x53, 0x56
SETTERS = frozenset({*range(SET_POWERED, 0x0E), 0x29, 0x2A, 0x2D})  # they answer with the current settings
POWERED, BREDR, LE = 0x001, 0x080, 0x200
SUPPORTED = 0xAFF
OK, FAILED, BUSY = 0x00, 0x03, 0x0A
HCI_SECONDS = 2.0  # after which the kernel gives up on a controller that does not answer
EMPTY = struct.pack("<H", 0)  # none, or no matter which
ANSWERS = {
    0x0E: bytes(3),  # Set Device Class, and the same for its UUIDs
    0x10: bytes(3),
    0x11: bytes(3),
    0x15: EMPTY,  # no connections
    0x3D: struct.pack("<IBBBB", 0, 31, 31, 0, 0),  # no advertising
    0x48: EMPTY,  # no capabilities
    0x49: EMPTY,  # no experimental features
    0x51: struct.pack("<IIHBH", 1, 0, 32, 16, 0),  # monitors by patterns
}

# Status, body, and the events that follow.
Answer = tuple[int, bytes, Iterable[tuple[int, bytes]]]


@dataclass
class FakeController:
    """One controller. wedged: it does not start to scan any more, until it is switched off and on."""

    index: int
    address: str
    powered: bool = False
    wedged: bool = False
    busy: int = 0
    discovering: bool = False
    monitors: set[int] = field(default_factory=set)
    reported: set[str] = field(default_factory=set)
    power_cycles: int = 0

    @property
    def hears_all(self) -> bool:
        return self.discovering and bool(self.monitors)

    def info(self) -> bytes:
        fixed = struct.pack("<BHII", 9, 2, SUPPORTED, self.settings())
        return _address(self.address) + fixed + bytes(3) + b"fake".ljust(249, b"\0") + bytes(11)

    def settings(self) -> int:
        return LE | BREDR | (POWERED if self.powered else 0)

    def switch(self, *, on: bool) -> None:
        if self.powered and not on:
            self.power_cycles += 1
            self.discovering = self.wedged = False
        self.powered = on


class FakeKernel:
    """Serves any number of bluetoothds, one after the other, on a Unix socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first = FakeController(0, "00:00:00:00:00:01")
        self._controllers = {0: self.first}
        self._clients: set[socket.socket] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(self.path))
        self._listener.listen(8)
        self._listener.setblocking(False)
        self._spawn(self._accept())

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for client in (*self._clients, self._listener):
            client.close()

    def hear(self, address: str, rssi_dbm: int, eir: bytes) -> None:
        """An advert reaches the first controller; eir: its bytes on the air."""
        controller = self.first
        if not controller.powered:
            return
        filtered = not controller.monitors and address in controller.reported
        body = _address(address) + struct.pack("<BbIH", 2, rssi_dbm, 0, len(eir)) + eir
        if controller.discovering and not filtered:
            self._tell(DEVICE_FOUND, controller.index, body)
        if controller.monitors and not controller.discovering:
            self._tell(MONITOR_FOUND, controller.index, EMPTY + body)
        controller.reported.add(address)

    def unplug(self) -> None:
        del self._controllers[self.first.index]
        self._tell(INDEX_REMOVED, self.first.index)

    def plug_in(self) -> None:
        self.first = self._controllers[0] = FakeController(0, self.first.address)
        self._tell(INDEX_ADDED, 0)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listener)
            client.setblocking(False)
            self._clients.add(client)
            self._spawn(self._serve(client))

    async def _serve(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while message := await _received(client):
            opcode, index, _ = struct.unpack_from("<HHH", message)
            if opcode == 0:  # a line for the system's log
                continue
            status, answer, events = self._obey(opcode, index, message[6:])
            await asyncio.sleep(HCI_SECONDS if status == FAILED else 0)
            body = struct.pack("<HB", opcode, status) + answer
            await loop.sock_sendall(client, _event(COMPLETE, index, body))
            for event, detail in events:
                self._tell(event, index, detail)
        self._clients.discard(client)
        client.close()
        for controller in self._controllers.values():  # the kernel forgets what a dead bluetoothd wanted
            controller.discovering = False
            controller.monitors.clear()

    def _obey(self, opcode: int, index: int, body: bytes) -> Answer:
        if opcode == READ_VERSION:
            return OK, struct.pack("<BH", 1, 22), ()
        if opcode == READ_COMMANDS:
            commands, events = range(READ_INDEXES, ADD_MONITOR_RSSI + 1), range(INDEX_ADDED, 0x31)
            numbers = (len(commands), len(events), *commands, *events)
            return OK, struct.pack(f"<{len(numbers)}H", *numbers), ()
        if opcode == READ_INDEXES:
            numbers = (len(self._controllers), *self._controllers)
            return OK, struct.pack(f"<{len(numbers)}H", *numbers), ()
        if index == NO_INDEX:
            return OK, ANSWERS.get(opcode, b""), ()
        return _command(self._controllers[index], opcode, body)

    def _tell(self, event: int, index: int, body: bytes = b"") -> None:
        for client in self._clients:
            client.send(_event(event, index, body))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _command(controller: FakeController, opcode: int, body: bytes) -> Answer:
    if opcode == READ_INFO:
        return OK, controller.info(), ()
    if opcode in {START_DISCOVERY, STOP_DISCOVERY, START_SERVICE_DISCOVERY}:
        return _scan(controller, body[:1], on=opcode != STOP_DISCOVERY)
    if opcode in {ADD_MONITOR, ADD_MONITOR_RSSI}:
        controller.monitors.add(len(controller.monitors) + 1)
        return OK, struct.pack("<H", len(controller.monitors)), ()
    if opcode == REMOVE_MONITOR:
        controller.monitors.discard(*struct.unpack("<H", body))
        return OK, body, ()
    if opcode == SET_POWERED:
        controller.switch(on=bool(body[0]))
    if opcode in SETTERS:
        return OK, struct.pack("<I", controller.settings()), ()
    return OK, body if opcode == 0x0F else ANSWERS.get(opcode, b""), ()


def _scan(controller: FakeController, kind: bytes, *, on: bool) -> Answer:
    if on and controller.wedged:
        return FAILED, kind, ()
    if on and controller.busy:
        controller.busy -= 1
        return BUSY, kind, ()
    controller.discovering = on
    controller.reported.clear()
    return OK, kind, [(DISCOVERING, kind + bytes([on]))]


async def _received(client: socket.socket) -> bytes:
    """Empty when bluetoothd is gone."""
    try:
        return await asyncio.get_running_loop().sock_recv(client, 4096)
    except ConnectionResetError:
        return b""


def _event(event: int, index: int, body: bytes) -> bytes:
    return struct.pack("<HHH", event, index, len(body)) + body


def _address(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))[::-1]
