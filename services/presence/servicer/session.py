"""One gateway's connection."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import structlog
from grpc.aio import ServicerContext
from regulars.presence.v1 import presence_service_pb2 as pb

from services.errors import InvalidError, RegularsError, UnavailableError
from services.presence.key_tables import LOOK_SECONDS, KeyTables
from services.presence.queries.gateways import told
from services.presence.rules.gateways import Greeting
from services.presence.rules.visits import GatewayBatch
from services.presence.servicer.key_messages import key_messages
from services.presence.servicer.messages import (
    config_message,
    facts_of,
    is_legible,
    sighting_of,
    signal_of,
)
from services.presence.servicer.tag_messages import reading_of
from services.presence.use_cases.gateways import (
    GatewayHealth,
    GatewaySupersededError,
    greet,
    report_health,
)
from services.presence.use_cases.reporting import SignalReport, report_presence, report_signals
from services.presence.use_cases.tags import TagReport, report_tags
from services.rpc.certificates import refuse_other_place
from services.rpc.validation import validate
from services.rpc.wire import stamp
from services.storage.database import Database

ANSWERS_WAITING_MAX: Final = 256  # a gateway that does not read is not waited for with more memory
BATCHES_WAITING_MAX: Final = 8  # as many as a gateway sends before it waits for an acknowledgement
PARTS_WAITING_MAX: Final = 2  # parts of a key table, 64 KiB each
PART_SECONDS: Final = 0.02  # between two looks whether the line has room: 6 MB/s at most

SEQ_MAX: Final = 2**63 - 1  # what a database can count

log = structlog.get_logger()


class HelloMissingError(InvalidError):
    """The first message of a session must be Hello."""

    reason = "HELLO_MISSING"


class ServerStoppingError(UnavailableError):
    """The server stops; connect again."""

    reason = "STOPPING"


class GatewaySession:
    """One gateway's connection: its reports come in, acknowledgements and key tables go out."""

    def __init__(self, database: Database, tables: KeyTables, context: ServicerContext[Any, Any]) -> None:
        self._database = database
        self._tables = tables
        self._out: asyncio.Queue[pb.SessionResponse | Exception | None] = asyncio.Queue(ANSWERS_WAITING_MAX)
        self._batches: asyncio.Queue[GatewayBatch | None] = asyncio.Queue(BATCHES_WAITING_MAX)
        self._context = context
        self._hello = pb.Hello()
        self._session = secrets.token_hex(16)

    async def serve(self, requests: AsyncIterator[pb.SessionRequest]) -> AsyncIterator[pb.SessionResponse]:
        self._hello = await first_hello(requests)
        self._refuse_other_place()
        yield await self._welcome()
        log.info("gateway_connected", **self._named())
        tasks = [
            asyncio.create_task(self._to_the_end(self._push_config())),
            asyncio.create_task(self._to_the_end(self._push_keys())),
            asyncio.create_task(self._to_the_end(self._store())),
            asyncio.create_task(self._failing(self._read(requests))),
        ]
        try:
            while (response := await self._out.get()) is not None:
                if isinstance(response, Exception):
                    raise response
                yield response
        finally:
            log.info("gateway_gone", **self._named())
            for task in tasks:
                task.cancel()

    def _named(self) -> dict[str, str]:
        return {"gateway": self._hello.gateway, "store": self._hello.store}

    def _refuse_other_place(self) -> None:
        try:
            refuse_other_place(self._context, self._hello.gateway, self._hello.store)
        except RegularsError as error:
            log.warning("gateway_refused", reason=error.reason, **self._named())
            raise

    def end(self) -> None:
        """Close the session, even when its gateway reads slowly."""
        self._ending = asyncio.create_task(self._out.put(ServerStoppingError()))

    async def _to_the_end(self, part: Coroutine[Any, Any, None]) -> None:
        """Run one side of the session; its end, good or bad, is the session's."""
        await self._failing(part)
        await self._out.put(None)

    async def _failing(self, part: Coroutine[Any, Any, None]) -> None:
        """Run a part of the session whose failure ends it."""
        try:
            await part
        except Exception as error:  # noqa: BLE001  (the desk answers it)
            await self._out.put(error)

    async def _welcome(self) -> pb.SessionResponse:
        """Say what is stored already, so that a gateway sends nothing twice."""
        hello = self._hello
        greeting = Greeting(hello.gateway, hello.store, hello.epoch, hello.version, self._session)
        acked = await self._database.write(greet, greeting)
        return pb.SessionResponse(ack=pb.Ack(epoch=hello.epoch, seq=acked))

    async def _read(self, requests: AsyncIterator[pb.SessionRequest]) -> None:
        """Answer what needs no disk at once; batches wait for the one that is being stored."""
        async for request in requests:
            if request.HasField("batch"):
                await self._batches.put(self._batch_of(request.batch))
            elif answer := await self._answer(request):
                await self._out.put(answer)
        await self._batches.put(None)

    async def _store(self) -> None:
        """Store what waits together, each run's batches as one: a backlog costs a fraction so."""
        while batches := await self._waiting():
            runs = [joined(list(group)) for _, group in groupby(batches, attrgetter("epoch"))]
            answers: list[int | RegularsError] = await self._database.write_all(report_presence, runs)
            for run, acked in zip(runs, answers, strict=True):
                if isinstance(acked, RegularsError):
                    raise acked
                await self._out.put(pb.SessionResponse(ack=pb.Ack(epoch=run.epoch, seq=acked)))

    async def _waiting(self) -> list[GatewayBatch]:
        """The batches that wait, at least one; none when the gateway has hung up."""
        first = await self._batches.get()
        found = [] if first is None else [first]
        while found and not self._batches.empty():
            more = self._batches.get_nowait()
            if more is None:
                self._batches.put_nowait(None)  # hang up after these
                break
            found.append(more)
        return found

    async def _answer(self, request: pb.SessionRequest) -> pb.SessionResponse | None:
        if request.HasField("time"):
            now = stamp(self._database.clock.now())
            return pb.SessionResponse(time=pb.TimeReply(sent_at=request.time.sent_at, server_at=now))
        if request.HasField("signals"):
            await self._database.write(report_signals, self._signals_of(request.signals))
        if request.HasField("tags"):
            readings = tuple(reading_of(one) for one in request.tags.readings if is_legible(one))
            await self._database.write(report_tags, TagReport(self._hello.gateway, readings))
        if request.HasField("health") and is_legible(request.health):
            report = GatewayHealth(self._hello.gateway, self._session, facts_of(request.health))
            await self._database.write(report_health, report)
        return None

    def _batch_of(self, message: pb.EventBatch) -> GatewayBatch:
        """A batch as a value; an event that breaks a rule is left out, so that it cannot stop the stream."""
        hello, epoch = self._hello, message.epoch or self._hello.epoch
        events = message.events if is_legible(message) else list(filter(is_legible, message.events))
        if len(events) < len(message.events):
            log.warning("presence_events_refused", count=len(message.events) - len(events))
        sightings = tuple(map(sighting_of, events))
        last_seq = max((event.seq for event in message.events if event.seq <= SEQ_MAX), default=0)
        return GatewayBatch(hello.gateway, hello.store, epoch, self._session, sightings, last_seq)

    def _signals_of(self, message: pb.SignalReport) -> SignalReport:
        signals = tuple(signal_of(one) for one in message.signals if is_legible(one))
        return SignalReport(self._hello.gateway, self._hello.store, signals)

    async def _push_config(self) -> None:
        """Say what the gateway is to do differently, now and on change, as long as this session counts."""
        sent: Mapping[str, Any] | None = None
        while True:
            session, config = await self._database.fetch(told, self._hello.gateway)
            if session != self._session:
                log.warning("gateway_superseded", gateway=self._hello.gateway)
                raise GatewaySupersededError
            if config != sent:
                await self._out.put(pb.SessionResponse(config=config_message(config)))
                sent = config
            await asyncio.sleep(LOOK_SECONDS)

    async def _push_keys(self) -> None:
        """Bring the gateway's key table up to date now, and again whenever a key or the hour changes."""
        held = self._hello.table_version
        while True:
            for update in await self._tables.since(held):
                for message in key_messages(update):
                    await self._put_patiently(message)
                held = update.version
            await asyncio.sleep(LOOK_SECONDS)

    async def _put_patiently(self, message: pb.SessionResponse) -> None:
        """On a slow line, let acknowledgements overtake a table: few of its parts wait at a time."""
        while self._out.qsize() >= PARTS_WAITING_MAX:  # noqa: ASYNC110 - a queue tells nobody that it has room
            await asyncio.sleep(PART_SECONDS)
        await self._out.put(message)


def joined(batches: Sequence[GatewayBatch]) -> GatewayBatch:
    """Batches of one run as one, each number once."""
    sightings = {one.seq: one for batch in batches for one in batch.sightings}
    last_seq = max(batch.last_seq for batch in batches)
    return replace(batches[0], sightings=tuple(sightings.values()), last_seq=last_seq)


async def first_hello(requests: AsyncIterator[pb.SessionRequest]) -> pb.Hello:
    async for request in requests:
        validate(request)
        if request.HasField("hello"):
            return request.hello
        break
    raise HelloMissingError(field="hello")
