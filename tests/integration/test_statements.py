"""What is told of a member's points: balances, movements, lots, tiers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from sqlalchemy import insert, text

from services.composition import House
from services.loyalty.queries.statements import list_lots, list_movements
from services.points.lots import Kind
from services.storage.database import read_connection
from services.storage.tables import lots, movements, tier_warnings
from tests.integration.points import adjust, capture, give, hold, spend, transfer
from tests.integration.shop import NOON, Caller, ManualClock, order, refusal, stamp
from tests.integration.watching import statements, statements_with_values

DAY = timedelta(days=1)
MANY = 10_000
KIND: dict[Kind, Any] = {kind: number for number, kind in enumerate(Kind, 1)}


async def pages(caller: Caller, method: Any, request: Any, name: str) -> list[list[Any]]:
    found: list[list[Any]] = []
    while True:
        answer = await caller.call(method, request)
        found.append(list(getattr(answer, name)))
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def test_the_soonest_expiry_is_told_with_the_balance(backend: Caller, clock: ManualClock) -> None:
    await give(backend, 50)
    for points in (7, 8):
        await adjust(backend, points, expires_at=NOON + 3 * DAY)
    request = pb.GetBalanceRequest(customer_id="anna")
    answer = await backend.call(backend.loyalty.GetBalance, request)
    assert (answer.next_expiry.points, answer.next_expiry.expires_at) == (15, stamp(NOON + 3 * DAY))
    clock.advance(days=3)
    later = await backend.call(backend.loyalty.GetBalance, request)
    assert (later.balance.active_points, later.next_expiry.points) == (50, 50)
    await spend(backend, 50)
    empty = await backend.call(backend.loyalty.GetBalance, request)
    assert not empty.HasField("next_expiry")


async def test_movements_tell_what_moved_where_and_why(backend: Caller) -> None:
    await give(backend, 50)
    held = await hold(backend, 20, order_id="o-1")
    await capture(backend, held.hold_id, 15)
    request = pb.ListMovementsRequest(customer_id="anna")
    found = (await backend.call(backend.loyalty.ListMovements, request)).movements
    told = [(one.kind, one.points, one.from_account, one.to_account) for one in found]
    assert told == [
        (KIND[Kind.RELEASE], 5, 3, 2),
        (KIND[Kind.SPEND], 15, 3, 5),
        (KIND[Kind.HOLD], 20, 2, 3),
        (KIND[Kind.ADJUST], 50, 5, 2),
    ]
    assert {one.reference for one in found[:3]} == {"order default/o-1"}
    assert (found[3].actor, found[3].reason, found[3].lot_id) == ("mia", "goodwill", found[0].lot_id)
    assert (found[3].effective_at, found[3].recorded_at) == (stamp(NOON), stamp(NOON))


async def test_pages_of_movements_are_stable_while_points_move(backend: Caller) -> None:
    await give(backend, *range(1, 8))
    first = await backend.call(
        backend.loyalty.ListMovements, pb.ListMovementsRequest(customer_id="anna", page_size=3)
    )
    await spend(backend, 5)
    rest = pb.ListMovementsRequest(customer_id="anna", page_size=3, page_token=first.next_page_token)
    later = await pages(backend, backend.loyalty.ListMovements, rest, "movements")
    points = [one.points for page in ([*first.movements], *later) for one in page]
    assert points == [7, 6, 5, 4, 3, 2, 1]


async def test_movements_of_some_kinds_only(backend: Caller) -> None:
    await give(backend, 50)
    await spend(backend, 5)
    await hold(backend, 6)
    kinds = [KIND[Kind.SPEND], KIND[Kind.HOLD]]
    request = pb.ListMovementsRequest(customer_id="anna", kinds=kinds, page_size=1)
    found = await pages(backend, backend.loyalty.ListMovements, request, "movements")
    assert [one.points for page in found for one in page] == [6, 5]


@pytest.mark.parametrize("method", ["ListMovements", "ListLots", "GetBalance", "GetTier"])
async def test_of_a_customer_who_is_no_member_nothing_is_told(backend: Caller, method: str) -> None:
    await backend.record_order(order())
    request = getattr(pb, f"{method}Request")(customer_id="anna")
    refused = await refusal(backend.call(getattr(backend.loyalty, method), request))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")


async def test_a_member_without_movements_has_an_empty_list(backend: Caller) -> None:
    await backend.enrol("anna")
    request = pb.ListMovementsRequest(customer_id="anna")
    assert not (await backend.call(backend.loyalty.ListMovements, request)).movements


def fill(house: House) -> None:
    """Ten thousand movements of one member among those of others, each with a lot."""
    with house.database.engine.begin() as connection:
        for name in ("anna", "ben"):
            connection.execute(insert(movements), [movement(name, number) for number in range(MANY)])
            connection.execute(insert(lots), [lot(name, number) for number in range(MANY)])
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE movements"))
            connection.execute(text("ANALYZE lots"))


def movement(name: str, number: int) -> dict[str, Any]:
    kind, debit, credit = ("EARN", "PROGRAMME", "ACTIVE") if number % 2 else ("SPEND", "ACTIVE", "PROGRAMME")
    return {
        "customer_id": name,
        "kind": kind,
        "points": number + 1,
        "debit": debit,
        "credit": credit,
        "lot_id": f"{name}/{number}",
        "reference": "filled",
        "actor": "",
        "reason": "",
        "effective_at": NOON,
        "recorded_at": NOON,
    }


def lot(name: str, number: int) -> dict[str, Any]:
    return {
        "lot_id": f"{name}/{number}",
        "customer_id": name,
        "origin": "EARN",
        "points": 1,
        "remaining_points": 0,
        "blocked_points": 0,
        "state": "SPENT",
        "source": "default",
        "order_id": "",
        "rule": "",
        "earned_at": NOON - number * timedelta(minutes=1),
        "activates_at": NOON,
        "expires_at": NOON + DAY,
    }


async def test_each_page_of_ten_thousand_movements_is_one_statement_on_an_index(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna")
    fill(house)
    request = pb.ListMovementsRequest(customer_id="anna", page_size=1000)
    with statements(house.database.engine) as sent:
        found = await pages(backend, backend.loyalty.ListMovements, request, "movements")
    assert [one.points for page in found for one in page] == list(range(MANY, 0, -1))
    ours = [one for one in sent if re.search(r"\b(movements|members|accounts|lots|redirects)\b", one)]
    ours = [one for one in ours if "ORDER BY accounts.due_at" not in one]  # the sweep's
    ours = [one for one in ours if not one.endswith("FROM redirects")]  # the server's own, now and then
    assert (len(found), len(ours)) == (10, 10), set(ours)
    with read_connection(house.database.engine) as connection:
        plans = [
            explained(connection, lambda: list_movements(connection, "anna", [], 5_000, 100)),
            explained(connection, lambda: list_movements(connection, "anna", [Kind.SPEND], None, 100)),
            explained(connection, lambda: list_lots(connection, "anna", NOON, (NOON, "x"), 100), "earned_at"),
        ]
    assert ["ix_movements_customer_id" in plans[0], "ix_movements_customer_id" in plans[1]] == [True, True]
    assert "ix_lots_customer_id_earned_at" in plans[2]
    assert not any("TEMP B-TREE" in plan or "Sort" in plan or "SCAN" in plan for plan in plans)


def explained(connection: Any, query: Any, mark: str = "ORDER BY") -> str:
    """How the database answers the statement of a query that contains the mark."""
    with statements_with_values(connection) as seen:
        query()
    statement, values = next(one for one in reversed(seen) if "ORDER BY" in one[0] and mark in one[0])
    prefix = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    rows = connection.exec_driver_sql(prefix + statement, values).all()
    return "\n".join(str(row) for row in rows)


async def test_lots_are_told_as_they_are_now_the_latest_earned_first(
    backend: Caller, clock: ManualClock
) -> None:
    await give(backend, 50)
    clock.advance(days=1)
    await adjust(backend, 30, expires_at=NOON + 5 * DAY)
    clock.advance(days=1)
    await backend.record_order(order("o-1", at=clock.now(), price=900))
    clock.advance(days=3)
    request = pb.ListLotsRequest(customer_id="anna", page_size=1)
    found = await pages(backend, backend.loyalty.ListLots, request, "lots")
    told = [(one.points, one.remaining_points, one.state) for page in found for one in page]
    assert told == [(9, 9, 1), (30, 0, 4), (50, 50, 2)]
    assert (found[0][0].source, found[0][0].order_id, found[0][0].rule) == ("default", "o-1", "base@1")


async def test_open_lots_are_those_that_have_not_ended_by_now(backend: Caller, clock: ManualClock) -> None:
    await give(backend, 50, 40, 30)
    await adjust(backend, 20, expires_at=NOON + DAY)
    await spend(backend, 20)
    await spend(backend, 30)
    clock.advance(days=1)
    request = pb.ListLotsRequest(customer_id="anna", page_size=2, open_only=True)
    found = await pages(backend, backend.loyalty.ListLots, request, "lots")
    assert sum(one.remaining_points for page in found for one in page) == 90
    assert all(one.remaining_points for page in found for one in page)


async def test_a_tier_says_what_is_missing_and_since_when(backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    clock.advance(days=1)
    await backend.record_order(order(at=clock.now(), price=60_000))
    request = pb.GetTierRequest(customer_id="anna")
    found = (await backend.call(backend.loyalty.GetTier, request)).standing
    assert (found.tier, found.qualifying, found.metric) == ("SILVER", 600, 1)
    assert (found.next_tier, found.points_to_next, found.points_to_stay) == ("GOLD", 900, 0)
    assert (found.projected_tier, found.tier_since) == ("SILVER", stamp(NOON + DAY))
    assert found.evaluates_at.ToJsonString() == "2027-01-01T00:00:00Z"


async def test_spending_costs_no_tier(backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 30 * DAY)
    await backend.record_order(order(at=NOON - 20 * DAY, price=60_000))
    await spend(backend, 600)
    found = (await backend.call(backend.loyalty.GetTier, pb.GetTierRequest(customer_id="anna"))).standing
    assert (found.tier, found.qualifying) == ("SILVER", 600)


async def test_a_tier_that_a_period_ended_is_told_before_any_job_notices(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=60_000))
    house.worker.stop()
    request = pb.GetTierRequest(customer_id="anna")
    clock.advance(days=300)  # the year in which it was earned still counts
    clock.advance(days=366)
    found = (await backend.call(backend.loyalty.GetTier, request)).standing
    assert (found.tier, found.qualifying) == ("BRONZE", 0)
    assert found.tier_since.ToJsonString() == "2028-01-01T00:00:00Z"


async def test_a_new_member_has_the_lowest_tier_since_enrolling(backend: Caller) -> None:
    await backend.enrol("anna")
    found = (await backend.call(backend.loyalty.GetTier, pb.GetTierRequest(customer_id="anna"))).standing
    assert (found.tier, found.tier_since) == ("BRONZE", stamp(NOON))


async def test_warnings_are_listed_the_latest_first(house: House, backend: Caller) -> None:
    with house.database.engine.begin() as connection:
        for number in range(5):
            row = {
                "customer_id": f"c{number}",
                "evaluates_at": NOON + 30 * DAY,
                "days_ahead": 30,
                "tier": "SILVER",
                "projected_tier": "BRONZE",
                "to_stay": number,
                "raised_at": NOON - number // 2 * DAY,
            }
            connection.execute(insert(tier_warnings), row)
    request = pb.ListTierWarningsRequest(page_size=2)
    found = await pages(backend, backend.loyalty.ListTierWarnings, request, "warnings")
    told = [(one.customer_id, one.points_to_stay) for page in found for one in page]
    assert told == [("c1", 1), ("c0", 0), ("c3", 3), ("c2", 2), ("c4", 4)]


async def test_given_points_are_told_on_both_sides(backend: Caller) -> None:
    await give(backend, 50)
    await backend.enrol("ben")
    answer = await transfer(backend, 20)
    for name, accounts in (("anna", (2, 5)), ("ben", (5, 2))):
        request = pb.ListMovementsRequest(customer_id=name, kinds=[KIND[Kind.TRANSFER]])
        (found,) = (await backend.call(backend.loyalty.ListMovements, request)).movements
        assert (found.from_account, found.to_account) == accounts
        assert found.reference == f"transfer {answer.transfer_id}"
