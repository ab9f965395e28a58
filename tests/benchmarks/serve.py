"""The gRPC servers that are measured, each a process of its own: prints `port key` when it serves."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import grpc
import uvloop
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from regulars.engagement.v1 import engagement_service_pb2 as pb
from regulars.engagement.v1 import engagement_service_pb2_grpc as pb_grpc

from services.clock import SystemClock
from services.composition import build, create_key, live_keys, running, service
from services.main import settle_interpreter
from services.rpc.auth import Keyring, make_key
from services.rpc.desk import FrontDesk
from services.rpc.limits import RateLimiter
from services.server import Door, RpcServer, all_scopes
from services.settings import Settings
from services.telemetry import Telemetry, configure_logging

CALLS_PER_SECOND: Final = 1_000_000  # the limiter counts each call and refuses none


class Nowhere(SpanExporter):
    """Takes sampled spans as a collector would, and forgets them."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        del spans
        return SpanExportResult.SUCCESS


class Constant(pb_grpc.EngagementServiceServicer):
    """Answers each call with the same score; no other method is asked for."""

    def __init__(self, answer: bytes) -> None:
        self._answer = pb.GetScoreResponse.FromString(answer)

    async def GetScore(self, request: pb.GetScoreRequest, context: Any) -> pb.GetScoreResponse:  # noqa: N802
        del request, context
        return self._answer


def constant(asked: argparse.Namespace) -> Constant:
    return Constant(asked.answer.read_bytes())  # type: ignore[abstract]  # grpc itself refuses the rest


def telemetry() -> Telemetry:
    return Telemetry(0.01, (InMemoryMetricReader(),), (BatchSpanProcessor(Nowhere()),))


async def serve_bare(asked: argparse.Namespace) -> None:
    """What any Python service over `grpc.aio` costs: no interceptor, no work."""
    server = grpc.aio.server()
    pb_grpc.add_EngagementServiceServicer_to_server(constant(asked), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await until_told(port, "")
    await server.stop(None)


async def serve_desk(asked: argparse.Namespace) -> None:
    """The same answer behind the whole front desk."""
    new = make_key("bench", ("backend",))
    services = (service(pb, pb_grpc, "Engagement", constant(asked)),)
    limiter = RateLimiter(CALLS_PER_SECOND)
    desk = FrontDesk(Keyring([new.key]), all_scopes(services), limiter, telemetry(), SystemClock())
    server = RpcServer(services, desk, (Door("127.0.0.1:0"),))
    await server.start()
    await until_told(server.port, new.text)
    await server.stop()


async def serve_house(asked: argparse.Namespace) -> None:
    """The service itself, on a seeded database."""
    settings = Settings(
        data_dir=asked.data_dir,
        database_url=asked.database_url,
        port=0,
        calls_per_second=CALLS_PER_SECOND,
    )
    house = build(settings, SystemClock(), telemetry())
    new = create_key(house.database, "bench", ("backend",))
    house.keyring.replace(live_keys(house.database))
    async with running(house):
        await until_told(house.rpc.port, new.text)


async def until_told(port: int, key: str) -> None:
    """Serve until standard input is closed, with the interpreter set as `regulars serve` sets it."""
    settle_interpreter()
    print(port, key, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


KINDS = {"bare": serve_bare, "desk": serve_desk, "house": serve_house}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--answer", type=Path, help="file with the GetScoreResponse to answer with")
    parser.add_argument("--data-dir", type=Path, default=Path())
    parser.add_argument("--database-url", default="")
    asked = parser.parse_args()
    configure_logging("warning")
    uvloop.run(KINDS[asked.kind](asked))


if __name__ == "__main__":
    main()
