"""Opening balances: batches over the stream, and files that are accounted for to the point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from sqlalchemy import select

from services.composition import House
from services.storage.tables import customers, lots, members, movements
from tests.integration.ledger import account_of, lots_of, replayed, rows
from tests.integration.points import spend
from tests.integration.shop import NOON, Caller, stamp, stream_refusal

DAY = timedelta(days=1)
Write = Callable[..., Path]


def row(customer_id: str = "anna", points: int = 100, key: str = "", **fields: Any) -> pb.OpeningBalance:
    return pb.OpeningBalance(row_key=key or customer_id, customer_id=customer_id, points=points, **fields)


def batch(*found: pb.OpeningBalance, import_id: str = "old", **fields: Any) -> pb.ImportBalancesRequest:
    return pb.ImportBalancesRequest(
        **{"batch_id": 7, "import_id": import_id, "actor": "mia", "rows": found, **fields}
    )


async def sent(caller: Caller, *batches: pb.ImportBalancesRequest) -> list[pb.ImportBalancesResponse]:
    return [one async for one in caller.stream(caller.loyalty.ImportBalances, iter(batches))]


async def in_ledger(caller: Caller, import_id: str = "old") -> tuple[int, int]:
    found = await caller.call(caller.loyalty.GetImport, pb.GetImportRequest(import_id=import_id))
    return found.rows, found.points


async def test_a_row_becomes_a_lot_that_says_where_it_came_from(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    (answer,) = await sent(backend, batch(row(earned_at=stamp(NOON - 40 * DAY))))
    assert (answer.batch_id, answer.inserted, answer.credited_points) == (7, 1, 100)
    assert lots_of(house, "anna") == {"import/old/anna": (100, 100, "ACTIVE")}
    found = select(movements.c.kind, movements.c.actor, movements.c.reason, movements.c.reference)
    assert rows(house, found) == [("ADJUST", "mia", "opening balance", "import old")]
    assert rows(house, select(lots.c.expires_at))[0][0].isoformat() == "2027-02-01T00:00:00+00:00"
    assert account_of(house, "anna")[:4] == replayed(house, "anna") == (0, 100, 0, 0)


async def test_a_row_counts_once_however_often_it_is_sent(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await sent(backend, batch(row(), row()), batch(row()))
    answers = await asyncio.gather(*(sent(backend, batch(row())) for _ in range(5)))
    assert {(one.duplicates, one.duplicate_points) for (one,) in answers} == {(1, 100)}
    await spend(backend, 100)
    ((again,),) = [await sent(backend, batch(row()))]
    assert (again.duplicates, await in_ledger(backend)) == (1, (1, 100))
    (other,) = await sent(backend, batch(row(), import_id="other"))
    assert other.inserted == 1


async def test_wrong_rows_are_refused_one_by_one_and_the_rest_are_kept(house: House, backend: Caller) -> None:
    for name in ("anna", "ben", "cleo"):
        await backend.enrol(name)
    with house.database.engine.begin() as connection:
        connection.execute(members.update().where(members.c.customer_id == "cleo").values(state="SUSPENDED"))
    found = [
        row("anna", 10),
        row("anna", 11),
        row("anna", 10, "a2", earned_at=stamp(NOON + DAY)),
        row("anna", 10, "a3", expires_at=stamp(NOON)),
        row("anna", 10, "a4", earned_at=stamp(NOON - 600 * DAY)),
        row("anna", 0, "a5"),
        row("anna", 10**9 + 1, "a6"),
        row("nobody", 10),
        row("cleo", 10),
        row("ben\x01", 10),
        row("ben", 20),
    ]
    (answer,) = await sent(backend, batch(*found))
    told = [(one.index, one.reason, one.field) for one in answer.rejected]
    assert told == [
        (1, "ROW_DIFFERS", "row_key"),
        (2, "MOMENT_OUT_OF_RANGE", "earned_at"),
        (3, "ALREADY_EXPIRED", "expires_at"),
        (4, "ALREADY_EXPIRED", "expires_at"),
        (5, "INVALID", "points"),
        (6, "INVALID", "points"),
        (7, "MEMBER_NOT_FOUND", "customer_id"),
        (8, "MAY_NOT_EARN", "customer_id"),
        (9, "INVALID", "customer_id"),
    ]
    assert (answer.inserted, answer.credited_points, await in_ledger(backend)) == (2, 30, (2, 30))
    assert not rows(house, select(customers).where(customers.c.customer_id == "nobody"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"import_id": "a/b"}, "import_id"), ({"import_id": ""}, "import_id"), ({"actor": " "}, "actor")],
)
async def test_a_batch_that_is_wrong_as_a_whole_ends_the_stream(
    backend: Caller, wrong: dict[str, Any], field: str
) -> None:
    refused = await stream_refusal(
        backend.stream(backend.loyalty.ImportBalances, iter([batch(row(), **wrong)]))
    )
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))


async def test_a_batch_has_a_thousand_rows_at_most(backend: Caller) -> None:
    many = batch(*(row(key=str(number)) for number in range(1001)))
    refused = await stream_refusal(backend.stream(backend.loyalty.ImportBalances, iter([many])))
    assert refused.reason == "BATCH_TOO_LARGE"


async def test_an_import_that_is_not_known_has_credited_nothing(backend: Caller) -> None:
    assert await in_ledger(backend, "never") == (0, 0)
