"""The load generator's process: reads `calls in_flight` lines, makes the calls, says what it saw as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import uvloop

from tests.benchmarks import calls, grpc_load, http_load

METHODS = {"score": calls.GET_SCORE, "order": calls.RECORD_ORDER, "spend": calls.SPEND_POINTS}


class Load(Protocol):
    async def run(self, bodies: Sequence[bytes], in_flight: int) -> list[float]: ...


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=("grpc", "http"))
    parser.add_argument("what", choices=("score", "order", "spend"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", default="")
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--carts", type=Path, help="JSON list of (customer, sku) with a live cart")
    parser.add_argument("--spenders", type=Path, help="JSON list of customers with points to spend")
    parser.add_argument("--in-flight-max", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


async def connected(asked: argparse.Namespace) -> Load:
    if asked.protocol == "http":
        return await http_load.connect(asked.port, asked.in_flight_max)
    return await grpc_load.connect(asked.port, METHODS[asked.what], asked.key)


def bodies(asked: argparse.Namespace, rng: random.Random, count: int) -> list[bytes]:
    return {"score": score_bodies, "order": order_bodies, "spend": spend_bodies}[asked.what](
        asked, rng, count
    )


def score_bodies(asked: argparse.Namespace, rng: random.Random, count: int) -> list[bytes]:
    customers = calls.uniform_customers(rng, asked.customers, count)
    if asked.protocol == "grpc":
        return [calls.grpc_score(customer) for customer in customers]
    return [calls.http_score(customer, asked.key) for customer in customers]


def order_bodies(asked: argparse.Namespace, rng: random.Random, count: int) -> list[bytes]:
    carts = json.loads(asked.carts.read_text()) if asked.carts else []
    bought = calls.purchases(rng, asked.customers, carts, count)
    if asked.protocol == "grpc":
        return [calls.grpc_order(one) for one in bought]
    return [calls.http_order(one, asked.key) for one in bought]


def spend_bodies(asked: argparse.Namespace, rng: random.Random, count: int) -> list[bytes]:
    who = rng.choices(json.loads(asked.spenders.read_text()), k=count)
    if asked.protocol == "grpc":
        return [calls.grpc_spend(one, calls.request_id(rng)) for one in who]
    return [calls.http_spend(one, calls.request_id(rng), asked.key) for one in who]


async def main() -> None:
    asked = options()
    rng = random.Random(asked.seed)
    load = await connected(asked)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        count, in_flight = map(int, line.split())
        made = bodies(asked, rng, count)
        began, used = time.perf_counter(), time.process_time()
        seconds = await load.run(made, in_flight)
        took, used = time.perf_counter() - began, time.process_time() - used
        seen = {"seconds": took, "calls": len(seconds), "busy": used / took}
        print(
            json.dumps(seen | {"p50": statistics.median(seconds), "p99": percentile99(seconds)}), flush=True
        )


def percentile99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[min(len(seconds) - 1, round(0.99 * len(seconds)))]


if __name__ == "__main__":
    uvloop.run(main())
