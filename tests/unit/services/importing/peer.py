"""A server of orders as the importer sees one: it stores each batch durably, then answers.

In a test it listens in the test's own loop; `python peer.py PORT FILE` is one that can be killed.
"""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import grpc
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc

Context = grpc.aio.ServicerContext[activity.RecordOrdersRequest, activity.RecordOrdersResponse]


@dataclass
class Behaviour:
    """What the server does besides storing."""

    key: str | None = None
    refused_ids: frozenset[str] = frozenset()
    lost_answers: set[int] = field(default_factory=set)  # the stream breaks after these batches are stored
    unstored: set[int] = field(default_factory=set)  # the stream breaks before these batches are stored
    always: grpc.StatusCode | None = None
    stray_batch_id: int | None = None
    seconds_per_batch: float = 0.0


class Peer(activity_service_pb2_grpc.ActivityServiceServicer):
    def __init__(self, behaviour: Behaviour, file: str = ":memory:") -> None:
        self.behaviour = behaviour
        self.batches = 0
        self.arrived: list[str] = []
        self._stored = sqlite3.connect(file, isolation_level=None)
        self._stored.execute("PRAGMA synchronous=FULL")
        self._stored.execute("CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, body BLOB)")

    async def RecordOrders(  # noqa: N802 - named by the API
        self, request_iterator: AsyncIterator[activity.RecordOrdersRequest], context: Context
    ) -> AsyncIterator[activity.RecordOrdersResponse]:
        await self._admit(context)
        async for request in request_iterator:
            self.batches += 1
            if self.batches in self.behaviour.unstored:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "restarting")
            await asyncio.sleep(self.behaviour.seconds_per_batch)
            response = self._store(request)
            if self.batches in self.behaviour.lost_answers:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "restarting")
            yield response

    def ids(self) -> set[str]:
        return {row[0] for row in self._stored.execute("SELECT id FROM records")}

    def record(self, record_id: str) -> activity.OrderRecord:
        (body,) = self._stored.execute("SELECT body FROM records WHERE id = ?", (record_id,)).fetchone()
        return activity.OrderRecord.FromString(body)

    def close(self) -> None:
        self._stored.close()

    async def _admit(self, context: Context) -> None:
        if self.behaviour.always is not None:
            await context.abort(self.behaviour.always, "as the test wishes")
        sent = dict(context.invocation_metadata() or ()).get("authorization")
        if self.behaviour.key is not None and sent != f"Bearer {self.behaviour.key}":
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "unknown key")

    def _store(self, request: activity.RecordOrdersRequest) -> activity.RecordOrdersResponse:
        stray = self.behaviour.stray_batch_id
        response = activity.RecordOrdersResponse(batch_id=request.batch_id if stray is None else stray)
        self._stored.execute("BEGIN")
        for index, record in enumerate(request.records):
            record_id = record.order.order_id or record.order_return.return_id
            self.arrived.append(record_id)
            if record_id in self.behaviour.refused_ids:
                response.rejected.add(
                    index=index, reason="ORDER_DIFFERS", field="order", message="known otherwise"
                )
            elif self._insert(record_id, record):
                response.inserted += 1
                response.unmatched_units += sum(line.quantity for line in record.order_return.lines)
            else:
                response.duplicates += 1
        self._stored.execute("COMMIT")
        return response

    def _insert(self, record_id: str, record: activity.OrderRecord) -> bool:
        insert = "INSERT OR IGNORE INTO records VALUES (?, ?)"
        return self._stored.execute(insert, (record_id, record.SerializeToString())).rowcount == 1


def open_peer(behaviour: Behaviour, file: str = ":memory:") -> Peer:
    return Peer(behaviour, file)  # type: ignore[abstract]  # the importer calls nothing but RecordOrders


StartPeer = Callable[[Behaviour], Awaitable[tuple[Peer, str]]]


async def listen(peer: Peer, port: int = 0) -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    activity_service_pb2_grpc.add_ActivityServiceServicer_to_server(peer, server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return server, port


async def _serve(port: int, file: str) -> None:
    server, port = await listen(open_peer(Behaviour(), file), port)
    print(port, flush=True)  # noqa: T201 - whoever started this process waits for it
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
