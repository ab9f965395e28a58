"""The stream to the server: a few batches on their way, sent again until each is acknowledged."""

import asyncio
import ipaddress
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any, Final, Protocol

import grpc

from services.importing.errors import BadInputError, ServerDeniesError, ServerGoneError

WINDOW_BATCHES: Final = 4  # one is being stored, one waits, and the way back and forth is covered
BACK_OFF_SECONDS_FIRST: Final = 0.1
BACK_OFF_SECONDS_MAX: Final = 2.0  # a restarted server serves within 2 s
GOODBYE_SECONDS: Final = 2.0  # everything is acknowledged; a server that does not close is left alone
CHANNEL_OPTIONS: Final = (
    # The three together: with the first alone a dead link is noticed after a minute.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.http2.ping_timeout_ms", 3_000),
    # The back-off here decides when to try again; the channel's own would wait for up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
# What no further attempt can change. Everything else is taken for a server that is away for a moment.
FINAL: Final = {
    grpc.StatusCode.UNAUTHENTICATED: "The server does not accept the key (UNAUTHENTICATED). "
    "Give a valid one with --key or REGULARS_KEY.",
    grpc.StatusCode.PERMISSION_DENIED: "The key may not send this (PERMISSION_DENIED): "
    "it needs the scope `backend`.",
    grpc.StatusCode.UNIMPLEMENTED: "The server does not take this (UNIMPLEMENTED); "
    "is this the address of Regulars?",
    grpc.StatusCode.INVALID_ARGUMENT: "The server does not understand a batch (INVALID_ARGUMENT).",
    grpc.StatusCode.FAILED_PRECONDITION: "The server is not ready for it (FAILED_PRECONDITION).",
}


@dataclass(frozen=True)
class Server:
    """Where the records go: with TLS, unless it is this computer or `plaintext` trusts the network.

    ca_certificate: PEM of the authority that signed the server's certificate, if the system does not know it.
    """

    address: str
    key: str | None = None
    ca_certificate: Path | None = None
    plaintext: bool = False


@dataclass(frozen=True)
class Trouble:
    """Why a stream ended before everything was acknowledged."""

    code: grpc.StatusCode
    details: str

    def __str__(self) -> str:
        return f"{self.code.name}: {self.details or 'the server closed the stream'}"


class StreamEndedError(Exception):
    """The stream ended before everything was acknowledged."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class Batch(Protocol):
    """Records that are sent and acknowledged together."""

    @property
    def start(self) -> int:
        """The position of the first record in the import, which also names the batch."""

    @property
    def request(self) -> Any: ...


OnAcknowledged = Callable[[Any, Any], None]  # batch and response
OnTrouble = Callable[[str], None]
Call = grpc.aio.StreamStreamCall[Any, Any]
Method = Callable[[grpc.aio.Channel], Any]  # the method of a stub that takes the stream


class Window:
    """The batches that are still to be acknowledged, in order: the sent ones first."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._waiting: deque[Batch] = deque()
        self._sent = 0

    def next_to_send(self) -> Batch | None:
        """The next batch, None when the window is full or nothing is left."""
        if self._sent == WINDOW_BATCHES:
            return None
        if self._sent == len(self._waiting):
            self._waiting.extend(batch for batch in [next(self._batches, None)] if batch)
        if self._sent == len(self._waiting):
            return None
        self._sent += 1
        return self._waiting[self._sent - 1]

    @property
    def in_flight(self) -> bool:
        return self._sent > 0

    def acknowledge(self, response: Any) -> Batch:
        """The oldest batch, which this answers. Raises ServerDeniesError when it answers another one."""
        oldest = self._waiting[0]
        if response.batch_id != oldest.start:
            raise ServerDeniesError(
                f"The server answered batch {response.batch_id} instead of {oldest.start}."
            )
        self._waiting.popleft()
        self._sent -= 1
        return oldest

    def take_back(self) -> None:
        """The connection is lost: what was not acknowledged will be sent again."""
        self._sent = 0


class Patience:
    """How long to wait for the server, renewed by every acknowledgement."""

    def __init__(self, seconds: float) -> None:
        self.timer = asyncio.timeout(seconds)
        self._seconds = seconds
        self._attempts = 0

    def renew(self) -> None:
        self._attempts = 0
        self.timer.reschedule(asyncio.get_running_loop().time() + self._seconds)

    def back_off_seconds(self) -> float:
        """How long to wait before the next attempt: longer each time, and never quite the same."""
        ceiling = min(BACK_OFF_SECONDS_MAX, BACK_OFF_SECONDS_FIRST * 2.0**self._attempts)
        self._attempts += 1
        return SystemRandom().uniform(ceiling / 2, ceiling)


class Sender:
    """Sends batches to one server. Answers go to `on_acknowledged`, lost streams to `on_trouble`."""

    def __init__(
        self, server: Server, method: Method, on_acknowledged: OnAcknowledged, on_trouble: OnTrouble
    ) -> None:
        self._server = server
        self._method = method
        self._on_acknowledged = on_acknowledged
        self._on_trouble = on_trouble
        self._last_trouble = ""

    async def send(self, batches: Iterator[Batch], patience_seconds: float) -> None:
        """Returns when every batch is acknowledged. A batch may be sent more than once.

        Raises ServerDeniesError when the server refuses the stream, ServerGoneError after
        `patience_seconds` without an acknowledgement.
        """
        async with open_channel(self._server) as channel:
            patience = Patience(patience_seconds)
            try:
                async with patience.timer:
                    await self._keep_sending(channel, Window(batches), patience)
            except TimeoutError:
                raise ServerGoneError(
                    f"{self._server.address} has acknowledged nothing for {patience_seconds:g} seconds"
                    f"{self._last_trouble}."
                ) from None

    async def _keep_sending(self, channel: grpc.aio.Channel, window: Window, patience: Patience) -> None:
        while True:
            try:
                await self._stream(channel, window, patience)
            except StreamEndedError as ended:
                raise_if_final(ended.trouble)
                self._last_trouble = f" ({ended.trouble})"
                self._on_trouble(str(ended.trouble))
                window.take_back()
                await asyncio.sleep(patience.back_off_seconds())
            else:
                return

    async def _stream(self, channel: grpc.aio.Channel, window: Window, patience: Patience) -> None:
        await _knock(self._call(channel))
        call = self._call(channel)
        try:
            await _fill(call, window)
            while window.in_flight:
                response = await _answer(call)
                batch = window.acknowledge(response)
                patience.renew()
                self._on_acknowledged(batch, response)
                await _fill(call, window)
            await _say_goodbye(call)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the second: a write after the end
            raise StreamEndedError(await _trouble(call)) from None
        finally:
            call.cancel()

    def _call(self, channel: grpc.aio.Channel) -> Call:
        call: Call = self._method(channel)(metadata=metadata_of(self._server.key))
        return call


async def _knock(call: Call) -> None:
    """Opens a stream and sends nothing: the server says whether it would take something.

    A write that fails because the server has just refused the stream hides why (grpc issue 36066): a wrong
    key would look like an internal error.
    """
    try:
        await call.done_writing()
        trouble = await _trouble(call)
    except grpc.aio.InternalError:  # the connection broke under the call, which then may never get a status
        trouble = Trouble(grpc.StatusCode.UNAVAILABLE, "the connection broke")
    finally:
        call.cancel()
    if trouble.code is not grpc.StatusCode.OK:
        raise StreamEndedError(trouble)


async def _fill(call: Call, window: Window) -> None:
    while (batch := window.next_to_send()) is not None:
        await call.write(batch.request)


async def _answer(call: Call) -> Any:
    response = await call.read()
    if response is not grpc.aio.EOF:
        return response
    raise StreamEndedError(await _trouble(call))


async def _trouble(call: Call) -> Trouble:
    return Trouble(await call.code(), await call.details() or "")


async def _say_goodbye(call: Call) -> None:
    with suppress(TimeoutError, grpc.aio.InternalError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await call.done_writing()
            await call.code()


def raise_if_final(trouble: Trouble) -> None:
    """Raises ServerDeniesError for what no further attempt can change."""
    if trouble.code in FINAL:
        raise ServerDeniesError(f"{FINAL[trouble.code]} It says: {trouble.details}")


def metadata_of(key: str | None) -> tuple[tuple[str, str], ...]:
    if key is None:
        return ()
    if not (key.isascii() and key.isprintable()):
        raise BadInputError("The key has characters that no key has; was it copied whole?")
    return (("authorization", f"Bearer {key}"),)


def encrypted(server: Server) -> bool:
    """Whether the stream uses TLS."""
    return not server.plaintext and (server.ca_certificate is not None or not _is_here(server.address))


def open_channel(server: Server) -> grpc.aio.Channel:
    if not encrypted(server):
        return grpc.aio.insecure_channel(server.address, options=CHANNEL_OPTIONS)
    credentials = grpc.ssl_channel_credentials(_certificate(server.ca_certificate))
    return grpc.aio.secure_channel(server.address, credentials, options=CHANNEL_OPTIONS)


def _certificate(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes() if file else None
    except OSError as error:
        raise BadInputError(f"--ca-certificate {file} cannot be read: {error.strerror}.") from None


def _is_here(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
