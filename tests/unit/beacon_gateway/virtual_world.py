"""A world in which days pass in seconds: an event loop on virtual time, and a server that it can lose.

Nothing here waits: when nobody is ready to run, the clock moves on to the next who will be.
"""

import asyncio
import contextlib
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.access.channel import Link
from beacon_gateway.clock import ServerTime
from beacon_gateway.gateway import HealthReport
from beacon_gateway.identity.key_table import KeyUpdate
from beacon_gateway.identity.tags import TagReading
from beacon_gateway.sending.session import Introduction
from beacon_gateway.sending.uplink import Uplink
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.limits import SpoolLimits
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import PresenceEvent
from beacon_gateway.tracking.room import Tuning

Value = TypeVar("Value")
TRIP_SECONDS = 0.02  # from the gateway to the server, and back


class _NoWaiting(selectors.SelectSelector):
    """Lets the clock move instead of waiting."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        super().__init__()
        self._passes = passes

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "everybody waits for somebody"
        self._passes(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is what its timers say; work in threads is done at once."""

    def __init__(self) -> None:
        self._now_seconds = 0.0
        super().__init__(_NoWaiting(self._pass))

    def _pass(self, seconds: float) -> None:
        self._now_seconds += max(seconds, 0.0)

    def time(self) -> float:
        return self._now_seconds

    def run_in_executor(  # type: ignore[override]  # Python 3.11 has no way to write the stubs' own form
        self, executor: Any, func: Callable[..., Value], *args: Any
    ) -> "asyncio.Future[Value]":
        del executor
        done: asyncio.Future[Value] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            done.set_exception(error)
        return done


def virtually(story: Coroutine[Any, Any, Value]) -> Value:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)


def now_seconds() -> float:
    return asyncio.get_running_loop().time()


class Listener:
    """A gateway whose own clock began at `started_at_seconds`, right or wrong."""

    def __init__(self, started_at_seconds: float) -> None:
        self._started_at_seconds = started_at_seconds
        self._origin_seconds = now_seconds()
        self._server_time = ServerTime()

    def table_version(self) -> str:
        return ""

    def health(self) -> HealthReport:
        return HealthReport(0, 0.0, False, 0, 0.0)

    def unix_seconds(self) -> float:
        return self._started_at_seconds + self.monotonic_seconds()

    def started_at_seconds(self) -> float:
        return self._started_at_seconds + self._server_time.offset_seconds

    def monotonic_seconds(self) -> float:
        return now_seconds() - self._origin_seconds

    def take_keys(self, update: KeyUpdate) -> None:
        del update
        raise AssertionError("this server knows nobody")

    def take_readings(self) -> tuple[TagReading, ...]:
        return ()

    def configure(self, tuning: Tuning) -> None:
        del tuning
        raise AssertionError("this server wants nothing")

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> bool:
        return self._server_time.add(
            sent_at_seconds=sent_at_seconds,
            received_at_seconds=self.unix_seconds(),
            server_at_seconds=server_at_seconds,
        )


@dataclass
class Server:
    """Stores as the real one does, and can be lost. Its clock is right: `epoch_seconds` at virtual 0.

    stored: what was observed when, by (epoch, number); put_in_order: in the order of its storing.
    ack_faults: what becomes of the next acknowledgements: "lost", "late" (after the next), "twice".
    """

    epoch_seconds: float
    is_reachable: bool = True
    stored: dict[tuple[str, int], pb.PresenceEvent] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)
    ack_faults: list[str] = field(default_factory=list)
    attempts: list[float] = field(default_factory=list)
    healths: list[pb.Health] = field(default_factory=list)
    received: int = 0
    calls: "list[Call]" = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def dial(self, link: Link) -> "AsyncIterator[Any]":
        del link
        self.attempts.append(now_seconds())
        call = Call(self)
        self.calls.append(call)
        if not self.is_reachable:
            call.end(grpc.StatusCode.UNAVAILABLE, "nobody there")
        yield call
        self.calls.remove(call)

    def lose(self) -> None:
        """The network is gone."""
        self.is_reachable = False
        self.hang_up()

    def hang_up(self) -> None:
        for call in list(self.calls):
            call.end(grpc.StatusCode.UNAVAILABLE, "broken off")

    def answers(self, request: pb.SessionRequest) -> list[pb.SessionResponse]:
        match request.WhichOneof("up"):
            case "hello":
                return [self._ack(request.hello.epoch)]
            case "time":
                server_at = Timestamp()
                server_at.FromMicroseconds(round((self.epoch_seconds + now_seconds()) * 1e6))
                return [
                    pb.SessionResponse(time=pb.TimeReply(sent_at=request.time.sent_at, server_at=server_at))
                ]
            case "batch":
                return self._faulty(self._store(request.batch))
            case "health":
                self.healths.append(request.health)
        return []

    def _store(self, batch: pb.EventBatch) -> pb.SessionResponse:
        """What lies at or below the mark of its run is stored already: the real server skips it, unseen."""
        mark = self.acked.get(batch.epoch, 0)
        for event in batch.events:
            self.received += 1
            if event.seq > mark:
                assert (batch.epoch, event.seq) not in self.stored
                self.stored[batch.epoch, event.seq] = event
        self.acked[batch.epoch] = max(mark, *(event.seq for event in batch.events))
        return self._ack(batch.epoch)

    def _ack(self, epoch: str) -> pb.SessionResponse:
        return pb.SessionResponse(ack=pb.Ack(epoch=epoch, seq=self.acked.get(epoch, 0)))

    def _faulty(self, ack: pb.SessionResponse) -> list[pb.SessionResponse]:
        late, self._late = getattr(self, "_late", []), []
        match self.ack_faults.pop(0) if self.ack_faults else "":
            case "lost":
                return late
            case "late":
                self._late = [ack]
                return late
            case "twice":
                return [ack, ack, *late]
        return [ack, *late]


class Call:
    """A stream to the server, as gRPC's: whole messages, in order, until it ends."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._down: asyncio.Queue[pb.SessionResponse | None] = asyncio.Queue()
        self._status: tuple[grpc.StatusCode, str] | None = None
        self._callbacks: list[Callable[[Any], None]] = []

    async def write(self, request: pb.SessionRequest) -> None:
        if self._status:
            raise asyncio.InvalidStateError("RPC already finished.")
        await asyncio.sleep(TRIP_SECONDS)
        if not self._status:
            for answer in self._server.answers(request):
                self._down.put_nowait(answer)

    async def read(self) -> Any:
        answer = await self._down.get()
        if answer is None:
            return grpc.aio.EOF
        await asyncio.sleep(TRIP_SECONDS)
        return grpc.aio.EOF if self._status else answer

    async def done_writing(self) -> None:
        self.end(grpc.StatusCode.OK, "")

    def end(self, code: grpc.StatusCode, details: str) -> None:
        if self._status:
            return
        self._status = (code, details)
        self._down.put_nowait(None)
        for callback in self._callbacks:
            callback(self)

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self._callbacks.append(callback)
        if self._status:
            callback(self)

    async def code(self) -> grpc.StatusCode:
        assert self._status
        return self._status[0]

    async def details(self) -> str:
        assert self._status
        return self._status[1]


class Gateway:
    """One run: spool and uplink. Between `start` and `kill` it keeps and sends what is noticed."""

    def __init__(self, server: Server, path: Path, started_at_seconds: float, limits: SpoolLimits) -> None:
        self.listener = Listener(started_at_seconds)
        self.spool = Spool(path, limits, started_at_seconds)
        self.feed = Feed(self.spool)
        who = Introduction("g1", "harbour", "1")
        link = Link("nowhere:1", "", plaintext=True)
        self.uplink = Uplink(link, who, self.feed, self.listener, server.dial)
        self._running = asyncio.create_task(self.uplink.run())

    async def notice(self, *events: PresenceEvent) -> None:
        await self.feed.append(events)

    async def kill(self) -> None:
        """All that is not on the disk is gone."""
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        self.spool.close()


@contextlib.asynccontextmanager
async def gateway(
    server: Server, path: Path, started_at_seconds: float, limits: SpoolLimits | None = None
) -> AsyncIterator[Gateway]:
    one = Gateway(server, path, started_at_seconds, limits or SpoolLimits())
    try:
        yield one
    finally:
        await one.kill()
