"""HTTP/1.1 requests over kept-alive connections, one on its way on each: answers are counted, not parsed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Final, cast

HEAD_END: Final = b"\r\n\r\n"
STATUS_OK: Final = b"HTTP/1.1 200"
LENGTH: Final = b"content-length: "


class RequestFailedError(Exception):
    """An answer was not 200; the text is what came."""


class HttpConnection(asyncio.Protocol):
    """Sends one request after the other, each when the last one was answered."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._begun = 0.0
        self.seconds: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def run(self, requests: Iterator[bytes]) -> asyncio.Future[None]:
        """Take from `requests` until there are none. Raises RequestFailedError."""
        self._requests = requests
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seconds = []
        self._send()
        return self._done

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._done.set_result(None)
            return
        self._begun = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(HEAD_END)
        if head < 0 or len(self._received) < head + len(HEAD_END) + self._body_bytes(head):
            return
        if not self._received.startswith(STATUS_OK):
            self._done.set_exception(RequestFailedError(self._received.decode()))
            return
        self.seconds.append(time.perf_counter() - self._begun)
        self._received.clear()
        self._send()

    def _body_bytes(self, head: int) -> int:
        start = self._received.find(LENGTH, 0, head) + len(LENGTH)
        return int(self._received[start : self._received.find(b"\r\n", start)])

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or RequestFailedError("the server closed the connection"))


class HttpLoad:
    """Keeps as many requests on their way as there are connections."""

    def __init__(self, connections: Sequence[HttpConnection]) -> None:
        self._connections = connections

    async def run(self, bodies: Sequence[bytes], in_flight: int) -> list[float]:
        """Send each request once; returns the seconds that each took."""
        requests = iter(bodies)
        busy = self._connections[:in_flight]
        await asyncio.gather(*(connection.run(requests) for connection in busy))
        return [seconds for connection in busy for seconds in connection.seconds]


async def connect(port: int, connections: int) -> HttpLoad:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(HttpConnection, "127.0.0.1", port) for _ in range(connections)]
    return HttpLoad([connection for _, connection in made])
