"""P3 and P4: what a durable order costs, against what a user would build instead and against one fsync."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.bench_reads import IN_FLIGHT, PEER, SERVE
from tests.benchmarks.processes import Load, Round, Server
from tests.benchmarks.shops import carts_file, copied, postgres_shops
from tests.benchmarks.verdicts import Sizes, Verdict, interleaved, per_second, told

ORDER_CALLS, PEER_CALLS = 3_000, 300  # two to four seconds each
SINGLE_CALLS = 100
FSYNC_BYTES = 4096


def order_load(stack: ExitStack, server: Server, protocol: str, sizes: Sizes) -> Load:
    shop = ("--customers", str(sizes.customers), "--carts", carts_file(sizes))
    return stack.enter_context(Load(server, protocol, "order", *shop))


def ours_and_theirs(sizes: Sizes, house: Server, peer: Server) -> tuple[list[Round], list[Round]]:
    with ExitStack() as stack:
        ours = order_load(stack, house, "grpc", sizes)
        theirs = order_load(stack, peer, "http", sizes)
        steps = [
            lambda: ours.round(sizes.calls(ORDER_CALLS), IN_FLIGHT),
            lambda: theirs.round(sizes.calls(PEER_CALLS), IN_FLIGHT),
        ]
        interleaved(steps, 1)
        found = interleaved(steps, sizes.rounds)
    return found[0], found[1]


def verdict(where: str, ours: list[Round], theirs: list[Round]) -> Verdict:
    return Verdict(
        "P3",
        f"RecordOrder, durable, 64 in flight, {where} : FastAPI + ORM doing the same work",
        7.0,
        per_second(ours) / per_second(theirs),
        at_least=True,
        sides={"RecordOrder": told(ours), "FastAPI": told(theirs)},
    )


def against_fastapi(sizes: Sizes) -> list[Verdict]:
    return [_on_sqlite(sizes), _on_postgres(sizes)]


def _on_sqlite(sizes: Sizes) -> Verdict:
    with (
        copied(sizes, "p3-ours") as ours,
        copied(sizes, "p3-theirs") as theirs,
        Server(SERVE, "house", "--data-dir", ours) as house,
        Server(PEER, f"sqlite+aiosqlite:///{theirs / 'regulars.db'}") as peer,
    ):
        return verdict("SQLite (FULL)", *ours_and_theirs(sizes, house, peer))


def _on_postgres(sizes: Sizes) -> Verdict:
    with (
        postgres_shops(sizes) as (ours, theirs),
        Server(SERVE, "house", "--database-url", ours, "--data-dir", sizes.folder) as house,
        Server(PEER, theirs) as peer,
    ):
        return verdict("PostgreSQL", *ours_and_theirs(sizes, house, peer))


def against_fsync(sizes: Sizes) -> list[Verdict]:
    """One caller who waits for each answer, and one durable append, in turns, in the same folder."""
    calls, fsyncs = [], []
    count = sizes.calls(SINGLE_CALLS)
    with (
        copied(sizes, "p4") as folder,
        Server(SERVE, "house", "--data-dir", folder) as house,
        ExitStack() as stack,
    ):
        load = order_load(stack, house, "grpc", sizes)
        load.round(count, 1)
        for _ in range(sizes.rounds):
            calls.append(load.round(count, 1).p50)
            fsyncs.append(fsync_p50(folder / "fsync", count))
    call, fsync = statistics.median(calls), statistics.median(fsyncs)
    return [
        Verdict(
            "P4",
            "RecordOrder, one in flight, p50 : one fsync of a 4 KiB append in the same folder",
            1.6,
            call / fsync,
            at_least=False,
            sides={"RecordOrder": f"{1e3 * call:.2f} ms", "fsync": f"{1e3 * fsync:.2f} ms"},
        )
    ]


def fsync_p50(path: Path, count: int) -> float:
    block = os.urandom(FSYNC_BYTES)
    seconds = []
    with path.open("ab", buffering=0) as file:
        for _ in range(count):
            file.write(block)
            began = time.perf_counter()
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
