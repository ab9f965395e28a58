"""A small server with the real one's contract: it stores, acknowledges, and misbehaves when told to."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.presence.v1 import presence_service_pb2 as pb
from regulars.presence.v1.presence_service_pb2_grpc import (
    PresenceServiceServicer,
    add_PresenceServiceServicer_to_server,
)

from beacon_gateway.identity.key_table import ROTATION_SECONDS, Stretch
from tests.unit.beacon_gateway.key_updates import whole

KEY = "rk_test_0123456789"


def pseudonym(identity_key: bytes) -> bytes:
    return b"P" + identity_key[-7:]


def table(version: str, keys: list[bytes], now_seconds: float, hours: int = 1) -> pb.KeyUpdate:
    """A table for `keys` from the rotation before now on."""
    windows = hours * 3600 // ROTATION_SECONDS + 3
    update = whole(version, {key: pseudonym(key) for key in keys}, now_seconds, windows)
    return pb.KeyUpdate(
        version=version,
        identifiers=[_stretch(one) for one in update.identifiers],
        pseudonyms=[_stretch(one) for one in update.pseudonyms],
    )


def _stretch(one: Stretch) -> pb.KeyStretch:
    starts_at, ends_at = (_timestamp(moment) for moment in one.span)
    return pb.KeyStretch(
        starts_at=starts_at, ends_at=ends_at, first_row=one.first_row, cells=bytes(one.cells)
    )


def _timestamp(unix_seconds: float) -> Timestamp:
    moment = Timestamp()
    moment.FromMicroseconds(round(unix_seconds * 1_000_000))
    return moment


@dataclass
class Behaviour:
    """How the server answers; the faults are of a real network and a real server.

    acks_lost: acknowledgements that never leave, although the events are stored.
    acks_of_another: acknowledgements that name another spool's epoch.
    refusal: status and words with which no session begins.
    batches_max: batches a session stores before the server breaks it off without acknowledging the last.
    """

    keys: list[bytes] = field(default_factory=list)
    table_version: str = "t1"
    acks_lost: int = 0
    acks_of_another: int = 0
    batches_max: int | None = None
    refusal: tuple[grpc.StatusCode, str] | None = None
    config: pb.Config = field(default_factory=pb.Config)
    now: Callable[[], float] = time.time


class SessionServer(PresenceServiceServicer):
    """Stores events by (gateway, epoch, number), as the real server does."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.stored: dict[tuple[str, str, int], pb.PresenceEvent] = {}
        self.received = 0
        self.hellos: list[pb.Hello] = []
        self.healths: list[pb.Health] = []
        self.signals: list[pb.Signal] = []
        self.keys_shown: list[str] = []
        self.ended_in_order = 0

    async def Session(  # noqa: N802 - the service names it so
        self, request_iterator: AsyncIterator[pb.SessionRequest], context: Any
    ) -> AsyncIterator[pb.SessionResponse]:
        metadata = dict(context.invocation_metadata())
        self.keys_shown.append(str(metadata.get("authorization")))
        if refusal := self.behaviour.refusal:
            await context.abort(*refusal)
        self._batches = 0
        async for request in request_iterator:
            for response in await self._answers(request, context):
                yield response
        self.ended_in_order += 1

    async def _answers(self, request: pb.SessionRequest, context: Any) -> list[pb.SessionResponse]:
        match request.WhichOneof("up"):
            case "hello":
                return self._greet(request.hello)
            case "batch":
                ack = await self._take(request.batch, context)
                return [pb.SessionResponse(ack=ack)] if ack else []
            case "time":
                now = _timestamp(self.behaviour.now())
                reply = pb.TimeReply(sent_at=request.time.sent_at, server_at=now)
                return [pb.SessionResponse(time=reply)]
            case "health":
                self.healths.append(request.health)
            case "signals":
                self.signals.extend(request.signals.signals)
        return []

    async def _take(self, batch: pb.EventBatch, context: Any) -> pb.Ack | None:
        self._batches += 1
        self._store(batch)
        if self._batches == self.behaviour.batches_max:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "broken off")
        if self.behaviour.acks_lost > 0:
            self.behaviour.acks_lost -= 1
            return None
        if self.behaviour.acks_of_another > 0:
            self.behaviour.acks_of_another -= 1
            return pb.Ack(epoch="another", seq=max(event.seq for event in batch.events))
        return pb.Ack(epoch=batch.epoch or self._epoch, seq=max(event.seq for event in batch.events))

    async def ListVisits(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError

    async def ListTags(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError

    async def ListGateways(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError

    async def ConfigureGateway(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError

    async def SetStoreMap(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError

    def _greet(self, hello: pb.Hello) -> list[pb.SessionResponse]:
        self.hellos.append(hello)
        self._gateway, self._epoch = hello.gateway, hello.epoch
        keys = table(self.behaviour.table_version, self.behaviour.keys, self.behaviour.now())
        return [pb.SessionResponse(config=self.behaviour.config), pb.SessionResponse(keys=keys)]

    def _store(self, batch: pb.EventBatch) -> None:
        assert batch.first_seq == batch.events[0].seq
        for event in batch.events:
            self.received += 1
            self.stored.setdefault((self._gateway, batch.epoch or self._epoch, event.seq), event)


async def serve(
    servicer: SessionServer, port: int = 0, credentials: grpc.ServerCredentials | None = None
) -> tuple[grpc.aio.Server, int]:
    """A server on a real socket of this machine; port 0 takes a free one."""
    server = grpc.aio.server()
    add_PresenceServiceServicer_to_server(servicer, server)
    address = f"127.0.0.1:{port}"
    bound = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    await server.start()
    return server, bound


async def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is another process's doing
            await asyncio.sleep(0.01)
