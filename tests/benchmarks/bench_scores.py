"""P7 and P8: what it costs to score everybody, and whether a score costs more among more of them."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import statistics
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.clock import SceneClock, SystemClock
from services.composition import open_database
from services.engagement.queries.versions import current_version
from services.engagement.use_cases.rescoring import Chunk, score_chunk
from services.settings import Settings
from tests.benchmarks import peer_rescoring
from tests.benchmarks.bench_reads import IN_FLIGHT, SCORE_CALLS, SERVE
from tests.benchmarks.processes import Load, Round, Server
from tests.benchmarks.shops import copied
from tests.benchmarks.verdicts import Sizes, Verdict, interleaved, per_second, told

ORDERS: Final = 1_000_000
ORDERS_PER_CUSTOMER: Final = 4  # of the seeded shop
RESCORING_ROUNDS: Final = 3  # of some ten seconds each
MANY, FEW = 1_000_000, 10_000  # customers
COMPARED: Final = """customer_id, orders, net_minor, last_order_at, gap_days_median, channels, contacts,
sessions, pages, newsletters, opened, answers, mood_sixtieths, nps, recency, frequency, monetary, segment,
aov_minor, repeat_rate, orders_per_year, pages_per_session, open_rate, sentiment"""


def against_duckdb(sizes: Sizes) -> list[Verdict]:
    """Both sides begin with the rows of a SQLite file and end with the rows of `scores`, durable in it."""
    customers = round(ORDERS / ORDERS_PER_CUSTOMER * sizes.scale)
    shop = replace(sizes, customers=customers)
    ours: list[float] = []
    theirs: list[float] = []
    with copied(shop, "p7-ours") as our_folder, copied(shop, "p7-theirs") as their_folder:
        for _ in range(min(RESCORING_ROUNDS, sizes.rounds)):
            now = SystemClock().now()
            ours.append(asyncio.run(rescored(our_folder, now)))
            theirs.append(peer_rescored(their_folder, now))
        check_alike(our_folder, their_folder)
        orders = counted(our_folder, "orders")
    return [
        Verdict(
            "P7",
            f"re-scoring {customers:,} customers of {orders:,} orders, from and into SQLite : SQL on DuckDB",
            2.0,
            statistics.median(ours) / statistics.median(theirs),
            at_least=False,
            sides={"the nightly pass": seconds(ours), "DuckDB": seconds(theirs)},
        )
    ]


async def rescored(folder: Path, now: datetime) -> float:
    """Seconds of a pass over everybody, as the worker takes it: chunk by chunk, each durable."""
    database = open_database(Settings(data_dir=folder), SceneClock(now, speed=0.0))
    await database.open()
    gc.collect()
    began = time.perf_counter()
    last = await database.write(score_chunk, Chunk(""))
    while last:
        last = await database.write(score_chunk, Chunk(last))
    took = time.perf_counter() - began
    await database.close()
    return took


def peer_rescored(folder: Path, now: datetime) -> float:
    database = open_database(Settings(data_dir=folder), SystemClock())
    with database.engine.connect() as connection:
        version, _ = current_version(connection, database.programme.weights)
    database.engine.dispose()
    gc.collect()
    began = time.perf_counter()
    peer_rescoring.rescore(folder / "regulars.db", folder, version, now)
    return time.perf_counter() - began


def check_alike(our_folder: Path, their_folder: Path) -> None:
    """Both sides have found the same: figures exactly, and scores but for the order of adding."""
    ours, theirs = (stored(folder) for folder in (our_folder, their_folder))
    assert len(ours) == len(theirs) > 0
    for (our_score, *our_figures), (their_score, *their_figures) in zip(ours, theirs, strict=True):
        assert our_figures == their_figures, (our_figures, their_figures)
        assert abs(our_score - their_score) < 1e-9


def stored(folder: Path) -> list[Any]:
    with closing(sqlite3.connect(folder / "regulars.db")) as connection:
        return connection.execute(f"SELECT score, {COMPARED} FROM scores ORDER BY customer_id").fetchall()


def counted(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "regulars.db")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def seconds(rounds: list[float]) -> str:
    return f"{statistics.median(rounds):.2f} s (of {len(rounds)}: {min(rounds):.2f} to {max(rounds):.2f})"


def interleaved_reads(
    rounds: int, many: Sizes, large: Server, few: Sizes, small: Server
) -> list[list[Round]]:
    """Rounds of GetScore of each server in turn, after a warm-up."""
    with ExitStack() as stack:
        loads = [
            stack.enter_context(Load(server, "grpc", "score", "--customers", str(sizes.customers)))
            for server, sizes in ((large, many), (small, few))
        ]
        steps = [lambda load=load: load.round(many.calls(SCORE_CALLS), IN_FLIGHT) for load in loads]
        interleaved(steps, 1)
        return interleaved(steps, rounds)


def many_against_few(sizes: Sizes) -> list[Verdict]:
    """GetScore with uniform keys over gRPC, beside each other in one run."""
    many, few = (replace(sizes, customers=round(one * sizes.scale)) for one in (MANY, FEW))
    with (
        copied(many, "p8-many") as many_folder,
        copied(few, "p8-few") as few_folder,
        Server(SERVE, "house", "--data-dir", many_folder) as large,
        Server(SERVE, "house", "--data-dir", few_folder) as small,
    ):
        of_many, of_few = interleaved_reads(sizes.rounds, many, large, few, small)
    return [
        Verdict(
            "P8",
            f"cost of a GetScore at {many.customers:,} customers : at {few.customers:,}",
            1.3,
            per_second(of_few) / per_second(of_many),
            at_least=False,
            sides={"many": told(of_many), "few": told(of_few)},
        )
    ]
