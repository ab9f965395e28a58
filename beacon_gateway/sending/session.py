"""One conversation with the server, from Hello to its end.

Events leave the spool in batches and stay in it until the server acknowledges them; whatever was on its way
when a connection broke is sent again. The server knows each event by gateway, epoch and number, so that twice
sent is once stored. No event leaves before the server has told the time: what was noticed by a wrong clock is
corrected first.
"""

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import grpc
import grpc.aio
import structlog
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.gateway import HealthReport
from beacon_gateway.identity.key_table import KeyUpdate, TableError, UpdateIntake
from beacon_gateway.identity.tags import TagReading
from beacon_gateway.sending.ending import SessionOverError, Verdict, over
from beacon_gateway.sending.key_messages import key_update_of, tag_report_of
from beacon_gateway.sending.messages import (
    batch_message,
    health_message,
    signals_message,
    timestamp,
    tuning_of,
    unix_seconds,
)
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.shelf import START
from beacon_gateway.tracking.events import SpooledEvent
from beacon_gateway.tracking.room import Tuning

if TYPE_CHECKING:
    Call: TypeAlias = grpc.aio.StreamStreamCall[pb.SessionRequest, pb.SessionResponse]

BATCH_MAX: Final = 200  # the wire's limit
IN_FLIGHT_MAX: Final = 8  # hides a round trip of 100 ms at 16,000 events/s, and bounds what is sent twice
REPORT_SECONDS: Final = 30.0  # between two Health and Time messages
FIRST_REPORT_SECONDS: Final = 1.0  # the second follows soon: two samples of the time are better than one
ACK_SECONDS_MAX: Final = 30.0  # a server that takes events and never stores them is as good as gone
FORGET_SECONDS: Final = 1.0  # between two writes of what was acknowledged: the server tells it again if lost
CLOSE_SECONDS_MAX: Final = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who we are, for Hello."""

    gateway: str
    store: str
    version: str


class Listener(Protocol):
    """What the server's messages mean to the gateway, and what it says of itself."""

    def table_version(self) -> str: ...

    def health(self) -> HealthReport: ...

    def unix_seconds(self) -> float:
        """The gateway's own clock, not corrected by the server's."""
        ...

    def started_at_seconds(self) -> float:
        """Unix time of the gateway's monotonic zero, corrected by the server's clock."""
        ...

    def monotonic_seconds(self) -> float: ...

    def take_keys(self, update: KeyUpdate) -> None:
        """Raises TableError when the update is for another table."""
        ...

    def take_readings(self) -> Sequence[TagReading]: ...

    def configure(self, tuning: Tuning) -> None: ...

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> bool:
        """False when the answer came too late to tell anything."""
        ...


class Session:
    """A session that lasts until it is over. `answered`: the server has let us in."""

    def __init__(self, introduction: Introduction, feed: Feed, listener: Listener) -> None:
        self._introduction = introduction
        self._feed = feed
        self._listener = listener
        self._intake = UpdateIntake()
        self._report_seconds = REPORT_SECONDS
        self._in_flight: deque[tuple[str, int, float]] = deque()
        self._room = asyncio.Event()
        self._landed = asyncio.Event()
        self._acked: dict[str, int] = {}
        self._time_told = asyncio.Event()
        self._write_lock = asyncio.Lock()
        self.answered = False
        self.has_delivered = False

    async def run(self, call: "Call", closing: asyncio.Event) -> None:
        """Talks until the session is over; raises SessionOverError, which says why."""
        self._call, verdict = call, Verdict(call)
        try:
            await self._greet()
            await self._talk(closing)
        except Exception as error:
            raise await over(error, verdict) from error

    async def _talk(self, closing: asyncio.Event) -> None:
        """Does all at the same time until one fails; a task group would swallow that it is cancelled."""
        jobs = (self._read, self._send_events, self._send_signals, self._report, self._forget, self._watch)
        work = [asyncio.create_task(job()) for job in jobs]
        work.append(asyncio.create_task(self._hang_up(closing, work[0])))
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        failures = (task.exception() for task in done)
        raise ExceptionGroup("the session is over", [one for one in failures if isinstance(one, Exception)])

    async def _greet(self) -> None:
        """Says who we are, and nothing more before the server has let us in."""
        await self._write(hello=self._hello())
        first = await self._next()
        self.answered = True
        log.info("uplink.open", waiting=self._feed.waiting)
        self._feed.forget_signals()
        await self._take(first)

    async def _hang_up(self, closing: asyncio.Event, reading: asyncio.Task[None]) -> None:
        """Ends the session in good order once `closing` is set; the server gets a moment to finish."""
        await closing.wait()
        async with self._write_lock:  # nobody writes any more
            await self._call.done_writing()
            await asyncio.wait([reading], timeout=CLOSE_SECONDS_MAX)
        raise SessionOverError("closed")

    async def _write(self, **up: Any) -> None:
        async with self._write_lock:
            await self._call.write(pb.SessionRequest(**up))

    def _hello(self) -> pb.Hello:
        who = self._introduction
        return pb.Hello(
            gateway=who.gateway,
            store=who.store,
            epoch=self._feed.epoch,
            version=who.version,
            table_version=self._listener.table_version(),
        )

    async def _send_events(self) -> None:
        await self._time_told.wait()
        position = START
        while True:
            batch = of_one_run(await self._feed.after(position, BATCH_MAX))
            position = batch[-1].position
            self._in_flight.append((batch[-1].epoch, position.seq, asyncio.get_running_loop().time()))
            await self._write(batch=batch_message(batch))
            while len(self._in_flight) >= IN_FLIGHT_MAX:
                self._room.clear()
                await self._room.wait()

    async def _send_signals(self) -> None:
        await self._time_told.wait()
        while True:
            signals = await self._feed.signals()
            for first in range(0, len(signals), BATCH_MAX):
                await self._write(signals=signals_message(signals[first : first + BATCH_MAX]))

    async def _report(self) -> None:
        pause_seconds = FIRST_REPORT_SECONDS
        while True:
            await self._write(time=pb.TimeRequest(sent_at=timestamp(self._listener.unix_seconds())))
            await self._write(health=health_message(self._listener.health(), self._feed.report()))
            await self._report_tags()
            await asyncio.sleep(pause_seconds)
            if self._time_told.is_set():
                pause_seconds = self._report_seconds

    async def _report_tags(self) -> None:
        """Once the time is known; what is lost on the way the tags say again."""
        if self._time_told.is_set() and (readings := self._listener.take_readings()):
            await self._write(tags=tag_report_of(readings, self._listener.started_at_seconds()))

    async def _forget(self) -> None:
        """Has the spool forget what was acknowledged, once a second at most: a disk wears by every write."""
        while True:
            await self._landed.wait()
            self._landed.clear()
            acked, self._acked = self._acked, {}
            for epoch, seq in acked.items():
                with contextlib.suppress(sqlite3.Error):  # forgotten with the next acknowledgement instead
                    await self._feed.acknowledge(epoch, seq)
            await asyncio.sleep(FORGET_SECONDS)

    async def _watch(self) -> None:
        """Ends a session whose events are not acknowledged in time."""
        while True:
            await asyncio.sleep(ACK_SECONDS_MAX / 10)
            now_seconds = asyncio.get_running_loop().time()
            if self._in_flight and now_seconds - self._in_flight[0][2] > ACK_SECONDS_MAX:
                raise SessionOverError("no acknowledgement")

    async def _read(self) -> None:
        while True:
            await self._take(await self._next())

    async def _next(self) -> pb.SessionResponse:
        message = await self._call.read()
        if message is grpc.aio.EOF:
            raise grpc.aio.BaseError
        assert isinstance(message, pb.SessionResponse)
        return message

    async def _take(self, message: pb.SessionResponse) -> None:
        match message.WhichOneof("down"):
            case "ack":
                self._take_ack(message.ack)
            case "keys":
                self._take_keys(message.keys)
            case "config":
                self._listener.configure(tuning_of(message.config))
                self._report_seconds = message.config.health_interval_seconds or REPORT_SECONDS
            case "time":
                await self._take_time(message.time)

    def _take_ack(self, ack: pb.Ack) -> None:
        """Everything of the run up to the number is safe; all comes in the order in which it was sent."""
        while self._in_flight and self._in_flight[0][0] == ack.epoch and self._in_flight[0][1] <= ack.seq:
            self._in_flight.popleft()
            self.has_delivered = True
        self._acked[ack.epoch] = max(ack.seq, self._acked.get(ack.epoch, 0))
        self._room.set()
        self._landed.set()

    def _take_keys(self, message: pb.KeyUpdate) -> None:
        try:
            update = self._intake.add(key_update_of(message))
            if update is not None:
                self._listener.take_keys(update)
        except TableError as error:
            log.warning("table.refused", reason=str(error))

    async def _take_time(self, reply: pb.TimeReply) -> None:
        if not self._listener.take_time(unix_seconds(reply.sent_at), unix_seconds(reply.server_at)):
            return
        await self._feed.learn(self._listener.started_at_seconds(), self._listener.monotonic_seconds())
        self._time_told.set()


def of_one_run(events: Sequence[SpooledEvent]) -> list[SpooledEvent]:
    """The first of the events, as far as they are of one run."""
    return list(takewhile(lambda one: one.epoch == events[0].epoch, events))
