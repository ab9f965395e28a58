"""P3 for the ledger: what a durable spend of points costs, against what a user would build instead."""

from __future__ import annotations

from contextlib import ExitStack

from tests.benchmarks.bench_reads import IN_FLIGHT, PEER, SERVE
from tests.benchmarks.processes import Load, Server
from tests.benchmarks.shops import copied, postgres_shops, spenders_file
from tests.benchmarks.verdicts import Sizes, Verdict, interleaved, per_second, told

SPEND_CALLS, PEER_CALLS = 4_000, 400  # a few seconds each


def against_fastapi(sizes: Sizes) -> list[Verdict]:
    return [_on_sqlite(sizes), _on_postgres(sizes)]


def _on_sqlite(sizes: Sizes) -> Verdict:
    with (
        copied(sizes, "p3-ledger-ours") as ours,
        copied(sizes, "p3-ledger-theirs") as theirs,
        Server(SERVE, "house", "--data-dir", ours) as house,
        Server(PEER, f"sqlite+aiosqlite:///{theirs / 'regulars.db'}") as peer,
    ):
        return _verdict(sizes, "SQLite (FULL)", house, peer)


def _on_postgres(sizes: Sizes) -> Verdict:
    with (
        postgres_shops(sizes) as (ours, theirs),
        Server(SERVE, "house", "--database-url", ours, "--data-dir", sizes.folder) as house,
        Server(PEER, theirs) as peer,
    ):
        return _verdict(sizes, "PostgreSQL", house, peer)


def _verdict(sizes: Sizes, where: str, house: Server, peer: Server) -> Verdict:
    who = ("--customers", str(sizes.customers), "--spenders", spenders_file(sizes))
    with ExitStack() as stack:
        ours = stack.enter_context(Load(house, "grpc", "spend", *who))
        theirs = stack.enter_context(Load(peer, "http", "spend", *who))
        steps = [
            lambda: ours.round(sizes.calls(SPEND_CALLS), IN_FLIGHT),
            lambda: theirs.round(sizes.calls(PEER_CALLS), IN_FLIGHT),
        ]
        interleaved(steps, 1)
        found = interleaved(steps, sizes.rounds)
    return Verdict(
        "P3L",
        f"SpendPoints, durable, 64 in flight, {where} : FastAPI + ORM doing the same work",
        7.0,
        per_second(found[0]) / per_second(found[1]),
        at_least=True,
        sides={"SpendPoints": told(found[0]), "FastAPI": told(found[1])},
    )
