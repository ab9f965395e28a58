"""`kill -9` at random moments: nothing acknowledged is lost, nothing counts twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import time
from pathlib import Path

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.activity.v1 import activity_service_pb2 as activity

from tests.faults.server_process import (
    PATIENCE_SECONDS,
    REGULARS,
    START_SECONDS_MAX,
    ServerProcess,
    environment,
    regulars,
)
from tests.integration.shop import Caller, order

ROUNDS = int(os.environ.get("REGULARS_FAULT_ROUNDS", "3"))  # kills per test; `make faults` takes many more
ORDERS = 6_000  # about two seconds of importing: enough for a kill in its middle
CALLERS = 8

COUNTS = """
SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),
       (SELECT sum(total_minor) FROM orders), (SELECT count(*) FROM returns),
       (SELECT count(*) FROM scores), (SELECT coalesce(sum(points), 0) FROM movements)
"""


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Orders of two lines each, by 300 customers over two years."""
    file = tmp_path_factory.mktemp("csv") / "orders.csv"
    lines = ["customer_id,order_id,ordered_at,sku,quantity,unit_price,title"]
    for number in range(ORDERS):
        who, day = number % 300, number * 700 // ORDERS
        when = f"202{4 + day // 365}-{day % 365 // 31 + 1:02}-{day % 28 + 1:02} 10:00:00"
        lines.extend(
            f"c{who},o{number:05},{when},s{sku},2,{1 + number % 90}.25,Thing {sku}"
            for sku in (number % 40, 40 + number % 7)
        )
    file.write_text("\n".join([*lines, ""]))
    return file


def import_command(server: ServerProcess, csv: Path) -> list[str]:
    options = ["--server", server.address, "--key", server.key, "--currency", "GBP", "--json"]
    state = ["--state", str(server.folder / "progress.json"), "--rejects", str(server.folder / "rejects.csv")]
    return ["import", "orders", str(csv), *options, *state]


def acknowledged(server: ServerProcess) -> int:
    """How many records the importer knows to be stored."""
    try:
        return int(json.loads((server.folder / "progress.json").read_text())["acknowledged"])
    except FileNotFoundError:
        return 0


def wait_for_progress(server: ServerProcess, beyond: int, importing: subprocess.Popen[bytes]) -> bool:
    """True when the import is in its middle; False when it ended before."""
    began = time.monotonic()
    while acknowledged(server) <= beyond:
        if importing.poll() is not None:
            return False
        assert time.monotonic() - began < PATIENCE_SECONDS
        time.sleep(0.005)
    return True


def test_an_import_goes_on_after_each_kill_and_ends_as_if_there_had_been_none(
    server: ServerProcess, csv: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kills = 0
    with (server.folder / "import.log").open("wb") as log:
        importing = subprocess.Popen(
            [*REGULARS, *import_command(server, csv)],
            cwd=server.folder,
            env=environment(),
            stdout=log,
            stderr=log,
        )
        for _ in range(ROUNDS):
            if not wait_for_progress(server, acknowledged(server), importing):
                break
            known = acknowledged(server)
            server.kill()
            kills += 1
            assert server.query("SELECT count(*) FROM orders")[0][0] >= known
            server.start()
        assert importing.wait(PATIENCE_SECONDS) == 0, (server.folder / "import.log").read_text()
    again = json.loads(regulars(*import_command(server, csv), cwd=server.folder))
    assert (kills > 0, again["orders_imported"], again["duplicates"]) == (True, ORDERS, ORDERS)
    server.stop()
    assert server.query(COUNTS) == uninterrupted(csv, tmp_path_factory.mktemp("quiet"))
    assert max(server.start_seconds) < START_SECONDS_MAX


def uninterrupted(csv: Path, folder: Path) -> list[tuple[object, ...]]:
    server = ServerProcess(folder)
    server.make_key()
    server.start()
    regulars(*import_command(server, csv), cwd=folder)
    server.stop()
    return server.query(COUNTS)


def killed_import(server: ServerProcess, csv: Path) -> list[str]:
    """The command of an import that was killed in its middle; a busy machine may need several tries."""
    for attempt in range(10):
        command = [*import_command(server, csv), "--source", f"shop-{attempt}"]
        importing = subprocess.Popen(
            [*REGULARS, *command],
            cwd=server.folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_progress(server, 0, importing)
        importing.kill()
        if importing.wait() != 0 and acknowledged(server):
            return command
    raise AssertionError("every import was complete before it could be killed")


def test_an_import_that_was_killed_itself_is_completed_by_the_next(server: ServerProcess, csv: Path) -> None:
    command = killed_import(server, csv)
    report = json.loads(regulars(*command, cwd=server.folder))
    assert (report["orders_imported"], report["records_resumed"] > 0) == (ORDERS, True)
    server.stop()
    stored = f"SELECT count(*) FROM orders WHERE source = '{command[-1]}'"
    assert server.query(stored) == [(ORDERS,)]


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
        await asyncio.sleep(draw.uniform(0.1, 0.5))
        known = set(stored)
        await asyncio.to_thread(server.kill)
        kept = {row[0] for row in server.query("SELECT order_id FROM orders")}
        assert set(stored) | known <= kept
        await asyncio.to_thread(server.start)
    await asyncio.sleep(0.2)
    stop.set()
    await asyncio.gather(*callers)
    assert await asyncio.to_thread(server.stop) == 0
    assert {row[0] for row in server.query("SELECT order_id FROM orders")} == set(stored)
    assert server.query("SELECT sum(points), count(*) FROM movements") == [(len(stored), len(stored))]
    assert len(stored) > CALLERS
    assert max(server.start_seconds) < START_SECONDS_MAX


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
