"""The stream to the server: the only place that knows gRPC and protobuf.

Events leave the spool in batches and stay in it until the server acknowledges them; whatever was on its way
when a connection broke is sent again. The server knows each event by gateway, epoch and number, so that twice
sent is once stored.
"""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import grpc
import grpc.aio
import structlog
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.presence.v1 import presence_service_pb2 as pb
from regulars.presence.v1.presence_service_pb2_grpc import PresenceServiceStub

from beacon_gateway.events import SpooledEvent
from beacon_gateway.feed import Feed
from beacon_gateway.gateway import HealthReport
from beacon_gateway.identities import KeyTable, KeyWindow, TableAssembler, TableError

if TYPE_CHECKING:
    Call: TypeAlias = grpc.aio.StreamStreamCall[pb.SessionRequest, pb.SessionResponse]

BATCH_MAX: Final = 200  # the wire's limit
IN_FLIGHT_MAX: Final = 8  # hides a round trip of 100 ms at 16,000 events/s, and bounds what is sent twice
REPORT_SECONDS: Final = 30.0  # between two Health and Time messages, by the real clock
ACK_SECONDS_MAX: Final = 30.0  # a server that takes events and never stores them is as good as gone
BACKOFF_SECONDS: Final = (0.1, 5.0)
CLOSE_SECONDS_MAX: Final = 2.0
CHANNEL_OPTIONS: Final = (
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),  # without it a half-open link is noticed after 70 s
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.use_local_subchannel_pool", 1),  # else a new channel inherits the old one's back-off
)

log = structlog.get_logger()


class SessionOverError(Exception):
    """The server ended the session, or stopped answering."""


# What ends a session but not the gateway: the network, the server, a disk that may be read again later.
ENDINGS: Final = (
    grpc.RpcError,
    grpc.aio.BaseError,
    SessionOverError,
    asyncio.InvalidStateError,
    sqlite3.Error,
)


@dataclass(frozen=True, slots=True)
class Link:
    """Where the server is and how to be let in. `ca` None means the system's certificate authorities."""

    address: str
    key: str
    plaintext: bool
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who we are, for Hello."""

    gateway: str
    store: str
    boot_id: str
    version: str


class Listener(Protocol):
    """What the server's messages mean to the gateway, and what it says of itself."""

    def table_version(self) -> str: ...

    def health(self) -> HealthReport: ...

    def unix_seconds(self) -> float:
        """The gateway's own clock, not corrected by the server's."""
        ...

    def take_table(self, table: KeyTable) -> None: ...

    def calibrate(self, rssi_offset_db: float) -> None: ...

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> None: ...


class Uplink:
    """Keeps a session with the server, for as long as it runs."""

    def __init__(self, link: Link, introduction: Introduction, feed: Feed, listener: Listener) -> None:
        self._link = link
        self._introduction = introduction
        self._feed = feed
        self._listener = listener
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Connects, and connects again, until `close`."""
        failures = 0
        while not self._closing.is_set():
            session = _Session(self._introduction, self._feed, self._listener)
            try:
                await self._converse(session)
            except* ENDINGS as lost:
                if failures == 0 or session.answered:  # once: a server that is down all night fills no disk
                    log.info("uplink.over", reason=_reason(lost))
            failures = 1 if session.answered else failures + 1
            await self._pause(failures)

    def close(self) -> None:
        """Asks `run` to end the session in good order."""
        self._closing.set()

    async def _converse(self, session: "_Session") -> None:
        async with _channel(self._link) as channel:
            metadata = (("authorization", f"Bearer {self._link.key}"),)
            await session.run(PresenceServiceStub(channel).Session(metadata=metadata), self._closing)

    async def _pause(self, failures: int) -> None:
        shortest, longest = BACKOFF_SECONDS
        ceiling = min(longest, shortest * 2.0 ** min(failures, 10))
        with contextlib.suppress(TimeoutError):
            pause_seconds = random.uniform(shortest, ceiling)  # noqa: S311 - jitter
            await asyncio.wait_for(self._closing.wait(), pause_seconds)


class _Session:
    """One conversation with the server, from Hello to its end."""

    def __init__(self, introduction: Introduction, feed: Feed, listener: Listener) -> None:
        self._introduction = introduction
        self._feed = feed
        self._listener = listener
        self._assembler = TableAssembler()
        self._report_seconds = REPORT_SECONDS
        self._sent_seq = 0
        self._in_flight: deque[tuple[int, float]] = deque()
        self._landed = asyncio.Event()
        self._write_lock = asyncio.Lock()
        self.answered = False

    async def run(self, call: "Call", closing: asyncio.Event) -> None:
        """Talks until the session is over; raises what ended it, in a group."""
        self._call = call
        async with asyncio.TaskGroup() as tasks:
            await self._write(hello=await self._hello())
            work = [tasks.create_task(job()) for job in (self._send_events, self._report, self._watch)]
            reading = tasks.create_task(self._read())
            tasks.create_task(self._hang_up(closing, [*work, reading]))

    async def _hang_up(self, closing: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Ends the session in good order once `closing` is set; the server gets a moment to finish."""
        await closing.wait()
        *work, reading = tasks
        for task in work:
            task.cancel()
        async with self._write_lock:
            await self._call.done_writing()
        await asyncio.wait([reading], timeout=CLOSE_SECONDS_MAX)
        raise SessionOverError("closed")

    async def _write(self, **up: Any) -> None:
        async with self._write_lock:
            await self._call.write(pb.SessionRequest(**up))

    async def _hello(self) -> pb.Hello:
        who = self._introduction
        return pb.Hello(
            gateway=who.gateway,
            store=who.store,
            epoch=self._feed.epoch,
            boot_id=who.boot_id,
            version=who.version,
            oldest_seq=await self._feed.oldest_seq(),
            table_version=self._listener.table_version(),
        )

    async def _send_events(self) -> None:
        while True:
            events = await self._feed.after(self._sent_seq, BATCH_MAX)
            self._sent_seq = events[-1].seq
            self._in_flight.append((self._sent_seq, time.monotonic()))
            batch = pb.EventBatch(first_seq=events[0].seq, events=[_event_message(event) for event in events])
            await self._write(batch=batch)
            while len(self._in_flight) >= IN_FLIGHT_MAX:
                self._landed.clear()
                await self._landed.wait()

    async def _report(self) -> None:
        while True:
            await self._write(time=pb.TimeRequest(sent_at=_timestamp(self._listener.unix_seconds())))
            await self._write(health=self._health())
            await asyncio.sleep(self._report_seconds)

    def _health(self) -> pb.Health:
        report = self._listener.health()
        return pb.Health(
            adverts=report.adverts,
            silent_seconds=report.silent_seconds,
            spooled=self._feed.waiting,
            dropped=self._feed.dropped,
            degraded=report.degraded,
            members_present=report.members_present,
            clock_offset_ms=report.clock_offset_seconds * 1000,
        )

    async def _watch(self) -> None:
        """Ends a session whose events are not acknowledged in time."""
        while True:
            await asyncio.sleep(ACK_SECONDS_MAX / 10)
            if self._in_flight and time.monotonic() - self._in_flight[0][1] > ACK_SECONDS_MAX:
                raise SessionOverError("no acknowledgement")

    async def _read(self) -> None:
        while (message := await self._call.read()) is not grpc.aio.EOF:
            assert isinstance(message, pb.SessionResponse)
            if not self.answered:
                log.info("uplink.open", waiting=self._feed.waiting)
            self.answered = True
            await self._take(message)
        raise SessionOverError(f"ended by the server: {(await self._call.code()).name}")

    async def _take(self, message: pb.SessionResponse) -> None:
        match message.WhichOneof("down"):
            case "ack":
                await self._take_ack(message.ack)
            case "key_window":
                self._take_window(message.key_window)
            case "config":
                self._listener.calibrate(message.config.rssi_offset_db)
                self._report_seconds = message.config.health_interval_seconds or REPORT_SECONDS
            case "time":
                reply = message.time
                self._listener.take_time(_unix_seconds(reply.sent_at), _unix_seconds(reply.server_at))

    async def _take_ack(self, ack: pb.Ack) -> None:
        if ack.epoch != self._feed.epoch:
            return
        while self._in_flight and self._in_flight[0][0] <= ack.seq:
            self._in_flight.popleft()
        self._landed.set()
        with contextlib.suppress(sqlite3.Error):  # forgotten with the next acknowledgement instead
            await self._feed.acknowledge(ack.epoch, ack.seq)

    def _take_window(self, message: pb.KeyWindow) -> None:
        try:
            table = self._assembler.add(_window(message))
        except TableError as error:
            log.warning("table.refused", reason=str(error))
            return
        if table is not None:
            self._listener.take_table(table)


def _channel(link: Link) -> grpc.aio.Channel:
    if link.plaintext:
        return grpc.aio.insecure_channel(link.address, options=CHANNEL_OPTIONS)
    roots = link.ca.read_bytes() if link.ca else None
    credentials = grpc.ssl_channel_credentials(root_certificates=roots)
    return grpc.aio.secure_channel(link.address, credentials, options=CHANNEL_OPTIONS)


def _reason(lost: BaseExceptionGroup[Exception]) -> str:
    """The status or sentence of what ended a session; never the text of a message."""
    cause = next(iter(lost.exceptions))
    if isinstance(cause, BaseExceptionGroup):
        return _reason(cause)
    return cause.code().name if isinstance(cause, grpc.aio.AioRpcError) else str(cause)


def _window(message: pb.KeyWindow) -> KeyWindow:
    return KeyWindow(
        message.table_version,
        message.part,
        message.parts,
        _unix_seconds(message.starts_at),
        _unix_seconds(message.ends_at),
        message.identifiers,
        message.pseudonyms,
    )


def _event_message(spooled: SpooledEvent) -> pb.PresenceEvent:
    event, evidence = spooled.event, spooled.event.evidence
    return pb.PresenceEvent(
        seq=spooled.seq,
        kind=f"PRESENCE_KIND_{event.kind}",
        pseudonym=event.pseudonym,
        zone=event.zone,
        observed_at=_timestamp(spooled.observed_at_seconds),
        monotonic_ms=round(event.at_seconds * 1000),
        evidence=pb.Evidence(
            smoothed_rssi_dbm=evidence.smoothed_rssi_dbm,
            max_rssi_dbm=evidence.max_rssi_dbm,
            samples=evidence.samples,
        ),
        degraded=event.degraded,
        dwell_seconds=event.dwell_seconds,
        dropped=event.dropped,
    )


def _timestamp(unix_seconds: float) -> Timestamp:
    moment = Timestamp()
    moment.FromMicroseconds(round(unix_seconds * 1_000_000))
    return moment


def _unix_seconds(moment: Timestamp) -> float:
    return moment.ToMicroseconds() / 1_000_000
