"""Unary gRPC calls over one bare HTTP/2 connection: a fraction of what a gRPC client costs.

A Python gRPC client spends as much per call as the server does, so that it would be the limit. Here the
headers are packed once, and an answer is two frames to look at.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Iterator, Sequence
from typing import Final, cast

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
FRAME_HEADER_BYTES: Final = 9
WINDOW_BYTES: Final = (1 << 31) - 1
WINDOW_BYTES_DEFAULT: Final = 65_535
NO_TABLE: Final = struct.pack(">HI", 1, 0)  # a header table of 0 bytes: each trailer comes as plain text
WIDE_STREAMS: Final = struct.pack(">HI", 4, WINDOW_BYTES)
CONNECTIONS: Final = 2  # one server allows 100 calls on each, and counts a call a little longer than we do
STATUS_OK: Final = b"grpc-status\x010"


class CallFailedError(Exception):
    """A call did not end with the status OK; the text is what came."""


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def packed(headers: Sequence[tuple[str, str]]) -> bytes:
    """Headers as HPACK literals without indexing; names and values shorter than 127 bytes."""
    parts = []
    for name, value in headers:
        for text in (name, value):
            assert len(text) < 127
        parts.append(b"\0" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode())
    return b"".join(parts)


def call_headers(method: str, key: str) -> bytes:
    authorization = [("authorization", f"Bearer {key}")] if key else []
    fixed = [(":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost")]
    return packed([*fixed, ("content-type", "application/grpc"), ("te", "trailers"), *authorization])


class GrpcConnection(asyncio.Protocol):
    """Keeps some calls on their way until there are no more bodies and all were answered."""

    def __init__(self, method: str, key: str) -> None:
        self._headers = call_headers(method, key)
        self._transport: asyncio.Transport
        self._stream = -1
        self._received = bytearray()
        self._window = WINDOW_BYTES_DEFAULT
        self._bodies: Iterator[bytes] = iter(())
        self._begun: dict[int, float] = {}
        self._seconds: list[float] = []
        self._done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        settings = frame(SETTINGS, 0, 0, NO_TABLE + WIDE_STREAMS)
        wide = frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", WINDOW_BYTES - WINDOW_BYTES_DEFAULT))
        self._transport.write(PREFACE + settings + wide)

    def run(self, bodies: Iterator[bytes], in_flight: int) -> asyncio.Future[list[float]]:
        """Make one call per body taken; the seconds that each took. Raises CallFailedError."""
        self._bodies = bodies
        self._seconds = []
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(b"".join(self._next_call() for _ in range(in_flight)))
        self._end_if_idle()
        return self._done

    def _next_call(self) -> bytes:
        body = next(self._bodies, None)
        if body is None:
            return b""
        self._stream += 2
        self._window -= len(body) + 5
        if self._window < 0:
            raise CallFailedError("the server's window is full: send smaller bodies or fewer at once")
        self._begun[self._stream] = time.perf_counter()
        message = b"\0" + struct.pack(">I", len(body)) + body
        return frame(HEADERS, END_HEADERS, self._stream, self._headers) + frame(
            DATA, END_STREAM, self._stream, message
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        answer: list[bytes] = []
        start = 0
        while len(self._received) - start >= FRAME_HEADER_BYTES:
            length = int.from_bytes(self._received[start : start + 3], "big")
            end = start + FRAME_HEADER_BYTES + length
            if len(self._received) < end:
                break
            kind, flags, stream = struct.unpack_from(">BBI", self._received, start + 3)
            payload = bytes(self._received[start + FRAME_HEADER_BYTES : end])
            answer.append(self._frame_received(kind, flags, stream, payload))
            start = end
        del self._received[:start]
        self._transport.write(b"".join(answer))
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if not self._begun and not self._done.done():
            self._done.set_result(self._seconds)

    def _frame_received(self, kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        """Take one frame; returns what to send in answer."""
        if kind == HEADERS and flags & END_STREAM:
            return self._call_ended(stream, payload)
        if kind == SETTINGS and not flags & ACK:
            return frame(SETTINGS, ACK, 0, b"")
        if kind == PING and not flags & ACK:
            return frame(PING, ACK, 0, payload)
        if kind == WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
        if kind in {RST_STREAM, GOAWAY}:
            self._fail(payload)
        return b""

    def _call_ended(self, stream: int, trailers: bytes) -> bytes:
        self._seconds.append(time.perf_counter() - self._begun.pop(stream))
        if STATUS_OK not in trailers:
            self._fail(trailers)
        return self._next_call()

    def _fail(self, payload: bytes) -> None:
        if not self._done.done():
            self._done.set_exception(CallFailedError(repr(payload)))

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or CallFailedError("the server closed the connection"))


class GrpcLoad:
    """Spreads calls over a few connections, as the processes of a backend do."""

    def __init__(self, connections: Sequence[GrpcConnection]) -> None:
        self._connections = connections

    async def run(self, bodies: Sequence[bytes], in_flight: int) -> list[float]:
        """Make one call per body; returns the seconds that each took. Raises CallFailedError."""
        shared = iter(bodies)
        busy = self._connections[:in_flight]
        each = [in_flight // len(busy)] * len(busy)
        parts = await asyncio.gather(*(one.run(shared, n) for one, n in zip(busy, each, strict=True)))
        return [seconds for part in parts for seconds in part]


async def connect(port: int, method: str, key: str) -> GrpcLoad:
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: GrpcConnection(method, key), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    return GrpcLoad([connection for _, connection in made])
