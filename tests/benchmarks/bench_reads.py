"""P1, P2 and P6: what a read costs, against a bare echo and against what a user would build instead."""

from __future__ import annotations

from contextlib import ExitStack

from tests.benchmarks.processes import Load, Round, Server
from tests.benchmarks.shops import answer_file, copied
from tests.benchmarks.verdicts import Sizes, Verdict, interleaved, per_second, told

SERVE = "tests.benchmarks.serve"
PEER = "tests.benchmarks.peer_fastapi"
IN_FLIGHT = 64
ECHO_CALLS, SCORE_CALLS, PEER_CALLS = 10_000, 8_000, 2_000  # one to two seconds each


def measured(sizes: Sizes, *sides: tuple[Server, str, int]) -> list[list[Round]]:
    """Rounds of GetScore with uniform keys for each (server, protocol, calls per round), after a warm-up."""
    customers = ("--customers", str(sizes.customers))
    with ExitStack() as stack:
        loads = [stack.enter_context(Load(server, to, "score", *customers)) for server, to, _ in sides]
        steps = [
            lambda load=load, calls=calls: load.round(sizes.calls(calls), IN_FLIGHT)
            for load, (_, _, calls) in zip(loads, sides, strict=True)
        ]
        interleaved(steps, 1)
        return interleaved(steps, sizes.rounds)


def against_echo(sizes: Sizes) -> list[Verdict]:
    with (
        copied(sizes, "p1") as folder,
        Server(SERVE, "bare", "--answer", answer_file(sizes)) as bare,
        Server(SERVE, "house", "--data-dir", folder) as house,
    ):
        echo, ours = measured(sizes, (bare, "grpc", ECHO_CALLS), (house, "grpc", SCORE_CALLS))
    return [
        Verdict(
            "P1",
            f"GetScore, {sizes.customers:,} customers on SQLite, uniform keys : bare echo",
            0.55,
            per_second(ours) / per_second(echo),
            at_least=True,
            sides={"GetScore": told(ours), "bare echo": told(echo)},
        )
    ]


def against_fastapi(sizes: Sizes) -> list[Verdict]:
    with (
        copied(sizes, "p2") as folder,
        Server(SERVE, "house", "--data-dir", folder) as house,
        Server(PEER, f"sqlite+aiosqlite:///{folder / 'regulars.db'}") as peer,
    ):
        ours, theirs = measured(sizes, (house, "grpc", SCORE_CALLS), (peer, "http", PEER_CALLS))
    return [
        Verdict(
            "P2",
            "GetScore : the same endpoint in FastAPI + SQLAlchemy async ORM + uvicorn",
            5.0,
            per_second(ours) / per_second(theirs),
            at_least=True,
            sides={"GetScore": told(ours), "FastAPI": told(theirs)},
        )
    ]


def desk_cost(sizes: Sizes) -> list[Verdict]:
    answer = answer_file(sizes)
    with (
        Server(SERVE, "bare", "--answer", answer) as bare,
        Server(SERVE, "desk", "--answer", answer) as desk,
    ):
        echo, full = measured(sizes, (bare, "grpc", ECHO_CALLS), (desk, "grpc", ECHO_CALLS))
    return [
        Verdict(
            "P6",
            "cost of a unary call behind the whole front desk : bare echo",
            1.4,
            per_second(echo) / per_second(full),
            at_least=False,
            sides={"front desk": told(full), "bare echo": told(echo)},
        )
    ]
