"""Tells systemd how we fare: ready, alive, stopping (sd_notify, without its library)."""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from typing import Final

BEATS_PER_LIMIT: Final = 3  # one that comes late does not cost a restart


class Notifier:
    """Speaks to the socket that systemd names; does nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._limit_seconds = int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000

    def tell(self, **facts: str | int) -> None:
        """Such as `tell(READY=1, STATUS="2 members present")`."""
        if not self._address:
            return
        lines = "\n".join(f"{name}={fact}" for name, fact in facts.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.setblocking(False)
            try:
                out.sendto(lines.encode(), self._address)
            except OSError:  # systemd is busy or gone: the next beat tells
                return

    async def beat(self, progress: Callable[[], int]) -> None:
        """Says that we are alive for as long as `progress` moves on; else systemd restarts us."""
        if not self._limit_seconds:
            return
        told = -1
        while True:
            reached = progress()
            if reached != told:
                self.tell(WATCHDOG=1)
                told = reached
            await asyncio.sleep(self._limit_seconds / BEATS_PER_LIMIT)
