"""A systemd on the private bus that restarts bluetoothd, or is not allowed to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

NAME = "org.freedesktop.systemd1"


class FakeSystemd:
    """Answers RestartUnit. restart: what it does then; None refuses, as polkit does for an ordinary user."""

    def __init__(self, restart: Callable[[], Awaitable[None]] | None = None) -> None:
        self._restart = restart
        self.units: list[str] = []

    def take(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "RestartUnit":
            return None
        self.units.append(message.body[0])
        if self._restart is None:
            name = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
            return Message.new_error(message, name, "Interactive authentication required.")
        self.job = asyncio.ensure_future(self._restart())
        return Message.new_method_return(message, "o", ["/org/freedesktop/systemd1/job/1"])


@contextlib.asynccontextmanager
async def systemd(
    address: str, restart: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator[FakeSystemd]:
    service = FakeSystemd(restart)
    bus = await MessageBus(bus_address=address).connect()
    bus.add_message_handler(service.take)
    await bus.request_name(NAME)
    try:
        yield service
    finally:
        bus.disconnect()
