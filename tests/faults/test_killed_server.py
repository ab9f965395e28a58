"""`kill -9` at random moments: nothing acknowledged is lost, nothing counts twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.activity.v1 import activity_service_pb2 as activity

from tests.faults.server_process import (
    PATIENCE_SECONDS,
    REGULARS,
    START_CPU_SECONDS_MAX,
    ServerProcess,
    environment,
    regulars,
)
from tests.integration.shop import Caller, eventually, order

ROUNDS = int(os.environ.get("REGULARS_FAULT_ROUNDS", "3"))  # kills per test; `make faults` takes many more
ORDERS = 6_000  # about two seconds of importing, mostly enough for a kill in its middle
LONGER_MAX = 4  # files, each twice as long as the one before, until a busy machine hits the middle of one
CALLERS = 8

COUNTS = """
SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),
       (SELECT sum(total_minor) FROM orders), (SELECT count(*) FROM returns),
       (SELECT count(*) FROM scores), (SELECT coalesce(sum(points), 0) FROM movements)
"""


@dataclass(frozen=True)
class Shop:
    """A file of `orders` orders."""

    file: Path
    orders: int

    @property
    def source(self) -> str:
        return self.file.stem


def ever_longer(folder: Path) -> Iterator[Shop]:
    """Shops to import until one takes long enough: orders of two lines, by 300 customers over two years."""
    for number in range(LONGER_MAX):
        shop = Shop(folder / f"shop-{number}.csv", ORDERS * 2**number)
        shop.file.write_text(
            "\n".join(["customer_id,order_id,ordered_at,sku,quantity,unit_price,title", *lines(shop), ""])
        )
        yield shop


def lines(shop: Shop) -> Iterator[str]:
    for number in range(shop.orders):
        who, day = number % 300, number * 700 // shop.orders
        when = f"202{4 + day // 365}-{day % 365 // 31 + 1:02}-{day % 28 + 1:02} 10:00:00"
        for sku in (number % 40, 40 + number % 7):
            yield f"c{who},o{number:05},{when},s{sku},2,{1 + number % 90}.25,Thing {sku}"


def import_command(server: ServerProcess, shop: Shop) -> list[str]:
    options = ["--server", server.address, "--key", server.key, "--currency", "GBP", "--json"]
    files = ["--state", str(server.folder / "progress.json"), "--rejects", str(server.folder / "rejects.csv")]
    return ["import", "orders", str(shop.file), "--source", shop.source, *options, *files]


@contextmanager
def importing(server: ServerProcess, shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """An import that runs, until the block has waited for its end or killed it."""
    with (server.folder / "import.log").open("wb") as log:
        process = subprocess.Popen(
            [*REGULARS, *import_command(server, shop)],
            cwd=server.folder,
            env=environment(),
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def acknowledged(server: ServerProcess) -> int:
    """How many records the importer knows to be stored; once in a second it writes it down."""
    try:
        return int(json.loads((server.folder / "progress.json").read_text())["acknowledged"])
    except FileNotFoundError:
        return 0


def stored(server: ServerProcess) -> int:
    (row,) = server.query("SELECT count(*) FROM orders")
    return int(row[0])


def wait_for_more(
    count: Callable[[ServerProcess], int], server: ServerProcess, process: subprocess.Popen[bytes]
) -> None:
    """Return when the import has come further, or has ended."""
    before, ends_at = count(server), time.monotonic() + PATIENCE_SECONDS
    while count(server) <= before and process.poll() is None:
        assert time.monotonic() < ends_at
        time.sleep(0.005)


def kills_during_import(server: ServerProcess, shop: Shop, draw: random.Random) -> int:
    """Import the shop, and kill the server when it has just stored some of it; answers how often it did."""
    kills, orders_after = 0, stored(server) + shop.orders
    with importing(server, shop) as process:
        for _ in range(ROUNDS):
            wait_for_more(stored, server, process)
            if process.poll() is not None:
                break
            time.sleep(draw.uniform(0.0, 0.1))
            known = acknowledged(server)
            server.kill()
            assert stored(server) >= known
            kills += stored(server) < orders_after
            server.start()
        assert process.wait(PATIENCE_SECONDS) == 0, (server.folder / "import.log").read_text()
    return kills


def test_an_import_goes_on_after_each_kill_and_ends_as_if_there_had_been_none(
    server: ServerProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    draw, imported, kills = random.Random(20260309), list[Shop](), 0
    shops = ever_longer(tmp_path_factory.mktemp("shops"))
    while not kills:
        imported.append(next(shops))
        kills = kills_during_import(server, imported[-1], draw)
    again = json.loads(regulars(*import_command(server, imported[-1]), cwd=server.folder))
    assert again["orders_imported"] == again["duplicates"] == imported[-1].orders
    server.stop()
    assert server.query(COUNTS) == uninterrupted(imported, tmp_path_factory.mktemp("quiet"))
    assert max(server.start_cpu_seconds) < START_CPU_SECONDS_MAX


def uninterrupted(shops: Sequence[Shop], folder: Path) -> list[tuple[object, ...]]:
    server = ServerProcess(folder)
    server.start()
    for shop in shops:
        regulars(*import_command(server, shop), cwd=folder)
    server.stop()
    return server.query(COUNTS)


def killed_import(server: ServerProcess, shops: Iterable[Shop]) -> Shop:
    """The shop whose import was killed in its middle."""
    for shop in shops:
        with importing(server, shop) as process:
            wait_for_more(acknowledged, server, process)
        if process.returncode == -signal.SIGKILL and acknowledged(server):
            return shop
    raise AssertionError("every import was complete before it could be killed")


def test_an_import_that_was_killed_itself_is_completed_by_the_next(
    server: ServerProcess, tmp_path: Path
) -> None:
    shop = killed_import(server, ever_longer(tmp_path))
    report = json.loads(regulars(*import_command(server, shop), cwd=server.folder))
    assert (report["orders_imported"], report["records_resumed"] > 0) == (shop.orders, True)
    server.stop()
    assert server.query(f"SELECT count(*) FROM orders WHERE source = '{shop.source}'") == [(shop.orders,)]


def now() -> Timestamp:
    found = Timestamp()
    found.GetCurrentTime()
    return found


async def record_until(
    server: ServerProcess, name: str, stop: asyncio.Event, stored: dict[str, activity.RecordOrderResponse]
) -> None:
    """Record one order after the other, each with its request_id until it is acknowledged."""
    async with grpc.aio.insecure_channel(server.address) as channel:
        caller = Caller(channel, server.metadata)
        number = 0
        while not stop.is_set():
            one = order(f"{name}-{number}", "anna", price=100)
            one.placed_at.CopyFrom(now())
            answer = await record_patiently(caller, one)
            assert not answer.duplicate  # the first answer, even when it had to be asked for twice
            stored[one.order_id] = answer
            number += 1


async def record_patiently(caller: Caller, one: activity.Order) -> activity.RecordOrderResponse:
    while True:
        try:
            answer: activity.RecordOrderResponse = await caller.record_order(one, f"r-{one.order_id}")
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            await asyncio.sleep(0.05)
        else:
            return answer


async def something_more(stored: Mapping[str, object]) -> None:
    """Wait until one more is acknowledged, however slow the machine is."""
    before = len(stored)
    await eventually(lambda: len(stored) > before)


async def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(server: ServerProcess) -> None:
    draw = random.Random(20260310)
    stored: dict[str, activity.RecordOrderResponse] = {}
    async with grpc.aio.insecure_channel(server.address) as channel:
        await Caller(channel, server.metadata).enrol("anna")
    stop = asyncio.Event()
    callers = [
        asyncio.create_task(record_until(server, f"c{number}", stop, stored)) for number in range(CALLERS)
    ]
    for _ in range(ROUNDS):
        await something_more(stored)
        await asyncio.sleep(draw.uniform(0.0, 0.3))
        known = set(stored)
        await asyncio.to_thread(server.kill)
        kept = {row[0] for row in server.query("SELECT order_id FROM orders")}
        assert set(stored) | known <= kept
        await asyncio.to_thread(server.start)
    await something_more(stored)
    stop.set()
    await asyncio.gather(*callers)
    assert await asyncio.to_thread(server.stop) == 0
    assert {row[0] for row in server.query("SELECT order_id FROM orders")} == set(stored)
    assert server.query("SELECT sum(points), count(*) FROM movements") == [(len(stored), len(stored))]
    assert max(server.start_cpu_seconds) < START_CPU_SECONDS_MAX


def test_a_second_server_on_the_same_data_is_refused_with_a_reason(server: ServerProcess) -> None:
    second = subprocess.run(
        [*REGULARS, "serve", "--data-dir", str(server.folder), "--port", "0", "--console-port", "0"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert second.returncode == 2
    assert "in use by another" in second.stderr
    assert "Traceback" not in second.stderr
