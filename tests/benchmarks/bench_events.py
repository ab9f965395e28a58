"""P5E: a stream of touches in batches of 500, against the same rows written by prebuilt statements alone."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import grpc
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc
from regulars.activity.v1.events_pb2 import EVENT_KIND_PAGE_VIEW, Event
from regulars.types.v1.channel_pb2 import CHANNEL_WEB
from sqlalchemy import Engine

from tests.benchmarks import calls
from tests.benchmarks.bench_import import BATCH_ORDERS, ROUND_BATCHES, engine_of, stored, written
from tests.benchmarks.bench_reads import SERVE
from tests.benchmarks.processes import Server
from tests.benchmarks.shops import copied
from tests.benchmarks.verdicts import Sizes, Verdict

BATCH_EVENTS = BATCH_ORDERS
WRITTEN = {"customers": "customer_id", "touches": "event_id", "scores": "customer_id"}


def against_executemany(sizes: Sizes) -> list[Verdict]:
    rng = random.Random(55)
    ours: list[float] = []
    raw: list[float] = []
    with (
        copied(sizes, "p5e-ours") as folder,
        copied(sizes, "p5e-raw") as raw_folder,
        Server(SERVE, "house", "--data-dir", folder) as house,
        grpc.insecure_channel(f"127.0.0.1:{house.port}") as channel,
    ):
        stub = activity_service_pb2_grpc.ActivityServiceStub(channel)
        source, target = engine_of(folder), engine_of(raw_folder)
        for number in range(sizes.rounds + 1):
            batches = made_batches(rng, sizes)
            events = sum(len(batch) for batch in batches)
            seconds = streamed(stub, house.key, batches)
            rows = [rows_of(source, batch) for batch in batches]
            raw_seconds = written(target, rows)
            if number:  # the first round warms up
                ours.append(events / seconds)
                raw.append(events / raw_seconds)
        source.dispose()
        target.dispose()
    return [verdict(ours, raw)]


def verdict(ours: Sequence[float], raw: Sequence[float]) -> Verdict:
    stream, bare = statistics.median(ours), statistics.median(raw)
    return Verdict(
        "P5E",
        f"stream of touches in batches of {BATCH_EVENTS}, durable : raw executemany of the same rows",
        0.35,
        stream / bare,
        at_least=True,
        sides={"stream of touches": f"{stream:,.0f} touches/s", "raw executemany": f"{bare:,.0f} touches/s"},
    )


def made_batches(rng: random.Random, sizes: Sizes) -> list[list[Event]]:
    """Page views in sessions of ten: whoever looks at one page looks at others."""
    count = max(round(ROUND_BATCHES * sizes.scale), 1)
    return [
        [
            page(rng, customer)
            for customer in calls.uniform_customers(rng, sizes.customers, BATCH_EVENTS // 10)
            for _ in range(10)
        ]
        for _ in range(count)
    ]


def page(rng: random.Random, customer: str) -> Event:
    event = Event(
        event_id=str(uuid.UUID(int=rng.getrandbits(128))),
        customer_id=customer,
        kind=EVENT_KIND_PAGE_VIEW,
        channel=CHANNEL_WEB,
        subject=f"sku-{rng.randrange(1, 2001):05d}",
        session_id=f"session-{customer}",
    )
    event.occurred_at.FromDatetime(datetime.now(UTC))
    return event


def streamed(stub: Any, key: str, batches: Sequence[Sequence[Event]]) -> float:
    """Seconds from the first batch sent to the last one answered; each must be stored whole."""
    requests = [
        activity.RecordEventsRequest(batch_id=number, events=batch) for number, batch in enumerate(batches)
    ]
    began = time.perf_counter()
    answers = list(stub.RecordEvents(iter(requests), metadata=(("authorization", f"Bearer {key}"),)))
    seconds = time.perf_counter() - began
    assert [answer.inserted for answer in answers] == [len(batch) for batch in batches]
    return seconds


def rows_of(source: Engine, batch: Sequence[Event]) -> dict[str, list[tuple[Any, ...]]]:
    """What the service stored for these touches, by table, as the database keeps it."""
    keys = {
        "event_id": [event.event_id for event in batch],
        "customer_id": sorted({event.customer_id for event in batch}),
    }
    with source.connect() as connection:
        return {name: stored(connection, name, column, keys[column]) for name, column in WRITTEN.items()}
